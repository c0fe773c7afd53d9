"""One session attempt as the capture shows it, packet by packet: the OpenVPN in it."""

from dataclasses import dataclass, field
from typing import Literal

from cvpn_doctor.capture import tls_reader
from cvpn_doctor.capture.control import dissect
from cvpn_doctor.capture.side import Side, is_data
from cvpn_doctor.capture.timeline import Timeline
from cvpn_doctor.capture.tls_reader import ClearAlert, Encrypted, Message, Seen
from cvpn_doctor.model.handshake import Alert
from cvpn_doctor.openvpn.packet import Opcode, Packet
from cvpn_doctor.openvpn.reset import recognise
from cvpn_doctor.openvpn.tls_messages import ServerHello, certificates, server_hello

By = Literal["client", "server"]
_CLIENT_RESETS = (Opcode.HARD_RESET_CLIENT_V2, Opcode.HARD_RESET_CLIENT_V3)
_MOST_ALERTS = 16
_LONGEST_NAME = 16
_MOST_CONTROLS = 8192  # in a session: what comes behind is only counted


@dataclass
class Session:
    """Grows while the capture is read."""

    timeline: Timeline = field(default_factory=Timeline)
    client: Side = field(default_factory=Side)
    server: Side = field(default_factory=Side)
    client_id: bytes | None = None
    resets: int = 0
    first_reset: float | None = None
    answered: float | None = None  # when
    wrapped: bool = False
    hello_id: int = 0  # the packet that ends the last ClientHello
    server_hello: ServerHello | None = None
    chain: tuple[bytes, ...] = ()
    certificate_requested: bool | None = None
    flight_complete: bool | None = None
    client_certificate: bool | None = None
    client_encrypted: bool = False
    server_encrypted: bool = False
    alerts: list[Alert] = field(default_factory=list)
    speaks: Literal["http", "tls", "ssh", "unknown"] | None = None
    malformed: int = 0
    controls: int = 0

    def side(self, by: By) -> Side:
        """The one who sent it."""
        return self.client if by == "client" else self.server

    def packet(self, by: By, data: bytes, at: float, size: int, length: int) -> None:
        """One packet of OpenVPN; `size` of the IP packet, `length` of this one on the wire."""
        self.side(by).last = at
        if by == "server":
            self.server.arrived(size)
        if not data:
            self.malformed += 1
            return
        if is_data(data[0]):
            own = self.side(by).data(at, length)
            self.timeline.add(at, "keepalive" if own else "data", by, size)
            return
        opcode = data[0] >> 3
        if opcode in _CLIENT_RESETS and data[9:14] != bytes(5):
            self.wrapped = True  # an HMAC or a cipher text where acks and packet id should be
        self.controls += 1
        if self.controls > _MOST_CONTROLS:
            self.timeline.add(at, "control", by, size)
            return
        if self.wrapped:
            self._wrapped(by, opcode, at, size)
            return
        packet = dissect(data)
        if packet is None:
            self.malformed += 1
        elif packet.key_id == 0:
            self._control(by, packet, at, size)
        elif packet.opcode is Opcode.SOFT_RESET_V1:
            self.timeline.add(at, "soft_reset", by, size)

    def _wrapped(self, by: By, opcode: int, at: float, size: int) -> None:
        """tls-auth, tls-crypt: who spoke, and no more."""
        if opcode in _CLIENT_RESETS and by == "client":
            self._hard_reset(at, size)
        elif opcode == Opcode.HARD_RESET_SERVER_V2 and self.answered is None:
            self._answer(at, size)
        else:
            self.timeline.add(at, "control", by, size)

    def foreign(self, data: bytes, at: float, size: int) -> None:
        """Bytes of the server that are no packet of OpenVPN."""
        self.server.last = at
        if self.speaks is None:
            self.speaks = recognise(data)
        self.timeline.add(at, "foreign", "server", size, detail=self.speaks)

    def _control(self, by: By, packet: Packet, at: float, size: int) -> None:
        side, other = (self.client, self.server) if by == "client" else (self.server, self.client)
        for ack in packet.acks:
            if ack in other.sent and ack not in other.acked:
                other.acked.add(ack)
                if by == "server":  # what it acknowledges has come through
                    self.client.arrived(other.sent[ack].size)
        if packet.packet_id is None:
            self.timeline.add(at, "ack", by, size)
            return
        if packet.opcode in _CLIENT_RESETS:
            self.client_id = packet.session_id
            self._hard_reset(at, size)
        is_new = side.control(packet, at, size, other)
        if packet.opcode is Opcode.HARD_RESET_SERVER_V2 and is_new:
            self._answer(at, size)
        elif packet.opcode is Opcode.CONTROL_V1:
            self._tls(by, side, packet, at, size, is_new=is_new)
        elif by == "server" and not is_new:
            self.timeline.add(at, "again", by, size, packet.packet_id)

    def _answer(self, at: float, size: int) -> None:
        self.answered = at
        self.timeline.add(at, "hard_reset_answer", "server", size)

    def _hard_reset(self, at: float, size: int) -> None:
        self.resets += 1
        self.first_reset = at if self.first_reset is None else self.first_reset
        self.timeline.add(at, "hard_reset", "client", size)

    def _tls(
        self, by: By, side: Side, packet: Packet, at: float, size: int, *, is_new: bool
    ) -> None:
        if not is_new:
            self.timeline.add(at, "again", by, size, packet.packet_id)
            return
        if 0 not in side.sent and packet.packet_id == 1:
            side.begin_at(1)
        before = len(self.timeline.events) + self.timeline.left_out
        for number, payload in side.in_order():
            for seen in side.tls.receive(payload):
                self._seen(by, seen, number, at, size)
        if len(self.timeline.events) + self.timeline.left_out == before:
            self.timeline.add(at, "control", by, size, packet.packet_id)

    def _seen(self, by: By, seen: Seen, number: int, at: float, size: int) -> None:
        match seen:
            case Message():
                self._message(by, seen, number, at, size)
            case ClearAlert(name, fatal):
                if len(self.alerts) < _MOST_ALERTS:
                    self.alerts.append(Alert(name=name, sender=by, fatal=fatal))
                self.timeline.add(at, "alert", by, size, number, detail=name)
            case Encrypted():
                self.client_encrypted |= by == "client"
                self.server_encrypted |= by == "server"
                self.timeline.add(at, "encrypted", by, size, number)

    def _message(self, by: By, message: Message, number: int, at: float, size: int) -> None:
        match by, message.type:
            case "client", tls_reader.CLIENT_HELLO:
                self.hello_id = number
                self.timeline.add(at, "client_hello", by, size, number)
            case "client", tls_reader.CERTIFICATE:
                # Three bytes of length, then the certificates: an empty list is "I have none".
                self.client_certificate = len(message.body) > 3
                self.timeline.add(at, "client_certificate", by, size, number)
            case "server", tls_reader.SERVER_HELLO:
                self.server_hello = server_hello(message.body)
                is_13 = self.server_hello.version == "TLSv1.3"
                self.flight_complete = None if is_13 else False
                detail = self.server_hello.version[:_LONGEST_NAME]
                self.timeline.add(at, "server_hello", by, size, number, detail=detail)
            case "server", tls_reader.CERTIFICATE:
                self.chain = certificates(message.body)
                self.timeline.add(at, "certificates", by, size, number)
            case "server", tls_reader.CERTIFICATE_REQUEST:
                self.certificate_requested = True
                self.timeline.add(at, "certificate_request", by, size, number)
            case "server", tls_reader.SERVER_HELLO_DONE:
                self.flight_complete = True
                self.certificate_requested = bool(self.certificate_requested)
                self.timeline.add(at, "server_hello_done", by, size, number)
