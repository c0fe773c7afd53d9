"""From errors to outcomes of a port: one table for UDP and TCP.

Linux: connect() itself fails with EACCES for a "prohibit" route, EINVAL for a "blackhole" and
EHOSTUNREACH for an "unreachable" one; sending fails with EPERM when a local firewall drops.
"""

import errno
import sys
from typing import NamedTuple

from cvpn_doctor.host import icmp as icmp_error
from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.model.answers import Icmp, PortOutcome
from cvpn_doctor.model.failure import Failure


class Ending(NamedTuple):
    """How a probe ended, and why."""

    outcome: PortOutcome
    icmp: Icmp | None = None
    failure: Failure | None = None


_NO_ROUTE = frozenset({"network_unreachable", "host_unreachable"})
_TABLE_REFUSES = frozenset({errno.EACCES, errno.EINVAL}) if sys.platform == "linux" else frozenset()


def local_ending(error: OSError, *, connecting: bool) -> Ending:
    """The laptop itself refused. `connecting`: by connect(), before any packet."""
    failure = failure_of(error)
    if connecting and error.errno in _TABLE_REFUSES:
        return Ending(
            "no_route", failure=Failure(kind="network_unreachable", detail=failure.detail)
        )
    if failure.kind == "permission_denied":
        return Ending("denied", failure=failure)
    if failure.kind in _NO_ROUTE:
        return Ending("no_route", failure=failure)
    return Ending("failed", failure=failure)


def icmp_ending(icmp: Icmp, address: str, own: str | None) -> Ending:
    """An ICMP error came back.

    From this laptop itself, "host unreachable" means that the next hop answers no ARP or NDP
    (not a rejection by anyone), and everything else is the laptop's own firewall.
    """
    match icmp_error.origin(icmp, address, own):
        case "target":
            return Ending("refused", icmp)
        case "between":
            return Ending("rejected", icmp)
        case "self" if icmp_error.is_neighbour_missing(icmp, address):
            return Ending(
                "failed", icmp, Failure(kind="host_unreachable", detail="next hop is mute")
            )
    return Ending("denied", icmp, Failure(kind="permission_denied", detail="own ICMP"))


def remote_ending(error: OSError) -> Ending:
    """An error came back from the network, and the system does not tell who sent it."""
    failure = failure_of(error)
    if failure.kind in ("connection_refused", "connection_reset"):
        return Ending("refused", failure=failure)
    if failure.kind == "timed_out":
        return Ending("silent", failure=failure)
    if failure.kind == "permission_denied":
        return Ending("denied", failure=failure)
    return Ending("failed", failure=failure)
