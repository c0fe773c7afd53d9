"""`netstat -rnl -f inet` and `-f inet6` of macOS → routes.

A real table of macOS 10.14 (with `-l`, newer systems print the same columns)::

    Routing tables

    Internet:
    Destination        Gateway            Flags        Refs      Use    Mtu   Netif Expire
    default            192.168.1.254      UGSc           83       24   1500     en0
    127                127.0.0.1          UCS             0        0  16384     lo0
    192.168.1          link#10            UCS            12        0   1500     en0      !
    192.168.1.72       f0:18:98:3:d8:39   UHLWIi          1     8878   1500     en0   1105

and of macOS 13 without `-l`, Cloudflare WARP connected::

    Destination        Gateway            Flags           Netif Expire
    0/5                utun5              Ucg             utun5
    default            192.168.20.1       UGScg             en0
    default            link#20            UCSIg           utun5
    fe80::%utun0/64    fe80::30fe:52f1:103c:c66c%utun0 UcI utun0

Columns differ by release, so the row is read from both ends: destination, gateway and flags
first; the interface last, or before the time to expire. Flags: netstat(1), net/route.h.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final, Literal, NamedTuple

from cvpn_doctor.model.network import Route, RouteType
from cvpn_doctor.parse.address import is_address
from cvpn_doctor.parse.bsd_prefix import prefix

_FAMILIES: Final[dict[str, Literal[4, 6]]] = {"Internet:": 4, "Internet6:": 6}
_FLAGS: Final = re.compile(r"[A-Za-z1-3]{1,24}")
_NO_GATEWAY: Final = re.compile(r"U[A-Za-z1-3]*")  # the flags stand in its place
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_EXPIRES: Final = re.compile(r"-?\d+|!")
_CUT_AT: Final = 8  # old systems print no more of an interface's name
# The first flag that is set decides; without any the row is an ordinary one.
_TYPES: Final[tuple[tuple[str, RouteType], ...]] = (
    ("R", "unreachable"),  # RTF_REJECT
    ("B", "blackhole"),
    ("b", "broadcast"),
    ("m", "multicast"),
)
_PROTOCOLS: Final = (("D", "redirect"), ("S", "static"), ("W", "cloned"))


class Table(NamedTuple):
    """The rows of one output, in their order."""

    routes: tuple[Route, ...]
    unread: int  # rows that could not be understood


class _Row(NamedTuple):
    destination: str
    gateway: str
    flags: str
    interface: str


def routes(
    text: str, interfaces: Collection[str] = (), indexes: Mapping[int, str] | None = None
) -> Table:
    """Read the table. `interfaces`, `indexes`: to complete names that are cut off."""
    family: Literal[4, 6] | None = None
    found: list[Route] = []
    unread = 0
    for line in text.splitlines():
        words = line.split()
        if not words or words[0] == "Destination" or words == ["Routing", "tables"]:
            continue
        if len(words) == 1 and words[0].endswith(":"):
            family = _FAMILIES.get(words[0])
            continue
        row = _row(words)
        route = _route(row, family, interfaces, indexes or {}) if row and family else None
        if route is None:
            unread += 1
        else:
            found.append(route)
    return Table(tuple(found), unread)


def _row(words: list[str]) -> _Row | None:
    if _EXPIRES.fullmatch(words[-1]):
        words = words[:-1]
    if len(words) > 1 and _NO_GATEWAY.fullmatch(words[1]):
        words = [words[0], "", *words[1:]]
    if len(words) < 4 or not _FLAGS.fullmatch(words[2]) or not _NAME.fullmatch(words[-1]):
        return None
    return _Row(words[0], words[1], words[2], words[-1])


def _route(
    row: _Row, family: Literal[4, 6], interfaces: Collection[str], indexes: Mapping[int, str]
) -> Route | None:
    destination = prefix(row.destination, family)
    if destination is None:
        return None
    interface = _whole_name(row, interfaces, indexes)
    return Route(
        destination=destination,
        interface=interface,
        next_hop=_next_hop(row),
        type=_type(row.flags, destination, interface),
        protocol=next((name for flag, name in _PROTOCOLS if flag in row.flags), "kernel"),
        dead="U" not in row.flags,
        scoped="I" in row.flags,
    )


def _next_hop(row: _Row) -> str | None:
    """The gateway, where it is one: not a link, an interface, or a neighbour's hardware address."""
    address = row.gateway.partition("%")[0]
    return address if "G" in row.flags and is_address(address) else None


def _type(flags: str, destination: str, interface: str) -> RouteType:
    """A row of the loopback interface for one address is the laptop's own address."""
    for flag, meaning in _TYPES:
        if flag in flags:
            return meaning
    if not interface.startswith("lo"):
        return "unicast"
    own = "H" in flags or destination.startswith(("127.", "fe80:"))
    return "local" if own else "unicast"


def _whole_name(row: _Row, interfaces: Collection[str], indexes: Mapping[int, str]) -> str:
    """ "bridge10" of an old system may be bridge100 or bridge101."""
    name = row.interface
    if name in interfaces or len(name) < _CUT_AT:
        return name
    possible = [whole for whole in interfaces if whole.startswith(name)]
    if len(possible) == 1:
        return possible[0]
    number = row.gateway.removeprefix("link#")
    by_index = indexes.get(int(number)) if number.isascii() and number.isdigit() else None
    return by_index if by_index in possible and by_index is not None else name
