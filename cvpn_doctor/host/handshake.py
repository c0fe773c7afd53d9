"""The OpenVPN handshake with one address, up to the end of TLS: sockets and clock around sessions.

Sends the client's certificate (never its key, never the key-exchange message that follows TLS, so
no address is given out, nobody is signed in, and a running tunnel is not disturbed). Each session
is ended in order: docs/design/004-openvpn.md, 7.
"""

import secrets
import selectors
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

import msgspec

from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.handshake_line import Line
from cvpn_doctor.host.handshake_tcp import TcpLine
from cvpn_doctor.host.handshake_udp import UdpLine
from cvpn_doctor.host.outcome import Ending, local_ending
from cvpn_doctor.host.udp import LocalRefusal
from cvpn_doctor.model.answers import PortOutcome
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.handshake import HandshakeAnswer, HandshakeOutcome
from cvpn_doctor.model.profile import Transport
from cvpn_doctor.openvpn.attempts import Attempts
from cvpn_doctor.openvpn.control import Control
from cvpn_doctor.openvpn.flight import LARGE
from cvpn_doctor.openvpn.packet import ProtocolError
from cvpn_doctor.openvpn.tls import Tls

# Of `timeout`, kept back for the goodbye and for reading the certificates.
RESERVE: Final = 0.1


def ask(
    address: str,
    transport: Transport,
    port: int,
    timeout: float,
    interface: str | None = None,
    ca: bytes | None = None,
    certificate: bytes | None = None,
    key: bytes | None = None,
) -> HandshakeAnswer:
    """How far `address` goes along. PEM in; never raises for a network fault.

    Give at least 8 s where loss is to be lived through; a verdict on anything but loss and a
    silent port comes within 4 s.
    """
    deadline = Deadline(timeout)
    answer = HandshakeAnswer(address=address, transport=transport, port=port, outcome="failed")

    def make(resets: int) -> Control:
        tls = Tls(ca, certificate, key)
        return Control(secrets.token_bytes(8), tls, stream=transport == "tcp", resets=resets)

    pump = _Pump(answer, make_control=make, interface=interface)
    try:
        found = pump.run(deadline.within(timeout - RESERVE).left())
    except LocalRefusal as refusal:
        found = _ended(answer, local_ending(refusal.error, connecting=refusal.connecting))
    except ProtocolError as error:  # before any packet
        found = _ended(
            answer, Ending("failed", failure=Failure(kind="malformed", detail=str(error)))
        )
    return msgspec.structs.replace(found, seconds=deadline.elapsed(), interface=interface)


class _Pump:
    """One select loop over the lines of all sessions."""

    def __init__(
        self, answer: HandshakeAnswer, make_control: Callable[[int], Control], interface: str | None
    ) -> None:
        self._answer = answer
        self._make_control = make_control
        self._interface = interface
        self._lines: list[Line] = []

    def run(self, seconds: float) -> HandshakeAnswer:
        """The answer, after every session has been left. Raises LocalRefusal, ProtocolError."""
        now = time.monotonic()
        attempts = Attempts(self._make_control, now, now + seconds)
        try:
            answer = self._until_told(attempts)
        finally:
            for line in self._lines:
                line.leave(time.monotonic())
        return answer()

    def _until_told(self, attempts: Attempts) -> Callable[[], HandshakeAnswer]:
        """Reading the certificates takes longer than a server should wait: that comes later."""
        while True:
            now = time.monotonic()
            session = attempts.begin(now)
            if session is not None:
                self._open(session)
            for line in self._lines:
                line.work(now)
            told, ending = attempts.verdict(now), self._ending(attempts, now)
            if told is not None or ending is not None:
                return partial(self._told, told or attempts.best(), attempts, ending)
            believed = [line.believed_at for line in self._lines]
            times = [at for at in believed if at is not None and at > now]
            self._wait(min(attempts.timer(now), *times, now + 1.0) - time.monotonic())

    def _open(self, session: Control) -> None:
        make = UdpLine if self._answer.transport == "udp" else TcpLine
        where = (self._answer.address, self._answer.port, self._interface)
        try:
            self._lines.append(make(session, *where))
        except LocalRefusal:
            if not self._lines:
                raise

    def _wait(self, seconds: float) -> None:
        with selectors.DefaultSelector() as selector:
            for line in self._lines:
                writing = selectors.EVENT_WRITE if line.wants_write else 0
                selector.register(line, selectors.EVENT_READ | writing)
            selector.select(max(0.0, seconds))

    def _ending(self, attempts: Attempts, now: float) -> Ending | None:
        """How the way of the session that came furthest failed."""
        furthest = attempts.best().rank
        endings = [line.ending(now) for line in self._lines if line.control.rank == furthest]
        return next((ending for ending in endings if ending is not None), None)

    def _told(self, told: Control, attempts: Attempts, ending: Ending | None) -> HandshakeAnswer:
        from cvpn_doctor.openvpn import answer  # noqa: PLC0415 - `cryptography` takes 40 ms

        found = self._answer
        if told.end is None and ending is not None:
            found = _ended(found, ending)
        else:
            found = msgspec.structs.replace(found, outcome=answer.outcome_of(told))
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        found = answer.with_session(found, told, attempts.sessions, now)
        lines = (line for line in self._lines if line.control is told)
        return _with_unsent(found, next((line.unsent for line in lines), None))


def _ended(answer: HandshakeAnswer, ending: Ending) -> HandshakeAnswer:
    """The answer of a way that failed below OpenVPN."""
    known: dict[PortOutcome, HandshakeOutcome] = {
        "refused": "refused",
        "rejected": "rejected",
        "no_route": "no_route",
        "denied": "denied",
        "silent": "silent",
    }
    outcome = known.get(ending.outcome, "failed")
    return msgspec.structs.replace(
        answer, outcome=outcome, icmp=ending.icmp, failure=ending.failure
    )


def _with_unsent(answer: HandshakeAnswer, unsent: int | None) -> HandshakeAnswer:
    """Over TCP a large segment that is lost holds up all that follows: the system knows of it."""
    stuck = answer.outcome == "silent" and unsent is not None and unsent >= LARGE
    silence = answer.silence
    if stuck and silence == "end_of_client_flight":
        silence = "large_client_packets"
    return msgspec.structs.replace(answer, unsent_bytes=unsent, silence=silence)
