"""Servers on loopback, and real network namespaces: laptop - router - server."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

CLONE_NEWNET = 0x40000000
PREFIX = f"cvdh{os.getpid()}-"


def run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def in_namespace(namespace: str | None, call: Callable[[], Any]) -> Any:
    """Run `call` on a thread inside a network namespace (None: here)."""
    result: list[Any] = []

    def work() -> None:
        try:
            if namespace is not None:
                with Path(f"/run/netns/{namespace}").open("rb") as file:
                    libc = ctypes.CDLL(None, use_errno=True)
                    if libc.setns(file.fileno(), CLONE_NEWNET):
                        raise OSError(ctypes.get_errno(), "setns")
            result.extend((call(), None))
        except BaseException as error:
            result.extend((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(60)
    assert result, "hung"
    if result[1] is not None:
        raise result[1]
    return result[0]


Datagram = Callable[[bytes], list[bytes]]
Stream = Callable[[socket.socket], None]


class Servers:
    """UDP and TCP servers by a function of what they get; closed after the test."""

    def __init__(self, namespace: str | None = None, address: str = "127.0.0.1") -> None:
        self.namespace, self.address = namespace, address
        self.seen: list[bytes] = []
        self._sockets: list[socket.socket] = []

    def _open(self, kind: int, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET

        def make() -> socket.socket:
            sock = socket.socket(family, kind)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((self.address, port))
            return sock

        sock: socket.socket = in_namespace(self.namespace, make)
        self._sockets.append(sock)
        return sock

    def udp(self, answer: Datagram, port: int = 0) -> int:
        sock = self._open(socket.SOCK_DGRAM, port)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    data, peer = sock.recvfrom(65535)
                    if peer is None:  # shut down
                        return
                    self.seen.append(data)
                    for reply in answer(data):
                        sock.sendto(reply, peer)

        threading.Thread(target=serve, daemon=True).start()
        return int(sock.getsockname()[1])

    def tcp(self, talk: Stream, port: int = 0) -> int:
        sock = self._open(socket.SOCK_STREAM, port)
        sock.listen(16)

        def one(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                connection.settimeout(10)
                talk(connection)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=one, args=(sock.accept()[0],), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        return int(sock.getsockname()[1])

    def close(self) -> None:
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


@pytest.fixture
def servers() -> Iterator[Servers]:
    found = Servers()
    yield found
    found.close()


class Lab:
    """laptop 192.168.77.2 - 192.168.77.1 router 203.0.113.1 - 203.0.113.10 server."""

    laptop, router, server = (f"{PREFIX}{name}" for name in ("a", "r", "s"))
    address, address6 = "203.0.113.10", "fd77:2::10"
    router_address, router_address6 = "192.168.77.1", "fd77:1::1"

    def __init__(self) -> None:
        self.servers: list[Servers] = []

    def up(self) -> None:
        for name in (self.laptop, self.router, self.server):
            run("ip", "netns", "add", name)
            for setting in (
                "net.ipv6.conf.default.accept_dad=0",
                "net.ipv6.conf.all.accept_dad=0",
                "net.ipv4.icmp_ratelimit=0",
                "net.ipv4.icmp_msgs_per_sec=100000",
                "net.ipv6.icmp.ratelimit=0",
                "net.ipv4.ip_forward=1",
                "net.ipv6.conf.all.forwarding=1",
            ):
                subprocess.run(
                    ("ip", "netns", "exec", name, "sysctl", "-qw", setting),
                    check=False,
                    capture_output=True,
                )
            self.ip(name, "link set lo up")
        self._cable(self.laptop, "eth0", self.router, "lan", "192.168.77", "fd77:1:")
        self._cable(self.server, "eth0", self.router, "wan", "203.0.113", "fd77:2:", host=10)
        self.ip(self.laptop, "route add default via 192.168.77.1")
        self.ip(self.laptop, "-6 route add default via fd77:1::1")
        self.ip(self.server, "route add default via 203.0.113.1")
        self.ip(self.server, "-6 route add default via fd77:2::1")

    def _cable(
        self, one: str, name: str, router: str, port: str, net: str, net6: str, host: int = 2
    ) -> None:
        self.ip(one, f"link add {name} type veth peer name {port} netns {router}")
        for space, link, last in ((one, name, host), (router, port, 1)):
            self.ip(space, f"link set {link} up")
            self.ip(space, f"addr add {net}.{last}/24 dev {link}")
            self.ip(space, f"-6 addr add {net6}:{last}/64 dev {link} nodad")

    def ip(self, namespace: str, words: str) -> str:
        return run("ip", "-n", namespace, *words.split())

    def nft(self, namespace: str, rules: str) -> None:
        run("ip", "netns", "exec", namespace, "nft", rules)

    def fault(self, namespace: str, hook: str, rule: str) -> None:
        """One rule at a hook of a namespace, gone after the test."""
        self.nft(
            namespace,
            f"table inet t {{ chain c {{ type filter hook {hook} priority 0; {rule}; }}; }}",
        )

    def calm(self) -> None:
        for name in (self.laptop, self.router, self.server):
            self.nft(name, "flush ruleset")
        for servers in self.servers:
            servers.close()
        self.servers.clear()

    def serve(self, address: str | None = None) -> Servers:
        self.servers.append(Servers(self.server, address or self.address))
        return self.servers[-1]

    def on_laptop(self, call: Callable[[], Any]) -> Any:
        return in_namespace(self.laptop, call)

    def down(self) -> None:
        for name in (self.laptop, self.router, self.server):
            subprocess.run(("ip", "netns", "del", name), check=False, capture_output=True)


@pytest.fixture(scope="session")
def _lab() -> Iterator[Lab]:
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nft"):
        pytest.skip("needs root, ip and nft for network namespaces")
    lab = Lab()
    try:
        lab.up()
        yield lab
    finally:
        lab.down()


@pytest.fixture
def lab(_lab: Lab) -> Iterator[Lab]:
    yield _lab
    _lab.calm()


@pytest.fixture
def namespace() -> Iterator[str]:
    """An empty namespace of this test's own."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("needs root and ip for network namespaces")
    name = f"{PREFIX}own"
    run("ip", "netns", "add", name)
    try:
        run("ip", "-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        run("ip", "netns", "del", name)


@pytest.fixture
def inside() -> Callable[[str | None, Callable[[], Any]], Any]:
    return in_namespace


@pytest.fixture
def ip() -> Callable[[str, str], str]:
    return lambda namespace, words: run("ip", "-n", namespace, *words.split())


def openvpn_udp(packet: bytes) -> list[bytes]:
    return [openvpn_answer(packet)]


def openvpn_answer(packet: bytes) -> bytes:
    """What a server sends: own session id, ack of 0, the client's session id, packet id 0."""
    return b"\x40" + b"SERVERID" + b"\x01" + bytes(4) + packet[1:9] + bytes(4)


@pytest.fixture
def openvpn_like() -> Datagram:
    return openvpn_udp


@pytest.fixture
def openvpn_tcp() -> Stream:
    def talk(connection: socket.socket) -> None:
        data = connection.recv(2048)
        if len(data) == 16 and data[2] == 0x38:  # anything else: a real server closes at once
            answer = openvpn_answer(data[2:])
            connection.sendall(len(answer).to_bytes(2, "big") + answer)
            connection.recv(1)

    return talk
