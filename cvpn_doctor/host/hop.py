"""One packet with a small time to live: where on the way does it end, and who says so?

A TCP reset at a time to live at which other packets still die on the way was sent by something
on the way, not by the endpoint.
"""

import secrets
from typing import Literal

from cvpn_doctor.host import icmp as icmp_error
from cvpn_doctor.host import tcp
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.outcome import Ending, icmp_ending, remote_ending
from cvpn_doctor.host.sockets import set_ttl
from cvpn_doctor.host.udp import LocalRefusal, UdpQuestion
from cvpn_doctor.model.answers import HopAnswer, Icmp
from cvpn_doctor.model.profile import Transport
from cvpn_doctor.openvpn import reset

HopOutcome = Literal["expired", "reached", "refused", "rejected", "silent", "failed"]
_Hop = tuple[HopOutcome, Icmp | None]

USUAL_TTL = 64


def ask(
    address: str,
    transport: Transport,
    port: int,
    ttl: int,
    timeout: float,
    interface: str | None = None,
) -> HopAnswer:
    """Send one UDP hard reset, or one TCP SYN, that may live for `ttl` hops.

    Never raises for a network fault: what the laptop itself refuses is `failed`.
    """
    deadline = Deadline(timeout)
    one = _udp if transport == "udp" else _tcp
    outcome, icmp = one(address, port, ttl, deadline, interface)
    return HopAnswer(
        address=address,
        transport=transport,
        port=port,
        ttl=ttl,
        outcome=outcome,
        icmp=icmp,
        seconds=deadline.elapsed(),
    )


def told(
    address: str,
    transport: Transport,
    port: int,
    ttl: int,
    icmp: Icmp,
    own: str | None,
    deadline: Deadline,
) -> HopAnswer:
    """The answer where another packet on the same way was told how it ended."""
    outcome, kept = _ended(icmp_ending(icmp, address, own), address)
    return HopAnswer(
        address=address,
        transport=transport,
        port=port,
        ttl=ttl,
        outcome=outcome,
        icmp=kept,
        seconds=deadline.elapsed(),
    )


def _udp(address: str, port: int, ttl: int, deadline: Deadline, interface: str | None) -> _Hop:
    try:
        with UdpQuestion(address, port, interface, ttl) as question:
            question.send(reset.client_reset(secrets.token_bytes(8)))
            heard = question.receive(deadline.left())
            own = question.own_address
    except LocalRefusal:
        return "failed", None
    if heard is None:
        return "silent", None
    if isinstance(heard, bytes):
        return "reached", None
    if isinstance(heard, Icmp):
        return _ended(icmp_ending(heard, address, own), address)
    return _ended(remote_ending(heard), address)


def _tcp(address: str, port: int, ttl: int, deadline: Deadline, interface: str | None) -> _Hop:
    attempt = tcp.connect(address, port, deadline, interface, ttl)
    if attempt.sock is not None:
        with attempt.sock as sock:
            set_ttl(sock, USUAL_TTL)  # or the goodbye dies on the way
        return "reached", None
    return _ended(attempt.ending or Ending("silent"), address)


def _ended(ending: Ending, address: str) -> _Hop:
    if ending.icmp is not None and icmp_error.is_expired(ending.icmp, address):
        return "expired", ending.icmp
    if ending.outcome in ("refused", "rejected", "silent"):
        return ending.outcome, ending.icmp
    return "failed", ending.icmp
