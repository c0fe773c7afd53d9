"""One session of the control channel, from the hard reset to the end of TLS, and not further.

Sans-IO: bytes and time come in as arguments, datagrams go out as values. The order of calls::

    control.connect(now)
    for data in control.to_send(now): ...        # after every other call
    control.receive(data, now)
    control.handle_timer(now)                    # at control.timer()
    for data in control.leave(): ...          # UDP; a TCP connection is just closed

The oracle is which of our packets the server acknowledges: it does so only once its TLS has
swallowed them (docs/design/004-openvpn.md, 1.2 to 1.4 and 8).
"""

from collections import deque
from typing import Final, Literal, NamedTuple, get_args

from cvpn_doctor.model.handshake import HandshakeStage, Silence
from cvpn_doctor.openvpn import flight
from cvpn_doctor.openvpn.packet import (
    Frames,
    Opcode,
    Packet,
    ProtocolError,
    decode,
    encode,
)
from cvpn_doctor.openvpn.reliable import Outgoing, Receiver, Sender
from cvpn_doctor.openvpn.reset import framed
from cvpn_doctor.openvpn.tls import Tls

STAGES: Final[tuple[HandshakeStage, ...]] = get_args(HandshakeStage)
ACKS_WITH_CONTROL: Final = 4  # ssl_pkt.h: CONTROL_SEND_ACK_MAX
ACKS_ALONE: Final = 8
# A record that nobody can read: the server ends the session at once, where close_notify or an
# alert would leave it for 60 s. docs/design/004-openvpn.md, 7.
UNREADABLE: Final = bytes.fromhex("1703030020") + bytes(32)
End = Literal["accepted", "untrusted", "alert", "tls_failed", "closed", "other_protocol"]


class Reached(NamedTuple):
    """The session came to a new stage."""

    stage: HandshakeStage
    at: float


class Ended(NamedTuple):
    """Nothing more will be learned from this session."""

    end: End
    at: float


Event = Reached | Ended


