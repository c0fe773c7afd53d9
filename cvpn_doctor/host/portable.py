"""What works alike on every system: the probes, the clock, and an honest no to the rest."""

import errno
import os
import secrets
import stat
import sys
import time
from typing import ClassVar, Final

import msgspec

from cvpn_doctor.host import dns, hop, http, lookup, reset_tcp, reset_udp
from cvpn_doctor.host.leaving import leaving_interface
from cvpn_doctor.model.answers import DnsAnswer, HopAnswer, HttpAnswer, PortAnswer, TlsAnswer
from cvpn_doctor.model.aws_client import AwsClientState
from cvpn_doctor.model.deep import InterfacePackets, PathMtu
from cvpn_doctor.model.failure import Unsupported
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
from cvpn_doctor.openvpn.log import read_attempts

LOG_LIMIT: Final = 256 * 1024  # bytes; the last hours of a client's log


class PortableHost:
    """The probes of every system. Local questions raise `Unsupported` until one answers them."""

    system: ClassVar[str] = "this system"

    # -- the machine -------------------------------------------------------------------------
    def platform(self) -> Platform:
        """Which system this is. Every system says it in its own way."""
        raise self._not_built("platform")

    def interfaces(self) -> tuple[Interface, ...]:
        """All network interfaces."""
        raise self._not_built("interfaces")

    def routes(self) -> RouteTable:
        """All routes and rules."""
        raise self._not_built("routes")

    def route_to(
        self,
        address: str,  # noqa: ARG002
        interface: str | None = None,  # noqa: ARG002
    ) -> RouteAnswer:
        """The system's own answer for one address."""
        raise self._not_built("route_to")

    def neighbour_reachable(
        self,
        address: str,  # noqa: ARG002
        interface: str,  # noqa: ARG002
    ) -> bool | None:
        """Whether the link layer knows an address."""
        raise self._not_built("neighbour_reachable")

    def resolvers(self) -> ResolverConfig:
        """The configured name servers."""
        raise self._not_built("resolvers")

    def hosts_file(self) -> tuple[HostsEntry, ...]:
        """The hosts file."""
        raise self._not_built("hosts_file")

    def listeners(self) -> tuple[Listener, ...]:
        """Listening TCP sockets."""
        raise self._not_built("listeners")

    def vpn_processes(self) -> tuple[Process, ...]:
        """Running VPN programs."""
        raise self._not_built("vpn_processes")

    def vpn_clients(self) -> tuple[VpnClient, ...]:
        """Installed VPN clients."""
        raise self._not_built("vpn_clients")

    def aws_client(self) -> AwsClientState | None:
        """What AWS' client says of itself."""
        raise self._not_built("aws_client")

    def client_logs(self) -> tuple[str, ...]:
        """Paths of the logs of VPN clients, newest first."""
        raise self._not_built("client_logs")

    def proxies(self) -> tuple[Proxy, ...]:
        """Proxy settings."""
        raise self._not_built("proxies")

    def opens_web_pages(self) -> bool:
        """Whether a web page can be opened."""
        raise self._not_built("opens_web_pages")

    def logged_in_users(self) -> tuple[LoggedInUser, ...]:
        """Interactive sessions."""
        raise self._not_built("logged_in_users")

    def log_attempts(self, path: str) -> LogReading:
        """What the last 256 KiB of a log tell of connection attempts."""
        return read_attempts(self.read_log(path))

    def read_log(self, path: str) -> str:
        """The last 256 KiB of a log. Raises OSError; for links, pipes and devices too.

        The folder may belong to another user than the one who runs this: a link there could
        point at anything.
        """
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            file.seek(max(0, found.st_size - LOG_LIMIT))
            return file.read(LOG_LIMIT).decode("utf-8", "replace")

    def clock(self) -> float:
        """The laptop's own idea of now, seconds since 1970 UTC."""
        return time.time()

    def random_label(self) -> str:
        """Twelve random hex characters: six random bytes, as OpenVPN prepends them."""
        return secrets.token_hex(6)

    # -- the network --------------------------------------------------------------------------
    def lookup(self, name: str, record: str, timeout: float) -> DnsAnswer:
        """Resolve as an application would."""
        return lookup.ask(name, record, timeout)

    def ask_dns(
        self, server: str, name: str, record: str, timeout: float, interface: str | None = None
    ) -> DnsAnswer:
        """Ask one name server one question."""
        answer = dns.ask(server, name, record, timeout, interface)
        return msgspec.structs.replace(answer, interface=self._leaves_by(server, interface))

    def openvpn_reset(
        self,
        address: str,
        transport: Transport,
        port: int,
        timeout: float,
        interface: str | None = None,
    ) -> PortAnswer:
        """Ask with an OpenVPN hard reset."""
        ask = reset_udp.ask if transport == "udp" else reset_tcp.ask
        answer = ask(address, port, timeout, interface)
        return msgspec.structs.replace(answer, interface=self._leaves_by(address, interface))

    def openvpn_handshake(
        self,
        address: str,
        transport: Transport,
        port: int,
        timeout: float,
        interface: str | None,
        material: Material,
    ) -> HandshakeAnswer:
        """Shake hands to the end of TLS."""
        from cvpn_doctor.host import handshake  # noqa: PLC0415 - TLS costs 30 ms to import

        answer = handshake.ask(
            address,
            transport,
            port,
            timeout,
            interface,
            material.ca,
            material.certificate,
            material.key,
        )
        return msgspec.structs.replace(answer, interface=self._leaves_by(address, interface))

    def tls_certificate(
        self, address: str, port: int, server_name: str, timeout: float, interface: str | None
    ) -> TlsAnswer:
        """The certificate that is shown for a name."""
        from cvpn_doctor.host import tls  # noqa: PLC0415 - TLS costs 30 ms to import

        return tls.ask(address, port, server_name, timeout, interface)

    def hop(
        self,
        address: str,
        transport: Transport,
        port: int,
        ttl: int,
        timeout: float,
        interface: str | None = None,
    ) -> HopAnswer:
        """Send one packet that may live for `ttl` hops."""
        return hop.ask(address, transport, port, ttl, timeout, interface)

    def http_get(
        self, url: str, timeout: float, address: str | None = None, interface: str | None = None
    ) -> HttpAnswer:
        """One plain HTTP GET."""
        answer = http.ask(url, timeout, address, interface)
        if answer.address is None:
            return answer
        return msgspec.structs.replace(answer, interface=self._leaves_by(answer.address, interface))

    def path_mtu(
        self,
        address: str,  # noqa: ARG002
        port: int,  # noqa: ARG002
        timeout: float,  # noqa: ARG002
        wait: float,  # noqa: ARG002
        interface: str | None = None,  # noqa: ARG002
    ) -> PathMtu:
        """The largest packet that reaches the endpoint."""
        raise self._not_built("path_mtu")

    def tunnel_packets(
        self,
        addresses: tuple[str, ...],  # noqa: ARG002
        transport: Transport,  # noqa: ARG002
        port: int,  # noqa: ARG002
        seconds: float,  # noqa: ARG002
    ) -> tuple[InterfacePackets, ...]:
        """The tunnel's packets by interface."""
        raise self._not_built("tunnel_packets")

    def _leaves_by(self, address: str, interface: str | None) -> str | None:
        return interface or leaving_interface(address)

    def _not_built(self, question: str) -> Unsupported:
        return Unsupported(f"{question} is not built for {self.system} yet")


def elevated() -> bool:
    """Whether this process has administrator rights."""
    if sys.platform == "win32":
        from cvpn_doctor.host.windows_api import is_administrator  # noqa: PLC0415 - Windows only

        return is_administrator()
    return os.geteuid() == 0
