"""Captures made packet by packet with scapy, one helper a kind of packet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPerror, UDPerror
from scapy.layers.l2 import Ether
from scapy.utils import wrpcap, wrpcapng

from cvpn_doctor.capture import CaptureReport, read_capture
from cvpn_doctor.openvpn.packet import Opcode, Packet, encode
from cvpn_doctor.openvpn.reset import framed

CLIENT, SERVER, ROUTER = "192.168.1.23", "203.0.113.10", "192.168.1.1"
NAME = "abc.cvpn-endpoint-0a1b2c3d4e5f67890.prod.clientvpn.us-east-1.amazonaws.com"
OURS, THEIRS = b"client-1", b"server-1"
START = 1_750_000_000.0
PORT = 50_000


class Tape:
    """Packets with their times."""

    def __init__(self, *, port: int = PORT, server_port: int = 443, ttl: int = 52) -> None:
        self.packets: list[Any] = []
        self.port, self.server_port, self.ttl = port, server_port, ttl
        self.sequence = {True: 1000, False: 9000}

    def put(self, at: float, packet: Any) -> None:
        whole = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet
        whole = Ether(bytes(whole))
        whole.time = START + at
        self.packets.append(whole)

    def udp(self, at: float, data: bytes, *, up: bool = True) -> None:
        self.put(at, self.ip(up) / UDP(**self._ports(up)) / data)

    def tcp(
        self, at: float, flags: str, data: bytes = b"", *, up: bool = True, ttl: int | None = None
    ) -> None:
        head = TCP(flags=flags, seq=self.sequence[up], ack=self.sequence[not up], **self._ports(up))
        self.put(at, self.ip(up, ttl) / head / data)
        self.sequence[up] += len(data) + ("S" in flags) + ("F" in flags)

    def icmp(self, at: float, sender: str, kind: int, code: int) -> None:
        about = IPerror(src=CLIENT, dst=SERVER) / UDPerror(**self._ports(True), len=22)
        self.put(at, IP(src=sender, dst=CLIENT) / ICMP(type=kind, code=code) / about)

    def ip(self, up: bool, ttl: int | None = None) -> Any:
        if up:
            return IP(src=CLIENT, dst=SERVER, ttl=64)
        return IP(src=SERVER, dst=CLIENT, ttl=ttl or self.ttl)

    def _ports(self, up: bool) -> dict[str, int]:
        here, there = (self.port, self.server_port)[:: 1 if up else -1]
        return {"sport": here, "dport": there}

    def say(self, at: float, data: bytes, *, up: bool = True, tcp: bool = False) -> None:
        """A packet of OpenVPN over either."""
        if tcp:
            self.tcp(at, "PA", framed(data), up=up)
        else:
            self.udp(at, data, up=up)

    def open(self, at: float = 0.0) -> None:
        self.tcp(at, "S")
        self.tcp(at + 0.01, "SA", up=False)
        self.tcp(at + 0.02, "A")

    def write(self, path: Path, *, ng: bool = False) -> Path:
        (wrpcapng if ng else wrpcap)(str(path), self.packets)
        return path

    def read(self, folder: Path) -> CaptureReport:
        return read_capture(self.write(folder / f"{os.getpid()}.pcap"))


def reset() -> bytes:
    return encode(Packet(Opcode.HARD_RESET_CLIENT_V2, OURS, packet_id=0))


def answer() -> bytes:
    return encode(Packet(Opcode.HARD_RESET_SERVER_V2, THEIRS, (0,), OURS, 0))


def control(number: int, payload: bytes, *, up: bool = True, acks: tuple[int, ...] = ()) -> bytes:
    here, there = (OURS, THEIRS) if up else (THEIRS, OURS)
    return encode(Packet(Opcode.CONTROL_V1, here, acks, there if acks else None, number, payload))


def ack(*numbers: int, up: bool = False) -> bytes:
    here, there = (OURS, THEIRS) if up else (THEIRS, OURS)
    return encode(Packet(Opcode.ACK_V1, here, numbers, there))


def data(size: int = 100) -> bytes:
    return b"\x48\0\0\1" + bytes(size)


def record(kind: int, body: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body


def message(kind: int, body: bytes = b"") -> bytes:
    return record(22, bytes([kind]) + len(body).to_bytes(3, "big") + body)


HELLO = message(1, bytes(300))
SERVER_HELLO_12 = message(2, b"\x03\x03" + bytes(32) + b"\0\xc0\x30\0")
SERVER_HELLO_13 = message(
    2, b"\x03\x03" + bytes(32) + b"\0\x13\x02\0" + b"\0\x06\0\x2b\0\x02\x03\x04"
)


def certificate(der: bytes) -> bytes:
    one = len(der).to_bytes(3, "big") + der
    return message(11, len(one).to_bytes(3, "big") + one)


def begin(tape: Tape, *, tcp: bool = False, hello: bool = True) -> None:
    """Up to the ClientHello, which is not yet acknowledged."""
    if tcp:
        tape.open()
    tape.say(0.1, reset(), tcp=tcp)
    tape.say(0.13, answer(), up=False, tcp=tcp)
    if hello:
        tape.say(0.15, control(1, HELLO, acks=(0,)), tcp=tcp)
