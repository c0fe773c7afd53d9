"""Does the endpoint's name lead to the endpoint?

The zone answers only with one extra label in front (wildcard record): the bare name never
resolves, and a new random label at each connect defeats every cache. So the same question is
asked in three forms (a random label, a second one, the bare name), beside two controls: a name
of an endpoint that cannot exist, which only a forger resolves, and the parent domain, which is
missing only where somebody filters. Each configured resolver is asked by itself, and the
system's own path (hosts file, cache, stub) as the applications use it. Modes 1 to 6 of the
reference; RFC 2308 for NXDOMAIN against no data.
"""

from collections.abc import Iterable

from cvpn_checks.endpoint_name.ask import observe, plan
from cvpn_checks.endpoint_name.forged import forged
from cvpn_checks.endpoint_name.problems import ALL_NAME_CODES, ID, PROBLEMS
from cvpn_checks.endpoint_name.unresolved import exclusions, unresolved
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import Check
from cvpn_doctor.model.facts import NameFacts
from cvpn_doctor.model.finding import Exclusion, Finding


def judge(facts: NameFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """Resolved: to the endpoint, or to somewhere else? Not resolved: whose fault?"""
    if facts.pinned:
        return
    if facts.addresses:
        elsewhere = forged(facts, case)
        if elsewhere:
            yield elsewhere
            return
        because = f"{facts.random}: {', '.join(facts.addresses[:4])}"
        for code in ALL_NAME_CODES:
            yield Exclusion(code=code, because=because)
        return
    finding = unresolved(facts, case)
    if finding:
        yield finding
        yield from exclusions(facts)


def applies(facts: NameFacts, _case: Case) -> str | None:
    """An address in the profile needs no name."""
    return "the profile holds an address, not a name" if facts.pinned else None


CHECK = Check(
    id=ID,
    title="The endpoint's name",
    facts=NameFacts,
    problems=PROBLEMS,
    observe=observe,
    judge=judge,
    plan=plan,
    applies=applies,
    seconds=2.2,
    sends=True,
)
