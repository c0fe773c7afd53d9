"""/proc/net/tcp and /proc/net/tcp6 → the sockets that wait for connections.

A real line (127.0.0.1:35001, LISTEN, inode 26231)::

    0: 0100007F:88B9 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 26231 1 0 100

The address is in groups of four bytes, each in the machine's byte order.
"""

import sys
from typing import NamedTuple

from cvpn_doctor.parse.address import address_text

LISTEN = "0A"


class Listening(NamedTuple):
    """One listening socket and the inode by which its owner is found."""

    address: str
    port: int
    inode: int


def listening(text: str) -> tuple[Listening, ...]:
    """The sockets in state LISTEN; lines that are not understood are left out."""
    found = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 10 and fields[3] == LISTEN:
            entry = _entry(fields[1], fields[9])
            if entry is not None:
                found.append(entry)
    return tuple(found)


def _entry(local: str, inode: str) -> Listening | None:
    address, _, port = local.partition(":")
    try:
        packed = bytes.fromhex(address)
        if sys.byteorder == "little":
            packed = b"".join(packed[at : at + 4][::-1] for at in range(0, len(packed), 4))
        text = address_text(packed)
        return Listening(text, int(port, 16), int(inode)) if text else None
    except ValueError:
        return None
