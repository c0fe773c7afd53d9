"""ICMP_ECHO_REPLY → which ICMP error came back, and from whom.

Source: ipexport.h (64-bit). u32 address, u32 status, u32 milliseconds, u16 length, u16 reserved,
two pointers. Address in network byte order. A real one, a router at 192.168.1.1 where the packet's
life ended (IP_TTL_EXPIRED_TRANSIT)::

    c0 a8 01 01  05 2b 00 00  01 00 00 00  00 00 00 00 …
"""

import struct
from typing import Final

from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.parse.address import address_text

# IP_* of ipexport.h → type and code of RFC 792: what routing says, and holds for any packet. What
# filters say of an echo request (prohibited) says nothing of others.
_ERRORS: Final = {
    11002: (3, 0),  # IP_DEST_NET_UNREACHABLE
    11003: (3, 1),  # IP_DEST_HOST_UNREACHABLE
    11013: (11, 0),  # IP_TTL_EXPIRED_TRANSIT
}


def icmp_of(reply: bytes) -> Icmp | None:
    """The error that another machine reported. None: an answer, silence, or a filter."""
    if len(reply) < 8:
        return None
    packed, status = struct.unpack_from("<4sI", reply)
    sender = address_text(packed)
    if status not in _ERRORS or sender is None or sender == "0.0.0.0":  # noqa: S104 - compared
        return None
    kind, code = _ERRORS[status]
    return Icmp(type=kind, code=code, sender=sender)
