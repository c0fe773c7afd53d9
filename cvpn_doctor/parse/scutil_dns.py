"""`scutil --dns` of macOS → who is asked for which names.

A real one, a split tunnel (Let's Connect), shortened::

    DNS configuration

    resolver #1
      search domain[0] : home.example
      nameserver[0] : 10.83.200.1
      if_index : 13 (utun2)
      flags    : Supplemental, Request A records, Request AAAA records
      reach    : 0x00000002 (Reachable)
      order    : 101400

    resolver #2
      nameserver[0] : 8.8.8.8
      if_index : 4 (en0)
      flags    : Request A records
      order    : 200000

    resolver #3
      domain   : local
      options  : mdns
      timeout  : 5
      order    : 300000

    DNS configuration (for scoped queries)

    resolver #1
      nameserver[0] : 8.8.8.8
      if_index : 4 (en0)
      flags    : Scoped, Request A records

The longest domain that matches decides, then the lowest order (Apple configd, IPMonitor,
dns-configuration.c): a supplemental resolver without a domain is asked before the ordinary one.
Resolvers for scoped queries serve sockets that are bound to their interface, and no others.
"""

import re
from typing import Final, NamedTuple

from cvpn_doctor.model.network import Resolver
from cvpn_doctor.parse.address import is_address

_FIELD: Final = re.compile(r"\s+([a-z_ ]+?)(?:\[\d+\])? *: ?(.*)")
_INTERFACE: Final = re.compile(r"\d+ \(([^)]+)\)")
_LAST: Final = 2**31  # a resolver without an order comes after all that have one


class DnsConfiguration(NamedTuple):
    """What the system's resolver does."""

    resolvers: tuple[Resolver, ...]  # for all programs, the first to be asked first
    scoped: tuple[Resolver, ...]  # for sockets bound to the resolver's interface
    search: tuple[str, ...]
    unread: int  # name servers without an address


class _Block(NamedTuple):
    """One "resolver #n"."""

    scoped: bool
    first: bool  # resolver #1 of its section
    fields: dict[str, list[str]]

    def one(self, name: str) -> str:
        return self.fields.get(name, [""])[0]

    def number(self, name: str, otherwise: int) -> int:
        text = self.one(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise

    @property
    def only_for(self) -> tuple[str, ...]:
        """The domain it is asked for. Old systems name the own domain in the ordinary resolver."""
        domain = self.one("domain").rstrip(".")
        ordinary = self.first and "Supplemental" not in self.one("flags")
        return () if ordinary or not domain else (domain,)


def configuration(text: str) -> DnsConfiguration:
    """Read the output; multicast DNS is no name server."""
    blocks = [block for block in _blocks(text) if "mdns" not in block.one("options")]
    servers = [_resolvers(block) for block in blocks]
    unread = sum(
        len(block.fields.get("nameserver", ())) - len(found)
        for block, found in zip(blocks, servers, strict=True)
    )
    ordered = sorted(zip(blocks, servers, strict=True), key=lambda b: b[0].number("order", _LAST))
    return DnsConfiguration(
        resolvers=tuple(r for block, found in ordered for r in found if not block.scoped),
        scoped=tuple(r for block, found in ordered for r in found if block.scoped),
        search=_search(blocks),
        unread=unread,
    )


def _blocks(text: str) -> list[_Block]:
    found: list[_Block] = []
    scoped = False
    is_open = False
    for line in text.splitlines():
        if line.startswith("DNS configuration"):
            scoped, is_open = "scoped" in line, False
        elif line.startswith("resolver #"):
            found.append(_Block(scoped, line.strip() == "resolver #1", {}))
            is_open = True
        elif is_open and (match := _FIELD.fullmatch(line)):
            found[-1].fields.setdefault(match[1], []).append(match[2].strip())
    return found


def _resolvers(block: _Block) -> list[Resolver]:
    interface = _INTERFACE.fullmatch(block.one("if_index"))
    port = block.number("port", 53)
    return [
        Resolver(
            address=address,
            port=port if 0 < port < 65536 else 53,
            interface=interface[1] if interface else None,
            domains=block.only_for,
            origin="scutil",
        )
        for address in block.fields.get("nameserver", ())
        if is_address(address)
    ]


def _search(blocks: list[_Block]) -> tuple[str, ...]:
    """The search list: every unscoped resolver's, in order, each name once."""
    names = [name for b in blocks if not b.scoped for name in b.fields.get("search domain", ())]
    return tuple(dict.fromkeys(name for name in names if name))
