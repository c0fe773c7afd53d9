"""One side's TLS bytes → what can be read of them without any key.

Records and messages: RFC 5246 6.2.1 and 7.4, RFC 8446 4 and 5. With TLS 1.2 all is clear up to the
change of the cipher, the server's certificates too; with TLS 1.3 all after the ServerHello is not.
"""

import ssl
from collections.abc import Iterator
from typing import Final, NamedTuple

CHANGE_CIPHER, ALERT, HANDSHAKE, APPLICATION = 20, 21, 22, 23
_MOST_HELD: Final = 128 * 1024
_FATAL = 2

CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11
CERTIFICATE_REQUEST, SERVER_HELLO_DONE = 13, 14


class Message(NamedTuple):
    """A handshake message in clear."""

    type: int
    body: bytes


class ClearAlert(NamedTuple):
    """An alert in clear."""

    name: str
    fatal: bool


class Encrypted(NamedTuple):
    """The first record that cannot be read."""


Seen = Message | ClearAlert | Encrypted


class TlsReader:
    """Bytes in, messages out, until they are encrypted or make no sense."""

    def __init__(self) -> None:
        self._records = bytearray()
        self._messages = bytearray()
        self.ended = False

    def receive(self, data: bytes) -> Iterator[Seen]:
        """What these bytes complete."""
        if self.ended:
            return
        self._records += data
        while len(self._records) >= 5 and not self.ended:
            kind, major = self._records[0], self._records[1]
            size = int.from_bytes(self._records[3:5], "big")
            if kind not in (CHANGE_CIPHER, ALERT, HANDSHAKE, APPLICATION) or major != 3:
                self.ended = True
                return
            if len(self._records) < 5 + size:
                break
            body = bytes(self._records[5 : 5 + size])
            del self._records[: 5 + size]
            yield from self._record(kind, body)
        self.ended |= len(self._records) + len(self._messages) > _MOST_HELD

    def _record(self, kind: int, body: bytes) -> Iterator[Seen]:
        if kind == HANDSHAKE:
            self._messages += body
            yield from self._whole_messages()
        elif kind == ALERT and len(body) == 2:
            yield ClearAlert(alert_name(body[1]), body[0] == _FATAL)
        elif kind == APPLICATION or (kind == CHANGE_CIPHER and not self._messages):
            self.ended = True
            yield Encrypted()

    def _whole_messages(self) -> Iterator[Message]:
        while len(self._messages) >= 4:
            end = 4 + int.from_bytes(self._messages[1:4], "big")
            if len(self._messages) < end:
                return
            yield Message(self._messages[0], bytes(self._messages[4:end]))
            del self._messages[:end]


def alert_name(number: int) -> str:
    """As in RFC 8446 6, lower case."""
    try:
        return ssl.AlertDescription(number).name.removeprefix("ALERT_DESCRIPTION_").lower()
    except ValueError:
        return {116: "certificate_required", 120: "no_application_protocol"}.get(
            number, f"alert_{number}"
        )
