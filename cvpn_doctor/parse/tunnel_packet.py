"""Whether a packet belongs to a tunnel's data channel, and which way it goes. Pure.

Opcodes of ssl_pkt.h: P_DATA_V1 6, P_DATA_V2 9, in the upper five bits of the first byte; over TCP
behind a length of two bytes. Hard resets and handshakes, the doctor's own too, are none of these.
"""

from collections.abc import Collection
from typing import Literal

from cvpn_doctor.model.profile import Transport
from cvpn_doctor.parse.ip_packet import Datagram, datagram

DATA = (6, 9)


def way_of(
    packet: bytes, endpoint: Collection[str], transport: Transport, port: int
) -> Literal["sent", "received"] | None:
    """The way of a data packet between this laptop and the endpoint; None: it is none."""
    seen = datagram(packet)
    if seen is None or seen.transport != transport or not _is_data(seen):
        return None
    if seen.target in endpoint and seen.target_port == port:
        return "sent"
    return "received" if seen.source in endpoint and seen.source_port == port else None


def _is_data(seen: Datagram) -> bool:
    first = seen.payload[2:3] if seen.transport == "tcp" else seen.payload[:1]
    return bool(first) and first[0] >> 3 in DATA
