"""A control packet's bytes to the same value that the live handshake uses, read by scapy's layer.

The only door between scapy's untyped packets and the rest.
"""

import struct

from cvpn_doctor.capture.layer import OpenVPN
from cvpn_doctor.openvpn.packet import Opcode, Packet
from cvpn_doctor.openvpn.reset import MAX_ACKS, SESSION_ID_LENGTH

_SHORTEST = 14


def dissect(data: bytes) -> Packet | None:
    """The packet; None for bytes that are no control packet, whatever they are."""
    if len(data) < _SHORTEST or data[9] > MAX_ACKS:
        return None
    try:
        opcode = Opcode(data[0] >> 3)
        read = OpenVPN(data)
        packet = _typed(opcode, read)
    except (ValueError, IndexError, struct.error):
        return None
    is_ack = opcode is Opcode.ACK_V1
    if is_ack and (not packet.acks or packet.payload):
        return None
    return packet if len(data) >= _length(packet) else None


def _typed(opcode: Opcode, read: OpenVPN) -> Packet:
    acks = tuple(int(ack) for ack in read.acks)
    return Packet(
        opcode,
        bytes(read.session_id),
        acks,
        bytes(read.peer_session_id) if acks else None,
        None if opcode is Opcode.ACK_V1 else int(read.packet_id),
        bytes(read.content),
        int(read.key_id),
    )


def _length(packet: Packet) -> int:
    acks = 4 * len(packet.acks) + (SESSION_ID_LENGTH if packet.acks else 0)
    return 10 + acks + (0 if packet.packet_id is None else 4)
