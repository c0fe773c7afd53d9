"""Causes that lie in the laptop's own table: the wrong family, a left-over host route."""

from cvpn_checks.endpoint_ports.problems import BYPASS_STALE, FAMILY_MISMATCH, ID
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import NetworkFacts, PortsFacts, RoutesFacts, TunnelFacts
from cvpn_doctor.model.finding import Finding
from cvpn_doctor.model.network import Route
from cvpn_doctor.routing.connection import connected


def no_route(facts: PortsFacts, case: Case, number: int) -> Finding | None:
    """Only IPv6 addresses on a laptop that has IPv4 only, or the other way round."""
    network = case.facts(NetworkFacts)
    families = {":" in a.address for a in facts.answers}
    if network is None or len(families) != 1:
        return None
    wanted = next(iter(families))
    has = {r.destination == "::/0" for r in network.default_routes}
    if wanted in has or not has:
        return None
    return FAMILY_MISMATCH.found(
        ID,
        cite(ID, facts, "answers", number, "outcome"),
        endpoint="IPv6" if wanted else "IPv4",
        laptop="IPv4" if wanted else "IPv6",
        address=facts.answers[number].address,
    )


def stale_bypass(
    facts: PortsFacts, case: Case, ours: list[int], by_outcome: dict[str, int]
) -> Finding | None:
    """A host route to the endpoint, left over from another network, leads into nothing."""
    routes, network = case.facts(RoutesFacts), case.facts(NetworkFacts)
    if routes is None or network is None or connected(case):
        return None
    if not by_outcome.keys() & {"silent", "no_route", "rejected", "failed"}:
        return None
    asked = {facts.answers[n].address for n in ours}
    for number, route in enumerate(routes.table.routes):
        address, _, length = route.destination.partition("/")
        default = _default_of_family(network, ":" in address)
        if address not in asked or length not in ("32", "128") or default is None:
            continue
        gateway = network.default_routes[default].next_hop
        if route.next_hop and gateway and not _is_in_use(route, network, case):
            return BYPASS_STALE.found(
                ID,
                cite("routes", routes, "table", "routes", number, "next_hop"),
                cite("network", network, "default_routes", default, "next_hop"),
                address=address,
                next_hop=route.next_hop,
                gateway=gateway,
            ).but(certainty="proven" if case.facts(TunnelFacts) else "likely")
    return None


def _is_in_use(route: Route, network: NetworkFacts, case: Case) -> bool:
    """It leads to the gateway of a default route that stands, or into a tunnel that lives."""
    if any(route.next_hop == default.next_hop for default in network.default_routes):
        return True
    tunnels = case.facts(TunnelFacts)
    return tunnels is not None and any(
        i.name == route.interface and i.kind == "tunnel" and i.up and i.running
        for i in tunnels.interfaces
    )


def _default_of_family(network: NetworkFacts, is_ipv6: bool) -> int | None:
    """The position of the best default route of that family."""
    wanted = "::/0" if is_ipv6 else "0.0.0.0/0"
    matching = (n for n, r in enumerate(network.default_routes) if r.destination == wanted)
    return next(matching, None)
