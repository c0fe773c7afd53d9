"""The OpenVPN hard reset over TCP, and what else speaks there when it is not OpenVPN."""

import secrets
import socket
from typing import Final, NamedTuple

from cvpn_doctor.host import tcp
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.host.outcome import Ending
from cvpn_doctor.host.speaks import what_speaks
from cvpn_doctor.model.answers import PortAnswer
from cvpn_doctor.openvpn import reset

# A server answers within one round trip: 2 s is four times the slowest satellite link.
ANSWER_WITHIN: Final = 2.0
# The share of the remaining time for that answer; the rest asks what else might speak there.
ANSWER_SHARE: Final = 0.6


class _Heard(NamedTuple):
    ending: Ending
    speaks: reset.Speaks | None = None


def ask(address: str, port: int, timeout: float, interface: str | None = None) -> PortAnswer:
    """What `address` says to a hard reset. Never raises for a network fault."""
    deadline = Deadline(timeout)
    attempts = 1
    attempt = tcp.connect(address, port, deadline, interface)
    if attempt.sock is None:
        heard = _Heard(attempt.ending or Ending("silent"))
    else:
        with attempt.sock as sock:
            limit = min(ANSWER_WITHIN, deadline.left() * ANSWER_SHARE)
            heard = _exchange(sock, deadline.within(limit))
        if heard.ending.outcome in ("closed", "mute"):
            speaks, more = what_speaks(address, port, deadline, interface)
            attempts += more
            if speaks is not None:
                heard = _Heard(Ending("other_protocol"), speaks)
    return PortAnswer(
        address=address,
        transport="tcp",
        port=port,
        outcome=heard.ending.outcome,
        icmp=heard.ending.icmp,
        failure=heard.ending.failure,
        speaks=heard.speaks,
        seconds=deadline.elapsed(),
        attempts=attempts,
    )


def _exchange(sock: socket.socket, deadline: Deadline) -> _Heard:
    """Send the reset and read until it is clear what answered.

    A torn-down connection (RST) keeps `connection_reset` as its failure, an ended one (FIN) has
    none: a reset only after OpenVPN's bytes is how packet inspection refuses.
    """
    session = secrets.token_bytes(8)
    error = tcp.send(sock, reset.framed(reset.client_reset(session)), deadline)
    stream = b""
    # Even when sending failed, a banner may have come before the end.
    while reset.may_be_openvpn(stream):
        frame = reset.next_frame(stream)
        if frame is not None:
            answered = reset.server_reset(frame[0], session) is not None
            return _Heard(Ending("openvpn")) if answered else _other(stream)
        reply = tcp.receive(sock, deadline)
        stream += reply.data
        error = reply.error or error
        if reply.closed or not reply.data:
            return _other(stream) if stream else _Heard(_wordless(closed=reply.closed, error=error))
    return _other(stream)


def _other(stream: bytes) -> _Heard:
    return _Heard(Ending("other_protocol"), reset.recognise(stream))


def _wordless(*, closed: bool, error: OSError | None) -> Ending:
    if not closed:
        return Ending("mute")
    return Ending("closed", failure=None if error is None else failure_of(error))
