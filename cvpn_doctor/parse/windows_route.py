"""Rows of GetIpForwardTable2 → routes, with the whole cost: route metric plus interface metric.

Source: netioapi.h MIB_IPFORWARD_ROW2, nldef.h NL_ROUTE_PROTOCOL. Windows lists more than others:
a row for each own address, for each broadcast, for multicast, on every interface, connected or not.
A real table in short (route print -4)::

    0.0.0.0          0.0.0.0      192.168.1.1    192.168.1.23     35
    10.20.0.0    255.255.0.0      10.100.0.1     10.100.0.2      257
    192.168.1.0  255.255.255.0        On-link    192.168.1.23    291
    192.168.1.23 255.255.255.255      On-link    192.168.1.23    291
"""

from collections.abc import Collection, Mapping, Sequence
from ipaddress import ip_address, ip_interface, ip_network
from typing import Final, NamedTuple

from cvpn_doctor.model.network import Route, RouteType
from cvpn_doctor.parse.windows_address import AF_INET6, prefix_text, socket_address

PROTOCOLS: Final[dict[int, str]] = {
    1: "other",
    2: "local",
    3: "static",  # MIB_IPPROTO_NETMGMT: by hand, by DHCP, by a VPN client
    4: "icmp",
    8: "rip",
    13: "ospf",
    14: "bgp",
    10002: "autostatic",
    10006: "static",
    10007: "static",
    19: "dhcp",
}


class Row(NamedTuple):
    """One row as it is read: addresses as SOCKADDR_INET bytes."""

    interface: int  # its index
    destination: bytes
    length: int
    next_hop: bytes
    metric: int
    protocol: int
    loopback: bool = False


class Link(NamedTuple):
    """What the table does not say of the interface of a row, in one address family."""

    metric: int | None  # None: the system does not tell
    connected: bool = True


class Unranked(Exception):  # noqa: N818 - a fact about the system
    """Two interfaces hold the same prefix, and the metrics that decide are not known."""


def routes(
    rows: Sequence[Row],
    names: Mapping[int, str],
    links: Mapping[tuple[int, int], Link],
    own: Collection[tuple[str, int]],
) -> tuple[tuple[Route, ...], int]:
    """The routes, and how many rows could not be read. Raises Unranked.

    `links`: by interface index and IP version; `own`: the laptop's addresses with their lengths.
    """
    addresses = {str(ip_address(address)) for address, _ in own}
    broadcasts = {str(ip_interface(f"{a}/{n}").network.broadcast_address) for a, n in own if n < 31}
    found: list[Route] = []
    ranks: dict[str, dict[int, bool]] = {}  # prefix → interface → whether its metric is known
    for row in rows:
        link = _link_of(row, links)
        route = _route(row, names, link, addresses, broadcasts)
        if route is not None:
            found.append(route)
            if _competes(route):
                ranks.setdefault(route.destination, {})[row.interface] = link.metric is not None
    for prefix, known in ranks.items():
        if len(known) > 1 and not all(known.values()):
            raise Unranked(prefix)
    return tuple(found), len(rows) - len(found)


def _link_of(row: Row, links: Mapping[tuple[int, int], Link]) -> Link:
    version = 6 if row.destination[:2] == AF_INET6.to_bytes(2, "little") else 4
    return links.get((row.interface, version), Link(None))


def _competes(route: Route) -> bool:
    if route.type != "unicast" or route.dead:
        return False
    return not ip_network(route.destination).is_link_local


def _route(
    row: Row,
    names: Mapping[int, str],
    link: Link,
    addresses: Collection[str],
    broadcasts: Collection[str],
) -> Route | None:
    destination = prefix_text(row.destination, row.length)
    next_hop = socket_address(row.next_hop)
    if destination is None:
        return None
    return Route(
        destination=destination,
        interface=names.get(row.interface) or f"if{row.interface}",
        next_hop=None if next_hop is None or ip_address(next_hop).is_unspecified else next_hop,
        metric=row.metric + (link.metric or 0),
        type=_type(destination, row.loopback, addresses, broadcasts),
        protocol=PROTOCOLS.get(row.protocol, str(row.protocol)),
        dead=not link.connected,
    )


def _type(
    destination: str, loopback: bool, addresses: Collection[str], broadcasts: Collection[str]
) -> RouteType:
    network = ip_network(destination)
    first = str(network.network_address)
    if network.is_multicast:
        return "multicast"
    if network.prefixlen == network.max_prefixlen:
        if first in addresses:
            return "local"
        if first == "255.255.255.255" or (network.version == 4 and first in broadcasts):
            return "broadcast"
    return "local" if loopback or network.is_loopback else "unicast"
