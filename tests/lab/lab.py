"""One lab: brought up, connected, broken, looked at from the laptop, and taken down again."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.lab import endpoint, network, pki, process, profile, topology
from tests.lab.daemons import Daemons
from tests.lab.laptop import DOCTOR_SECONDS, NOBODY, Laptop
from tests.lab.network import Cable, LabError, Namespace
from tests.lab.variant import ROUTER_ADDRESS, Variant

CONNECT_SECONDS = 20.0
_COMPLETED = "Initialization Sequence Completed"
_numbers = itertools.count(1)


def default_prefix() -> str:
    """A prefix that no other lab on this machine uses."""
    return f"cvd{os.getpid()}-{next(_numbers)}-"


class Lab(Daemons):
    """`variant` is what was asked for and what the profile says; `served` is what the endpoint
    does now."""

    def __init__(self, variant: Variant | None = None, prefix: str | None = None) -> None:
        self.variant = variant or Variant()
        super().__init__(prefix or default_prefix(), self.variant)
        self.room_pid = 0

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.down()

    # What there is

    @property
    def laptop(self) -> Laptop:
        return Laptop(self.space("laptop"), self.folder, self.room_pid)

    @property
    def profile(self) -> Path:
        """The .ovpn file as the endpoint's administrator would hand it out."""
        return self.folder / "client.ovpn"

    @property
    def client_log(self) -> Path:
        """The log of the VPN client, which everybody may read."""
        return self.folder / "client.log"

    @property
    def connected(self) -> bool:
        """Whether the client's process runs."""
        return "client" in self.processes and process.alive(self.processes["client"])

    def status(self) -> dict[str, Any]:
        """What runs, for people."""
        return {
            "prefix": self.prefix,
            "profile": str(self.profile),
            "client_log": str(self.client_log),
            "namespaces": {role: space.name for role, space in self.spaces.items()},
            "running": {role: process.alive(one) for role, one in self.processes.items()},
        }

    # Up and down

    def up(self) -> None:
        """Bring everything up, and connect where the variant says so; on failure nothing stays."""
        try:
            self._up()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """Kill every process and delete every namespace and file of this lab, and nothing else."""
        for role in reversed(list(self.processes)):
            self.stop(role)
        for space in self.spaces.values():
            for pid in space.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        network.delete(self.spaces.values())
        self.spaces.clear()
        self.room_pid = 0
        if self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = Path()

    def clear(self) -> None:
        """Make the lab healthy again, by building it anew under the same names."""
        self.down()
        self.served = self.variant
        self.up()

    def _up(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.prefix.rstrip('-')}."))
        self.folder.chmod(0o755)
        self._make_spaces()
        self.write_zone()
        network.write_public(self.profile, self.render_profile())
        self.laptop.prepare()
        room = self._launch("room", self.laptop.room_argv())
        self._set_up_spaces()
        # Not before the addresses are there: a namespace without any takes each for a broadcast,
        # lets a socket be bound to it, and answers from another address later.
        services = self._launch_services("services", self._standing_services())
        if self.variant.latency_ms:
            process.ready_line(*self._launch_wire(self.variant.latency_ms / 2000))
        self._start_daemons()
        process.ready_line(*services)
        self.room_pid = int(process.ready_line(*room))
        if self.variant.connected:
            self.connect()

    def _make_spaces(self) -> None:
        spaces = {role: Namespace(self.prefix + role) for role in topology.ROLES}
        taken = [space.name for space in spaces.values() if space.path.exists()]
        if taken:
            raise LabError(f"in use already: {', '.join(taken)}")
        self.spaces.update(spaces)
        network.create(spaces.values())
        network.connect(topology.cables(self.spaces, self.variant))
        if self.variant.latency_ms:
            self._make_wire_ends()

    def _set_up_spaces(self) -> None:
        scripts = topology.scripts()
        if self.variant.ipv6:
            for role, text in topology.ipv6_scripts().items():
                scripts[role] += text
        network.run_together(
            (self.space(role).argv("sh", "-eu"), text) for role, text in scripts.items()
        )

    def _start_daemons(self) -> None:
        """All are started before any is waited for."""
        self.start_home_dns()
        self.start_vpc_dns()
        self.start_server()
        self.await_dns("home-dns")
        self.await_dns("vpc-dns")
        self.await_server()

    # Files

    def render_profile(self, **changes: str) -> str:
        """The profile's text; `host` puts something else in the place of the endpoint's name."""
        authority, client = pki.identity(pki.AUTHORITY), pki.identity(pki.CLIENT)
        name = pki.SERVER.common_name
        return profile.render(self.variant, authority, client, name, **changes)

    def write_zone(self, *, endpoint: bool = True) -> None:
        """Say what the internet's name server knows; it reads the file for each query."""
        part = self.folder / "zone.part"
        part.write_text(json.dumps(topology.zone(endpoint=endpoint)))
        part.replace(self.folder / "zone.json")

    # The endpoint and the client

    def serve(self, **changes: Any) -> None:
        """Let the endpoint do something else than the profile says; a client connects again."""
        was_connected = self.connected
        self.disconnect()
        self.served = replace(self.served, **changes)
        self.start_server()
        self.await_server()
        if was_connected:
            self.connect()

    def connect(self, *options: str, seconds: float = CONNECT_SECONDS) -> None:
        """Start the real client, wait for its tunnel, and use the resolver that it was given."""
        before = len(self.client_log.read_text()) if self.client_log.exists() else 0
        self.client_log.touch()
        self.client_log.chmod(0o644)
        command = [
            *("openvpn", *endpoint.WITHOUT_OFFLOAD, "--config", str(self.profile)),
            *("--log-append", str(self.client_log), *options),
        ]
        self._start("client", self.laptop.argv(*command))

        def completed() -> bool:
            if not self.connected:
                raise LabError(f"the client ended: {self._client_output()}")
            return _COMPLETED in self.client_log.read_text()[before:]

        network.wait_until(completed, "the client's connection", seconds)
        self._apply_pushed_resolvers(self.client_log.read_text()[before:])

    def _apply_pushed_resolvers(self, log: str) -> None:
        pushed = re.findall(r"PUSH_REPLY,.*", log)[-1]
        resolvers = re.findall(r"dhcp-option DNS ([0-9a-f.:]+)", pushed)
        if resolvers:
            self.laptop.use_resolvers(*resolvers)

    def _client_output(self) -> str:
        parts = [self.folder / "client.out", self.client_log]
        return " ".join(path.read_text()[-600:] for path in parts if path.exists())

    def disconnect(self) -> None:
        """End the client in order, and use the router's resolver again."""
        client = self.processes.pop("client", None)
        if client is not None:
            process.kill(client, signal.SIGTERM)
            self.laptop.use_resolvers(ROUTER_ADDRESS)

    def kill_client(self) -> None:
        """End the client as a crash does: nothing is put back in order."""
        self.stop("client")

    # More hardware

    def add_second_lan(self) -> None:
        """A second network card, eth1, with a network and a router of its own."""
        other, lan = self.add_space("other"), topology.SECOND_LAN
        network.connect([Cable(self.space("laptop"), "eth1", other, "lan0")])
        self.space("laptop").ip(f"address add {lan}.23/24 dev eth1", "link set eth1 up")
        other.ip(f"address add {lan}.1/24 dev lan0", "link set lan0 up")

    def add_bridge(self, device: str, address: str) -> None:
        """A bridge as container software makes it, with one running container."""
        container = self.add_space("container")
        network.connect([Cable(self.space("laptop"), "vethc0ffee", container, "eth0")])
        self.space("laptop").ip(
            f"link add {device} type bridge",
            f"address add {address} dev {device}",
            f"link set vethc0ffee master {device} up",
            f"link set {device} up",
        )
        container.ip("link set eth0 up")

    # Commands

    def argv(self, *command: str, where: str = "laptop") -> list[str]:
        """The command line which runs a command as root in a namespace."""
        return self.laptop.argv(*command) if where == "laptop" else self.space(where).argv(*command)

    def exec(self, *command: str, where: str = "laptop") -> subprocess.CompletedProcess[str]:
        """Run a command as root; a failure is the caller's to judge."""
        return network.run(self.argv(*command, where=where), check=False)

    def run_doctor(
        self, *arguments: str, user: int = NOBODY, timeout: float = DOCTOR_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Run the program under test on the laptop, as an ordinary user."""
        return self.laptop.run_doctor(*arguments, user=user, timeout=timeout)
