"""The questions that Linux's kernel answers about links, routes, rules and neighbours."""

import errno
import ipaddress
import socket
import struct
from collections.abc import Mapping
from typing import Final

from cvpn_doctor.host.netlink import Netlink
from cvpn_doctor.model.network import (
    LOCAL_TABLE,
    MAIN_TABLE,
    InterfaceAddress,
    Route,
    RouteAnswer,
    RouteTable,
    RouteType,
    Rule,
)
from cvpn_doctor.parse.address import IPV4, IPV6, address_text
from cvpn_doctor.parse.netlink import attributes, number
from cvpn_doctor.parse.rtnetlink_link import (
    Link,
    Neighbour,
    address_of,
    link_of,
    neighbour_of,
)
from cvpn_doctor.parse.rtnetlink_route import (
    DST,
    OIF,
    PREFSRC,
    PRIORITY,
    TABLE,
    TYPES,
    gateway_of,
    interface_name,
    prefix,
    routes_of,
)
from cvpn_doctor.parse.rtnetlink_rule import rule_of

# linux/rtnetlink.h
GET_LINK, GET_ADDRESS, GET_ROUTE, GET_NEIGHBOUR, GET_RULE = 18, 22, 26, 30, 34
LOOKUP_TABLE, FIB_MATCH = 0x1000, 0x2000

# How a lookup fails tells the type of the route that won (include/net/ip_fib.h, fib_props).
_ERRORS: Final[dict[int, RouteType]] = {
    errno.EINVAL: "blackhole",
    errno.EHOSTUNREACH: "unreachable",
    errno.EACCES: "prohibit",
}
# A system without IPv6 (or without policy rules) has no such table.
_NO_TABLE: Final = frozenset({errno.EAFNOSUPPORT, errno.EOPNOTSUPP, errno.EPFNOSUPPORT})


def links(kernel: Netlink) -> tuple[Link, ...]:
    """All links, in the kernel's order."""
    bodies = kernel.dump(GET_LINK, struct.pack("=BxHiII", 0, 0, 0, 0, 0))
    return tuple(link for body in bodies if (link := link_of(body)) is not None)


def addresses(kernel: Netlink) -> dict[int, tuple[InterfaceAddress, ...]]:
    """Interface index → its addresses, both families."""
    found: dict[int, list[InterfaceAddress]] = {}
    for body in kernel.dump(GET_ADDRESS, struct.pack("=BBBBI", 0, 0, 0, 0, 0)):
        entry = address_of(body)
        if entry is not None:
            found.setdefault(entry[0], []).append(entry[1])
    return {index: tuple(entries) for index, entries in found.items()}


def route_table(kernel: Netlink) -> RouteTable:
    """All routes of all tables and all rules, both families."""
    names = {link.ifindex: link.name for link in links(kernel)}
    rows: list[Route] = []
    rules: list[Rule] = []
    unread = 0
    for family in (IPV4, IPV6):
        for body in _table(kernel, GET_ROUTE, family):
            read = routes_of(body, names)
            rows.extend(read or ())
            unread += read is None
        for body in _table(kernel, GET_RULE, family):
            rule = rule_of(body)
            unread += rule is None
            if rule is not None:
                rules.append(rule)
    return RouteTable(routes=tuple(rows), rules=tuple(rules), unread_rows=unread)


def route_to(kernel: Netlink, address: str, index: int | None) -> RouteAnswer:
    """The kernel's own decision for a packet of this user to `address`, and the row that won.

    With `index` (a bound socket) Linux takes an address that no route leads to as on-link: such
    an answer has no `destination`. Raises OSError for other failures than a decision, and
    ValueError for something that is no address.
    """
    try:
        found = _Decision(kernel.ask(GET_ROUTE, _lookup(address, LOOKUP_TABLE, index)))
    except OSError as error:
        if error.errno == errno.ENETUNREACH:
            return RouteAnswer(address=address)
        if error.errno not in _ERRORS:
            raise
        return RouteAnswer(address=address, type=_ERRORS[error.errno])
    try:
        winner = _Decision(kernel.ask(GET_ROUTE, _lookup(address, FIB_MATCH, index)))
    except OSError:
        winner = None  # an old kernel, or on-link by binding: there is no row
    return RouteAnswer(
        address=address,
        interface=_name(number(found.attributes.get(OIF))),
        next_hop=address_text(gateway_of(found.attributes) or b""),
        source=address_text(found.attributes.get(PREFSRC, b"")),
        table=found.table,
        destination=winner.destination if winner else None,
        metric=winner.metric if winner else None,
        type=found.type,
    )


def neighbours(kernel: Netlink, index: int) -> tuple[Neighbour, ...]:
    """The ARP and NDP entries of one interface."""
    bodies = kernel.dump(GET_NEIGHBOUR, struct.pack("=B3xiHBB", 0, 0, 0, 0, 0))
    found = (neighbour_of(body) for body in bodies)
    return tuple(entry for entry in found if entry is not None and entry.ifindex == index)


class _Decision:
    """A route message that answers a lookup."""

    def __init__(self, body: bytes) -> None:
        if len(body) < 12:
            raise OSError(errno.EPROTO, "short answer")
        family, length, _, _, table, _, _, kind = body[:8]
        self.attributes: Mapping[int, bytes] = attributes(body, 12)
        self.table = number(self.attributes.get(TABLE)) or table or MAIN_TABLE
        if TYPES.get(kind) == "local" and self.table == MAIN_TABLE:
            # Until the first rule is added, the kernel keeps both tables in one tree and names
            # the wrong one (net/ipv4/fib_trie.c, fib_trie_unmerge).
            self.table = LOCAL_TABLE
        self.destination = prefix(family, length, self.attributes.get(DST))
        self.metric = number(self.attributes.get(PRIORITY)) or 0
        self.type: RouteType = TYPES.get(kind, "unicast")


def _name(index: int | None) -> str | None:
    """One name by one system call: a dump of all links would cost more than the decision."""
    try:
        return socket.if_indextoname(index) if index else None
    except OSError:
        return interface_name(index, {})


def _lookup(address: str, flags: int, index: int | None) -> bytes:
    packed = ipaddress.ip_address(address.partition("%")[0]).packed
    family = IPV4 if len(packed) == 4 else IPV6
    # a scope ("%eth0") is part of the question only as an interface, which the caller resolves
    body = struct.pack("=8BI", family, len(packed) * 8, 0, 0, 0, 0, 0, 0, flags)
    body += struct.pack("=HH", 4 + len(packed), DST) + packed
    if index is not None:
        body += struct.pack("=HHI", 8, OIF, index)
    return body


def _table(kernel: Netlink, kind: int, family: int) -> list[bytes]:
    try:
        return kernel.dump(kind, struct.pack("=8BI", family, 0, 0, 0, 0, 0, 0, 0, 0))
    except OSError as error:
        if error.errno in _NO_TABLE:
            return []
        raise
