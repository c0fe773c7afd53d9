"""The frame of Linux netlink: messages of a datagram, attributes of a message.

Source: linux/netlink.h. Header: u32 length, u16 type, u16 flags, u32 sequence, u32 port; an
attribute: u16 length, u16 type, value; everything in the machine's byte order, padded to 4 bytes.

A real attribute, `RTA_OIF` = 2: ``08 00 04 00 02 00 00 00``.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

DONE = 3
ERROR = 2
DUMP_INTERRUPTED = 0x10  # NLM_F_DUMP_INTR: the table changed while it was read

_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_U32 = struct.Struct("=I")
_I32 = struct.Struct("=i")
_TYPE_MASK = 0x3FFF  # the two high bits are NLA_F_NESTED and NLA_F_NET_BYTEORDER


class Message(NamedTuple):
    """One netlink message."""

    type: int
    flags: int
    sequence: int
    body: bytes


def messages(datagram: bytes) -> Iterator[Message]:
    """The messages of one datagram. A length that cannot be ends the reading; nothing is raised."""
    at = 0
    while at + 16 <= len(datagram):
        length, kind, flags, sequence, _port = _HEADER.unpack_from(datagram, at)
        if length < 16 or at + length > len(datagram):
            return
        yield Message(kind, flags, sequence, datagram[at + 16 : at + length])
        at += (length + 3) & ~3


def error_number(body: bytes) -> int:
    """The errno (positive, 0 for success) of an ERROR or DONE message; 0 if it has none."""
    return -int(_I32.unpack_from(body)[0]) if len(body) >= 4 else 0


def attributes(body: bytes, start: int) -> dict[int, bytes]:
    """The attributes behind a fixed header of `start` bytes: type → value; the last one wins."""
    found: dict[int, bytes] = {}
    end = len(body)
    while start + 4 <= end:
        length, kind = _ATTRIBUTE.unpack_from(body, start)
        if length < 4 or start + length > end:
            break
        found[kind & _TYPE_MASK] = body[start + 4 : start + length]
        start += (length + 3) & ~3
    return found


def number(value: bytes | None) -> int | None:
    """An unsigned 32-bit attribute. None: absent or of another size."""
    return int(_U32.unpack(value)[0]) if value is not None and len(value) == 4 else None


def text(value: bytes | None) -> str:
    """A NUL-terminated attribute; "" when absent."""
    return (value or b"").split(b"\0", 1)[0].decode("utf-8", "replace")
