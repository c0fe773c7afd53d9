"""Do the packets that should go through the tunnel go there, and no others?

Judged by the effective forwarding map (`cvpn_doctor.routing`), never by the text of the table:
each expected prefix is cut into the parts that go through the tunnel and those that do not, and
what wins in each part names the cause. Where the client's log tells what was pushed, it is a
three-way comparison: expected, pushed, installed. Modes 66 to 84 (docs/design/005).

`problems` declares, `expected`, `extent` and `stale` judge one question each, `view` is what they
share.
"""

from collections.abc import Iterable
from ipaddress import ip_network

from cvpn_checks.routes import expected, extent, pool, problems, stale
from cvpn_checks.routes.view import ID, View
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import Check, Look, Touch
from cvpn_doctor.model.facts import RoutesFacts
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.finding import Exclusion, Finding
from cvpn_doctor.model.network import RouteAnswer
from cvpn_doctor.routing.connection import connected

SAMPLES = 24  # addresses that the system itself is asked about


def plan(_look: Look) -> Iterable[Touch]:
    """Reads the routing table, sends nothing."""
    yield Touch(kind="system", what="routing table and rules", why="where each address goes")


def observe(look: Look) -> RoutesFacts:
    """The whole table, and the system's own word on a sample of what is expected."""
    return RoutesFacts(table=look.host.routes(), answers=tuple(_answers(look)))


def _answers(look: Look) -> Iterable[RouteAnswer]:
    for address in _sample(look.expectation.routes)[:SAMPLES]:
        try:
            yield look.host.route_to(address)
        except (Unsupported, OSError):
            return


def _sample(prefixes: tuple[str, ...]) -> list[str]:
    """One address near the start and one in the middle of each prefix."""
    networks = [ip_network(prefix) for prefix in prefixes]
    return [
        str(network[offset])
        for network in networks
        for offset in sorted({min(1, network.num_addresses - 1), network.num_addresses // 2})
    ]


def judge(facts: RoutesFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """Connected: extent, then expected prefixes. Not connected: what was left behind."""
    yield from pool.judge(facts, case)
    view = View.of(facts, case)
    if not connected(case):
        yield from stale.judge(facts, case)
    elif view is not None:
        of_extent = tuple(extent.judge(view))
        yield from of_extent
        yield from expected.judge(view, any(isinstance(item, Finding) for item in of_extent))


def applies(_facts: RoutesFacts, case: Case) -> str | None:
    """Without a tunnel no route is expected."""
    return None if connected(case) else "the VPN is not connected"


CHECK = Check(
    id=ID,
    title="The routes",
    facts=RoutesFacts,
    problems=problems.PROBLEMS,
    observe=observe,
    judge=judge,
    plan=plan,
    applies=applies,
    seconds=2.0,
)