class Control:
    """One session. `stream`: over TCP. `resets`: how often the hard reset may be sent."""

    def __init__(
        self, session_id: bytes, tls: Tls, *, stream: bool = False, resets: int = 3
    ) -> None:
        self.tls = tls
        self.stage: HandshakeStage = "nothing"
        self.end: End | None = None
        self.sender = Sender(repeats=not stream)
        self.receiver = Receiver()
        self.bogus = 0
        self.large_came = False  # a large packet of the server arrived
        self.started: float | None = None
        self.progress = 0.0  # when something new came last
        self._resets = resets
        self._session = session_id
        self._peer: bytes | None = None
        self._frames = Frames() if stream else None
        self._echoes: int | None = None  # since the server was heard; None: none was ever sent
        self._hello_ends = 0  # id of the ClientHello's last packet
        self._left = False
        self._events: deque[Event] = deque()

    # -- what happens ---------------------------------------------------------------------------

    def connect(self, now: float) -> None:
        """Begin with a hard reset."""
        self.started = self.progress = now
        self.sender.add(Opcode.HARD_RESET_CLIENT_V2, b"").most = self._resets

    def receive(self, data: bytes, now: float) -> None:
        """Take a datagram, or bytes of the stream. What is not of our session is counted."""
        if self._left or self.end is not None:
            return
        try:
            packets = [data] if self._frames is None else self._frames.receive(data)
        except ProtocolError:
            self._finish("other_protocol", now)
            return
        for packet in packets:
            try:
                self._take(decode(packet), len(packet), now)
            except ProtocolError:
                self.bogus += 1
        self._settle(now)

    def closed(self, now: float) -> None:
        """The other side ended the TCP connection."""
        self._finish("closed", now)

    def handle_timer(self, now: float) -> None:
        """Time has passed."""
        if not self._left:
            self._settle(now)

    def leave(self) -> list[bytes]:
        """The goodbye, each packet twice since nobody confirms it; nothing more is sent after.

        Over UDP, an unreadable record in place of the first packet that the server lacks, and
        behind the last one: whichever it waits for, it ends the session. After an alert of our
        own, that one again. Nothing where no server ever answered.
        """
        has_left, self._left = self._left, True
        if has_left or self._peer is None or self._frames is not None:
            return []
        lacking = [(one.packet_id, one.payload) for one in self.sender.unacked()]
        if self.tls.error is None:
            lacking = [(number, UNREADABLE) for number, _ in lacking[:1]]
            lacking.append((self.sender.next_unsent, UNREADABLE))
        return [self._encoded(*packet) for _ in range(2) for packet in lacking]

    # -- what to do -----------------------------------------------------------------------------

    def to_send(self, now: float) -> list[bytes]:
        """Packets to send now, framed where it is a stream."""
        if self._left:
            return []
        due = self.sender.due(now)
        packets = [self._packed(packet, now) for packet in due]
        if self.stage == "finished" and any(packet.sends > 1 for packet in due):
            packets += self._echo()
        while self.receiver.owed and self._peer is not None:
            acks = self.receiver.take_acks(ACKS_ALONE, again=False)
            packets.append(encode(Packet(Opcode.ACK_V1, self._session, acks, self._peer)))
        return packets if self._frames is None else [framed(packet) for packet in packets]

    def timer(self) -> float | None:
        """When `handle_timer` and `to_send` are to be called next; None: not before bytes come."""
        if self._left or self.end is not None:
            return None
        times = [self.sender.timer(), self._settles_at()]
        return min((time for time in times if time is not None), default=None)

    def next_event(self) -> Event | None:
        """What happened, one by one; None: nothing more."""
        return self._events.popleft() if self._events else None

    # -- what it means --------------------------------------------------------------------------

    @property
    def rank(self) -> int:
        """How far it came, as a number."""
        return STAGES.index(self.stage)

    @property
    def flight(self) -> list[Outgoing]:
        """Our packets after the hard reset."""
        return self.sender.packets[1:]

    def silence(self) -> Silence:
        """Which packets are missing, if nothing more comes."""
        return flight.silence(
            self.stage, self.flight, large_came=self.large_came, unanswered=self._unanswered()
        )

    def refused_by_silence(self, now: float) -> bool:
        """Whether the server has refused our certificate without a word."""
        if self.silence() != "end_of_client_flight":
            return False
        return flight.is_refusal(self.sender.unacked(), self.sender.wait, now)

    def _unanswered(self) -> int | None:
        """Echoes without an answer. Over TCP there are none: the system sends again."""
        if self._frames is None or self.stage != "finished":
            return self._echoes
        head = self.flight[self._hello_ends : self._hello_ends + 1]
        return flight.UNANSWERED if head and head[0].acked_at is not None else None

    # -- packets ----------------------------------------------------------------------------------

    def _packed(self, packet: Outgoing, now: float) -> bytes:
        data = self._encoded(packet.packet_id, packet.payload, packet.opcode)
        self.sender.sent(packet, len(data), now)
        return data

    def _echo(self) -> list[bytes]:
        """The first packet of our last flight once more; it may be among the packets anyway."""
        self._echoes = (self._echoes or 0) + 1
        head = self.flight[self._hello_ends]
        return [] if head.acked_at is None else [self._encoded(head.packet_id, head.payload)]

    def _encoded(self, packet_id: int, payload: bytes, opcode: Opcode = Opcode.CONTROL_V1) -> bytes:
        acks: tuple[int, ...] = ()
        if self._peer is not None:
            acks = self.receiver.take_acks(ACKS_WITH_CONTROL, again=True)
        peer = self._peer if acks else None
        return encode(Packet(opcode, self._session, acks, peer, packet_id, payload))

    def _take(self, packet: Packet, size: int, now: float) -> None:
        """One packet. Raises ProtocolError for one that is not of our session."""
        if self._peer is None:
            self._take_first(packet)
        if packet.session_id != self._peer or packet.peer not in (None, self._session):
            raise ProtocolError("another session")
        is_reset = packet.opcode is Opcode.HARD_RESET_SERVER_V2 and packet.packet_id == 0
        if packet.key_id or not (is_reset or packet.opcode in (Opcode.CONTROL_V1, Opcode.ACK_V1)):
            raise ProtocolError("not a packet of this stage")
        if self._echoes is not None:
            self._echoes = 0
        if self.sender.acknowledge(packet.acks, now):
            self.progress = now
        if packet.packet_id is None:
            return
        self.large_came = self.large_came or size >= flight.LARGE
        ready = self.receiver.receive(packet.packet_id, b"" if is_reset else packet.payload)
        for payload in ready or ():
            self.progress = now
            if payload:
                self._reach("server_flight", now)
                self.tls.receive(payload)

    def _take_first(self, packet: Packet) -> None:
        """The answer to *our* hard reset, whatever else looks like one."""
        answers = packet.opcode is Opcode.HARD_RESET_SERVER_V2 and packet.packet_id == 0
        if not answers or packet.peer != self._session or 0 not in packet.acks or packet.key_id:
            raise ProtocolError("no answer to our hard reset")
        self._peer = packet.session_id

    # -- stages -----------------------------------------------------------------------------------

    def _settle(self, now: float) -> None:
        if self._peer is None or self.end is not None:
            return
        if not self._hello_ends:
            self._reach("reset_answered", now)
            self.tls.start()
        self._pass_on()
        if all(packet.acked_at is not None for packet in self.flight[: self._hello_ends]):
            self._reach("hello_acked", now)
        if self.tls.sent_finished:
            self._reach("finished", now)
            if self._all_acked:
                self._reach("client_flight_acked", now)
        end = self._end_of_tls(now)
        if end is not None:
            self._finish(end, now)

    @property
    def _all_acked(self) -> bool:
        return all(packet.acked_at is not None for packet in self.flight)

    def _pass_on(self) -> None:
        """What TLS wants to say becomes packets."""
        last = 0
        for piece in flight.pieces(self.tls.to_send(), whole=not self._hello_ends):
            last = self.sender.add(Opcode.CONTROL_V1, piece).packet_id
        self._hello_ends = self._hello_ends or last

    def _end_of_tls(self, now: float) -> End | None:
        tls = self.tls
        if tls.alert_from_server:
            return "alert"
        if tls.error is not None:
            return "untrusted" if tls.verify_code else "tls_failed"
        settled = self._settles_at()
        if tls.finished and (tls.version != "TLSv1.3" or tls.tickets):
            return "accepted"
        return "accepted" if settled is not None and now >= settled else None

    def _settles_at(self) -> float | None:
        """TLS 1.3 without tickets: when an acknowledged last flight has met no objection."""
        if not self.tls.finished or not self._all_acked:
            return None
        times = [packet.acked_at for packet in self.flight if packet.acked_at is not None]
        return max(times, default=self.progress) + self.sender.wait

    def _reach(self, stage: HandshakeStage, now: float) -> None:
        if STAGES.index(stage) > self.rank:
            self.stage = stage
            self._events.append(Reached(stage, now))

    def _finish(self, end: End, now: float) -> None:
        if self.end is None:
            self.end = end
            if end == "accepted":
                self._reach("accepted", now)
            self._events.append(Ended(end, now))
