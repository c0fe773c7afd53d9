"""OpenVPN for scapy: its packets over UDP and TCP. Call `load_scapy()` before importing this.

Wire (docs/design/004-openvpn.md, 5; OpenVPN ssl_pkt.h): u8 opcode << 3 | key id, 8 bytes own
session id, u8 count of acks, 4 bytes each, 8 bytes peer's session id (only with acks), u32 packet
id (not in P_ACK_V1), payload. P_DATA_V2: u8, u24 peer id, payload. A u16 length in front over TCP.

Nothing is bound to any port by importing it; `bind()` does, for whoever looks at captures by hand.
"""

from typing import Any, Final

from scapy.fields import (
    BitEnumField,
    BitField,
    ConditionalField,
    FieldLenField,
    FieldListField,
    IntField,
    LenField,
    ThreeBytesField,
    XStrField,
    XStrFixedLenField,
)
from scapy.packet import Packet, bind_layers

from cvpn_doctor.openvpn.reset import MAX_ACKS, SESSION_ID_LENGTH

ACK: Final = 5
DATA_V1: Final = 6
DATA_V2: Final = 9
OPCODES: Final = {
    3: "P_CONTROL_SOFT_RESET_V1",
    4: "P_CONTROL_V1",
    ACK: "P_ACK_V1",
    DATA_V1: "P_DATA_V1",
    7: "P_CONTROL_HARD_RESET_CLIENT_V2",
    8: "P_CONTROL_HARD_RESET_SERVER_V2",
    DATA_V2: "P_DATA_V2",
    10: "P_CONTROL_HARD_RESET_CLIENT_V3",
    11: "P_CONTROL_WKC_V1",
}
PORTS: Final = (443, 1194)


def _is_control(packet: Any) -> bool:
    return packet.opcode not in (DATA_V1, DATA_V2)


class OpenVPN(Packet):
    """A packet of OpenVPN as it stands in a UDP datagram."""

    name = "OpenVPN"
    fields_desc = [  # noqa: RUF012 - scapy's own form
        BitEnumField("opcode", 7, 5, OPCODES),
        BitField("key_id", 0, 3),
        ConditionalField(ThreeBytesField("peer_id", 0), lambda p: p.opcode == DATA_V2),
        ConditionalField(
            XStrFixedLenField("session_id", bytes(SESSION_ID_LENGTH), SESSION_ID_LENGTH),
            _is_control,
        ),
        ConditionalField(FieldLenField("ack_count", None, fmt="B", count_of="acks"), _is_control),
        ConditionalField(
            FieldListField(
                "acks",
                [],
                IntField("ack", 0),
                count_from=lambda p: min(p.ack_count or 0, MAX_ACKS),
            ),
            _is_control,
        ),
        ConditionalField(
            XStrFixedLenField("peer_session_id", bytes(SESSION_ID_LENGTH), SESSION_ID_LENGTH),
            lambda p: _is_control(p) and bool(p.ack_count or p.acks),
        ),
        ConditionalField(IntField("packet_id", 0), lambda p: _is_control(p) and p.opcode != ACK),
        XStrField("content", b""),
    ]

    def extract_padding(self, s: bytes) -> tuple[bytes, bytes]:
        """What stands behind a packet is no payload of it."""
        return b"", s


class OpenVPNoverTCP(Packet):
    """The same with its length in front, as in a TCP stream."""

    name = "OpenVPN over TCP"
    fields_desc = [  # noqa: RUF012
        LenField("length", None),
    ]

    def extract_padding(self, s: bytes) -> tuple[bytes, bytes]:
        """One packet; the next ones stay."""
        return s[: self.length], s[self.length :]


bind_layers(OpenVPNoverTCP, OpenVPN)


def bind() -> None:
    """Let scapy's UDP and TCP take ports 443 and 1194 for OpenVPN's. Loads the network layers."""
    from scapy.layers.inet import TCP, UDP  # noqa: PLC0415

    for port in PORTS:
        bind_layers(UDP, OpenVPN, dport=port)
        bind_layers(UDP, OpenVPN, sport=port)
        bind_layers(TCP, OpenVPNoverTCP, dport=port)
        bind_layers(TCP, OpenVPNoverTCP, sport=port)
