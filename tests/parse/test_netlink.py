"""Real netlink bodies, as in the docstrings of the modules."""

from __future__ import annotations

import re
import sys

import pytest

from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.model.network import InterfaceAddress, Route, Rule
from cvpn_doctor.parse import rtnetlink_link, rtnetlink_route, rtnetlink_rule, sock_extended_err
from cvpn_doctor.parse.interface_kind import kinds
from cvpn_doctor.parse.rtnetlink_link import Link

pytestmark = pytest.mark.skipif(
    sys.byteorder != "little", reason="samples of a little-endian machine"
)


def sample(doc: str | None) -> bytes:
    """The bytes of a docstring: what stands indented behind `::`."""
    assert doc is not None
    block = doc.split("::\n", 1)[1]
    lines = [line for line in block.splitlines() if re.fullmatch(r"    [0-9a-f ]+", line)]
    return bytes.fromhex("".join(lines))


def test_route() -> None:
    body = sample(rtnetlink_route.__doc__)
    assert rtnetlink_route.routes_of(body, {2: "tun0"}) == (
        Route(
            destination="10.20.0.0/16",
            interface="tun0",
            next_hop="10.0.0.1",
            metric=50,
            protocol="static",
            link_down=True,  # nobody held the tunnel
        ),
    )
    unknown = rtnetlink_route.routes_of(body, {})
    assert unknown is not None
    assert unknown[0].interface == "if2"
    for size in range(12):
        assert rtnetlink_route.routes_of(body[:size], {}) is None


def test_rule() -> None:
    assert rtnetlink_rule.rule_of(sample(rtnetlink_rule.__doc__)) == Rule(
        family=4, priority=100, table=51820, mark=51820, inverted=True
    )


def test_address() -> None:
    assert rtnetlink_link.address_of(sample(rtnetlink_link.__doc__)) == (
        2,
        InterfaceAddress(address="10.100.0.2", prefix_length=32, peer="10.100.0.1"),
    )


def test_icmp() -> None:
    assert sock_extended_err.icmp_of(sample(sock_extended_err.__doc__)) == Icmp(
        type=3, code=3, sender="203.0.113.10"
    )


def link(
    index: int, name: str, kind: str = "", hardware: int = 1, master: int | None = None
) -> Link:
    return Link(index, name, kind, hardware, master, 1500, True, True)


@pytest.mark.parametrize(
    ("name", "kind", "hardware", "master", "expected"),
    [
        ("lo", "", 772, None, "loopback"),
        ("enp0s31f6", "", 1, None, "ethernet"),
        ("eth0", "veth", 1, None, "ethernet"),
        ("veth12", "veth", 1, 9, "bridge"),
        ("wlp3s0", "", 1, None, "wifi"),
        ("wwan0", "", 65534, None, "cellular"),
        ("wwp0s20f0u6", "", 519, None, "cellular"),
        ("tun0", "tun", 65534, None, "tunnel"),
        ("tap0", "tun", 1, None, "tunnel"),
        ("vnet0", "tun", 1, 9, "bridge"),
        ("vnet1", "tun", 1, None, "other"),
        ("wg0", "wireguard", 65534, None, "tunnel"),
        ("tun1", "ovpn-dco", 65534, None, "tunnel"),
        ("ppp0", "ppp", 512, None, "tunnel"),
        ("tunl0", "ipip", 768, None, "tunnel"),
        ("docker0", "bridge", 1, None, "bridge"),
        ("vmnet8", "", 1, None, "bridge"),
        ("vboxnet0", "", 1, None, "bridge"),
        ("eth0.7", "vlan", 1, None, "ethernet"),
        ("bond0", "bond", 1, None, "ethernet"),
        ("dummy0", "dummy", 1, None, "other"),
    ],
)
def test_kind(name: str, kind: str, hardware: int, master: int | None, expected: str) -> None:
    assert kinds([link(1, name, kind, hardware, master)], ["wlp3s0"]) == {1: expected}


def test_a_bridge_with_hardware_in_it_is_the_way_out() -> None:
    links = [link(1, "br0", "bridge"), link(2, "eth0", master=1), link(3, "docker0", "bridge")]
    assert kinds(links, []) == {1: "ethernet", 2: "ethernet", 3: "bridge"}
