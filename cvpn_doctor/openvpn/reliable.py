"""The reliability layer: packet ids, acknowledgements, retransmission, order.

Windows and limits as in OpenVPN's reliable.h and ssl_pkt.h: 6 packets on their way, 12 ahead of
the next one that is wanted. What stays unacknowledged is a diagnosis, so nothing is forgotten.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from cvpn_doctor.openvpn.packet import Opcode

SEND_WINDOW: Final = 6  # reliable.h: TLS_RELIABLE_N_SEND_BUFFERS
RECEIVE_WINDOW: Final = 12  # TLS_RELIABLE_N_REC_BUFFERS
EARLY_AFTER: Final = 3  # acks of later packets before one is sent again: N_ACK_RETRANSMIT
REMEMBERED_ACKS: Final = 8
# Before the first round trip is known a packet goes out again after 0.7 s, then 1.4 s (so at 0.7
# and 2.1 s), then after three round trips. docs/design/004-openvpn.md, 11.4.
FIRST_WAIT: Final = 0.7
LEAST_WAIT: Final = 0.25
ROUND_TRIPS: Final = 3.0
LONGEST_WAIT: Final = 8.0


class Outgoing:
    """One of our packets and what became of it. Times on the caller's clock."""

    def __init__(self, packet_id: int, opcode: Opcode, payload: bytes) -> None:
        self.packet_id = packet_id
        self.opcode = opcode
        self.payload = payload
        self.sends = 0
        self.size = 0  # of the datagram, when first sent
        self.first_sent: float | None = None
        self.acked_at: float | None = None
        self.due: float | None = None  # when it goes out again; None: not before it is sent
        self.most: int | None = None  # how often it may be sent; None: as often as needed
        self.passed_by = 0  # acks of later packets since the last sending

    @property
    def round_trip(self) -> float | None:
        """Seconds to its acknowledgement; None where nobody knows which sending was answered."""
        if self.acked_at is None or self.first_sent is None or self.sends != 1:
            return None
        return self.acked_at - self.first_sent


class Sender:
    """Our packets. `repeats`: whether lost ones are sent again (UDP)."""

    def __init__(self, *, repeats: bool) -> None:
        self.packets: list[Outgoing] = []
        self.round_trip: float | None = None
        self._repeats = repeats

    @property
    def wait(self) -> float:
        """Seconds until a packet that was sent once is sent again."""
        if self.round_trip is None:
            return FIRST_WAIT
        return max(LEAST_WAIT, ROUND_TRIPS * self.round_trip)

    @property
    def retransmissions(self) -> int:
        """Sendings beyond the first."""
        return sum(max(0, packet.sends - 1) for packet in self.packets)

    def add(self, opcode: Opcode, payload: bytes) -> Outgoing:
        """Take one more packet."""
        packet = Outgoing(len(self.packets), opcode, payload)
        self.packets.append(packet)
        return packet

    def due(self, now: float) -> list[Outgoing]:
        """The packets to send at this moment, within the window."""
        return [packet for packet in self._window() if self._is_due(packet, now)]

    def sent(self, packet: Outgoing, size: int, now: float) -> None:
        """Note that a packet has been handed over."""
        packet.sends += 1
        packet.passed_by = 0
        if packet.first_sent is None:
            packet.first_sent, packet.size = now, size
        pause = min(LONGEST_WAIT, self.wait * 2 ** (packet.sends - 1))
        again = self._repeats and packet.sends != packet.most
        packet.due = now + pause if again else None

    def acknowledge(self, ids: Iterable[int], now: float) -> bool:
        """Note acknowledgements; whether any of them was news."""
        news = False
        for number in ids:
            if number < len(self.packets) and self._acknowledge(self.packets[number], now):
                news = True
        return news

    def timer(self) -> float | None:
        """When the next packet is due; None: none."""
        times = [packet.due for packet in self._window() if packet.due is not None]
        return min(times, default=None)

    @property
    def next_unsent(self) -> int:
        """The id behind the last packet that was sent."""
        return sum(packet.first_sent is not None for packet in self.packets)

    def unacked(self) -> list[Outgoing]:
        """The packets that were sent and not acknowledged."""
        return [p for p in self.packets if p.first_sent is not None and p.acked_at is None]

    def _window(self) -> list[Outgoing]:
        return [packet for packet in self.packets if packet.acked_at is None][:SEND_WINDOW]

    def _is_due(self, packet: Outgoing, now: float) -> bool:
        if packet.first_sent is None:
            return True
        return packet.due is not None and packet.due <= now

    def _acknowledge(self, packet: Outgoing, now: float) -> bool:
        if packet.acked_at is not None or packet.first_sent is None:
            return False
        packet.acked_at = now
        took = packet.round_trip
        if took is not None:
            known = self.round_trip
            self.round_trip = took if known is None else (7 * known + took) / 8
        for earlier in self.packets[: packet.packet_id]:
            self._pass_by(earlier, now)
        return True

    def _pass_by(self, packet: Outgoing, now: float) -> None:
        if packet.acked_at is None and packet.due is not None:
            packet.passed_by += 1
            if packet.passed_by == EARLY_AFTER:
                packet.due = now


class Receiver:
    """The peer's packets, put in order."""

    def __init__(self) -> None:
        self.duplicates = 0
        self.out_of_order = 0
        self.held: dict[int, bytes] = {}
        self.owed: deque[int] = deque()  # acks that were not sent yet
        self._recent: deque[int] = deque(maxlen=REMEMBERED_ACKS)
        self._next = 0

    def receive(self, packet_id: int, payload: bytes) -> list[bytes] | None:
        """Payloads that are now in order. None: nothing new, or too far ahead to be kept."""
        if packet_id >= self._next + RECEIVE_WINDOW:
            return None  # not acknowledged either: it must come again
        self._owe(packet_id)
        if packet_id < self._next or packet_id in self.held:
            self.duplicates += 1
            return None
        if packet_id != self._next:
            self.out_of_order += 1
        self.held[packet_id] = payload
        ready = []
        while self._next in self.held:
            ready.append(self.held.pop(self._next))
            self._next += 1
        return ready

    def take_acks(self, most: int, *, again: bool) -> tuple[int, ...]:
        """Acks for the next packet. `again`: filled up with earlier ones, as OpenVPN 2.6 does.

        A server that keeps no state before it knows a client needs its own session id, and so an
        ack, in every copy of the ClientHello.
        """
        taken = [self.owed.popleft() for _ in range(min(most, len(self.owed)))]
        self._recent.extend(number for number in taken if number not in self._recent)
        if again:
            earlier = [number for number in reversed(self._recent) if number not in taken]
            taken += earlier[: most - len(taken)]
        return tuple(taken)

    def _owe(self, packet_id: int) -> None:
        if packet_id not in self.owed:
            self.owed.append(packet_id)
