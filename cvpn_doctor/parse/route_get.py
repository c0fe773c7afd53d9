"""`route -nv get ADDRESS` of macOS → where a packet would go.

A real one (macOS 13; without `-v` it ends after the table of metrics)::

       route to: 162.159.138.105
    destination: 162.159.138.0
           mask: 255.255.254.0
      interface: utun5
          flags: <UP,DONE,PRCLONING>
     recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire
           0         0         0         0         0         0      1280         0

    locks:  inits:
    sockaddrs: <DST,GATEWAY,NETMASK,IFP,IFA>
     162.159.138.0 utun5 255.255.254.0 utun5 172.16.0.2

A host route has no mask; a default route says "default" for both. Where there is no route, the
command says "route: writing to routing socket: not in table" on standard error, newer ones also
"route: route has not been found"; the exit code is 0 or 1.
"""

import re
from ipaddress import IPv6Address, ip_address
from typing import Final

from cvpn_doctor.model.network import RouteAnswer, RouteType
from cvpn_doctor.parse.address import is_address

_NO_ROUTE: Final = ("not in table", "route has not been found")
_FIELD: Final = re.compile(r"\s*(route to|destination|mask|gateway|interface|flags): *(\S.*)")
_TYPES: Final[tuple[tuple[str, RouteType], ...]] = (
    ("REJECT", "unreachable"),
    ("BLACKHOLE", "blackhole"),
    ("BROADCAST", "broadcast"),
    ("MULTICAST", "multicast"),
    ("LOCAL", "local"),
)


def answer(text: str, address: str) -> RouteAnswer | None:
    """The system's decision. None: the text does not tell any."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        match = _FIELD.fullmatch(line)
        if match is not None:
            fields[match[1]] = match[2].strip()
    interface = fields.get("interface")
    if interface is None:
        return None
    flags = frozenset(fields.get("flags", "").strip("<>").split(","))
    gateway = fields.get("gateway", "").partition("%")[0]
    destination = _destination(fields, is_ipv6=":" in address)
    return RouteAnswer(
        address=address,
        interface=interface,
        next_hop=gateway if "GATEWAY" in flags and is_address(gateway) else None,
        source=_source(text),
        destination=destination,
        type=_type(flags, interface, destination),
    )


def is_no_route(text: str) -> bool:
    """Whether the command says that no row of the table fits."""
    return any(words in text for words in _NO_ROUTE)


def _type(flags: frozenset[str], interface: str, destination: str | None) -> RouteType:
    for flag, meaning in _TYPES:
        if flag in flags:
            return meaning
    is_host = destination is not None and destination.endswith(("/32", "/128"))
    is_loopback = destination is not None and destination.startswith("127.")
    return "local" if interface.startswith("lo") and (is_host or is_loopback) else "unicast"


def _destination(fields: dict[str, str], *, is_ipv6: bool) -> str | None:
    written = fields.get("destination", "").partition("%")[0]
    if written == "default":
        return "::/0" if is_ipv6 else "0.0.0.0/0"
    try:
        address = ip_address(written)
        length = _length(fields.get("mask"), address.max_prefixlen)
    except ValueError:
        return None
    return None if length is None else f"{address}/{length}"


def _length(mask: str | None, bits: int) -> int | None:
    """The length of a mask without holes. Raises ValueError: no mask."""
    if mask is None:
        return bits
    if mask == "default":
        return 0
    value = int(ip_address(mask) if bits == 32 else IPv6Address(mask))
    length = value.bit_count()
    return length if value == (2**length - 1) << (bits - length) else None


def _source(text: str) -> str | None:
    """The interface's own address (IFA), the last of the answer; `-v` alone prints it.

    A gateway that is a link is printed as nothing, so the values cannot be counted.
    """
    lines = text.splitlines()
    for number in range(len(lines) - 2, -1, -1):
        label, colon, names = lines[number].strip().partition(": <")
        if colon and label == "sockaddrs":
            values = lines[number + 1].split()
            if not values or not names.endswith(",IFA>"):
                return None
            own = values[-1].partition("%")[0]
            return own if is_address(own) else None
    return None
