"""What do the VPN client's own logs say of its last attempts?

Nothing else on the laptop knows what the endpoint pushed. Logs are named on the command line or
found where the installed clients write them. They are read into typed events; a line that is not
known is counted and never copied.
"""

from collections.abc import Iterable

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import CannotObserve, Check, Look, Touch
from cvpn_doctor.model.facts import ClientLogFacts
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.finding import Exclusion, Finding
from cvpn_doctor.openvpn.log import read_attempts

ID = "client_log"
ATTEMPTS_KEPT = 5
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
            text = look.host.read_log(path)
        except OSError as error:
            unreadable.append(Failure(kind="permission_denied", detail=error.strerror or ""))
            continue
        reading = read_attempts(text)
        unknown += reading.unknown_lines
        if reading.attempts:
            return ClientLogFacts(
                files=len(files),
                unreadable=tuple(unreadable),
                attempts=reading.attempts[-ATTEMPTS_KEPT:],
                unknown_lines=unknown,
            )
    return ClientLogFacts(files=len(files), unreadable=tuple(unreadable), unknown_lines=unknown)


def judge(_facts: ClientLogFacts, _case: Case) -> Iterable[Finding | Exclusion]:
    """The log is evidence for other checks: `routes` compares expected, pushed and installed."""
    return ()


def applies(facts: ClientLogFacts, _case: Case) -> str | None:
    """A log without an attempt says nothing."""
    return None if facts.attempts else "the logs tell of no attempt"


CHECK = Check(
    id=ID,
    title="The client's log",
    facts=ClientLogFacts,
    problems=(),
    observe=observe,
    judge=judge,
    plan=plan,
    applies=applies,
    seconds=1.5,
)
