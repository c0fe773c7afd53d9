"""The kernel's error queue (IP_RECVERR, IPV6_RECVERR) → the ICMP error behind a socket error.

Source: linux/errqueue.h `struct sock_extended_err` (u32 errno, u8 origin, type, code, pad, u32
info, u32 data), then the offender as a sockaddr. A real one, port unreachable from 203.0.113.10::

    6f 00 00 00  02 03 03 00  00 00 00 00  00 00 00 00
    02 00 00 00 cb 00 71 0a 00 00 00 00 00 00 00 00
"""

import struct

from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.parse.address import IPV4, IPV6, address_text

_ERROR = struct.Struct("=IBBBBII")
_FROM_NETWORK = (2, 3)  # SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6; 1 is the local stack


def icmp_of(data: bytes) -> Icmp | None:
    """The ICMP error of one queue entry. None: not from the network, or broken."""
    if len(data) < 20:
        return None
    _errno, origin, kind, code, _pad, info, _data = _ERROR.unpack_from(data)
    sender = _offender(data[16:])
    if origin not in _FROM_NETWORK or sender is None:
        return None
    too_big = (origin, kind, code) == (2, 3, 4) or (origin, kind) == (3, 2)
    return Icmp(type=kind, code=code, sender=sender, mtu=info if too_big and info else None)


def _offender(sockaddr: bytes) -> str | None:
    family = int.from_bytes(sockaddr[:2], "little" if _LITTLE else "big")
    if family == IPV4:
        return address_text(sockaddr[4:8])
    return address_text(sockaddr[8:24]) if family == IPV6 else None


_LITTLE = struct.pack("=H", 1) == b"\x01\x00"
