"""Addresses as the kernel hands them over, in network byte order, turned into their usual text."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

IPV4 = 2  # AF_INET, the same on every system
IPV6 = 10  # AF_INET6 of Linux; these parsers read what a Linux kernel wrote


@lru_cache(maxsize=4096)  # a table of 100,000 routes has a handful of next hops
def address_text(packed: bytes) -> str | None:
    """Four or sixteen bytes as an address. None: neither.

    >>> address_text(bytes([192, 168, 1, 1]))
    '192.168.1.1'
    """
    if len(packed) == 4:
        return "{}.{}.{}.{}".format(*packed)
    if len(packed) == 16:
        return str(IPv6Address(packed))
    return None


def is_address(text: str) -> bool:
    """Whether `text` is an IPv4 or IPv6 address, with or without a scope ("fe80::1%eth0")."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(text: str) -> bool:
    """Whether this is an address of this machine itself ("127.0.2.2", "::1")."""
    return is_address(text) and _bare(text).is_loopback


def same_address(one: str, other: str) -> bool:
    """Whether two texts name one address, whatever their spelling or scope."""
    try:
        return _bare(one) == _bare(other)
    except ValueError:
        return False


def _bare(text: str) -> IPv4Address | IPv6Address:
    return ip_address(text.partition("%")[0])
