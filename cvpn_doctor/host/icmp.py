"""Whose ICMP error it is, and what it means for a probe."""

from typing import Literal

from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.parse.address import same_address

Origin = Literal["target", "self", "between"]


def origin(icmp: Icmp, address: str, own: str | None) -> Origin:
    """Who sent the error: the address that we asked, this laptop itself, or something between."""
    if same_address(icmp.sender, address):
        return "target"
    return "self" if own is not None and same_address(icmp.sender, own) else "between"


def is_final(icmp: Icmp, address: str) -> bool:
    """Whether the packet was refused, rather than advised about (too big, slow down, redirect)."""
    if _is_ipv6(address):
        return icmp.type in (1, 3)  # unreachable, hop limit
    return (icmp.type == 3 and icmp.code != 4) or icmp.type == 11


def is_expired(icmp: Icmp, address: str) -> bool:
    """Whether the packet's time to live ended on the way."""
    return icmp.code == 0 and icmp.type == (3 if _is_ipv6(address) else 11)


def is_neighbour_missing(icmp: Icmp, address: str) -> bool:
    """Whether it says "host unreachable": the last link got no answer to ARP or NDP."""
    return (icmp.type, icmp.code) == ((1, 3) if _is_ipv6(address) else (3, 1))


def _is_ipv6(address: str) -> bool:
    return ":" in address
