"""macOS: every question answered by the system's own commands and by files, without privileges."""

import os
import platform
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from cvpn_doctor.host import (
    linux_aws_client,
    macos_clients,
    macos_logs,
    macos_network,
    macos_programs,
)
from cvpn_doctor.host.macos_ask import Run, live
from cvpn_doctor.host.portable import PortableHost, elevated
from cvpn_doctor.host.tree import Tree
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
from cvpn_doctor.parse import hosts, info_plist

SYSTEM_VERSION = "/System/Library/CoreServices/SystemVersion.plist"

Indexes = Callable[[], Iterable[tuple[int, str]]]


class MacHost(PortableHost):
    """A laptop with macOS.

    `run` answers commands, `root` is where its files are, `indexes` lists the interfaces: those
    of this laptop, unless they are of a recorded one.
    """

    system: ClassVar[str] = "macOS"

    def __init__(
        self, run: Run = live, root: Path = Path("/"), indexes: Indexes = socket.if_nameindex
    ) -> None:
        self._run = run
        self._tree = Tree(root)
        self._indexes = indexes

    def platform(self) -> Platform:
        """The release, e.g. "macOS 15.1"."""
        try:
            version = info_plist.value(self._tree.bytes(SYSTEM_VERSION), "ProductVersion")
        except OSError:
            version = None
        version = version or (platform.mac_ver()[0] if self._tree.is_live else "")
        release = f"macOS {version}".strip()
        return Platform(os="macos", release=release, elevated=elevated())

    def interfaces(self) -> tuple[Interface, ...]:
        """All interfaces, as ifconfig lists them."""
        by_name = {name: index for index, name in self._names().items()}
        return macos_network.interfaces(self._run, by_name)

    def routes(self) -> RouteTable:
        """Both families; macOS has one table and no rules."""
        return macos_network.routes(self._run, self._names())

    def route_to(self, address: str, interface: str | None = None) -> RouteAnswer:
        """The kernel's decision. Raises OSError: no such interface; ValueError: no address."""
        return macos_network.route_to(self._run, address, interface)

    def neighbour_reachable(self, address: str, interface: str) -> bool | None:
        """From the kernel's ARP and NDP table."""
        return macos_network.neighbour_reachable(self._run, address, interface)

    def resolvers(self) -> ResolverConfig:
        """The resolvers of ordinary programs, in the order in which they are preferred."""
        return macos_programs.resolvers(self._run)

    def hosts_file(self) -> tuple[HostsEntry, ...]:
        """/etc/hosts. Raises OSError."""
        return hosts.parse(self._tree.text("/etc/hosts"))

    def listeners(self) -> tuple[Listener, ...]:
        """All listening TCP sockets, with the program's name where this user may know it."""
        return macos_programs.listeners(self._run)

    def vpn_processes(self) -> tuple[Process, ...]:
        """Running VPN programs, by number."""
        return macos_programs.vpn_processes(self._run)

    def vpn_clients(self) -> tuple[VpnClient, ...]:
        """Installed VPN clients, AWS's first."""
        return macos_clients.vpn_clients(self._tree, self._run, self.vpn_processes())

    def aws_client(self) -> AwsClientState | None:
        """AWS' client 6 or later, by its command line."""
        return linux_aws_client.aws_client(
            self._tree, self._home(), macos_clients.AWS_PROGRAM, "macos"
        )

    def client_logs(self) -> tuple[str, ...]:
        """Logs of VPN clients, newest first."""
        return macos_logs.client_logs(self._tree, self._home())

    def proxies(self) -> tuple[Proxy, ...]:
        """The system's settings and those of the environment."""
        return macos_programs.proxies(self._run, os.environ if self._tree.is_live else {})

    def opens_web_pages(self) -> bool:
        """`open` is a part of the system, and so is Safari."""
        return True

    def logged_in_users(self) -> tuple[LoggedInUser, ...]:
        """One entry per screen session or remote terminal."""
        return macos_programs.logged_in_users(self._run)

    def _names(self) -> dict[int, str]:
        """Index → name; {} where the system does not tell."""
        try:
            return dict(self._indexes())
        except OSError:
            return {}

    def _home(self) -> Path | None:
        """The user's home; of a recorded laptop, none."""
        try:
            return Path.home() if self._tree.is_live else None
        except RuntimeError:
            return None
