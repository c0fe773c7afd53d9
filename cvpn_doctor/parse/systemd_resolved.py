"""What systemd says of the name servers of each link.

Three witnesses in one form: /run/systemd/resolve/netif/INDEX (what NetworkManager or a VPN client
told systemd-resolved by D-Bus), /run/systemd/netif/links/INDEX (systemd-networkd), and the output
of `resolvectl dns` and `resolvectl domain`. A real netif file::

    # This is private data. Do not parse.
    LLMNR=yes
    MDNS=no
    SERVERS=10.0.0.2
    DOMAINS=corp.example ~10.in-addr.arpa

and a real line of `resolvectl dns`: ``Link 5 (tun0): 10.0.0.2 fd00::53``.
"""

import re
from typing import NamedTuple

from cvpn_doctor.parse import assignments
from cvpn_doctor.parse.address import is_address

_LINK_LINE = re.compile(r"Link (\d+) \(([^)]*)\):(.*)")
# ADDRESS[:PORT][%IFNAME][#SERVERNAME], an IPv6 address in brackets when it has a port
_SERVER = re.compile(
    r"(?:\[(?P<bracketed>[0-9A-Fa-f:.]+)\]|(?P<plain>[0-9A-Fa-f.]+|[0-9A-Fa-f:.]+?))"
    r"(?::(?P<port>\d{1,5}))?(?:%(?P<scope>[^#]+))?(?:#.*)?"
)


class Server(NamedTuple):
    """One name server of a link."""

    address: str
    port: int = 53


class LinkNames(NamedTuple):
    """Name servers and domains of one link."""

    servers: tuple[Server, ...] = ()
    domains: tuple[str, ...] = ()  # as written: "~" in front of those that only route
    default_route: bool | None = None  # asked for names of no listed domain; None: not stated

    @property
    def only_for(self) -> tuple[str, ...]:
        """The domains that these servers are asked for; () if for everything.

        resolved.conf(5), "DefaultRoute": without a statement, a link with servers takes all
        names unless it has routing-only domains.
        """
        if "~." in self.domains or self.default_route is True:
            return ()
        if self.default_route is None and not any(d.startswith("~") for d in self.domains):
            return ()
        return tuple(domain.removeprefix("~") for domain in self.domains)


def server(text: str) -> Server | None:
    """A server as systemd writes it: "10.0.0.2", "[fd00::1]:5353#dns.example"."""
    if is_address(text.partition("%")[0].partition("#")[0]):
        return Server(text.partition("%")[0].partition("#")[0])
    match = _SERVER.fullmatch(text)
    address = match and (match["bracketed"] or match["plain"])
    if not match or not address or not is_address(address):
        return None
    port = int(match["port"] or 53)
    return Server(address, port) if 0 < port < 65536 else None


def link_state(text: str) -> LinkNames:
    """Read a state file of a link, of systemd-resolved or of systemd-networkd."""
    found = assignments.parse(text)
    domains = found.get("DOMAINS", "").split()
    domains += [f"~{domain}" for domain in found.get("ROUTE_DOMAINS", "").split()]
    stated = found.get("DEFAULT_ROUTE") or found.get("DNS_DEFAULT_ROUTE")
    return LinkNames(
        servers=_servers(found.get("SERVERS") or found.get("DNS") or ""),
        domains=tuple(domains),
        default_route=None if stated is None else stated == "yes",
    )


def resolvectl(dns: str, domain: str) -> dict[str, LinkNames]:
    """Interface name → servers and domains, from the two outputs."""
    servers = {match[2]: _servers(match[3]) for match in _LINK_LINE.finditer(dns)}
    domains = {match[2]: tuple(match[3].split()) for match in _LINK_LINE.finditer(domain)}
    return {
        name: LinkNames(found, domains.get(name, ())) for name, found in servers.items() if found
    }


def _servers(text: str) -> tuple[Server, ...]:
    return tuple(found for word in text.split() if (found := server(word)) is not None)
