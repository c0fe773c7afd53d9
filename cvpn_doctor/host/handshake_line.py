"""The lines that a handshake's packets take: one non-blocking socket for each session.

A line moves bytes between its socket and its session, and knows how the network or the laptop
itself refused, where it did.
"""

import errno
import selectors
import socket
import sys
from contextlib import suppress
from typing import Final, Protocol

from cvpn_doctor.host import errqueue
from cvpn_doctor.host import icmp as icmp_error
from cvpn_doctor.host.outcome import Ending, icmp_ending, local_ending, remote_ending
from cvpn_doctor.host.sockets import local_address, open_socket, wait
from cvpn_doctor.host.udp import LocalRefusal, UdpQuestion
from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.openvpn.control import Control

# How long an ICMP error waits for a real answer before it is believed: it may be forged, or late.
# reference/openvpn.md, section 11.6.
GRACE: Final = 0.3
IN_PROGRESS: Final = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, 10035, 10036})
# connect() may report these at once when the answer was faster than the call (loopback, veth)
ANSWERED: Final = frozenset({errno.ECONNREFUSED, errno.ECONNRESET, 10061, 10054})
SIOCOUTQ: Final = 0x5411  # Linux: bytes in the send queue that the peer did not acknowledge
MOST_DATAGRAMS: Final = 64  # read at once: a flood must not hold the other sessions


class Line(Protocol):
    """One session and its way to the address."""

    control: Control
    unsent: int | None  # TCP on Linux: bytes that the peer's system did not confirm

    def fileno(self) -> int:
        """For the selector."""
        ...

    @property
    def wants_write(self) -> bool:
        """Whether to wait until bytes can be written."""
        ...

    def work(self, now: float) -> None:
        """Read what came, let time pass, write what is due. Never blocks, never raises."""
        ...

    def ending(self, now: float) -> Ending | None:
        """How the way there failed; None: it did not, so far."""
        ...

    def leave(self, now: float) -> None:
        """Say goodbye, and close."""
        ...


class UdpLine(UdpQuestion):
    """Over UDP. Raises LocalRefusal when made."""

    def __init__(self, control: Control, address: str, port: int, interface: str | None) -> None:
        super().__init__(address, port, interface)
        self.control = control
        self.unsent: int | None = None
        self._where = address
        self._ending: Ending | None = None
        self._believed_at = 0.0

    def fileno(self) -> int:
        """For the selector."""
        return self._sock.fileno()

    @property
    def wants_write(self) -> bool:
        """Datagrams never wait."""
        return False

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
        return self._ending if self._ending and now >= self._believed_at else None

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


class TcpLine:
    """Over TCP: the session begins once the connection is open."""

    def __init__(self, control: Control, address: str, port: int, interface: str | None) -> None:
        """Raises LocalRefusal."""
        self.control = control
        self.unsent: int | None = None
        self._address = address
        self._ending: Ending | None = None
        self._outgoing = b""
        try:
            self._sock, where = open_socket(socket.SOCK_STREAM, address, port, interface)
        except OSError as error:
            raise LocalRefusal(error, connecting=False) from error
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or 40 ms per round
        number = self._sock.connect_ex(where)
        if number not in IN_PROGRESS and number != 0:
            self._refuse(number, at_once=True)

    def fileno(self) -> int:
        """For the selector."""
        return self._sock.fileno()

    @property
    def wants_write(self) -> bool:
        """While the connection is being made, and while bytes wait."""
        return bool(self._outgoing) or self.control.started is None

    def work(self, now: float) -> None:
        """Connect, read, let time pass, write."""
        if self._ending is None and self.control.started is None:
            self._open(now)
        if self._ending is not None or self.control.started is None:
            return
        self._flush()
        self._read(now)
        self.control.handle_timer(now)
        self._outgoing += b"".join(self.control.to_send(now))
        self._flush()

    def ending(self, now: float) -> Ending | None:  # noqa: ARG002 - UDP needs the time
        """How the connection was refused; an end of an open one is the session's to tell."""
        return self._ending

    def leave(self, now: float) -> None:
        """Close: over TCP that says it all."""
        with self._sock:
            if self.control.started is not None:
                self._outgoing += b"".join(self.control.to_send(now))
                self.unsent = _unconfirmed(self._sock)
                self._flush()
            self.control.leave()

    def _open(self, now: float) -> None:
        if not wait(self._sock, selectors.EVENT_WRITE, 0.0):
            return
        # Before the error queue: reading that one clears SO_ERROR.
        number = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._refuse(number, at_once=False)
        else:
            self.control.connect(now)

    def _refuse(self, number: int, *, at_once: bool) -> None:
        error = OSError(number, "connect")
        own = local_address(self._sock)
        errors = errqueue.drain(self._sock)
        final = [icmp for icmp in errors if icmp_error.is_final(icmp, self._address)]
        if final:
            self._ending = icmp_ending(final[0], self._address, own)
        elif at_once and number not in ANSWERED:
            self._ending = local_ending(error, connecting=True)
        else:
            self._ending = remote_ending(error)

    def _read(self, now: float) -> None:
        try:
            data = self._sock.recv(65536)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            errqueue.drain(self._sock)
            data = b""
        if data:
            self.control.receive(data, now)
        else:
            self.control.closed(now)

    def _flush(self) -> None:
        try:
            while self._outgoing:
                self._outgoing = self._outgoing[self._sock.send(self._outgoing) :]
        except OSError:  # full for now, or broken: reading will tell
            return


def _unconfirmed(sock: socket.socket) -> int | None:
    if sys.platform != "linux":
        return None
    import fcntl  # noqa: PLC0415 - POSIX only

    count = bytearray(4)
    with suppress(OSError):
        fcntl.ioctl(sock.fileno(), SIOCOUTQ, count)
        return int.from_bytes(count, sys.byteorder)
    return None
