"""One flow: a session attempt, the connection that carries it, and the errors about it."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cvpn_doctor.capture.model import Recognised
from cvpn_doctor.capture.session import By, Session
from cvpn_doctor.capture.slicing import TCP, IcmpError, Segment
from cvpn_doctor.capture.streams import Framer, Piece, Stream
from cvpn_doctor.model.answers import Icmp

FIN, SYN, RST, ACK = 1, 2, 4, 16
_MOST_ERRORS: Final = 32


class Ends(NamedTuple):
    """Who talks with whom."""

    protocol: int
    client: bytes
    client_port: int
    server: bytes
    server_port: int

    @property
    def is_tcp(self) -> bool:
        """Over TCP, else UDP."""
        return self.protocol == TCP


class Reset(NamedTuple):
    """A TCP reset that came to the client."""

    at: float
    ttl: int


@dataclass(eq=False)
class Flow:
    """Grows while the capture is read."""

    ends: Ends
    recognised: Recognised
    started: float
    ended: float
    session: Session = field(default_factory=Session)
    icmp: list[tuple[float, Icmp]] = field(default_factory=list)
    connects: int = 0
    opened: bool = False
    resets: list[Reset] = field(default_factory=list)
    closed_by: By | None = None
    closed_at: float | None = None
    streams: dict[By, Stream] = field(default_factory=dict)
    framers: dict[By, Framer] = field(default_factory=dict)
    form: dict[By, bytes] = field(default_factory=dict)  # how data packets begin

    def __post_init__(self) -> None:
        self.streams = {"client": Stream(), "server": Stream()}
        self.framers = {"client": Framer(), "server": Framer()}

    def datagram(self, by: By, segment: Segment, at: float) -> None:
        """A UDP packet."""
        self.ended = at
        head = segment.payload[:1]
        if head and head[0] >> 3 == 0 and by == "server" and self.session.answered is None:
            self.session.foreign(segment.payload, at, segment.size)
            return
        self.session.packet(by, segment.payload, at, segment.size, segment.length)

    def segment(self, by: By, segment: Segment, at: float) -> None:
        """A TCP segment."""
        self.ended = at
        flags, timeline = segment.flags, self.session.timeline
        if flags & SYN:
            self._open(by, segment, at)
        if segment.length:
            self._bytes(by, segment, at)
        if flags & RST:
            if by == "server" and len(self.resets) < _MOST_ERRORS:
                self.resets.append(Reset(at, segment.ttl))
            timeline.add(at, "tcp_reset", by, segment.size, ttl=segment.ttl)
            self._closed(by, at)
        elif flags & FIN:
            timeline.add(at, "tcp_fin", by, segment.size)
            self._closed(by, at)

    def _open(self, by: By, segment: Segment, at: float) -> None:
        self.streams[by].start(segment.sequence)
        if by == "client":
            self.connects += 1
            self.session.timeline.add(at, "tcp_syn", by, segment.size)
        else:
            self.opened = True
            self.session.server.last = at
            self.session.timeline.add(at, "tcp_syn_ack", by, segment.size, ttl=segment.ttl)

    def _bytes(self, by: By, segment: Segment, at: float) -> None:
        data = segment.payload
        if len(data) < segment.length:  # the capture cuts: keep the place of what is not there
            data = data + bytes(min(segment.length, 0xFFFF) - len(data))
        stream, framer = self.streams[by], self.framers[by]
        before = stream.repeated
        for piece in stream.receive(segment.sequence, data):
            self._piece(by, framer, piece, at, segment.size)
        side = self.session.side(by)
        side.retransmissions += stream.repeated - before

    def _piece(self, by: By, framer: Framer, piece: Piece, at: float, size: int) -> None:
        was_broken = framer.broken
        for packet in framer.receive(piece):
            self.session.packet(by, packet, at, size, len(packet))
        if framer.broken and not was_broken:
            if by == "server" and self.session.answered is None:
                self.session.foreign(piece.data, at, size)
            else:
                self.session.malformed += 1

    def _closed(self, by: By, at: float) -> None:
        if self.closed_by is None:
            self.closed_by, self.closed_at = by, at

    def error(self, error: IcmpError, sender: str, at: float) -> None:
        """An ICMP error about a packet of the client's."""
        self.ended = at
        icmp = Icmp(type=error.type, code=error.code, sender=sender, mtu=error.mtu)
        if len(self.icmp) < _MOST_ERRORS:
            self.icmp.append((at, icmp))
        self.session.timeline.add(at, "icmp", "other", icmp=icmp, ttl=error.ttl)
