"""One question over UDP: a connected socket that tells datagrams, ICMP errors and silence apart.

One socket per question: on Windows one ICMP error poisons a shared one (MS KB 263823).
"""

import errno
import selectors
import socket
from types import TracebackType

from cvpn_doctor.host import errqueue
from cvpn_doctor.host import icmp as icmp_error
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.sockets import local_address, open_socket, wait
from cvpn_doctor.model.answers import Icmp

_AGAIN = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR, 10035})

Heard = bytes | Icmp | OSError


class LocalRefusal(Exception):  # noqa: N818 - a fact about the laptop
    """The laptop itself would not send. `connecting`: already connect() failed."""

    def __init__(self, error: OSError, *, connecting: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.connecting = connecting


class UdpQuestion:
    """A connected UDP socket. Use as a context manager."""

    def __init__(
        self, address: str, port: int, interface: str | None = None, ttl: int | None = None
    ) -> None:
        """Raises LocalRefusal; sends nothing yet."""
        self._address = address
        self._pending: list[Icmp] = []
        try:
            self._sock, where = open_socket(socket.SOCK_DGRAM, address, port, interface, ttl)
        except OSError as error:
            raise LocalRefusal(error, connecting=False) from error
        try:
            self._sock.connect(where)
        except OSError as error:
            self._sock.close()
            raise LocalRefusal(error, connecting=True) from error

    def __enter__(self) -> "UdpQuestion":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._sock.close()

    @property
    def own_address(self) -> str | None:
        """The address that it sends from."""
        return local_address(self._sock)

    def send(self, packet: bytes) -> None:
        """Send one datagram. Raises LocalRefusal; an ICMP error that waited is for `receive`."""
        for _ in range(2):  # the first try may only report an earlier packet's error
            try:
                self._sock.send(packet)
            except OSError as error:
                queued = self._errors()
                self._pending += queued
                if error.errno in (errno.EPERM, errno.EMSGSIZE) or not queued:
                    raise LocalRefusal(error, connecting=False) from error
            else:
                return

    def receive(self, seconds: float) -> Heard | None:
        """What comes next: a datagram, an ICMP error, an error without one; None: silence."""
        deadline = Deadline(seconds)
        while not self._pending:
            try:
                return self._sock.recv(65535)
            except OSError as error:
                self._pending += self._errors()
                if not self._pending and error.errno not in _AGAIN:
                    return error
            if self._pending:
                break
            if deadline.passed():
                return None
            wait(self._sock, selectors.EVENT_READ, deadline.left())
        return self._pending.pop(0)

    def _errors(self) -> list[Icmp]:
        return [e for e in errqueue.drain(self._sock) if icmp_error.is_final(e, self._address)]
