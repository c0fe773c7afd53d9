"""The hard reset in front of real refusals: who said no, and how."""

from __future__ import annotations

import time
from typing import Any

import pytest

from cvpn_doctor.host.linux import LinuxHost
from cvpn_doctor.model.answers import PortAnswer

pytestmark = pytest.mark.lab


def ask(
    lab: Any, transport: Any, timeout: float = 1.0, address: str = "", **more: Any
) -> PortAnswer:
    host = LinuxHost()
    where = address or lab.address
    answer: PortAnswer = lab.on_laptop(
        lambda: host.openvpn_reset(where, transport, 1194, timeout, **more)
    )
    return answer


@pytest.mark.parametrize("family", ["v4", "v6"])
def test_openvpn_answers(lab: Any, openvpn_like: Any, openvpn_tcp: Any, family: str) -> None:
    address = lab.address if family == "v4" else lab.address6
    servers = lab.serve(address)
    servers.udp(openvpn_like, 1194)
    servers.tcp(openvpn_tcp, 1194)
    for transport in ("udp", "tcp"):
        answer = ask(lab, transport, address=address)
        assert (answer.outcome, answer.interface, answer.attempts) == ("openvpn", "eth0", 1)
        assert answer.seconds < 0.3
        assert ask(lab, transport, address=address, interface="eth0").outcome == "openvpn"
    assert len(servers.seen[0]) == 14


@pytest.mark.parametrize("family", ["v4", "v6"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_closed_port_is_refused_by_the_address_itself(
    lab: Any, transport: str, family: str
) -> None:
    address = lab.address if family == "v4" else lab.address6
    answer = ask(lab, transport, address=address)
    assert answer.outcome == "refused"
    if transport == "udp":
        assert answer.icmp is not None
        assert answer.icmp.sender == address
        assert (answer.icmp.type, answer.icmp.code) == ((3, 3) if family == "v4" else (1, 4))
        assert 0.25 < answer.seconds < 0.6
    else:
        assert answer.icmp is None


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("reject", ["port-unreachable", "admin-prohibited"])
@pytest.mark.parametrize("family", ["v4", "v6"])
def test_router_rejects(lab: Any, transport: str, reject: str, family: str) -> None:
    address = lab.address if family == "v4" else lab.address6
    lab.fault(lab.router, "forward", f"{transport} dport 1194 reject with icmpx type {reject}")
    answer = ask(lab, transport, address=address)
    assert answer.outcome == "rejected"
    assert answer.icmp is not None
    assert answer.icmp.sender == (lab.router_address if family == "v4" else lab.router_address6)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_router_drops(lab: Any, transport: str) -> None:
    lab.fault(lab.router, "forward", "drop")
    answer = ask(lab, transport, timeout=1.0)
    assert answer.outcome == "silent"
    assert answer.icmp is None
    assert 0.95 < answer.seconds < 1.3
    assert answer.attempts == (3 if transport == "udp" else 1)


def test_router_resets_tcp(lab: Any, openvpn_tcp: Any) -> None:
    lab.serve().tcp(openvpn_tcp, 1194)
    lab.fault(lab.router, "forward", "tcp dport 1194 reject with tcp reset")
    assert ask(lab, "tcp").outcome == "refused"


def test_reset_only_after_openvpn_bytes_is_closed_with_reset(lab: Any, openvpn_tcp: Any) -> None:
    lab.serve().tcp(openvpn_tcp, 1194)
    lab.fault(lab.router, "forward", "tcp dport 1194 @ih,0,24 0x000e38 reject with tcp reset")
    answer = ask(lab, "tcp", timeout=2.0)
    assert answer.outcome == "closed"
    assert answer.failure is not None
    assert answer.failure.kind == "connection_reset"


def test_own_firewall_drops(lab: Any) -> None:
    lab.fault(lab.laptop, "output", "udp dport 1194 drop")
    answer = ask(lab, "udp")
    assert (answer.outcome, answer.failure and answer.failure.kind) == (
        "denied",
        "permission_denied",
    )


@pytest.mark.parametrize("family", ["v4", "v6"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_own_firewall_rejects(lab: Any, transport: str, family: str) -> None:
    address = lab.address if family == "v4" else lab.address6
    lab.fault(lab.laptop, "output", f"{transport} dport 1194 reject with icmpx admin-prohibited")
    assert ask(lab, transport, address=address).outcome == "denied"


@pytest.mark.parametrize("kind", ["unreachable", "prohibit", "blackhole"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8:99::7"])
def test_own_table_refuses(lab: Any, kind: str, transport: str, address: str) -> None:
    length = "128" if ":" in address else "32"
    lab.ip(lab.laptop, f"route add {kind} {address}/{length}")
    try:
        answer = ask(lab, transport, address=address)
    finally:
        lab.ip(lab.laptop, f"route del {kind} {address}/{length}")
    assert answer.outcome == "no_route"
    assert answer.seconds < 0.1


def test_next_hop_that_answers_no_arp_is_failed_not_rejected(lab: Any) -> None:
    lab.ip(lab.laptop, "route add 198.51.100.8/32 via 192.168.77.99")
    try:
        answers = [ask(lab, t, 4.0, "198.51.100.8") for t in ("udp", "tcp")]
        host = LinuxHost()
        known = lab.on_laptop(lambda: host.neighbour_reachable("192.168.77.99", "eth0"))
    finally:
        lab.ip(lab.laptop, "route del 198.51.100.8/32")
    for answer in answers:
        assert answer.outcome == "failed"
        assert answer.failure is not None
        assert answer.failure.kind == "host_unreachable"
    assert known is False


def test_an_answer_shortly_after_an_icmp_error_is_believed(lab: Any, openvpn_like: Any) -> None:
    """The second packet (0.35 s) is rejected, the answer to the first comes at 0.5 s."""

    def late(packet: bytes) -> list[bytes]:
        time.sleep(0.5)
        return list(openvpn_like(packet))

    lab.serve().udp(late, 1194)
    lab.fault(lab.router, "forward", "udp dport 1194 numgen inc mod 2 1 reject")
    answer = ask(lab, "udp", 2.0)
    assert (answer.outcome, answer.attempts) == ("openvpn", 2)


def test_unknown_interface_is_failed(lab: Any) -> None:
    for transport in ("udp", "tcp"):
        answer = ask(lab, transport, interface="nope0")
        assert answer.outcome == "failed"
        assert answer.failure is not None
        assert answer.failure.kind == "not_found"
