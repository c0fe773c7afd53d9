"""A real OpenVPN server and client in two network namespaces, to make real logs.

The lab's endpoint speaks as AWS does and nothing else; here each side takes any option, so that
each failure can be made with the two processes alone.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from tests.lab import network, pki, process
from tests.lab.endpoint import WITHOUT_OFFLOAD
from tests.lab.network import Cable, Namespace
from tests.lab.process import Process

SERVER_ADDRESS = "203.0.113.10"
CLIENT_ADDRESS = "203.0.113.20"
PORT = 443
Transport = Literal["udp", "tcp"]

_numbers = itertools.count(1)


class Rig:
    """Two namespaces with one cable; processes by role, logs as text."""

    def __init__(self, folder: Path, server: Namespace, client: Namespace) -> None:
        self.folder, self.spaces = folder, {"server": server, "client": client}
        self.running: dict[str, Process] = {}

    def serve(
        self, *options: str, transport: Transport = "udp", subject: pki.Subject = pki.SERVER
    ) -> None:
        """Start the server and wait until it listens; options come last, so they win."""
        own, authority = pki.identity(subject), pki.identity(pki.AUTHORITY)
        proto = "udp4" if transport == "udp" else "tcp4-server"
        self._start(
            "server",
            *("--dev", "tun0", "--topology", "subnet", "--server", "10.100.0.0", "255.255.255.224"),
            *("--proto", proto, "--port", str(PORT), "--ca", str(authority.certificate)),
            *("--cert", str(own.certificate), "--key", str(own.key), "--dh", "none"),
            *("--data-ciphers", "AES-256-GCM", "--duplicate-cn", *options),
        )
        listens = self.running["server"]
        network.wait_until(lambda: process.listens(listens, transport, PORT), "the server")

    def serve_two(self) -> None:
        """A server with two addresses to give out."""
        own, authority = pki.identity(pki.SERVER), pki.identity(pki.AUTHORITY)
        mask = "255.255.255.224"
        self._start(
            "server",
            *("--mode", "server", "--tls-server", "--dev", "tun0", "--topology", "subnet"),
            *("--ifconfig", "10.100.0.1", mask, "--push", "route-gateway 10.100.0.1"),
            *("--ifconfig-pool", "10.100.0.2", "10.100.0.3", mask, "--push", "topology subnet"),
            *("--proto", "udp4", "--port", str(PORT), "--ca", str(authority.certificate)),
            *("--cert", str(own.certificate), "--key", str(own.key), "--dh", "none"),
            *("--data-ciphers", "AES-256-GCM", "--duplicate-cn"),
        )
        listens = self.running["server"]
        network.wait_until(lambda: process.listens(listens, "udp", PORT), "the server")

    def connect(
        self,
        *options: str,
        transport: Transport = "udp",
        subject: pki.Subject = pki.CLIENT,
        remote: str = SERVER_ADDRESS,
        role: str = "client",
    ) -> None:
        """Start a client that tries once, with a short handshake window."""
        own, authority = pki.identity(subject), pki.identity(pki.AUTHORITY)
        proto = "udp4" if transport == "udp" else "tcp4-client"
        self._start(
            role,
            *("--client", "--dev", "tun", "--proto", proto, "--remote", remote, str(PORT)),
            *("--nobind", "--remote-cert-tls", "server", "--ca", str(authority.certificate)),
            *("--cert", str(own.certificate), "--key", str(own.key), "--hand-window", "3"),
            *("--connect-retry", "1", "1", "--connect-retry-max", "1", "--resolv-retry", "0"),
            *("--verify-x509-name", pki.SERVER.common_name, "name", *options),
        )

    def log(self, role: str = "client") -> str:
        """What a process has logged so far."""
        path = self.folder / f"{role}.log"
        return path.read_text() if path.exists() else ""

    def wait(self, *texts: str, seconds: float = 20.0, role: str = "client") -> str:
        """Wait until the log says one of the texts, or the process has ended."""

        def said() -> bool:
            return any(text in self.log(role) for text in texts) or not self.alive(role)

        network.wait_until(said, f"{role}: {' or '.join(texts)}", seconds)
        return self.log(role)

    def wait_for(self, text: str, times: int) -> None:
        """Wait until the client's log has said it so often."""
        network.wait_until(lambda: self.log().count(text) >= times, text, 20.0)

    def finish(self, seconds: float = 20.0) -> str:
        """Wait for the client's own end."""
        network.wait_until(lambda: not self.alive("client"), "the client's end", seconds)
        return self.log()

    def connected(self) -> None:
        """Wait for the client's tunnel."""
        assert "Initialization Sequence Completed" in self.wait("Initialization Sequence Completed")

    def alive(self, role: str) -> bool:
        return process.alive(self.running[role])

    def send(self, role: str, number: signal.Signals) -> None:
        process.send(self.running[role], number)

    def stop(self, role: str) -> str:
        """Ask a process to end, as a user does, and give its whole log."""
        process.kill(self.running.pop(role), signal.SIGTERM)
        return self.log(role)

    def script(self, name: str, text: str) -> str:
        """An executable shell script in the rig's folder."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    def _start(self, role: str, *options: str) -> None:
        space = self.spaces["server" if role == "server" else "client"]
        command = [
            *("openvpn", *WITHOUT_OFFLOAD, "--verb", "3", "--script-security", "2"),
            *("--log", str(self.folder / f"{role}.log"), "--cd", str(self.folder), *options),
        ]
        out = self.folder / f"{role}.out"
        self.running[role] = process.start(role, space.argv(*command), log=out)

    def close(self) -> None:
        for one in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send(one, signal.SIGCONT)
            process.kill(one)


@contextmanager
def rig() -> Iterator[Rig]:
    """Namespaces of this test alone, deleted with every process in them."""
    prefix = f"cvdl{os.getpid()}-{next(_numbers)}-"
    server, client = Namespace(f"{prefix}server"), Namespace(f"{prefix}client")
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    made: Sequence[Namespace] = (server, client)
    try:
        network.create(made)
        network.connect([Cable(server, "eth0", client, "eth0")])
        server.ip(f"address add {SERVER_ADDRESS}/24 dev eth0", "link set eth0 up", "link set lo up")
        client.ip(f"address add {CLIENT_ADDRESS}/24 dev eth0", "link set eth0 up", "link set lo up")
        time.sleep(0.01)
        one = Rig(folder, server, client)
        try:
            yield one
        finally:
            one.close()
    finally:
        network.delete(made)
        shutil.rmtree(folder, ignore_errors=True)
