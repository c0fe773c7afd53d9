"""One question to one name server, over UDP, and over TCP when the answer was cut.

A connected socket of our own: an unconnected one hides "port closed" as a time-out, and stopping
at the first wrong packet would let a forger hide the real answer (docs/design/002-dependencies.md).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, cast

from cvpn_doctor.host import icmp as icmp_error
from cvpn_doctor.host import tcp
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.host.udp import LocalRefusal, UdpQuestion
from cvpn_doctor.model.answers import DnsAnswer, Icmp
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.parse import dns_answer
from cvpn_doctor.parse.dns_answer import DnsReading

if TYPE_CHECKING:
    from dns.message import Message

PORT: Final = 53
# One repetition, as resolvers do; a first packet lost is the rule on Wi-Fi that wakes up.
RESEND_AFTER: Final = 0.4  # share of the time given
RECORDS: Final = ("A", "AAAA", "NS")


def ask(
    server: str,
    name: str,
    record: str,
    timeout: float,
    interface: str | None = None,
    port: int = PORT,
) -> DnsAnswer:
    """The answer of `server`. Never raises for a network fault. Raises ValueError: record type."""
    if record not in RECORDS:
        raise ValueError(f"record type {record!r} is not one of {', '.join(RECORDS)}")
    return _Question(server, port, name, record, timeout, interface).answer()


class _Question:
    """One question on its way: the time left, and the packets that did not answer it."""

    def __init__(
        self, server: str, port: int, name: str, record: str, timeout: float, interface: str | None
    ) -> None:
        self._server = server
        self._port = port
        self._name = name
        self._record = record
        self._interface = interface
        # Before the clock starts: the first query of a run imports dnspython, some 90 ms.
        self._query = dns_answer.question(name, record)
        self._deadline = Deadline(timeout)
        self._bogus = 0

    def answer(self) -> DnsAnswer:
        reading = self._ask(self._query)
        if reading.without_edns:
            reading = self._ask(dns_answer.question(self._name, self._record, edns=False))
        return DnsAnswer(
            server=self._server,
            name=self._name,
            record=cast("Literal['A', 'AAAA', 'NS']", self._record),
            addresses=reading.addresses,
            names=reading.names,
            aliases=reading.aliases,
            failure=reading.failure,
            authoritative=reading.authoritative,
            bogus_packets=self._bogus,
            seconds=self._deadline.elapsed(),
        )

    def _ask(self, query: Message | None) -> DnsReading:
        if query is None:
            return _failed(Failure(kind="malformed", detail="not a DNS name"))
        reading = self._over_udp(query)
        return self._over_tcp(query) if reading.truncated else reading

    def _over_udp(self, query: Message) -> DnsReading:
        try:
            with UdpQuestion(self._server, self._port, self._interface) as socket:
                return self._listen(socket, query)
        except LocalRefusal as refusal:
            return _failed(failure_of(refusal.error))

    def _listen(self, socket: UdpQuestion, query: Message) -> DnsReading:
        wire = query.to_wire()
        socket.send(wire)
        patience = self._deadline.within(self._deadline.left() * RESEND_AFTER)
        repeated = False
        while not self._deadline.passed():  # a flood of wrong packets must not hold the probe
            heard = socket.receive(patience.left())
            if isinstance(heard, bytes):
                reading = dns_answer.read(query, heard)
                if reading is not None:
                    return reading
                self._bogus += 1
            elif isinstance(heard, Icmp):
                return _failed(self._refused(heard))
            elif heard is not None:
                return _failed(failure_of(heard))
            if patience.passed() and not repeated:
                repeated, patience = True, self._deadline
                socket.send(wire)
        return _failed(self._silence())

    def _refused(self, icmp: Icmp) -> Failure:
        detail = f"ICMP {icmp.type}/{icmp.code}"
        if icmp_error.is_neighbour_missing(icmp, self._server):
            return Failure(kind="host_unreachable", detail=detail)
        return Failure(kind="connection_refused", detail=detail)

    def _silence(self) -> Failure:
        if self._bogus:
            return Failure(kind="malformed", detail="only packets that do not answer the question")
        return Failure(kind="timed_out")

    def _over_tcp(self, query: Message) -> DnsReading:
        attempt = tcp.connect(self._server, self._port, self._deadline, self._interface)
        if attempt.sock is None:
            ended = attempt.ending and attempt.ending.failure
            return _failed(ended or Failure(kind=_kind_of(attempt), detail="TCP"))
        with attempt.sock as sock:
            wire = query.to_wire()
            error = tcp.send(sock, len(wire).to_bytes(2, "big") + wire, self._deadline)
            if error is not None:
                return _failed(failure_of(error))
            message = _message(lambda: tcp.receive(sock, self._deadline))
        if isinstance(message, Failure):
            return _failed(message)
        reading = dns_answer.read(query, message)
        if reading is None or reading.truncated:
            return _failed(Failure(kind="malformed", detail="TCP"))
        return reading


def _message(receive: Callable[[], tcp.Reply]) -> bytes | Failure:
    """The first length-prefixed message of a stream."""
    stream = b""
    while len(stream) < 2 or len(stream) < 2 + int.from_bytes(stream[:2], "big"):
        reply = receive()
        if reply.error is not None:
            return failure_of(reply.error)
        if not reply.data:
            kind: Literal["connection_reset", "timed_out"] = (
                "connection_reset" if reply.closed else "timed_out"
            )
            return Failure(kind=kind, detail="TCP")
        stream += reply.data
    return stream[2 : 2 + int.from_bytes(stream[:2], "big")]


def _kind_of(attempt: tcp.Attempt) -> Literal["timed_out", "connection_refused"]:
    return "timed_out" if attempt.ending is None else "connection_refused"


def _failed(failure: Failure) -> DnsReading:
    return DnsReading(failure=failure)
