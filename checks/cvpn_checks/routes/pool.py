"""The client range against the laptop's own networks: who has the same addresses twice?"""

from collections.abc import Iterator

from cvpn_checks.routes import problems
from cvpn_checks.routes.view import ID
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import RoutesFacts, TunnelFacts
from cvpn_doctor.model.finding import Finding
from cvpn_doctor.routing.connection import connected
from cvpn_doctor.routing.overlap import overlaps


def judge(_facts: RoutesFacts, case: Case) -> Iterator[Finding]:
    """A network of the laptop inside the client range: answers for either side get lost."""
    tunnels, client_cidr = case.facts(TunnelFacts), case.expectation.client_cidr
    if tunnels is None or client_cidr is None:
        return
    ignore = frozenset(i.name for i in tunnels.interfaces if i.kind == "tunnel")
    for overlap in overlaps(tunnels.interfaces, client_cidr, ignore):
        number = next(n for n, i in enumerate(tunnels.interfaces) if i.name == overlap.interface)
        yield problems.LAN_OVERLAPS_POOL.found(
            ID,
            cite("tunnel_interface", tunnels, "interfaces", number, "name"),
            network=overlap.network,
            interface=overlap.interface,
            client_cidr=client_cidr,
        ).but(severity="medium" if connected(case) else "low")
        return
