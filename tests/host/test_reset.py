"""The hard reset over loopback: everything that may speak, or not, on a port."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest

from cvpn_doctor.host import reset_tcp, reset_udp
from cvpn_doctor.host.speaks import client_hello


def test_udp_openvpn(servers: Any, openvpn_like: Any) -> None:
    answer = reset_udp.ask("127.0.0.1", servers.udp(openvpn_like), 1.0)
    assert (answer.outcome, answer.attempts) == ("openvpn", 1)


def test_udp_resends_the_same_packet(servers: Any, openvpn_like: Any) -> None:
    port = servers.udp(lambda packet: openvpn_like(packet) if len(servers.seen) == 3 else [])
    answer = reset_udp.ask("127.0.0.1", port, 3.0)
    assert (answer.outcome, answer.attempts) == ("openvpn", 3)
    assert len(set(servers.seen)) == 1


def test_udp_silence_takes_the_whole_time_and_at_most_four_packets(servers: Any) -> None:
    answer = reset_udp.ask("127.0.0.1", servers.udp(lambda _: []), 2.2)
    assert (answer.outcome, answer.attempts, len(servers.seen)) == ("silent", 4, 4)
    assert 2.15 < answer.seconds < 2.5


def test_udp_foreign_datagram(servers: Any) -> None:
    answer = reset_udp.ask("127.0.0.1", servers.udp(lambda _: [b"hello"]), 2.0)
    assert (answer.outcome, answer.speaks) == ("other_protocol", "unknown")
    assert answer.seconds < 0.6


def test_udp_forged_packets_do_not_hide_the_answer(servers: Any, openvpn_like: Any) -> None:
    def answers(packet: bytes) -> list[bytes]:
        forged = bytearray(openvpn_like(packet)[0])
        forged[-8] ^= 1  # another session
        return [b"", b"\x40", bytes(forged), *openvpn_like(packet)]

    assert reset_udp.ask("127.0.0.1", servers.udp(answers), 1.0).outcome == "openvpn"


def test_udp_flood_does_not_hold_the_probe(servers: Any) -> None:
    port = servers.udp(lambda _: [b"flood"] * 50_000)
    answer = reset_udp.ask("127.0.0.1", port, 0.5)
    assert answer.outcome == "other_protocol"
    assert answer.seconds < 1.0


def test_udp_closed_port_on_loopback() -> None:
    answer = reset_udp.ask("127.0.0.1", 9, 1.0)
    assert answer.outcome == "refused"
    assert answer.icmp is None or answer.icmp.sender == "127.0.0.1"


def test_udp_timeout_of_nothing() -> None:
    assert reset_udp.ask("127.0.0.1", 9, 0.0).outcome in ("silent", "refused")


def talk_http(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(4096) or b"\r\n\r\n"
    if b"HTTP/1.1" in data:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def talk_tls_alert(connection: socket.socket) -> None:
    connection.recv(64)
    connection.sendall(bytes.fromhex("15030100020246"))


def talk_tls_only_to_tls(connection: socket.socket) -> None:
    if connection.recv(4096)[:2] == b"\x16\x03":
        connection.sendall(bytes.fromhex("160303007a"))
    else:
        time.sleep(5)


def talk_ssh(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    connection.recv(64)
    connection.recv(64)


def reset_after_first_bytes(connection: socket.socket) -> None:
    connection.recv(64)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


TALKS: dict[str, tuple[Callable[[socket.socket], None], str, str | None]] = {
    "http": (talk_http, "other_protocol", "http"),
    "tls-alert": (talk_tls_alert, "other_protocol", "tls"),
    "tls-only-to-tls": (talk_tls_only_to_tls, "other_protocol", "tls"),
    "ssh": (talk_ssh, "other_protocol", "ssh"),
    "closes": (lambda connection: connection.recv(64) and None, "closed", None),
    "resets": (reset_after_first_bytes, "closed", None),
    "mute": (lambda connection: time.sleep(4), "mute", None),
    "garbage": (
        lambda connection: connection.sendall(b"\0\x1a\x40????"),
        "other_protocol",
        "unknown",
    ),
}


@pytest.mark.parametrize("name", TALKS)
def test_tcp(servers: Any, name: str) -> None:
    talk, outcome, speaks = TALKS[name]
    answer = reset_tcp.ask("127.0.0.1", servers.tcp(talk), 2.0)
    assert (answer.outcome, answer.speaks) == (outcome, speaks)
    assert answer.seconds < 2.3
    if name in ("closes", "resets"):
        reset = answer.failure is not None and answer.failure.kind == "connection_reset"
        assert reset == (name == "resets")
        assert answer.attempts == 3


def test_tcp_openvpn(servers: Any, openvpn_tcp: Any) -> None:
    answer = reset_tcp.ask("127.0.0.1", servers.tcp(openvpn_tcp), 2.0)
    assert (answer.outcome, answer.attempts) == ("openvpn", 1)
    assert answer.seconds < 0.3


def test_tcp_answer_in_pieces(servers: Any) -> None:
    def talk(connection: socket.socket) -> None:
        packet = connection.recv(64)[2:]
        answer = b"\0\x1a\x40" + b"SERVERID" + b"\x01" + bytes(4) + packet[1:9] + bytes(4)
        for at in range(len(answer)):
            connection.sendall(answer[at : at + 1])
            time.sleep(0.005)
        connection.recv(1)

    assert reset_tcp.ask("127.0.0.1", servers.tcp(talk), 2.0).outcome == "openvpn"


def test_tcp_real_tls_server_is_recognised(servers: Any, tmp_path: Any) -> None:
    """A real OpenSSL answers a hard reset, which is no TLS, with an alert or the end."""

    def talk(connection: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        incoming.write(connection.recv(4096))
        try:
            tls.do_handshake()
        except ssl.SSLError:
            connection.sendall(outgoing.read())

    answer = reset_tcp.ask("127.0.0.1", servers.tcp(talk), 2.0)
    assert (answer.outcome, answer.speaks) == ("other_protocol", "tls")


def test_tcp_closed_port() -> None:
    answer = reset_tcp.ask("127.0.0.1", 9, 1.0)
    assert answer.outcome == "refused"
    assert answer.icmp is None


def test_client_hello_is_a_tls_record() -> None:
    hello = client_hello()
    assert hello[:2] == b"\x16\x03"
    assert len(hello) > 100
