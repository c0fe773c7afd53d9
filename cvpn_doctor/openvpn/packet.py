"""Control-channel packets and their frames: bytes to values and back.

Wire (docs/design/004-openvpn.md, 5; OpenVPN ssl_pkt.h): u8 opcode << 3 | key id, 8 bytes own
session id, u8 count of acks, 4 bytes each, 8 bytes peer's session id (only with acks), u32 packet
id (not in P_ACK_V1), payload. Over TCP a u16 length stands in front.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from cvpn_doctor.openvpn.reset import MAX_ACKS, MAX_FRAME, SESSION_ID_LENGTH, next_frame

HEADER: Final = 1 + SESSION_ID_LENGTH + 1  # opcode, session id, count of acks


class ProtocolError(Exception):
    """Bytes that are no packet of the control channel. The only error of this room."""


class Opcode(IntEnum):
    """The control packets (ssl_pkt.h). Data packets have another form and never come here."""

    SOFT_RESET_V1 = 3
    CONTROL_V1 = 4
    ACK_V1 = 5
    HARD_RESET_CLIENT_V2 = 7
    HARD_RESET_SERVER_V2 = 8
    HARD_RESET_CLIENT_V3 = 10
    CONTROL_WKC_V1 = 11


class Packet(NamedTuple):
    """`peer` is there with acks only, `packet_id` in all but ACK_V1, which has no payload."""

    opcode: Opcode
    session_id: bytes
    acks: tuple[int, ...] = ()
    peer: bytes | None = None
    packet_id: int | None = None
    payload: bytes = b""
    key_id: int = 0


def encode(packet: Packet) -> bytes:
    """The datagram. Raises ValueError for a packet that has no form on the wire."""
    _check(packet)
    acks = b"".join(ack.to_bytes(4, "big") for ack in packet.acks)
    number = b"" if packet.packet_id is None else packet.packet_id.to_bytes(4, "big")
    first = bytes([packet.opcode << 3 | packet.key_id])
    head = first + packet.session_id + bytes([len(packet.acks)])
    return head + acks + (packet.peer or b"") + number + packet.payload


def decode(data: bytes) -> Packet:
    """The packet in a datagram. Raises ProtocolError, and nothing else, for any bytes."""
    if len(data) < HEADER:
        raise ProtocolError("shorter than a header")
    try:
        opcode = Opcode(data[0] >> 3)
    except ValueError:
        raise ProtocolError("not a control packet") from None
    count = data[HEADER - 1]
    if count > MAX_ACKS:
        raise ProtocolError("too many acks")
    at = HEADER + 4 * count
    acks = tuple(int.from_bytes(data[i : i + 4], "big") for i in range(HEADER, at, 4))
    peer = data[at : at + SESSION_ID_LENGTH] if count else None
    at += SESSION_ID_LENGTH if count else 0
    is_ack = opcode is Opcode.ACK_V1
    number = None if is_ack else int.from_bytes(data[at : at + 4], "big")
    end = at if is_ack else at + 4
    if len(data) < end:
        raise ProtocolError("cut off")
    if is_ack and (not count or len(data) > end):
        raise ProtocolError("an ack without acks, or with more behind it")
    return Packet(opcode, data[1:9], acks, peer, number, data[end:], data[0] & 7)


def _check(packet: Packet) -> None:
    is_ack = packet.opcode is Opcode.ACK_V1
    sound = (
        len(packet.session_id) == SESSION_ID_LENGTH
        and len(packet.acks) <= MAX_ACKS
        and (len(packet.peer or b"") == SESSION_ID_LENGTH) == bool(packet.acks)
        and (packet.packet_id is None) == is_ack
        and not (is_ack and (packet.payload or not packet.acks))
        and 0 <= packet.key_id < 8
    )
    if not sound:
        raise ValueError("no such packet")


class Frames:
    """A TCP stream cut into packets."""

    def __init__(self) -> None:
        self._stream = b""

    def receive(self, data: bytes) -> list[bytes]:
        """Whole packets, in order. Raises ProtocolError where no packet can start: the end."""
        self._stream += data
        packets: list[bytes] = []
        while True:
            size = int.from_bytes(self._stream[:2], "big")
            if len(self._stream) >= 2 and not HEADER <= size <= MAX_FRAME:
                raise ProtocolError("no length of a control packet")
            frame = next_frame(self._stream)
            if frame is None:
                return packets
            packets.append(frame[0])
            self._stream = frame[1]
