"""Linux RTM_NEWROUTE messages → routes.

Source: linux/rtnetlink.h `struct rtmsg` (family, dst_len, src_len, tos, table, protocol, scope,
type, u32 flags) and RTA_*. A real body, `10.20.0.0/16 via 10.0.0.1 dev tun0 proto static
metric 50`::

    02 10 00 00 fe 04 00 01 10 00 00 00  08 00 0f 00 fe 00 00 00  08 00 01 00 0a 14 00 00
    08 00 06 00 32 00 00 00  08 00 05 00 0a 00 00 01  08 00 04 00 02 00 00 00
"""

import struct
from collections.abc import Iterator, Mapping
from ipaddress import IPv6Address
from typing import Final, NamedTuple

from cvpn_doctor.model.network import Route, RouteType
from cvpn_doctor.parse.address import IPV4, IPV6, address_text
from cvpn_doctor.parse.netlink import attributes, number

DST, SRC, OIF, GATEWAY, PRIORITY, PREFSRC = 1, 2, 4, 5, 6, 7
MULTIPATH, TABLE, VIA, NEXTHOP_ID = 9, 15, 18, 30
CLONED = 0x200  # RTM_F_CLONED: a cache entry (learned MTU), not a route
DEAD, LINK_DOWN = 1, 16  # RTNH_F_*

_HEADER = struct.Struct("=8BI")
_NEXT_HOP = struct.Struct("=HBBi")

TYPES: Final[dict[int, RouteType]] = {
    1: "unicast",
    2: "local",
    3: "broadcast",
    4: "local",  # anycast: the packet ends in this machine
    5: "multicast",
    6: "blackhole",
    7: "unreachable",
    8: "prohibit",
    9: "throw",
}

# /etc/iproute2/rt_protos
PROTOCOLS: Final[dict[int, str]] = {
    0: "unspec",
    1: "redirect",
    2: "kernel",
    3: "boot",
    4: "static",
    8: "gated",
    9: "ra",
    10: "mrt",
    11: "zebra",
    12: "bird",
    13: "dnrouted",
    14: "xorp",
    15: "ntk",
    16: "dhcp",
    17: "mrouted",
    18: "keepalived",
    42: "babel",
    186: "bgp",
    187: "isis",
    188: "ospf",
    189: "rip",
    192: "eigrp",
}


class _Hop(NamedTuple):
    ifindex: int | None
    gateway: bytes | None
    flags: int


def routes_of(body: bytes, names: Mapping[int, str]) -> tuple[Route, ...] | None:
    """The rows of one RTM_NEWROUTE: one, or one per next hop; none for a cache entry.

    `names`: interface index → name. None: a row that the model cannot hold (a route for some
    sources or some type of service only, a next-hop object without its expansion), or broken.
    """
    if len(body) < 12:
        return None
    family, length, source_length, tos, table, protocol, _scope, kind, flags = _HEADER.unpack_from(
        body
    )
    if flags & CLONED:
        return ()
    found = attributes(body, 12)
    destination = prefix(family, length, found.get(DST))
    if destination is None or source_length or tos or kind not in TYPES:
        return None
    hops = tuple(_hops(found)) if MULTIPATH in found else (_only_hop(found, flags),)
    if not hops or (hops[0].ifindex is None and NEXTHOP_ID in found):
        return None
    table = number(found.get(TABLE)) or table
    metric = number(found.get(PRIORITY)) or 0
    source = address_text(found[PREFSRC]) if PREFSRC in found else None
    who = PROTOCOLS.get(protocol) or str(protocol)
    return tuple(
        Route(
            destination=destination,
            interface=interface_name(hop.ifindex, names),
            next_hop=address_text(hop.gateway) if hop.gateway else None,
            metric=metric,
            table=table,
            type=TYPES[kind],
            source=source,
            protocol=who,
            multipath=MULTIPATH in found,
            dead=bool(hop.flags & DEAD),
            link_down=bool(hop.flags & LINK_DOWN),
        )
        for hop in hops
    )


def prefix(family: int, length: int, packed: bytes | None) -> str | None:
    """A destination in CIDR form; absent bytes are the default route. None: no such prefix."""
    size = 4 if family == IPV4 else 16
    if family not in (IPV4, IPV6) or length > size * 8:
        return None
    if packed is None:
        return None if length else ("0.0.0.0/0" if family == IPV4 else "::/0")
    if len(packed) != size:
        return None
    rest = size * 8 - length
    if rest:  # the kernel masks, garbage does not
        packed = (int.from_bytes(packed, "big") >> rest << rest).to_bytes(size, "big")
    if family == IPV4:
        return "{}.{}.{}.{}/{}".format(*packed, length)
    return f"{IPv6Address(packed)}/{length}"


def interface_name(index: int | None, names: Mapping[int, str]) -> str | None:
    """The name of an interface; one that vanished while the tables were read keeps its number."""
    if not index:
        return None
    return names.get(index) or f"if{index}"


def gateway_of(found: Mapping[int, bytes]) -> bytes | None:
    """The packed next hop: RTA_GATEWAY, or RTA_VIA (u16 family, address) of another family."""
    direct = found.get(GATEWAY)
    if direct is not None:
        return direct
    via = found.get(VIA)
    return via[2:] if via is not None else None


def _only_hop(found: Mapping[int, bytes], flags: int) -> _Hop:
    return _Hop(number(found.get(OIF)), gateway_of(found), flags)


def _hops(found: Mapping[int, bytes]) -> Iterator[_Hop]:
    several = found[MULTIPATH]
    at = 0
    while at + 8 <= len(several):
        length, hop_flags, _weight, index = _NEXT_HOP.unpack_from(several, at)
        if length < 8 or at + length > len(several):
            return
        yield _Hop(index, gateway_of(attributes(several[: at + length], at + 8)), hop_flags)
        at += (length + 3) & ~3
