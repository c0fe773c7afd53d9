"""What a check may ask of the machine and of the network: the only door to the outside.

Each question is answered by `cvpn_doctor.host` on the system it runs on, or raises `Unsupported`
where that system is not built yet; then the check is *not collected*, never good.
Local questions are asked once per run and shared. No question changes the machine.
"""

from typing import Protocol

from cvpn_doctor.model.answers import DnsAnswer, HopAnswer, HttpAnswer, PortAnswer, TlsAnswer
from cvpn_doctor.model.aws_client import AwsClientState
from cvpn_doctor.model.deep import InterfacePackets, PathMtu
from cvpn_doctor.model.handshake import HandshakeAnswer
from cvpn_doctor.model.material import Material
from cvpn_doctor.model.network import (
    HostsEntry,
    Interface,
    Listener,
    LoggedInUser,
    Process,
    Proxy,
    ResolverConfig,
    RouteAnswer,
    RouteTable,
    VpnClient,
)
from cvpn_doctor.model.platform import Platform
from cvpn_doctor.model.profile import Transport
from cvpn_doctor.model.push import LogReading


class Host(Protocol):
    """One laptop, live or recorded. Times in seconds. Probes never raise for a network fault."""

    # -- the machine -------------------------------------------------------------------------
    def platform(self) -> Platform:
        """The system, its release, and whether we have administrator rights."""
        ...

    def interfaces(self) -> tuple[Interface, ...]:
        """All network interfaces."""
        ...

    def routes(self) -> RouteTable:
        """The whole routing table, all tables, and the rules."""
        ...

    def route_to(self, address: str, interface: str | None = None) -> RouteAnswer:
        """The system's own answer for one address; `interface`: as if bound to it."""
        ...

    def neighbour_reachable(self, address: str, interface: str) -> bool | None:
        """Whether the link layer knows `address` (ARP, NDP). None: no entry, so unknown."""
        ...

    def resolvers(self) -> ResolverConfig:
        """The name servers that this laptop is told to ask."""
        ...

    def hosts_file(self) -> tuple[HostsEntry, ...]:
        """All entries of the hosts file."""
        ...

    def listeners(self) -> tuple[Listener, ...]:
        """TCP sockets that wait for connections."""
        ...

    def vpn_processes(self) -> tuple[Process, ...]:
        """Running VPN programs."""
        ...

    def vpn_clients(self) -> tuple[VpnClient, ...]:
        """Installed VPN clients."""
        ...

    def aws_client(self) -> AwsClientState | None:
        """What AWS' client 6 or later says of itself. None: it is not installed."""
        ...

    def client_logs(self) -> tuple[str, ...]:
        """Paths of the logs that installed or running VPN clients write, newest first."""
        ...

    def log_attempts(self, path: str) -> LogReading:
        """What the last 256 KiB of a log tell; their text stays behind. Raises OSError."""
        ...

    def proxies(self) -> tuple[Proxy, ...]:
        """Proxy settings, without passwords."""
        ...

    def opens_web_pages(self) -> bool:
        """Whether a program is there that opens a web page for this user: SAML needs one."""
        ...

    def logged_in_users(self) -> tuple[LoggedInUser, ...]:
        """Interactive sessions."""
        ...

    def clock(self) -> float:
        """The laptop's own idea of now, seconds since 1970 UTC."""
        ...

    def random_label(self) -> str:
        """Twelve random hex characters, as OpenVPN's `remote-random-hostname` makes them."""
        ...

    # -- the network --------------------------------------------------------------------------
    def lookup(self, name: str, record: str, timeout: float) -> DnsAnswer:
        """Resolve as an application would (getaddrinfo): hosts file, stub, search path and all."""
        ...

    def ask_dns(
        self, server: str, name: str, record: str, timeout: float, interface: str | None = None
    ) -> DnsAnswer:
        """Ask one name server one question over UDP (and TCP when the answer is truncated)."""
        ...

    def openvpn_reset(
        self,
        address: str,
        transport: Transport,
        port: int,
        timeout: float,
        interface: str | None = None,
    ) -> PortAnswer:
        """Ask with an OpenVPN hard reset, the harmless first packet of every client."""
        ...

    def openvpn_handshake(
        self,
        address: str,
        transport: Transport,
        port: int,
        timeout: float,
        interface: str | None,
        material: Material,
    ) -> HandshakeAnswer:
        """Shake hands to the end of TLS and no further: no user, no password, no session."""
        ...

    def tls_certificate(
        self, address: str, port: int, server_name: str, timeout: float, interface: str | None
    ) -> TlsAnswer:
        """The certificate that an ordinary TLS server on that port shows for `server_name`."""
        ...

    def hop(
        self,
        address: str,
        transport: Transport,
        port: int,
        ttl: int,
        timeout: float,
        interface: str | None = None,
    ) -> HopAnswer:
        """Send one packet (UDP hard reset, or a TCP SYN) that may live for `ttl` hops only."""
        ...

    def http_get(
        self, url: str, timeout: float, address: str | None = None, interface: str | None = None
    ) -> HttpAnswer:
        """One plain HTTP GET without following redirects; `address` overrides the name's lookup."""
        ...

    # -- only with --deep ---------------------------------------------------------------------
    def path_mtu(
        self, address: str, port: int, timeout: float, wait: float, interface: str | None = None
    ) -> PathMtu:
        """Padded OpenVPN hard resets that must not be fragmented; `wait`: for each answer."""
        ...

    def tunnel_packets(
        self, addresses: tuple[str, ...], transport: Transport, port: int, seconds: float
    ) -> tuple[InterfacePackets, ...]:
        """Data packets to and from the endpoint, by interface. Raises PermissionError."""
        ...
