"""One TCP connection: opened with a limit, and told apart who refused it."""

import errno
import selectors
import socket
from typing import NamedTuple

from cvpn_doctor.host import errqueue
from cvpn_doctor.host import icmp as icmp_error
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.outcome import Ending, icmp_ending, local_ending, remote_ending
from cvpn_doctor.host.sockets import local_address, open_socket, wait

_IN_PROGRESS = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, 10035, 10036})
# connect() may report these at once when the answer was faster than the call (loopback, veth)
_ANSWERED = frozenset({errno.ECONNREFUSED, errno.ECONNRESET, 10061, 10054})


class Attempt(NamedTuple):
    """An open connection, or how it ended; neither: silence."""

    sock: socket.socket | None = None
    ending: Ending | None = None


class Reply(NamedTuple):
    """What came over a connection: bytes, and how it went on."""

    data: bytes = b""
    closed: bool = False
    error: OSError | None = None  # the connection was torn down, rather than ended


def connect(
    address: str,
    port: int,
    deadline: Deadline,
    interface: str | None = None,
    ttl: int | None = None,
) -> Attempt:
    """Open a connection. Never raises for a network fault."""
    try:
        sock, where = open_socket(socket.SOCK_STREAM, address, port, interface, ttl)
    except OSError as error:
        return Attempt(ending=local_ending(error, connecting=False))
    try:
        attempt = _connect(sock, where, address, deadline)
    except BaseException:
        sock.close()
        raise
    if attempt.sock is None:
        sock.close()
    return attempt


def _connect(
    sock: socket.socket, where: tuple[object, ...], address: str, deadline: Deadline
) -> Attempt:
    number = sock.connect_ex(where)
    at_once = number not in _IN_PROGRESS and number != 0
    if number in _IN_PROGRESS:
        if not wait(sock, selectors.EVENT_WRITE, deadline.left()):
            return Attempt()
        # Before the error queue: reading that one clears SO_ERROR, and the connection looks open.
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number == 0:
        return Attempt(sock) if _is_open(sock) else Attempt()
    error = OSError(number, "connect")
    own = local_address(sock)
    for icmp in errqueue.drain(sock):
        if icmp_error.is_final(icmp, address):
            return Attempt(ending=icmp_ending(icmp, address, own))
    if at_once and number not in _ANSWERED:
        return Attempt(ending=local_ending(error, connecting=True))
    return Attempt(ending=remote_ending(error))


def send(sock: socket.socket, data: bytes, deadline: Deadline) -> OSError | None:
    """Send all of `data`. The error, if the connection broke or the time was over."""
    view = memoryview(data)
    while view:
        try:
            view = view[sock.send(view) :]
        except (BlockingIOError, InterruptedError):
            if not wait(sock, selectors.EVENT_WRITE, deadline.left()):
                return TimeoutError()
        except OSError as error:
            return error
    return None


def receive(sock: socket.socket, deadline: Deadline, size: int = 65536) -> Reply:
    """The next bytes, the end, or nothing within the time (an empty Reply)."""
    while True:
        try:
            data = sock.recv(size)
        except (BlockingIOError, InterruptedError):
            if not wait(sock, selectors.EVENT_READ, deadline.left()):
                return Reply()
        except OSError as error:
            errqueue.drain(sock)
            return Reply(closed=True, error=error)
        else:
            return Reply(data, closed=not data)


def _is_open(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True
