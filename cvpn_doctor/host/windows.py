"""Windows: every question by API and registry, without administrator rights or localised text."""

import os
import time
from pathlib import Path
from typing import ClassVar, Final

import msgspec

from cvpn_doctor.host import (
    environment,
    hop,
    windows_adapters,
    windows_aws_client,
    windows_echo,
    windows_logs,
    windows_processes,
    windows_routes,
    windows_sessions,
    windows_settings,
)
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.portable import PortableHost, elevated
from cvpn_doctor.host.windows_index import interface_index
from cvpn_doctor.model.answers import HopAnswer
from cvpn_doctor.model.aws_client import AwsClientState
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
from cvpn_doctor.parse import hosts, windows_client
from cvpn_doctor.parse.windows_adapter import interface as interface_of

HOSTS_LIMIT: Final = 4 * 1024 * 1024  # bytes; lists against advertising are this long
# NL_NEIGHBOR_STATE (nldef.h)
UNREACHABLE: Final = 0
INCOMPLETE: Final = 1
# A healthy neighbour answers ARP within milliseconds; Windows asks again after 1 s.
NEIGHBOUR_PATIENCE: Final = 0.3
NEIGHBOUR_PAUSE: Final = 0.05


class WindowsHost(PortableHost):
    """A laptop with Windows."""

    system: ClassVar[str] = "Windows"

    def platform(self) -> Platform:
        """Release and build, e.g. "Windows 11 24H2 10.0.26100.2314"."""
        return Platform(os="windows", release=windows_settings.release(), elevated=elevated())

    def interfaces(self) -> tuple[Interface, ...]:
        """All adapters, by index; those of VPNs even where they are disabled."""
        return tuple(interface_of(adapter) for adapter in windows_adapters.adapters())

    def routes(self) -> RouteTable:
        """Both families, with the whole cost."""
        return windows_routes.route_table(windows_adapters.adapters())

    def route_to(self, address: str, interface: str | None = None) -> RouteAnswer:
        """Windows' decision. Raises OSError: no such interface; ValueError: no address."""
        index = interface_index(interface) if interface else 0
        answer = windows_routes.route_to(address, index)
        names = {str(a.number): a.name for a in windows_adapters.adapters()}
        name = names.get(answer.interface or "")
        return msgspec.structs.replace(answer, interface=name)

    def neighbour_reachable(self, address: str, interface: str) -> bool | None:
        """From the ARP and NDP table; waits shortly for an answer that is on its way."""
        index = interface_index(interface)
        end = time.monotonic() + NEIGHBOUR_PATIENCE
        while True:
            state = windows_routes.neighbour_state(address, index)
            if state != INCOMPLETE:
                return None if state is None else state != UNREACHABLE
            if time.monotonic() >= end:
                return False
            time.sleep(NEIGHBOUR_PAUSE)

    def resolvers(self) -> ResolverConfig:
        """Name servers of each adapter, and the rules of the name resolution policy table."""
        return windows_settings.resolver_config(windows_adapters.adapters())

    def hosts_file(self) -> tuple[HostsEntry, ...]:
        """The hosts file. Raises OSError."""
        with Path(windows_settings.hosts_path()).open("rb") as file:
            return hosts.parse(file.read(HOSTS_LIMIT).decode("utf-8-sig", "replace"))

    def listeners(self) -> tuple[Listener, ...]:
        """Listening TCP sockets, with the programs that hold them."""
        return windows_processes.listeners()

    def vpn_processes(self) -> tuple[Process, ...]:
        """Running VPN programs, by number."""
        return windows_processes.vpn_processes()

    def vpn_clients(self) -> tuple[VpnClient, ...]:
        """Installed VPN clients, AWS's first."""
        versions = windows_client.installed(windows_settings.uninstall_entries())
        if not versions:
            return ()
        running, services = self.vpn_processes(), windows_processes.services()
        return windows_client.clients(versions, running, services)

    def aws_client(self) -> AwsClientState | None:
        """AWS' client 6 or later, by its command line."""
        return windows_aws_client.aws_client(os.environ)

    def client_logs(self) -> tuple[str, ...]:
        """Logs of VPN clients, newest first."""
        return windows_logs.client_logs(_home(), os.environ)

    def read_log(self, path: str) -> str:
        """The last 256 KiB of a log. Raises OSError; for links too."""
        windows_logs.require_no_link(path)
        return super().read_log(path)

    def proxies(self) -> tuple[Proxy, ...]:
        """The system's settings, then the environment's."""
        found = (*windows_settings.proxies(), *environment.proxies(os.environ))
        return tuple(dict.fromkeys(found))

    def hop(
        self,
        address: str,
        transport: Transport,
        port: int,
        ttl: int,
        timeout: float,
        interface: str | None = None,
    ) -> HopAnswer:
        """Who on the way says that a packet died: by an echo request, else by the packet itself.

        Windows' sockets do not tell who sent an ICMP error; its echo API does. The echo goes
        first, because routers limit their errors: two packets at once get one answer.
        """
        deadline = Deadline(timeout)
        if transport == "udp" and ":" not in address:
            icmp, own = windows_echo.heard(address, ttl, timeout / 2, interface)
            if icmp is not None:
                return hop.told(address, transport, port, ttl, icmp, own, deadline)
        return super().hop(address, transport, port, ttl, deadline.left(), interface)

    def opens_web_pages(self) -> bool:
        """Whether https has a program: the user's choice, else the machine's."""
        return windows_settings.has_https_handler()

    def logged_in_users(self) -> tuple[LoggedInUser, ...]:
        """One entry per interactive session."""
        return windows_sessions.logged_in_users()


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None
