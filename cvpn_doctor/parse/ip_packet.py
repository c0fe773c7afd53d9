"""An IP packet → its addresses, ports and first bytes, as far as a tunnel's packets need it.

IPv4 (RFC 791), IPv6 without extension headers (RFC 8200), UDP, TCP. The first fragment only: the
others have no ports.
"""

from typing import Literal, NamedTuple

from cvpn_doctor.parse.address import address_text

UDP = 17
TCP = 6


class Datagram(NamedTuple):
    """Where a packet comes from and goes to, and what it carries."""

    source: str
    source_port: int
    target: str
    target_port: int
    transport: Literal["udp", "tcp"]
    payload: bytes


def datagram(packet: bytes) -> Datagram | None:
    """None: neither UDP nor TCP, a later fragment, or broken."""
    version = packet[0] >> 4 if packet else 0
    if version == 4:
        return _ipv4(packet)
    return _ipv6(packet) if version == 6 else None


def _ipv4(packet: bytes) -> Datagram | None:
    start = 4 * (packet[0] & 15)
    if start < 20 or len(packet) < start or int.from_bytes(packet[6:8], "big") & 0x1FFF:
        return None
    return _carried(packet[9], packet[12:16], packet[16:20], packet[start:])


def _ipv6(packet: bytes) -> Datagram | None:
    if len(packet) < 40:
        return None
    return _carried(packet[6], packet[8:24], packet[24:40], packet[40:])


def _carried(protocol: int, source: bytes, target: bytes, body: bytes) -> Datagram | None:
    if protocol not in (UDP, TCP) or len(body) < (8 if protocol == UDP else 20):
        return None
    start = 8 if protocol == UDP else 4 * (body[12] >> 4)
    sender, receiver = address_text(source), address_text(target)
    if sender is None or receiver is None:
        return None
    return Datagram(
        source=sender,
        source_port=int.from_bytes(body[:2], "big"),
        target=receiver,
        target_port=int.from_bytes(body[2:4], "big"),
        transport="udp" if protocol == UDP else "tcp",
        payload=body[start:],
    )
