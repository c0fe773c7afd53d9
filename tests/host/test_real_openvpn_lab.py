"""The hard reset in front of a real OpenVPN server, over UDP and TCP."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cvpn_doctor.host import tcp
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.linux import LinuxHost
from cvpn_doctor.host.speaks import client_hello

pytestmark = pytest.mark.lab

PORT = 1194


def start(lab: Any, folder: Path, proto: str, *more: str) -> subprocess.Popen[bytes]:
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        (
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=x", "-days", "2", "-keyout", str(key), "-out", str(cert)),
        ),
        check=True,
        capture_output=True,
    )
    return subprocess.Popen(
        (
            *("ip", "netns", "exec", lab.server, "openvpn", "--mode", "server", "--tls-server"),
            *("--dev", "tun", "--ifconfig-noexec", "--ifconfig", "10.8.0.1", "255.255.255.0"),
            *(
                "--topology",
                "subnet",
                "--local",
                lab.address,
                "--port",
                str(PORT),
                "--proto",
                proto,
            ),
            *("--ca", str(cert), "--cert", str(cert), "--key", str(key), "--dh", "none", *more),
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture(params=["udp", "tcp-server"])
def server(request: Any, lab: Any, tmp_path: Path) -> Iterator[str]:
    if not shutil.which("openvpn") or not shutil.which("openssl"):
        pytest.skip("needs openvpn and openssl")
    process = start(lab, tmp_path, request.param)
    try:
        yield "udp" if request.param == "udp" else "tcp"
    finally:
        process.kill()
        process.wait()


def ask(lab: Any, transport: Any) -> Any:
    """Until it listens: the first questions may come too early."""
    end = time.monotonic() + 5
    while True:
        answer = lab.on_laptop(lambda: LinuxHost().openvpn_reset(lab.address, transport, PORT, 2.0))
        if answer.outcome != "refused" or time.monotonic() > end:
            return answer
        time.sleep(0.05)


def test_real_server_answers(lab: Any, server: str) -> None:
    answer = ask(lab, server)
    assert answer.outcome == "openvpn"
    assert answer.attempts == 1
    other = "tcp" if server == "udp" else "udp"
    assert ask_once(lab, other).outcome == "refused"


def ask_once(lab: Any, transport: Any) -> Any:
    return lab.on_laptop(lambda: LinuxHost().openvpn_reset(lab.address, transport, PORT, 1.0))


def test_real_tcp_server_closes_at_once_on_a_client_hello(lab: Any, server: str) -> None:
    if server == "udp":
        pytest.skip("TCP only")
    assert ask(lab, "tcp").outcome == "openvpn"

    def hello() -> tuple[bytes, bool, float]:
        deadline = Deadline(3.0)
        attempt = tcp.connect(lab.address, PORT, deadline)
        assert isinstance(attempt.sock, socket.socket)
        with attempt.sock as sock:
            tcp.send(sock, client_hello(), deadline)
            reply = tcp.receive(sock, deadline)
        return reply.data, reply.closed, deadline.elapsed()

    data, closed, seconds = lab.on_laptop(hello)
    assert (data, closed) == (b"", True)
    assert seconds < 0.5
