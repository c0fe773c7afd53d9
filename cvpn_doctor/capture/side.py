"""What one side of a session sent: control packets, their acknowledgements, its TLS, its data."""

from dataclasses import dataclass, field
from typing import Final

from cvpn_doctor.capture.layer import DATA_V1, DATA_V2
from cvpn_doctor.capture.model import DataCount
from cvpn_doctor.capture.tls_reader import TlsReader
from cvpn_doctor.openvpn.packet import Packet

_MOST_PACKETS: Final = 4096  # of the control channel, a side: a handshake has some 20
# AEAD adds 20 to 28 bytes to a packet (openvpn, ssl.h); its own messages have at most 17, the
# smallest IPv4 packet with a UDP header 28.
LARGEST_KEEPALIVE: Final = 45


@dataclass
class Sent:
    """A control packet."""

    packet_id: int
    at: float
    size: int  # of the IP packet
    times: int = 1
    tls_order: int = 0  # of the other side's TLS packets, how many had come before it


@dataclass
class Side:
    """Grows while the capture is read."""

    sent: dict[int, Sent] = field(default_factory=dict)
    acked: set[int] = field(default_factory=set)  # by the other side
    tls: TlsReader = field(default_factory=TlsReader)
    tls_count: int = 0
    retransmissions: int = 0
    largest: int | None = None
    packets: int = 0  # of the data channel
    data_bytes: int = 0
    keepalives: int = 0
    first_data: float | None = None
    last_data: float | None = None
    last: float | None = None  # anything at all
    _next: int = 0
    _waiting: dict[int, bytes] = field(default_factory=dict)

    def control(self, packet: Packet, at: float, size: int, other: "Side") -> bool:
        """Note a control packet; whether it is a new one."""
        number = packet.packet_id
        if number is None or (number not in self.sent and len(self.sent) >= _MOST_PACKETS):
            return False
        known = self.sent.get(number)
        if known is not None:
            known.times += 1
            self.retransmissions += 1
            return False
        self.sent[number] = Sent(number, at, size, tls_order=other.tls_count)
        self.tls_count += number > 0
        self._waiting[number] = packet.payload
        return True

    def in_order(self) -> list[tuple[int, bytes]]:
        """The payloads that can be read now, with their packet ids. Id 0 is the hard reset's."""
        found: list[tuple[int, bytes]] = []
        while self._next in self._waiting:
            payload = self._waiting.pop(self._next)
            if self._next:
                found.append((self._next, payload))
            self._next += 1
        return found

    def begin_at(self, number: int) -> None:
        """The capture lacks the first packets: what comes is read from here on."""
        self._next = number

    @property
    def missing(self) -> bool:
        """Whether a later packet was seen, and an earlier one not."""
        return bool(self._waiting)

    @property
    def tls_packets(self) -> list[Sent]:
        """All after the hard reset, by their numbers."""
        return [self.sent[number] for number in sorted(self.sent) if number > 0]

    def data(self, at: float, length: int) -> bool:
        """Note a data packet; whether it can only be one of OpenVPN's own messages."""
        self.packets += 1
        self.data_bytes += length
        own = length <= LARGEST_KEEPALIVE
        self.keepalives += own
        self.first_data = at if self.first_data is None else self.first_data
        self.last_data = at
        return own

    def arrived(self, size: int) -> None:
        """A packet of this size is known to have come through."""
        self.largest = max(self.largest or 0, size)

    def count(self) -> DataCount:
        """The data packets in numbers."""
        return DataCount(
            packets=self.packets,
            bytes=self.data_bytes,
            keepalives=self.keepalives,
            first=self.first_data,
            last=self.last_data,
        )


def is_data(first_byte: int) -> bool:
    """Whether a packet that begins so belongs to the data channel."""
    return first_byte >> 3 in (DATA_V1, DATA_V2)
