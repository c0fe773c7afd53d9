"""Problems that the client's log tells of, where no probe could see them. Pure."""

from collections.abc import Iterator, Sequence

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import ClientLogFacts
from cvpn_doctor.model.finding import Finding, Problem
from cvpn_doctor.openvpn.log_errors import telling_errors

CHECK = "client_log"


def from_log(case: Case, problems: Sequence[Problem]) -> Iterator[Finding]:
    """Those of `problems` that the last attempt ended with; likely, unless the log was named."""
    logs = case.facts(ClientLogFacts)
    by_code = {problem.code: problem for problem in problems}
    for number, error in telling_errors(logs) if logs else ():
        told = logs.attempts[number].errors[error] if logs else None
        problem = by_code.get(told.code) if told else None
        if logs and problem:
            finding = problem.found(
                CHECK,
                cite(CHECK, logs, "attempts", number, "errors", error, "code"),
                how="log",
            )
            yield finding if logs.named else finding.but(certainty="likely")
