"""Routes that were left behind when the tunnel died: they lead into nothing."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from cvpn_checks.routes import problems
from cvpn_checks.routes.view import ID
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import RoutesFacts, TunnelFacts
from cvpn_doctor.model.finding import Finding
from cvpn_doctor.model.network import Interface, Route
from cvpn_doctor.routing.connection import tunnel_interface
from cvpn_doctor.routing.overlap import networks_of
from cvpn_doctor.routing.prefix import parse_prefix
from cvpn_doctor.routing.tunnel import leads_somewhere


def judge(facts: RoutesFacts, case: Case) -> Iterator[Finding]:
    """Rows on a tunnel that no process holds, or to a next hop of the client range."""
    if case.facts(TunnelFacts) is None:
        return  # a tunnel that was not looked for is not a dead tunnel
    dead = tunnel_interface(case)
    rows = [
        number
        for number, route in enumerate(facts.table.routes)
        if _leads_to_dead_tunnel(route, dead)
        or _leads_to_lost_gateway(route, dead, case)
        or _is_orphaned_half(route, case)
    ]
    if rows:
        routes = facts.table.routes
        yield problems.STALE.found(
            ID,
            *(cite(ID, facts, "table", "routes", n, "destination") for n in rows[:4]),
            interface=routes[rows[0]].interface or "",
            routes=tuple(dict.fromkeys(routes[n].destination for n in rows))[:8],
        )


def _leads_to_dead_tunnel(route: Route, dead: Interface | None) -> bool:
    if dead is None or route.interface != dead.name or route.type != "unicast":
        return False
    if dead.up and dead.running:
        return False  # it lives: the tunnel of another VPN or of another session
    destination = parse_prefix(route.destination)
    return leads_somewhere(route) and not any(own.covers(destination) for own in networks_of(dead))


def _is_orphaned_half(route: Route, case: Case) -> bool:
    """A half of def1 that no tunnel carries: only a VPN client makes such routes."""
    tunnels = case.facts(TunnelFacts)
    if tunnels is None or route.destination not in ("0.0.0.0/1", "128.0.0.0/1"):
        return False
    owner = next((i for i in tunnels.interfaces if i.name == route.interface), None)
    return route.type == "unicast" and owner is not None and owner.kind != "tunnel"


def _leads_to_lost_gateway(route: Route, dead: Interface | None, case: Case) -> bool:
    """A next hop inside the client range, although no tunnel has an address there."""
    pool = case.expectation.client_cidr
    if dead is not None or pool is None or route.next_hop is None:
        return False
    hop, network = ip_address(route.next_hop), ip_network(pool)
    return hop.version == network.version and hop in network
