"""Prefixes and addresses as integers, both families.

Routing judgements compare and cut tens of thousands of prefixes, so they are plain integers
here; text is for the edges. IPv4 has its own strict parser, about five times as fast as
`ipaddress`, which serves IPv6 (RFC 4291 text in, RFC 5952 text out).
"""

from ipaddress import IPv6Address
from typing import Literal, NamedTuple

Family = Literal[4, 6]
FAMILIES: tuple[Family, ...] = (4, 6)
BITS: dict[Family, int] = {4: 32, 6: 128}
HIGHEST: dict[Family, int] = {4: 2**32 - 1, 6: 2**128 - 1}  # the last address of all

# Looking a decimal up is faster than int() and stricter: no sign, no blank, no leading zero.
_OCTET = {str(value): value for value in range(256)}
_LENGTH = {str(value): value for value in range(129)}
# By prefix length: the bits that belong to the host.
HOST_BITS: dict[Family, tuple[int, ...]] = {
    4: tuple(2 ** (32 - length) - 1 for length in range(33)),
    6: tuple(2 ** (128 - length) - 1 for length in range(129)),
}


class Prefix(NamedTuple):
    """A block of addresses, e.g. 10.20.0.0/16; `first` has no host bits. Sorts by address."""

    family: Family
    first: int
    length: int

    @property
    def last(self) -> int:
        """The highest address of the block."""
        return self.first | HOST_BITS[self.family][self.length]

    @property
    def is_host(self) -> bool:
        """Whether this is one single address."""
        return self.length == BITS[self.family]

    def covers(self, other: "Prefix") -> bool:
        """Whether every address of `other` is in this block."""
        return (
            self.family == other.family
            and self.length <= other.length
            and self.first <= other.first <= self.last
        )

    def overlap(self, other: "Prefix") -> "Prefix | None":
        """What both hold: of two blocks always the smaller one, or nothing."""
        if self.covers(other):
            return other
        return self if other.covers(self) else None

    def __str__(self) -> str:
        return f"{format_address(self.family, self.first)}/{self.length}"


def parse_address(text: str) -> tuple[Family, int]:
    """The family and value of an address; an IPv6 zone ("%eth0") is ignored.

    Raises ValueError with the text in it.
    """
    if ":" in text:
        return 6, int(IPv6Address(text.partition("%")[0]))
    try:
        a, b, c, d = text.split(".")
        return 4, _OCTET[a] << 24 | _OCTET[b] << 16 | _OCTET[c] << 8 | _OCTET[d]
    except (ValueError, KeyError):
        raise ValueError(f"not an IP address: {text!r}") from None


def parse_prefix(text: str) -> Prefix:
    """The block that "10.20.0.0/16" or a bare address names; host bits are cleared.

    Raises ValueError with the text in it.
    """
    address, slash, digits = text.partition("/")
    family, value = parse_address(address)
    length = _LENGTH.get(digits, 999) if slash else BITS[family]
    if length > BITS[family]:
        raise ValueError(f"not a prefix: {text!r}")
    return Prefix(family, value & ~HOST_BITS[family][length], length)


def format_address(family: Family, value: int) -> str:
    """The usual text of an address."""
    if family == 4:
        return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"
    return str(IPv6Address(value))


def whole(family: Family) -> Prefix:
    """Every address of a family: 0.0.0.0/0 or ::/0."""
    return Prefix(family, 0, 0)
