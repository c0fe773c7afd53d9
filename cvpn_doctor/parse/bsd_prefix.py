"""Destinations as BSD's netstat abbreviates them → prefixes.

Real ones of macOS: ``default``, ``0/1``, ``128.0/1``, ``10.243/27``, ``172.31.1.128/25``, ``127``,
``169.254``, ``192.168.1``, ``192.168.1.254/32``, ``fe80::%en0/64``, ``2606:4700:7::a000:0/103``.

Source: Apple network_cmds, netstat.tproj/route.c, netname() and domask(): trailing octets of zero
are dropped, and the length is left out where it is that of the address' class. Such a network
always shows one, two or three octets, so without a length it is eight bits an octet.
"""

from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final, Literal

WHOLE: Final[dict[int, str]] = {4: "0.0.0.0/0", 6: "::/0"}
_OCTETS: Final = frozenset(map(str, range(256)))
_LENGTHS: Final = {str(length): length for length in range(129)}


def prefix(text: str, family: Literal[4, 6]) -> str | None:
    """The block without host bits and zone, as the model writes it. None: it is none.

    >>> prefix("10.243/27", 4), prefix("169.254", 4), prefix("fe80::%en0/64", 6)
    ('10.243.0.0/27', '169.254.0.0/16', 'fe80::/64')
    """
    if text == "default":
        return WHOLE[family]
    address, slash, digits = text.partition("/")
    length = _LENGTHS.get(digits) if slash else -1
    if length is None:
        return None
    return _prefix4(address, length) if family == 4 else _prefix6(address, length)


def _prefix4(address: str, length: int) -> str | None:
    octets = address.split(".")
    if len(octets) > 4 or length > 32 or not _OCTETS.issuperset(octets):
        return None
    if length < 0:
        length = 8 * len(octets)
    a, b, c, d = (int(octet) for octet in (*octets, "0", "0", "0")[:4])
    value = (a << 24 | b << 16 | c << 8 | d) >> (32 - length) << (32 - length)
    return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}/{length}"


def _prefix6(address: str, length: int) -> str | None:
    value = address6(address)
    if value is None:
        return None
    if length < 0:
        length = 128
    return f"{IPv6Address(value >> (128 - length) << (128 - length))}/{length}"


@lru_cache(maxsize=4096)
def address6(text: str) -> int | None:
    """An IPv6 address, its zone left out."""
    try:
        return int(IPv6Address(text.partition("%")[0]))
    except ValueError:
        return None
