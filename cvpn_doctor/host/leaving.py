"""By which interface a packet leaves, where the system is not asked for its routes."""

import socket

from cvpn_doctor.host.udp import LocalRefusal, UdpQuestion
from cvpn_doctor.parse.address import same_address

DISCARD = 9  # the port is never reached: nothing is sent


def leaving_interface(address: str) -> str | None:
    """The interface that holds the local address the system would send from. Sends nothing."""
    try:
        with UdpQuestion(address, DISCARD) as question:
            own = question.own_address
    except LocalRefusal:
        return None
    return None if own is None else _holder(own)


def _holder(own: str) -> str | None:
    import psutil  # noqa: PLC0415 - 40 ms, and Linux does not need it here

    for name, addresses in psutil.net_if_addrs().items():
        for entry in addresses:
            if entry.family in (socket.AF_INET, socket.AF_INET6) and same_address(
                entry.address, own
            ):
                return name
    return None
