"""Packets that die on the way, and what that proves."""

from __future__ import annotations

from typing import Any

import pytest

from cvpn_doctor.host.linux import LinuxHost
from cvpn_doctor.model.answers import HopAnswer

pytestmark = pytest.mark.lab


def hop(lab: Any, transport: Any, ttl: int, address: str = "", timeout: float = 0.5) -> HopAnswer:
    where = address or lab.address
    answer: HopAnswer = lab.on_laptop(lambda: LinuxHost().hop(where, transport, 1194, ttl, timeout))
    return answer


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("family", ["v4", "v6"])
def test_expires_at_the_router_then_reaches(
    lab: Any, openvpn_like: Any, openvpn_tcp: Any, transport: str, family: str
) -> None:
    address = lab.address if family == "v4" else lab.address6
    servers = lab.serve(address)
    servers.udp(openvpn_like, 1194)
    servers.tcp(openvpn_tcp, 1194)
    first = hop(lab, transport, 1, address)
    assert first.outcome == "expired"
    assert first.icmp is not None
    assert first.icmp.sender == (lab.router_address if family == "v4" else lab.router_address6)
    assert hop(lab, transport, 2, address).outcome == "reached"


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_closed_port_refuses_only_at_its_own_distance(lab: Any, transport: str) -> None:
    assert [hop(lab, transport, ttl).outcome for ttl in (1, 2)] == ["expired", "refused"]


def test_reset_from_the_router_comes_too_early(lab: Any, openvpn_tcp: Any) -> None:
    """The proof: refused at ttl 1 although UDP to the same address still dies there."""
    lab.serve().tcp(openvpn_tcp, 1194)
    # before the forwarding decision, as a middlebox does it
    lab.fault(lab.router, "prerouting", "tcp dport 1194 reject with tcp reset")
    assert hop(lab, "tcp", 1).outcome == "refused"
    assert hop(lab, "udp", 1).outcome == "expired"


def test_rejected_silent_failed(lab: Any) -> None:
    lab.fault(lab.router, "forward", "reject with icmpx admin-prohibited")
    assert hop(lab, "udp", 5).outcome == "rejected"
    assert hop(lab, "tcp", 5).outcome == "rejected"
    lab.calm()
    lab.fault(lab.router, "forward", "drop")
    assert hop(lab, "udp", 5, timeout=0.2).outcome == "silent"
    assert hop(lab, "tcp", 5, timeout=0.2).outcome == "silent"
    lab.calm()
    lab.ip(lab.laptop, "route add unreachable 198.51.100.9/32")
    assert hop(lab, "udp", 5, "198.51.100.9").outcome == "failed"
    lab.ip(lab.laptop, "route del unreachable 198.51.100.9/32")
