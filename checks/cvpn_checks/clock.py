"""Is the laptop's clock right?

A wrong clock makes good certificates look expired or not yet valid, for one user only (mode 27),
and breaks SAML, whose answers hold for minutes. The time is taken from the Date header of the
witness (RFC 9110), several times, so that one odd answer does not decide; no time server is asked.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from statistics import median

from cvpn_doctor.model.answers import HttpAnswer
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import Check, Look, Touch
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import ClockFacts, ClockWitness
from cvpn_doctor.model.finding import Exclusion, Finding, Problem, Stage
from cvpn_doctor.openvpn.time import parse_time

ID = "clock"
SKEWED = Problem(
    code="clock-skewed",
    stage=Stage.LAPTOP,
    severity="high",
    actor="user",
    explains=(
        "server-certificate-expired",
        "server-certificate-not-yet-valid",
        "client-certificate-expired",
        "client-certificate-not-yet-valid",
        "server-certificate-untrusted",
        "saml-response-rejected",
    ),
    neighbours=("server-certificate-expired", "server-certificate-not-yet-valid"),
)
ASKED = 2
ASK_SECONDS = 1.5
# SAML services allow some five minutes (SAML 2.0 profiles, NotOnOrAfter); TLS none, but
# certificates begin in the past.
TOLERATED = 300.0


def plan(look: Look) -> Iterable[Touch]:
    """The witness, for its Date header."""
    yield Touch(kind="packet", what=look.expectation.witness, why="HTTP GET: the time")


def observe(look: Look) -> ClockFacts:
    """The laptop's time beside the witness's, each answer by itself."""
    now = datetime.fromtimestamp(look.host.clock(), UTC)
    answers = look.ask([lambda: _ask(look)] * ASKED).results(ASK_SECONDS)
    return ClockFacts(
        now=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        witnesses=tuple(answer for answer in answers if isinstance(answer, ClockWitness)),
    )


def _ask(look: Look) -> ClockWitness | None:
    url = look.expectation.witness
    answer = look.host.http_get(url, ASK_SECONDS)
    after = look.host.clock()
    return _witness(answer, after, url)


def _witness(answer: HttpAnswer, after: float, url: str) -> ClockWitness | None:
    """The header was written somewhere between question and answer, cut to whole seconds."""
    told = parse_time(answer.date) if answer.date else None
    if told is None:
        return None
    between = after - answer.seconds / 2
    offset = between - (told.timestamp() + 0.5)
    return ClockWitness(
        source=url, offset=round(offset, 1), error=round(0.5 + answer.seconds / 2, 1)
    )


def judge(facts: ClockFacts, _case: Case) -> Iterable[Finding | Exclusion]:
    """Skewed only where all witnesses agree that it is."""
    offsets = [witness.offset for witness in facts.witnesses]
    if not offsets:
        return
    middle = median(offsets)
    if (
        all(abs(offset) > TOLERATED for offset in offsets)
        and max(offsets) - min(offsets) < TOLERATED
    ):
        yield SKEWED.found(
            ID,
            cite(ID, facts, "now"),
            cite(ID, facts, "witnesses", 0, "offset"),
            direction="ahead" if middle > 0 else "behind",
            minutes=round(abs(middle) / 60),
            days=round(abs(middle) / 86400),
        )
    elif all(abs(offset) <= TOLERATED for offset in offsets):
        yield Exclusion(
            code=SKEWED.code, because=f"{middle:+.0f} s beside {facts.witnesses[0].source}"
        )


def applies(facts: ClockFacts, _case: Case) -> str | None:
    """Without a witness nothing can be said of the clock."""
    return None if facts.witnesses else "no witness told the time"


CHECK = Check(
    id=ID,
    title="The clock",
    facts=ClockFacts,
    problems=(SKEWED,),
    observe=observe,
    judge=judge,
    plan=plan,
    applies=applies,
    seconds=1.7,
    sends=True,
)
