"""`ifconfig -a` of macOS → interfaces and their addresses.

Real ones (a Wi-Fi device; a tunnel of AWS' client; one of Apple's own tunnels; a bridge of a
virtual machine)::

    en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
            options=6460<TSO4,TSO6,CHANNEL_IO,PARTIAL_CSUM,ZEROINVERT_CSUM>
            ether a4:83:e7:00:00:01
            inet6 fe80::cf9:ca6f:7d7a:50a2%en0 prefixlen 64 secured scopeid 0xa
            inet 192.168.1.221 netmask 0xffffff00 broadcast 192.168.1.255
            media: autoselect
            status: active
    utun7: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1500
            inet 10.243.0.7 --> 10.243.0.7 netmask 0xffffffe0
    utun0: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 2000
            inet6 fe80::30fe:52f1:103c:c66c%utun0 prefixlen 64 scopeid 0x12
    bridge100: flags=8a63<UP,BROADCAST,SMART,RUNNING,ALLMULTI,SIMPLEX,MULTICAST> mtu 1500
            inet 198.19.249.3 netmask 0xfffffe00 broadcast 198.19.249.255
            member: vmenet0 flags=10003<LEARNING,DISCOVER,CSUM>
            status: active

`-v` adds "index 4" after the mtu. A tunnel has no status; RUNNING says that a program holds it.
"""

import re
from ipaddress import IPv4Address, ip_address
from itertools import pairwise
from typing import Final, NamedTuple

from cvpn_doctor.model.network import InterfaceAddress

_HEAD: Final = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9_.-]{0,30}): flags=[0-9a-fA-F]+<(?P<flags>[^>]*)>"
    r"(?:.*?\bmtu (?P<mtu>\d{1,9}))?(?:.*?\bindex (?P<index>\d{1,9}))?"
)
_LENGTHS: Final = {str(length): length for length in range(129)}
_LENGTH_OF_MASK: Final = {(2**32 - 1) & ~(2 ** (32 - n) - 1): n for n in range(33)}


class Link(NamedTuple):
    """An interface as ifconfig prints it, before anyone says what kind it is."""

    name: str
    flags: frozenset[str]
    mtu: int | None = None
    ifindex: int | None = None
    addresses: tuple[InterfaceAddress, ...] = ()
    members: tuple[str, ...] = ()  # of a bridge
    status: str = ""  # "active", "inactive"; "" where there is no carrier to speak of

    @property
    def up(self) -> bool:
        """Administratively up."""
        return "UP" in self.flags

    @property
    def running(self) -> bool:
        """RUNNING stays set on a cable that is pulled out; the status then says inactive."""
        return "RUNNING" in self.flags and self.status in ("", "active")


class Listing(NamedTuple):
    """All interfaces, in their order."""

    links: tuple[Link, ...]
    unread: int  # lines with an address, or a head, that could not be understood


def links(text: str) -> Listing:
    """Read the output. Lines of no interest are passed over, broken ones counted."""
    found: list[Link] = []
    unread = 0
    known = False  # whether the lines below belong to an interface that was understood
    for line in text.splitlines():
        if not line.strip():
            continue
        if not line[0].isspace():
            head = _head(line)
            known = head is not None
            if head is not None:
                found.append(head)
            else:
                unread += 1
        elif known:
            more = _with_line(found[-1], line.split())
            if more is None:
                unread += 1
            else:
                found[-1] = more
    return Listing(tuple(found), unread)


def _head(line: str) -> Link | None:
    match = _HEAD.match(line)
    if match is None:
        return None
    flags = frozenset(filter(None, match["flags"].split(",")))
    mtu, index = (int(text) if text else None for text in match.group("mtu", "index"))
    return Link(match["name"], flags, mtu, index)


def _with_line(link: Link, words: list[str]) -> Link | None:
    """The interface with what one more line says of it. None: an address that cannot be read."""
    match words:
        case ["inet" | "inet6", address, *rest]:
            found = _address(address, rest)
            if found is None:
                return None
            index = link.ifindex if link.ifindex is not None else _scope_id(rest)
            return link._replace(addresses=(*link.addresses, found), ifindex=index)
        case ["inet" | "inet6"]:
            return None
        case ["member:", name, *_]:
            return link._replace(members=(*link.members, name))
        case ["status:", *status]:
            return link._replace(status=" ".join(status))
    return link


def _address(text: str, rest: list[str]) -> InterfaceAddress | None:
    written, _, digits = text.partition("/")  # `-f inet:cidr`
    own = _bare(written)
    if own is None:
        return None
    given = dict(pairwise(rest))
    length = _LENGTHS.get(digits or given.get("prefixlen", ""))
    if length is None:
        length = _length_of_mask(given.get("netmask", "")) if "." in own else 128
    if length is None or (length > 32 and ":" not in own):
        return None
    peer = _bare(given["-->"]) if "-->" in given else None
    return InterfaceAddress(address=own, prefix_length=length, peer=peer if peer != own else None)


def _bare(text: str) -> str | None:
    """An address in its usual form, without its zone."""
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _length_of_mask(mask: str) -> int | None:
    try:
        value = int(mask, 16) if mask.startswith("0x") else int(IPv4Address(mask))
    except ValueError:
        return None
    return _LENGTH_OF_MASK.get(value)


def _scope_id(rest: list[str]) -> int | None:
    """The zone of fe80:: is the interface's own index."""
    text = dict(pairwise(rest)).get("scopeid", "")
    try:
        return int(text, 16)
    except ValueError:
        return None
