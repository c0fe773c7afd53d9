"""The hard reset: the first packet of every OpenVPN client and its answer, without a socket.

Wire (docs/design/004-openvpn.md, 5; OpenVPN ssl_pkt.h): u8 opcode << 3 | key id, 8 bytes own
session id, u8 count of acks, 4 bytes each, 8 bytes peer's session id (only with acks), u32 packet
id. Over TCP a u16 length stands in front. A real answer over UDP, 26 bytes::

    40 <server's id: 8> 01 00000000 <our id: 8> 00000000
"""

from typing import Literal, NamedTuple

HARD_RESET_CLIENT_V2 = 7
HARD_RESET_SERVER_V2 = 8
SESSION_ID_LENGTH = 8
MAX_ACKS = 8  # ssl_pkt.h: RELIABLE_ACK_SIZE
MAX_FRAME = 2048  # far above a reset's answer, far below what "HTTP" reads as a length (18,516)

Speaks = Literal["http", "tls", "ssh", "unknown"]


class ServerReset(NamedTuple):
    """An answer to a hard reset."""

    session_id: bytes  # the server's
    acks: tuple[int, ...]
    packet_id: int


def client_reset(session_id: bytes) -> bytes:
    """The 14 bytes of a P_CONTROL_HARD_RESET_CLIENT_V2 with packet id 0.

    Servers since 2.7.6 drop a first packet with another id. Raises ValueError for a session id
    that is not 8 bytes long.
    """
    if len(session_id) != SESSION_ID_LENGTH:
        raise ValueError("a session id has 8 bytes")
    return bytes([HARD_RESET_CLIENT_V2 << 3]) + session_id + b"\0" + bytes(4)


def framed(packet: bytes) -> bytes:
    """A packet as it goes over TCP, with its length in front."""
    return len(packet).to_bytes(2, "big") + packet


def server_reset(packet: bytes, session_id: bytes) -> ServerReset | None:
    """The server's answer to *our* reset; None for anything else, however much it looks like one.

    The answer must acknowledge our packet 0 and name our session id: a packet that does not is
    a forgery or an answer to somebody else, to be counted, not believed.
    """
    if len(packet) < 10 or packet[0] != HARD_RESET_SERVER_V2 << 3:
        return None
    count = packet[9]
    peer = 10 + 4 * count
    if not 1 <= count <= MAX_ACKS or len(packet) < peer + SESSION_ID_LENGTH + 4:
        return None
    acks = tuple(int.from_bytes(packet[at : at + 4], "big") for at in range(10, peer, 4))
    after = peer + SESSION_ID_LENGTH
    if 0 not in acks or packet[peer:after] != session_id:
        return None
    return ServerReset(packet[1:9], acks, int.from_bytes(packet[after : after + 4], "big"))


def next_frame(stream: bytes) -> tuple[bytes, bytes] | None:
    """The first whole packet of a TCP stream and the rest. None: more bytes are needed."""
    if len(stream) < 2:
        return None
    end = 2 + int.from_bytes(stream[:2], "big")
    return (stream[2:end], stream[end:]) if len(stream) >= end else None


def may_be_openvpn(stream: bytes) -> bool:
    """Whether these first bytes of a TCP stream may still become a server's reset."""
    if len(stream) >= 2 and not 26 <= int.from_bytes(stream[:2], "big") <= MAX_FRAME:
        return False
    return len(stream) < 3 or stream[2] == HARD_RESET_SERVER_V2 << 3


def recognise(first: bytes) -> Speaks:
    """What protocol the first bytes of a peer belong to."""
    if first.startswith(b"SSH-"):
        return "ssh"
    if len(first) >= 2 and 0x14 <= first[0] <= 0x17 and first[1] == 3:
        return "tls"  # a record: change cipher, alert, handshake, data; version 3.x
    text = first.lstrip()[:15].lower()
    if text.startswith((b"http/", b"<!doctype html", b"<html", b"<head")):
        return "http"
    return "unknown"
