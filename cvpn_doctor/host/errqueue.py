"""The capability to learn which ICMP error came back, and from whom, without privileges.

Linux only (IP_RECVERR, IPV6_RECVERR); elsewhere nothing is queued and `drain` is empty, so that
callers fall back to the bare error number.
"""

import socket
import sys

from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.parse.sock_extended_err import icmp_of

IP_RECVERR = 11
IPV6_RECVERR = 25
IPPROTO_IPV6 = 41


def watch(sock: socket.socket) -> None:
    """Ask the kernel to queue the errors of this socket. Before the first packet."""
    if sys.platform != "linux":
        return
    if sock.family == socket.AF_INET6:
        sock.setsockopt(IPPROTO_IPV6, IPV6_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)


def drain(sock: socket.socket) -> tuple[Icmp, ...]:
    """The ICMP errors queued so far, oldest first.

    Clears SO_ERROR too: read that first where it matters (a TCP connect would look successful).
    """
    if sys.platform != "linux":
        return ()
    found = []
    for _ in range(64):  # a flood of errors must not hold a probe
        try:
            _data, ancillary, _flags, _from = sock.recvmsg(0, 512, socket.MSG_ERRQUEUE)
        except OSError:
            break
        for level, kind, data in ancillary:
            if (level, kind) in ((socket.IPPROTO_IP, IP_RECVERR), (IPPROTO_IPV6, IPV6_RECVERR)):
                icmp = icmp_of(data)
                if icmp is not None:
                    found.append(icmp)
    return tuple(found)
