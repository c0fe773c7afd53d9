"""A socket to the kernel's tables (rtnetlink). Needs no privileges, changes nothing."""

import os
import socket
import struct
from types import TracebackType
from typing import Final

from cvpn_doctor.parse.netlink import DONE, DUMP_INTERRUPTED, ERROR, Message, error_number, messages

AF_NETLINK: Final = 16  # by number: Python names it on Linux only
NETLINK_ROUTE: Final = 0
REQUEST: Final = 0x1
DUMP: Final = 0x300

TIMEOUT: Final = 5.0  # the kernel answers in milliseconds; 100,000 routes take 0.4 s
RECEIVE: Final = 1 << 16  # the kernel fills at most 32 KiB at a time
RETRIES: Final = 3  # a table that changes all the time is taken as it is after that


class Netlink:
    """One netlink socket. Use as a context manager; not for several threads."""

    def __init__(self) -> None:
        self._sock = socket.socket(AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE)
        self._sequence = 0
        try:
            self._sock.bind((0, 0))
            self._sock.settimeout(TIMEOUT)
        except BaseException:
            self._sock.close()
            raise

    def __enter__(self) -> "Netlink":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._sock.close()

    def dump(self, kind: int, body: bytes) -> list[bytes]:
        """All entries of a table, as message bodies. Raises OSError."""
        for _ in range(RETRIES):
            found, is_whole = self._dump(kind, body)
            if is_whole:
                break
        return found

    def ask(self, kind: int, body: bytes) -> bytes:
        """The one answer to a request. Raises OSError with the kernel's error number."""
        self._send(kind, REQUEST, body)
        while True:
            for message in self._receive():
                if message.type == ERROR:
                    raise _error(message)
                return message.body

    def _dump(self, kind: int, body: bytes) -> tuple[list[bytes], bool]:
        self._send(kind, REQUEST | DUMP, body)
        found: list[bytes] = []
        is_whole = True
        while True:
            for message in self._receive():
                is_whole = is_whole and not message.flags & DUMP_INTERRUPTED
                if message.type == ERROR or (message.type == DONE and error_number(message.body)):
                    raise _error(message)
                if message.type == DONE:
                    return found, is_whole
                found.append(message.body)

    def _send(self, kind: int, flags: int, body: bytes) -> None:
        self._sequence += 1
        header = struct.pack("=IHHII", 16 + len(body), kind, flags, self._sequence, 0)
        self._sock.send(header + body)

    def _receive(self) -> list[Message]:
        """The messages of the next datagram that belong to the last request."""
        data = self._sock.recv(RECEIVE)
        return [message for message in messages(data) if message.sequence == self._sequence]


def _error(message: Message) -> OSError:
    number = error_number(message.body)
    return OSError(number, os.strerror(number))
