"""Linux RTM_NEWLINK, RTM_NEWADDR and RTM_NEWNEIGH messages → links, addresses, neighbours.

Source: linux/if_link.h, linux/if_addr.h, linux/neighbour.h. A real RTM_NEWADDR body,
`10.100.0.2 peer 10.100.0.1/32 dev tun0` (index 2)::

    02 20 80 00 02 00 00 00  08 00 01 00 0a 64 00 01  08 00 02 00 0a 64 00 02
    09 00 03 00 74 75 6e 30 00 00 00 00  08 00 08 00 80 00 00 00
"""

import struct
from typing import NamedTuple

from cvpn_doctor.model.network import InterfaceAddress
from cvpn_doctor.parse.address import address_text
from cvpn_doctor.parse.netlink import attributes, number, text

IFNAME, MTU, MASTER, LINKINFO = 3, 4, 10, 18
INFO_KIND = 1
UP, RUNNING, LOWER_UP = 0x1, 0x40, 0x10000

_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")
_NEIGHBOUR = struct.Struct("=B3xiHBB")

# NUD_*: reachable, stale, delay, probe, noarp, permanent all hold a link-layer address.
_KNOWN = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80
INCOMPLETE, FAILED = 0x01, 0x20


class Link(NamedTuple):
    """A link as the kernel lists it, before anyone says what kind of interface it is."""

    ifindex: int
    name: str
    kind: str  # "tun", "veth", "bridge", "wireguard", ...; "" for hardware
    hardware: int  # ARPHRD_*
    master: int | None
    mtu: int | None
    up: bool
    running: bool


class Neighbour(NamedTuple):
    """What the link layer knows of one address."""

    address: str
    ifindex: int
    known: bool | None  # None: neither known nor given up
    incomplete: bool  # being asked for right now


def link_of(body: bytes) -> Link | None:
    """The link of one RTM_NEWLINK. None: broken, or without a name."""
    if len(body) < 16:
        return None
    _family, hardware, index, flags, _change = _LINK.unpack_from(body)
    found = attributes(body, 16)
    name = text(found.get(IFNAME))
    if not name or index <= 0:
        return None
    return Link(
        ifindex=index,
        name=name,
        kind=text(attributes(found.get(LINKINFO, b""), 0).get(INFO_KIND)),
        hardware=hardware,
        master=number(found.get(MASTER)) or None,
        mtu=number(found.get(MTU)),
        up=bool(flags & UP),
        # RUNNING alone lags behind, LOWER_UP alone is set while Wi-Fi still signs in (dormant)
        running=bool(flags & RUNNING and flags & LOWER_UP),
    )


def address_of(body: bytes) -> tuple[int, InterfaceAddress] | None:
    """Interface index and address of one RTM_NEWADDR. None: broken, or another family."""
    if len(body) < 8:
        return None
    _family, length, _flags, _scope, index = _ADDRESS.unpack_from(body)
    found = attributes(body, 8)
    far = address_text(found.get(1, b""))  # IFA_ADDRESS: of a point-to-point link, the far end
    own = address_text(found.get(2, b"")) or far  # IFA_LOCAL
    if own is None:
        return None
    peer = far if far != own else None
    return index, InterfaceAddress(address=own, prefix_length=length, peer=peer)


def neighbour_of(body: bytes) -> Neighbour | None:
    """The entry of one RTM_NEWNEIGH. None: broken, or without an address."""
    if len(body) < 12:
        return None
    _family, index, state, _flags, _type = _NEIGHBOUR.unpack_from(body)
    address = address_text(attributes(body, 12).get(1, b""))
    if address is None:
        return None
    known = True if state & _KNOWN else False if state & FAILED else None
    return Neighbour(address, index, known, bool(state & INCOMPLETE))
