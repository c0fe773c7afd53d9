"""The namespaces and the processes of one lab, and how each kind of process is started."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

from tests.lab import endpoint, network, pki, process
from tests.lab.access import CHECKOUT
from tests.lab.laptop import module
from tests.lab.network import Namespace
from tests.lab.process import Process
from tests.lab.services import Kind, Service, Specification
from tests.lab.variant import (
    NAME_SERVER,
    PEERED_TARGET,
    ROUTER_ADDRESS,
    TARGET,
    VPC_RESOLVER,
    WEB_SERVER,
    Variant,
)

Launched = tuple[Process, IO[bytes]]


class Daemons:
    """`spaces` and `processes` are by role; a role has one of each at most."""

    def __init__(self, prefix: str, served: Variant) -> None:
        self.prefix = prefix
        self.served = served
        self.folder = Path()
        self.spaces: dict[str, Namespace] = {}
        self.processes: dict[str, Process] = {}

    def space(self, role: str) -> Namespace:
        return self.spaces[role]

    def add_space(self, role: str) -> Namespace:
        """One more namespace, deleted with the others."""
        space = Namespace(self.prefix + role)
        network.create([space])
        self.spaces[role] = space
        return space

    def stop(self, role: str) -> None:
        """Kill a process of this lab at once."""
        one = self.processes.pop(role, None)
        if one is not None:
            process.kill(one)

    def start_home_dns(self, *options: str) -> None:
        """The router's forwarder, in place of the one that may run."""
        self._start_dnsmasq("home-dns", "home", ROUTER_ADDRESS, *options)

    def start_vpc_dns(self, *options: str) -> None:
        """The VPC's resolver, in place of the one that may run."""
        own = f"--host-record=app.corp.example,{TARGET}"
        self._start_dnsmasq("vpc-dns", "vpc", VPC_RESOLVER, own, *options)

    def start_server(self) -> None:
        """The OpenVPN server, in place of the one that may run."""
        self.stop("server")
        authority, server = pki.identity(pki.AUTHORITY), pki.identity(pki.SERVER)
        argv = endpoint.arguments(self.served, authority, server, self.folder / "server.log")
        self._start("server", self.space("endpoint").argv(*argv))

    def start_service(self, role: str, kind: Kind, where: str, address: str, port: int) -> None:
        """One more service, in the namespace of `where`, ready when this returns."""
        space = self.space(where).name
        service = Service(namespace=space, kind=kind, address=address, port=port)
        process.ready_line(*self._launch_services(role, [service]))

    def await_dns(self, role: str) -> None:
        self._await_listening(role, "udp", 53)

    def await_server(self) -> None:
        self._await_listening("server", self.served.transport, self.served.port)

    def _await_listening(self, role: str, transport: str, port: int) -> None:
        one = self.processes[role]
        what = f"{role} listens on {transport} {port}"
        network.wait_until(lambda: process.listens(one, transport, port), what)

    def _start(self, role: str, argv: list[str]) -> None:
        self.processes[role] = process.start(role, argv, log=self.folder / f"{role}.out")

    def _start_dnsmasq(self, role: str, where: str, address: str, *options: str) -> None:
        self.stop(role)
        command = [
            *("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv"),
            *("--no-hosts", "--user=root", "--bind-interfaces", f"--listen-address={address}"),
            # Without a cache a fault holds at once, also for names that were asked before.
            *("--cache-size=0", f"--pid-file={self.folder / role}.pid"),
            *(f"--server={NAME_SERVER}", *options),
        ]
        self._start(role, self.space(where).argv(*command))

    def _launch(self, role: str, argv: list[str]) -> Launched:
        log = self.folder / f"{role}.log"
        launched = process.start_ready(role, argv, log=log, cwd=CHECKOUT)
        self.processes[role] = launched[0]
        return launched

    def _launch_services(self, role: str, services: list[Service]) -> Launched:
        web = pki.identity(pki.WEB)
        specification = Specification(
            services=services,
            zone=str(self.folder / "zone.json"),
            certificate=str(web.certificate),
            key=str(web.key),
        )
        path = self.folder / f"{role}.json"
        path.write_text(json.dumps(specification))
        return self._launch(role, module("services", str(path)))

    def _standing_services(self) -> list[Service]:
        internet, vpc = self.space("internet").name, self.space("vpc").name
        places: list[tuple[str, Kind, str, int]] = [
            (internet, "dns", NAME_SERVER, 53),
            (internet, "checkip", WEB_SERVER, 80),
            (internet, "https", WEB_SERVER, 443),
            (vpc, "banner", TARGET, 22),
            (vpc, "https", TARGET, 443),
            (vpc, "banner", PEERED_TARGET, 22),
        ]
        return [
            Service(namespace=space, kind=kind, address=address, port=port)
            for space, kind, address, port in places
        ]

    def _wire_ends(self) -> list[tuple[Namespace, str]]:
        return [(self.space("home"), "wan0"), (self.space("internet"), "isp0")]

    def _make_wire_ends(self) -> None:
        for space, device in self._wire_ends():
            space.ip(f"tuntap add dev {device} mode tun")

    def _launch_wire(self, seconds: float) -> Launched:
        """The router's uplink as two TUN devices with a pause between them."""
        words = [word for space, device in self._wire_ends() for word in (space.name, device)]
        return self._launch("wire", module("wire", *words, str(seconds)))
