"""A handshake's line over UDP."""

import errno
from typing import Final

from cvpn_doctor.host.outcome import Ending, icmp_ending, local_ending, remote_ending
from cvpn_doctor.host.udp import LocalRefusal, UdpQuestion
from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.openvpn.control import Control

# How long an ICMP error waits for a real answer before it is believed: it may be forged, or late.
# docs/design/004-openvpn.md, 11.6.
GRACE: Final = 0.3
MOST_DATAGRAMS: Final = 64  # read at once: a flood must not hold the other sessions


class UdpLine(UdpQuestion):
    """Over UDP. Raises LocalRefusal when made."""

    def __init__(self, control: Control, address: str, port: int, interface: str | None) -> None:
        super().__init__(address, port, interface)
        self.control = control
        self.unsent: int | None = None
        self._where = address
        self._ending: Ending | None = None
        self._believed_at: float | None = None

    def fileno(self) -> int:
        """For the selector."""
        return self._sock.fileno()

    @property
    def wants_write(self) -> bool:
        """Datagrams never wait."""
        return False

    @property
    def believed_at(self) -> float | None:
        """When the first error is believed."""
        return self._believed_at

    def work(self, now: float) -> None:
        """Read, let time pass, write."""
        if self.control.started is None:
            self.control.connect(now)
        for _ in range(MOST_DATAGRAMS):
            heard = self.receive(0.0)
            if heard is None:
                break
            if isinstance(heard, bytes):
                self.control.receive(heard, now)
            else:
                self._note(heard, now)
        self.control.handle_timer(now)
        self._send(self.control.to_send(now), now)

    def ending(self, now: float) -> Ending | None:
        """An ICMP error, once no real answer came after it; a refusal of our own at once."""
        waits = self._believed_at is None or now < self._believed_at
        return None if waits else self._ending

    def leave(self, now: float) -> None:
        """Say goodbye, and close."""
        with self:
            self._send(self.control.to_send(now), now)
            self._send(self.control.leave(), now)

    def _note(self, heard: Icmp | OSError, now: float) -> None:
        if isinstance(heard, OSError) and heard.errno == errno.EMSGSIZE:
            return  # the path's MTU was just learned: the next sending is cut to it
        if self._ending is None:
            if isinstance(heard, Icmp):
                self._ending = icmp_ending(heard, self._where, self.own_address)
            else:
                self._ending = remote_ending(heard)
            self._believed_at = now + GRACE

    def _send(self, packets: list[bytes], now: float) -> None:
        for packet in packets:
            try:
                self.send(packet)
            except LocalRefusal as refusal:
                if refusal.error.errno != errno.EMSGSIZE:
                    self._ending = local_ending(refusal.error, connecting=refusal.connecting)
                    self._believed_at = now
