"""Each local question once per run: one asks, everyone who asks meanwhile waits for that answer."""

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

from cvpn_doctor.model.answers import DnsAnswer, HopAnswer, HttpAnswer, PortAnswer, TlsAnswer
from cvpn_doctor.model.aws_client import AwsClientState
from cvpn_doctor.model.deep import InterfacePackets, PathMtu
from cvpn_doctor.model.handshake import HandshakeAnswer
from cvpn_doctor.model.host import Host
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


class _Answer(Generic[T]):
    """The answer to one question, or the exception that it ended with."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._value: T | None = None
        self._error: BaseException | None = None

    def fill(self, ask: Callable[[], T]) -> None:
        try:
            self._value = ask()
        except BaseException as error:
            self._error = error
        finally:
            self._ready.set()

    def get(self) -> T:
        self._ready.wait()
        if self._error is not None:
            # from its own place each time: several threads must not lengthen one traceback
            raise self._error.with_traceback(None)
        return cast("T", self._value)


class Shared:
    """A host whose local answers are kept for the run. Probes, the clock and ARP are asked anew."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._lock = threading.Lock()
        self._answers: dict[tuple[object, ...], _Answer[Any]] = {}

    def _once(self, key: tuple[object, ...], ask: Callable[[], T]) -> T:
        with self._lock:
            answer: _Answer[T] | None = self._answers.get(key)
            is_first = answer is None
            if answer is None:
                answer = self._answers[key] = _Answer()
        if is_first:
            answer.fill(ask)
        return answer.get()

    # -- the machine -------------------------------------------------------------------------
    def platform(self) -> Platform:
        """Shared."""
        return self._once(("platform",), self._host.platform)

    def interfaces(self) -> tuple[Interface, ...]:
        """Shared."""
        return self._once(("interfaces",), self._host.interfaces)

    def routes(self) -> RouteTable:
        """Shared."""
        return self._once(("routes",), self._host.routes)

    def route_to(self, address: str, interface: str | None = None) -> RouteAnswer:
        """Shared by address and interface."""
        key = ("route_to", address, interface)
        return self._once(key, lambda: self._host.route_to(address, interface))

    def neighbour_reachable(self, address: str, interface: str) -> bool | None:
        """Asked anew: it changes with every packet that is sent."""
        return self._host.neighbour_reachable(address, interface)

    def resolvers(self) -> ResolverConfig:
        """Shared."""
        return self._once(("resolvers",), self._host.resolvers)

    def hosts_file(self) -> tuple[HostsEntry, ...]:
        """Shared."""
        return self._once(("hosts_file",), self._host.hosts_file)

    def listeners(self) -> tuple[Listener, ...]:
        """Shared."""
        return self._once(("listeners",), self._host.listeners)

    def vpn_processes(self) -> tuple[Process, ...]:
        """Shared."""
        return self._once(("vpn_processes",), self._host.vpn_processes)

    def vpn_clients(self) -> tuple[VpnClient, ...]:
        """Shared."""
        return self._once(("vpn_clients",), self._host.vpn_clients)

    def aws_client(self) -> AwsClientState | None:
        """Shared."""
        return self._once(("aws_client",), self._host.aws_client)

    def client_logs(self) -> tuple[str, ...]:
        """Shared."""
        return self._once(("client_logs",), self._host.client_logs)

    def log_attempts(self, path: str) -> LogReading:
        """Shared by path."""
        return self._once(("log_attempts", path), lambda: self._host.log_attempts(path))

    def proxies(self) -> tuple[Proxy, ...]:
        """Shared."""
        return self._once(("proxies",), self._host.proxies)

    def opens_web_pages(self) -> bool:
        """Shared."""
        return self._once(("opens_web_pages",), self._host.opens_web_pages)

    def logged_in_users(self) -> tuple[LoggedInUser, ...]:
        """Shared."""
        return self._once(("logged_in_users",), self._host.logged_in_users)

    def clock(self) -> float:
        """Asked anew."""
        return self._host.clock()

    def random_label(self) -> str:
        """Asked anew: another label each time."""
        return self._host.random_label()

    # -- the network: asked anew each time -----------------------------------------------------
    def lookup(self, name: str, record: str, timeout: float) -> DnsAnswer:
        """Asked anew."""
        return self._host.lookup(name, record, timeout)

    def ask_dns(
        self, server: str, name: str, record: str, timeout: float, interface: str | None = None
    ) -> DnsAnswer:
        """Asked anew."""
        return self._host.ask_dns(server, name, record, timeout, interface)

    def openvpn_reset(
        self,
        address: str,
        transport: Transport,
        port: int,
        timeout: float,
        interface: str | None = None,
    ) -> PortAnswer:
        """Asked anew."""
        return self._host.openvpn_reset(address, transport, port, timeout, interface)

    def openvpn_handshake(
        self,
        address: str,
        transport: Transport,
        port: int,
        timeout: float,
        interface: str | None,
        material: Material,
    ) -> HandshakeAnswer:
        """Asked anew."""
        return self._host.openvpn_handshake(address, transport, port, timeout, interface, material)

    def tls_certificate(
        self, address: str, port: int, server_name: str, timeout: float, interface: str | None
    ) -> TlsAnswer:
        """Asked anew."""
        return self._host.tls_certificate(address, port, server_name, timeout, interface)

    def hop(
        self,
        address: str,
        transport: Transport,
        port: int,
        ttl: int,
        timeout: float,
        interface: str | None = None,
    ) -> HopAnswer:
        """Asked anew."""
        return self._host.hop(address, transport, port, ttl, timeout, interface)

    def http_get(
        self, url: str, timeout: float, address: str | None = None, interface: str | None = None
    ) -> HttpAnswer:
        """Asked anew."""
        return self._host.http_get(url, timeout, address, interface)

    def path_mtu(
        self, address: str, port: int, timeout: float, wait: float, interface: str | None = None
    ) -> PathMtu:
        """Asked anew."""
        return self._host.path_mtu(address, port, timeout, wait, interface)

    def tunnel_packets(
        self, addresses: tuple[str, ...], transport: Transport, port: int, seconds: float
    ) -> tuple[InterfacePackets, ...]:
        """Asked anew."""
        return self._host.tunnel_packets(addresses, transport, port, seconds)
