"""Every question of the `Host` protocol in one place: its name, its arguments, its answer's type.

A host that treats all questions alike (records them, answers from a recording, is made up by a
test) is a `Questioned` with one method of its own.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

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

T = TypeVar("T")
SECRET: Final = "material"  # noqa: S105 - the argument that is never written down
BUDGETS: Final = frozenset({"timeout", "wait", "seconds"})  # arguments that say how long to wait


@dataclass(frozen=True)
class Question(Generic[T]):
    """A method of `Host`."""

    name: str
    answer: Any  # the type of the answer, as msgspec takes it
    arguments: tuple[str, ...] = ()


PLATFORM: Final[Question[Platform]] = Question("platform", Platform)
INTERFACES: Final[Question[tuple[Interface, ...]]] = Question("interfaces", tuple[Interface, ...])
ROUTES: Final[Question[RouteTable]] = Question("routes", RouteTable)
ROUTE_TO: Final[Question[RouteAnswer]] = Question("route_to", RouteAnswer, ("address", "interface"))
NEIGHBOUR_REACHABLE: Final[Question[bool | None]] = Question(
    "neighbour_reachable", bool | None, ("address", "interface")
)
RESOLVERS: Final[Question[ResolverConfig]] = Question("resolvers", ResolverConfig)
HOSTS_FILE: Final[Question[tuple[HostsEntry, ...]]] = Question("hosts_file", tuple[HostsEntry, ...])
LISTENERS: Final[Question[tuple[Listener, ...]]] = Question("listeners", tuple[Listener, ...])
VPN_PROCESSES: Final[Question[tuple[Process, ...]]] = Question("vpn_processes", tuple[Process, ...])
VPN_CLIENTS: Final[Question[tuple[VpnClient, ...]]] = Question("vpn_clients", tuple[VpnClient, ...])
AWS_CLIENT: Final[Question[AwsClientState | None]] = Question("aws_client", AwsClientState | None)
CLIENT_LOGS: Final[Question[tuple[str, ...]]] = Question("client_logs", tuple[str, ...])
LOG_ATTEMPTS: Final[Question[LogReading]] = Question("log_attempts", LogReading, ("path",))
PROXIES: Final[Question[tuple[Proxy, ...]]] = Question("proxies", tuple[Proxy, ...])
OPENS_WEB_PAGES: Final[Question[bool]] = Question("opens_web_pages", bool)
LOGGED_IN_USERS: Final[Question[tuple[LoggedInUser, ...]]] = Question(
    "logged_in_users", tuple[LoggedInUser, ...]
)
CLOCK: Final[Question[float]] = Question("clock", float)
RANDOM_LABEL: Final[Question[str]] = Question("random_label", str)
LOOKUP: Final[Question[DnsAnswer]] = Question("lookup", DnsAnswer, ("name", "record", "timeout"))
ASK_DNS: Final[Question[DnsAnswer]] = Question(
    "ask_dns", DnsAnswer, ("server", "name", "record", "timeout", "interface")
)
OPENVPN_RESET: Final[Question[PortAnswer]] = Question(
    "openvpn_reset", PortAnswer, ("address", "transport", "port", "timeout", "interface")
)
OPENVPN_HANDSHAKE: Final[Question[HandshakeAnswer]] = Question(
    "openvpn_handshake",
    HandshakeAnswer,
    ("address", "transport", "port", "timeout", "interface", "material"),
)
TLS_CERTIFICATE: Final[Question[TlsAnswer]] = Question(
    "tls_certificate", TlsAnswer, ("address", "port", "server_name", "timeout", "interface")
)
HOP: Final[Question[HopAnswer]] = Question(
    "hop", HopAnswer, ("address", "transport", "port", "ttl", "timeout", "interface")
)
HTTP_GET: Final[Question[HttpAnswer]] = Question(
    "http_get", HttpAnswer, ("url", "timeout", "address", "interface")
)
PATH_MTU: Final[Question[PathMtu]] = Question(
    "path_mtu", PathMtu, ("address", "port", "timeout", "wait", "interface")
)
TUNNEL_PACKETS: Final[Question[tuple[InterfacePackets, ...]]] = Question(
    "tunnel_packets", tuple[InterfacePackets, ...], ("addresses", "transport", "port", "seconds")
)

ALL: Final[tuple[Question[Any], ...]] = (
    PLATFORM,
    INTERFACES,
    ROUTES,
    ROUTE_TO,
    NEIGHBOUR_REACHABLE,
    RESOLVERS,
    HOSTS_FILE,
    LISTENERS,
    VPN_PROCESSES,
    VPN_CLIENTS,
    AWS_CLIENT,
    CLIENT_LOGS,
    LOG_ATTEMPTS,
    PROXIES,
    OPENS_WEB_PAGES,
    LOGGED_IN_USERS,
    CLOCK,
    RANDOM_LABEL,
    LOOKUP,
    ASK_DNS,
    OPENVPN_RESET,
    OPENVPN_HANDSHAKE,
    TLS_CERTIFICATE,
    HOP,
    HTTP_GET,
    PATH_MTU,
    TUNNEL_PACKETS,
)
BY_NAME: Final = {question.name: question for question in ALL}


class Questioned(ABC):
    """A host all of whose questions come to `put`."""

    @abstractmethod
    def put(self, question: Question[T], *arguments: Any) -> T:
        """Answer a question; the arguments are in the order of `question.arguments`."""

    def platform(self) -> Platform:
        """As `Host` has it."""
        return self.put(PLATFORM)

    def interfaces(self) -> tuple[Interface, ...]:
        """As `Host` has it."""
        return self.put(INTERFACES)

    def routes(self) -> RouteTable:
        """As `Host` has it."""
        return self.put(ROUTES)

    def route_to(self, address: str, interface: str | None = None) -> RouteAnswer:
        """As `Host` has it."""
        return self.put(ROUTE_TO, address, interface)

    def neighbour_reachable(self, address: str, interface: str) -> bool | None:
        """As `Host` has it."""
        return self.put(NEIGHBOUR_REACHABLE, address, interface)

    def resolvers(self) -> ResolverConfig:
        """As `Host` has it."""
        return self.put(RESOLVERS)

    def hosts_file(self) -> tuple[HostsEntry, ...]:
        """As `Host` has it."""
        return self.put(HOSTS_FILE)

    def listeners(self) -> tuple[Listener, ...]:
        """As `Host` has it."""
        return self.put(LISTENERS)

    def vpn_processes(self) -> tuple[Process, ...]:
        """As `Host` has it."""
        return self.put(VPN_PROCESSES)

    def vpn_clients(self) -> tuple[VpnClient, ...]:
        """As `Host` has it."""
        return self.put(VPN_CLIENTS)

    def aws_client(self) -> AwsClientState | None:
        """As `Host` has it."""
        return self.put(AWS_CLIENT)

    def client_logs(self) -> tuple[str, ...]:
        """As `Host` has it."""
        return self.put(CLIENT_LOGS)

    def log_attempts(self, path: str) -> LogReading:
        """As `Host` has it."""
        return self.put(LOG_ATTEMPTS, path)

    def proxies(self) -> tuple[Proxy, ...]:
        """As `Host` has it."""
        return self.put(PROXIES)

    def opens_web_pages(self) -> bool:
        """As `Host` has it."""
        return self.put(OPENS_WEB_PAGES)

    def logged_in_users(self) -> tuple[LoggedInUser, ...]:
        """As `Host` has it."""
        return self.put(LOGGED_IN_USERS)

    def clock(self) -> float:
        """As `Host` has it."""
        return self.put(CLOCK)

    def random_label(self) -> str:
        """As `Host` has it."""
        return self.put(RANDOM_LABEL)

    def lookup(self, name: str, record: str, timeout: float) -> DnsAnswer:
        """As `Host` has it."""
        return self.put(LOOKUP, name, record, timeout)

    def ask_dns(
        self, server: str, name: str, record: str, timeout: float, interface: str | None = None
    ) -> DnsAnswer:
        """As `Host` has it."""
        return self.put(ASK_DNS, server, name, record, timeout, interface)

    def openvpn_reset(
        self,
        address: str,
        transport: Transport,
        port: int,
        timeout: float,
        interface: str | None = None,
    ) -> PortAnswer:
        """As `Host` has it."""
        return self.put(OPENVPN_RESET, address, transport, port, timeout, interface)

    def openvpn_handshake(
        self,
        address: str,
        transport: Transport,
        port: int,
        timeout: float,
        interface: str | None,
        material: Material,
    ) -> HandshakeAnswer:
        """As `Host` has it."""
        return self.put(OPENVPN_HANDSHAKE, address, transport, port, timeout, interface, material)

    def tls_certificate(
        self, address: str, port: int, server_name: str, timeout: float, interface: str | None
    ) -> TlsAnswer:
        """As `Host` has it."""
        return self.put(TLS_CERTIFICATE, address, port, server_name, timeout, interface)

    def hop(
        self,
        address: str,
        transport: Transport,
        port: int,
        ttl: int,
        timeout: float,
        interface: str | None = None,
    ) -> HopAnswer:
        """As `Host` has it."""
        return self.put(HOP, address, transport, port, ttl, timeout, interface)

    def http_get(
        self, url: str, timeout: float, address: str | None = None, interface: str | None = None
    ) -> HttpAnswer:
        """As `Host` has it."""
        return self.put(HTTP_GET, url, timeout, address, interface)

    def path_mtu(
        self, address: str, port: int, timeout: float, wait: float, interface: str | None = None
    ) -> PathMtu:
        """As `Host` has it."""
        return self.put(PATH_MTU, address, port, timeout, wait, interface)

    def tunnel_packets(
        self, addresses: tuple[str, ...], transport: Transport, port: int, seconds: float
    ) -> tuple[InterfacePackets, ...]:
        """As `Host` has it."""
        return self.put(TUNNEL_PACKETS, addresses, transport, port, seconds)
