"""resolv.conf(5) → name servers and search list.

A real one, written by systemd-resolved::

    # This is /run/systemd/resolve/stub-resolv.conf managed by man:systemd-resolved(8).
    nameserver 127.0.0.53
    options edns0 trust-ad
    search home.example corp.example
"""

from typing import NamedTuple

from cvpn_doctor.parse.address import is_address


class ResolvConf(NamedTuple):
    """What a resolv.conf says."""

    servers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    unread: int = 0  # nameserver lines without an address


def parse(text: str) -> ResolvConf:
    """Read a resolv.conf. `domain` and `search` replace each other, the last one wins."""
    servers: list[str] = []
    search: tuple[str, ...] = ()
    unread = 0
    for line in text.splitlines():
        keyword, *values = line.split() or [""]
        if keyword == "nameserver":
            if values and is_address(values[0]):
                servers.append(values[0])
            else:
                unread += 1
        elif keyword in ("search", "domain"):
            search = tuple(value.rstrip(".") or "." for value in values)
    return ResolvConf(tuple(dict.fromkeys(servers)), search, unread)
