"""What do the VPN client's own logs say of its last attempts?

Nothing else on the laptop knows what the endpoint pushed. Logs are named on the command line or
found where the installed clients write them. They are read into typed events; a line that is not
known is counted and never copied.
"""

from collections.abc import Iterable

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import CannotObserve, Check, Look, Touch
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import ClientLogFacts
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.finding import Actor, Exclusion, Finding, Problem, Stage
from cvpn_doctor.openvpn.log_errors import telling_errors
from cvpn_doctor.routing.connection import connected

ID = "client_log"
ATTEMPTS_KEPT = 5


def _problem(code: str, actor: Actor, explains: tuple[str, ...] = ()) -> Problem:
    return Problem(
        code=code,
        stage=Stage.SIGN_IN,
        severity="high",
        actor=actor,
        explains=explains,
        neighbours=("client-certificate-rejected", "endpoint-silent", "clock-skewed"),
    )


PROBLEMS = (
    _problem("cipher-unsupported", "user"),
    _problem("authentication-failed", "user"),
    _problem("saml-not-finished", "user"),
    _problem("saml-response-rejected", "identity-admin"),
    _problem("saml-client-unsupported", "user"),
    _problem("connect-handler-denied", "vpn-admin"),
    _problem("device-posture-denied", "endpoint-security"),
    _problem("address-pool-exhausted", "vpn-admin"),
    _problem("session-expired", "user"),
    _problem("idle-timeout", "user"),
    _problem("path-lost", "network-owner"),
    _problem("lan-changed-terminated", "user"),
    _problem("route-loop", "vpn-admin"),
)
_BY_CODE = {problem.code: problem for problem in PROBLEMS}
FILES_READ = 4


def plan(look: Look) -> Iterable[Touch]:
    """The logs, by path: the user may want to know."""
    for path in _files(look):
        yield Touch(kind="file", what=path, why="what the endpoint pushed, how far attempts came")


def _files(look: Look) -> tuple[str, ...]:
    return look.log_files or look.host.client_logs()[:FILES_READ]


def observe(look: Look) -> ClientLogFacts:
    """The last attempts of the newest readable log that tells of any."""
    files = _files(look)
    if not files:
        raise CannotObserve("not_found", "no client log; name one with --client-log")
    unreadable: list[Failure] = []
    unknown = 0
    for path in files:
        try:
            reading = look.host.log_attempts(path)
        except OSError as error:
            unreadable.append(Failure(kind="permission_denied", detail=error.strerror or ""))
            continue
        unknown += reading.unknown_lines
        if reading.attempts:
            return ClientLogFacts(
                files=len(files),
                named=bool(look.log_files),
                unreadable=tuple(unreadable),
                attempts=reading.attempts[-ATTEMPTS_KEPT:],
                unknown_lines=unknown,
            )
    return ClientLogFacts(files=len(files), unreadable=tuple(unreadable), unknown_lines=unknown)


def judge(facts: ClientLogFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """What the last attempt ended with. While the tunnel stands, past failures are past.

    Codes that a probe can see too (certificates) are named by the checks that probe.
    """
    if connected(case):
        return
    for number, error in telling_errors(facts):
        problem = _BY_CODE.get(facts.attempts[number].errors[error].code)
        if problem is not None:
            finding = problem.found(
                ID, cite(ID, facts, "attempts", number, "errors", error, "code")
            )
            # That a server which never answers has no address left is only the usual reason.
            doubtful = facts.attempts[number].errors[error].detail == "no_reply"
            yield finding if facts.named and not doubtful else finding.but(certainty="likely")


def applies(facts: ClientLogFacts, _case: Case) -> str | None:
    """A log without an attempt says nothing."""
    return None if facts.attempts else "the logs tell of no attempt"


CHECK = Check(
    id=ID,
    title="The client's log",
    facts=ClientLogFacts,
    problems=PROBLEMS,
    observe=observe,
    judge=judge,
    plan=plan,
    applies=applies,
    seconds=1.5,
)
