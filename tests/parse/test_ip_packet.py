"""Packets of the tunnel among all others, by their first bytes."""

from __future__ import annotations

import socket
import struct
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.parse.ip_packet import datagram
from cvpn_doctor.parse.tunnel_packet import way_of

HERE, THERE = "192.168.1.23", "203.0.113.10"
HERE_6, THERE_6 = "2001:db8:1::23", "2001:db8::10"
PING = b"\x48\x00\x00\x00" + bytes(40)  # P_DATA_V2, key 0, peer 0


def ipv4(source: str, target: str, protocol: int, body: bytes, offset: int = 0) -> bytes:
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, offset, 64, protocol, 0)
    return head + ip_address(source).packed + ip_address(target).packed + body


def udp(source: int, target: int, payload: bytes) -> bytes:
    return struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload


def tcp(source: int, target: int, payload: bytes) -> bytes:
    return struct.pack("!HHIIBBHHH", source, target, 1, 1, 5 << 4, 0x18, 0, 0, 0) + payload


def way(packet: bytes, transport: str = "udp") -> str | None:
    return way_of(packet, (THERE, THERE_6), transport, 443)  # type: ignore[arg-type]


def test_both_ways() -> None:
    assert way(ipv4(HERE, THERE, 17, udp(50000, 443, PING))) == "sent"
    assert way(ipv4(THERE, HERE, 17, udp(443, 50000, PING))) == "received"


def test_ipv6() -> None:
    body = udp(50000, 443, PING)
    head = struct.pack("!IHBB", 6 << 28, len(body), 17, 64)
    packet = head + ip_address(HERE_6).packed + ip_address(THERE_6).packed + body
    assert way(packet) == "sent"


def test_tcp_behind_its_length() -> None:
    framed = len(PING).to_bytes(2, "big") + PING
    assert way(ipv4(HERE, THERE, 6, tcp(50000, 443, framed)), "tcp") == "sent"
    assert way(ipv4(HERE, THERE, 6, tcp(50000, 443, b"")), "tcp") is None


@pytest.mark.parametrize(
    "packet",
    [
        ipv4(HERE, THERE, 17, udp(50000, 1194, PING)),  # another port
        ipv4(HERE, "198.51.100.80", 17, udp(50000, 443, PING)),  # another server
        ipv4(HERE, THERE, 17, udp(50000, 443, b"\x38" + bytes(13))),  # a hard reset
        ipv4(HERE, THERE, 17, udp(50000, 443, b"")),
        ipv4(HERE, THERE, 17, udp(50000, 443, PING), offset=5),  # a later fragment
        ipv4(HERE, THERE, 6, tcp(50000, 443, PING)),
        ipv4(HERE, THERE, 1, bytes(40)),
        b"",
        b"\x4f" + bytes(20),
    ],
)
def test_other_packets(packet: bytes) -> None:
    assert way(packet) is None


@given(st.binary(max_size=90), st.sampled_from([b"", b"\x45", b"\x60"]))
def test_any_bytes(data: bytes, start: bytes) -> None:
    datagram(start + data)
    way_of(start + data, (THERE,), "tcp", 443)


def test_numbers_are_those_of_the_system() -> None:
    assert (socket.IPPROTO_UDP, socket.IPPROTO_TCP) == (17, 6)
