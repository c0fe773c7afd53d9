"""A handshake's line over TCP."""

import errno
import selectors
import socket
import struct
import sys
from contextlib import suppress
from typing import Final

from cvpn_doctor.host import errqueue
from cvpn_doctor.host import icmp as icmp_error
from cvpn_doctor.host.outcome import Ending, icmp_ending, local_ending, remote_ending
from cvpn_doctor.host.sockets import local_address, open_socket, wait
from cvpn_doctor.host.udp import LocalRefusal
from cvpn_doctor.openvpn.control import Control

IN_PROGRESS: Final = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, 10035, 10036})
# connect() may report these at once when the answer was faster than the call (loopback, veth)
ANSWERED: Final = frozenset({errno.ECONNREFUSED, errno.ECONNRESET, 10061, 10054})
TCP_QUICKACK: Final = 12  # Linux
SIOCOUTQ: Final = 0x5411  # Linux: bytes in the send queue that the peer did not acknowledge


class TcpLine:
    """Over TCP: the session begins once the connection is open."""

    def __init__(self, control: Control, address: str, port: int, interface: str | None) -> None:
        """Raises LocalRefusal."""
        self.control = control
        self.unsent: int | None = None
        self._address = address
        self._ending: Ending | None = None
        self._outgoing: list[bytes] = []
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

    @property
    def believed_at(self) -> float | None:
        """An error of a connection is believed at once."""
        return None

    def work(self, now: float) -> None:
        """Connect, read, let time pass, write."""
        if self._ending is None and self.control.started is None:
            self._open(now)
        if self._ending is not None or self.control.started is None:
            return
        self._flush()
        self._read(now)
        self.control.handle_timer(now)
        self._outgoing += self.control.to_send(now)
        self._flush()

    def ending(self, now: float) -> Ending | None:  # noqa: ARG002 - UDP needs the time
        """How the connection was refused; an end of an open one is the session's to tell."""
        return self._ending

    def leave(self, now: float) -> None:
        """Close: over TCP that says it all."""
        with self._sock:
            if self.control.started is not None:
                self._outgoing += self.control.to_send(now)
                self.unsent = _unconfirmed(self._sock)
                self._flush()
                if self.unsent and self.control.end is None:
                    _reset_on_close(self._sock)
            self.control.leave()

    def _open(self, now: float) -> None:
        if not wait(self._sock, selectors.EVENT_WRITE, 0.0):
            return
        # Before the error queue: reading that one clears SO_ERROR.
        number = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._refuse(number, at_once=False)
        else:
            _hurry(self._sock)
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
            _hurry(self._sock)
            self.control.receive(data, now)
        else:
            self.control.closed(now)

    def _flush(self) -> None:
        """Each packet in a segment of its own: a small one must not be lost with a large one."""
        try:
            while self._outgoing:
                sent = self._sock.send(self._outgoing[0])
                self._outgoing[0] = self._outgoing[0][sent:]
                if not self._outgoing[0]:
                    del self._outgoing[0]
        except OSError:  # full for now, or broken: reading will tell
            return


def _hurry(sock: socket.socket) -> None:
    """Acknowledge at once, where it can be asked for: a server waits with its next packet."""
    if sys.platform != "linux":
        return
    with suppress(OSError):
        sock.setsockopt(socket.IPPROTO_TCP, TCP_QUICKACK, 1)


def _reset_on_close(sock: socket.socket) -> None:
    """An end behind bytes that never arrive would never be seen: the server must get a reset."""
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _unconfirmed(sock: socket.socket) -> int | None:
    if sys.platform != "linux":
        return None
    import fcntl  # noqa: PLC0415 - POSIX only

    count = bytearray(4)
    with suppress(OSError):
        fcntl.ioctl(sock.fileno(), SIOCOUTQ, count)
        return int.from_bytes(count, sys.byteorder)
    return None
