"""Linux: every question answered by the kernel and by files, without privileges or commands."""

import os
import socket
import time
from pathlib import Path
from typing import ClassVar, Final

from cvpn_doctor.host import (
    environment,
    kernel,
    linux_aws_client,
    linux_clients,
    linux_logs,
    linux_names,
    linux_processes,
    linux_users,
)
from cvpn_doctor.host.netlink import Netlink
from cvpn_doctor.host.portable import PortableHost, elevated
from cvpn_doctor.host.tree import Tree
from cvpn_doctor.model.aws_client import AwsClientState
from cvpn_doctor.model.deep import InterfacePackets, PathMtu
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
from cvpn_doctor.parse import hosts, interface_kind, os_release
from cvpn_doctor.parse.address import same_address

# A healthy neighbour answers ARP within milliseconds, the kernel asks again after 1 s
# (neigh/default/retrans_time_ms): an entry still incomplete after this long is no answer.
NEIGHBOUR_PATIENCE: Final = 0.3
NEIGHBOUR_PAUSE: Final = 0.05


class LinuxHost(PortableHost):
    """A laptop with Linux. `root`: where its files are, "/" unless it is a recorded tree."""

    system: ClassVar[str] = "Linux"

    def __init__(self, root: Path = Path("/")) -> None:
        self._tree = Tree(root)

    def platform(self) -> Platform:
        """The distribution and its version."""
        text = self._tree.text_or_none("/etc/os-release")
        text = text or self._tree.text_or_none("/usr/lib/os-release") or ""
        return Platform(os="linux", release=os_release.release(text), elevated=elevated())

    def interfaces(self) -> tuple[Interface, ...]:
        """All interfaces of this network namespace, by index."""
        with Netlink() as netlink:
            links, addresses = kernel.links(netlink), kernel.addresses(netlink)
        wireless = [link.name for link in links if self._is_wireless(link.name)]
        kinds = interface_kind.kinds(links, wireless)
        return tuple(
            Interface(
                index=link.ifindex,
                name=link.name,
                kind=kinds[link.ifindex],
                description=link.kind,
                up=link.up,
                running=link.running,
                mtu=link.mtu,
                addresses=addresses.get(link.ifindex, ()),
            )
            for link in sorted(links, key=lambda link: link.ifindex)
        )

    def routes(self) -> RouteTable:
        """All tables, both families, and the policy rules."""
        with Netlink() as netlink:
            return kernel.route_table(netlink)

    def route_to(self, address: str, interface: str | None = None) -> RouteAnswer:
        """The kernel's decision. Raises OSError: no such interface; ValueError: no address."""
        scope = address.partition("%")[2]
        bound = interface or scope or None
        index = None if bound is None else socket.if_nametoindex(bound)
        with Netlink() as netlink:
            return kernel.route_to(netlink, address, index)

    def neighbour_reachable(self, address: str, interface: str) -> bool | None:
        """From the kernel's ARP and NDP table; waits shortly for an answer that is on its way."""
        index = socket.if_nametoindex(interface)
        end = time.monotonic() + NEIGHBOUR_PATIENCE
        with Netlink() as netlink:
            while True:
                entries = kernel.neighbours(netlink, index)
                entry = next((e for e in entries if same_address(e.address, address)), None)
                if entry is None or not entry.incomplete:
                    return None if entry is None else entry.known
                if time.monotonic() >= end:
                    return False
                time.sleep(NEIGHBOUR_PAUSE)

    def resolvers(self) -> ResolverConfig:
        """From resolv.conf, systemd-resolved, NetworkManager and nsswitch.conf."""
        with Netlink() as netlink:
            names = {link.ifindex: link.name for link in kernel.links(netlink)}
        return linux_names.resolver_config(self._tree, names)

    def hosts_file(self) -> tuple[HostsEntry, ...]:
        """/etc/hosts. Raises OSError."""
        return hosts.parse(self._tree.text("/etc/hosts"))

    def listeners(self) -> tuple[Listener, ...]:
        """Listening TCP sockets of this network namespace."""
        return linux_processes.listeners(self._tree)

    def vpn_processes(self) -> tuple[Process, ...]:
        """Running VPN programs, by number."""
        return tuple(seen.process for seen in linux_processes.vpn_processes(self._tree))

    def vpn_clients(self) -> tuple[VpnClient, ...]:
        """Installed VPN clients, AWS's first."""
        running = linux_processes.vpn_processes(self._tree)
        sees_all = linux_processes.sees_all(self._tree)
        return linux_clients.vpn_clients(self._tree, running, sees_all=sees_all)

    def aws_client(self) -> AwsClientState | None:
        """AWS' client 6 or later, by its command line."""
        return linux_aws_client.aws_client(self._tree, _home())

    def client_logs(self) -> tuple[str, ...]:
        """Logs of installed and running VPN clients, newest first."""
        running = linux_processes.vpn_processes(self._tree)
        return linux_logs.client_logs(self._tree, _home(), running)

    def proxies(self) -> tuple[Proxy, ...]:
        """From the environment; the desktop's own setting is not read."""
        return environment.proxies(os.environ)

    def opens_web_pages(self) -> bool:
        """A desktop's opener, and a screen to open on."""
        screen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
        return screen and linux_clients.has_opener(self._tree)

    def logged_in_users(self) -> tuple[LoggedInUser, ...]:
        """One entry per interactive session."""
        return linux_users.logged_in_users(self._tree)

    def path_mtu(
        self, address: str, port: int, timeout: float, wait: float, interface: str | None = None
    ) -> PathMtu:
        """Works without privileges."""
        from cvpn_doctor.host import deep  # noqa: PLC0415 - only with --deep

        return deep.path_mtu(address, port, timeout, wait, interface)

    def tunnel_packets(
        self, addresses: tuple[str, ...], transport: Transport, port: int, seconds: float
    ) -> tuple[InterfacePackets, ...]:
        """Needs CAP_NET_RAW. Raises PermissionError."""
        names = tuple(i.name for i in self.interfaces() if i.up and i.kind != "loopback")
        from cvpn_doctor.host import deep  # noqa: PLC0415 - only with --deep

        return deep.tunnel_packets(names, addresses, transport, port, seconds)

    def _leaves_by(self, address: str, interface: str | None) -> str | None:
        if interface is not None:
            return interface
        try:
            return self.route_to(address).interface
        except (OSError, ValueError):
            return None

    def _is_wireless(self, name: str) -> bool:
        folder = f"/sys/class/net/{name}"
        return self._tree.exists(f"{folder}/wireless") or self._tree.exists(f"{folder}/phy80211")


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # a service without HOME and without an entry in passwd
        return None
