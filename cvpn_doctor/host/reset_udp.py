"""The OpenVPN hard reset over UDP."""

import secrets
from typing import Final

from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.outcome import Ending, icmp_ending, local_ending, remote_ending
from cvpn_doctor.host.udp import Heard, LocalRefusal, UdpQuestion
from cvpn_doctor.model.answers import Icmp, PortAnswer
from cvpn_doctor.openvpn import reset

# When the same packet is sent again. A server allows all its clients together 100 resets per
# 10 s (`connect-freq-initial`): never more than these four. docs/design/004-openvpn.md, 5.
RESEND_AT: Final = (0.35, 0.9, 1.7)
# How long an ICMP error or a foreign datagram waits for a real answer before it is believed:
# it may be forged, or late. docs/design/004-openvpn.md, 11.6.
GRACE: Final = 0.3


def ask(address: str, port: int, timeout: float, interface: str | None = None) -> PortAnswer:
    """What `address` says to a hard reset. Never raises for a network fault."""
    probe = _Probe(address, port, timeout)
    try:
        with UdpQuestion(address, port, interface) as question:
            ending = probe.run(question)
    except LocalRefusal as refusal:
        ending = local_ending(refusal.error, connecting=refusal.connecting)
    return PortAnswer(
        address=address,
        transport="udp",
        port=port,
        outcome=ending.outcome,
        icmp=ending.icmp,
        failure=ending.failure,
        speaks=probe.speaks if ending.outcome == "other_protocol" else None,
        seconds=probe.deadline.elapsed(),
        attempts=max(1, probe.sent),
    )


class _Probe:
    """One session id, sent up to four times; what was heard meanwhile."""

    def __init__(self, address: str, port: int, timeout: float) -> None:
        self.address = address
        self.port = port
        self.deadline = Deadline(timeout)
        self.sent = 0
        self.speaks: reset.Speaks | None = None
        self._session = secrets.token_bytes(8)
        self._packet = reset.client_reset(self._session)
        self._heard: Ending | None = None  # the best explanation so far, short of a real answer

    def run(self, question: UdpQuestion) -> Ending:
        self._send(question)
        until = self.deadline
        while not until.passed():  # a flood of foreign packets must not hold the probe
            heard = question.receive(min(until.left(), self._pause()))
            if heard is None:
                if self._heard is None and not until.passed():
                    self._send(question)
            elif self._is_answer(heard, question.own_address):
                return Ending("openvpn")
            elif until is self.deadline and self._heard is not None:
                until = self.deadline.within(GRACE)
        return self._heard or Ending("silent")

    def _send(self, question: UdpQuestion) -> None:
        if self.sent <= len(RESEND_AT):
            question.send(self._packet)
            self.sent += 1

    def _pause(self) -> float:
        """Seconds until the packet is due again."""
        if self.sent > len(RESEND_AT) or self._heard is not None:
            return self.deadline.left()
        return max(0.0, RESEND_AT[self.sent - 1] - self.deadline.elapsed())

    def _is_answer(self, heard: Heard, own: str | None) -> bool:
        if isinstance(heard, bytes):
            if reset.server_reset(heard, self._session) is not None:
                return True
            self.speaks = reset.recognise(heard)
            self._heard = Ending("other_protocol")
        elif self._heard is None or self._heard.outcome != "other_protocol":
            if isinstance(heard, Icmp):
                self._heard = icmp_ending(heard, self.address, own)
            else:
                self._heard = remote_ending(heard)
        return False
