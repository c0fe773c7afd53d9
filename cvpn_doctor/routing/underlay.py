"""The way beneath the tunnels: where packets go that belong to no VPN."""

from cvpn_doctor.model.network import MAIN_TABLE, Route, RouteTable
from cvpn_doctor.routing.forwarding import ForwardingMap
from cvpn_doctor.routing.prefix import Family, parse_prefix, whole


def underlay(table: RouteTable, tunnels: frozenset[str], family: Family = 4) -> Route | None:
    """The default route outside all tunnels: the cheapest live one of the main table.

    A tunnel that redirects everything hides it (0.0.0.0/1 and 128.0.0.0/1) but leaves it there
    (openvpn, src/openvpn/route.c, redirect_default_route_to_vpn with def1).
    """
    default = str(whole(family))
    candidates = (
        route
        for route in table.routes
        if route.destination == default
        and route.table == MAIN_TABLE
        and route.type == "unicast"
        and route.interface not in tunnels
        and not (route.dead or route.scoped)
    )
    return min(candidates, key=lambda route: route.metric, default=None)


def host_route(forwarding: ForwardingMap, address: str) -> Route | None:
    """The row for this one address, if packets to it follow one: the way to the endpoint.

    Raises ValueError if this is no address.
    """
    segment = forwarding.lookup(address)
    if segment is None or segment.winner is None or segment.type != "unicast":
        return None
    return segment.winner if parse_prefix(segment.winner.destination).is_host else None
