"""endpoint_ports: what each pattern of answers means."""

from typing import Any

import pytest
from cases import case, judged, named, profile

from cvpn_doctor.model.answers import HopAnswer, Icmp, PortAnswer
from cvpn_doctor.model.facts import NameFacts, NetworkFacts, PortsFacts
from cvpn_doctor.model.network import Route

ADDRESS = "203.0.113.10"
NAMES = NameFacts(zone="z", pinned=ADDRESS)


def answer(
    transport: Any, port: int, outcome: Any, address: str = ADDRESS, **more: Any
) -> PortAnswer:
    return PortAnswer(address=address, transport=transport, port=port, outcome=outcome, **more)


def hop(transport: Any, port: int, ttl: int, outcome: Any, sender: str | None = None) -> HopAnswer:
    icmp = Icmp(type=11 if outcome == "expired" else 3, code=3, sender=sender) if sender else None
    return HopAnswer(
        address=ADDRESS, transport=transport, port=port, ttl=ttl, outcome=outcome, icmp=icmp
    )


ROUTER = Icmp(type=3, code=13, sender="192.168.1.1")
ITSELF = Icmp(type=3, code=3, sender=ADDRESS)


@pytest.mark.parametrize(
    ("transport", "answers", "expected"),
    [
        ("udp", [answer("udp", 443, "openvpn")], {}),
        ("udp", [answer("udp", 443, "silent")], {"endpoint-silent": "likely"}),
        (
            "udp",
            [answer("udp", 443, "silent"), answer("tcp", 443, "silent")],
            {"endpoint-silent": "likely"},
        ),
        (
            "udp",
            [answer("udp", 443, "silent"), answer("tcp", 443, "refused")],
            {"endpoint-udp-blocked": "proven"},
        ),
        (
            "udp",
            [answer("udp", 443, "silent"), answer("tcp", 443, "rejected", icmp=ROUTER)],
            {"endpoint-udp-blocked": "likely"},
        ),
        (
            "udp",  # another host says nothing of this one
            [answer("udp", 443, "silent"), answer("tcp", 443, "refused", address="203.0.113.11")],
            {"endpoint-silent": "likely"},
        ),
        (
            "udp",
            [answer("udp", 443, "rejected", icmp=ROUTER)],
            {"endpoint-udp-blocked": "proven"},
        ),
        ("udp", [answer("udp", 443, "refused", icmp=ITSELF)], {"endpoint-refused": "proven"}),
        ("tcp", [answer("tcp", 443, "refused")], {"endpoint-refused": "likely"}),
        (
            "tcp",
            [answer("tcp", 443, "rejected", icmp=ROUTER)],
            {"endpoint-tcp-blocked": "proven"},
        ),
        (
            "tcp",
            [answer("tcp", 443, "other_protocol", speaks="http")],
            {"endpoint-not-openvpn": "proven"},
        ),
        ("tcp", [answer("tcp", 443, "closed")], {"endpoint-not-openvpn": "likely"}),
        ("tcp", [answer("tcp", 443, "mute")], {"endpoint-silent": "likely"}),
        (
            "udp",
            [answer("udp", 443, "silent"), answer("udp", 1194, "openvpn")],
            {"endpoint-transport-changed": "proven"},
        ),
        (
            "udp",
            [answer("udp", 443, "refused", icmp=ITSELF), answer("tcp", 443, "openvpn")],
            {"endpoint-transport-changed": "proven"},
        ),
        ("udp", [answer("udp", 443, "denied")], {"local-firewall-blocks": "proven"}),
        ("udp", [answer("udp", 443, "no_route")], {}),
        ("udp", [answer("udp", 443, "failed")], {}),
        (
            "udp",  # one of two addresses
            [answer("udp", 443, "openvpn"), answer("udp", 443, "silent", address="203.0.113.11")],
            {"endpoint-silent": "likely"},
        ),
        (
            "udp",  # an IPv6 address on a laptop without IPv6 is no fault
            [answer("udp", 443, "openvpn"), answer("udp", 443, "no_route", address="2001:db8::1")],
            {},
        ),
    ],
)
def test_answers(transport: Any, answers: list[PortAnswer], expected: dict[str, str]) -> None:
    made = case(PortsFacts(answers=tuple(answers)), NAMES, of=profile(transport))
    assert named(PortsFacts, made) == expected


def test_a_reset_for_a_packet_that_died_on_the_way_is_not_the_endpoints() -> None:
    facts = PortsFacts(
        answers=(answer("tcp", 443, "refused"),),
        hops=(
            hop("tcp", 443, 2, "refused"),
            hop("udp", 33436, 2, "expired", "198.51.100.1"),
        ),
    )
    assert named(PortsFacts, case(facts, NAMES, of=profile("tcp"))) == {
        "endpoint-tcp-blocked": "proven"
    }


def test_a_reset_from_as_far_as_the_endpoint_is_its_own() -> None:
    facts = PortsFacts(
        answers=(answer("tcp", 443, "refused"),),
        hops=(
            hop("tcp", 443, 2, "expired", "198.51.100.1"),
            hop("tcp", 443, 3, "refused"),
            hop("udp", 33437, 3, "refused", ADDRESS),
        ),
    )
    assert named(PortsFacts, case(facts, NAMES, of=profile("tcp"))) == {
        "endpoint-refused": "proven"
    }


def test_a_neutral_packet_that_arrives_shows_the_filter() -> None:
    facts = PortsFacts(
        answers=(answer("udp", 443, "silent"),), hops=(hop("udp", 33437, 3, "refused", ADDRESS),)
    )
    assert named(PortsFacts, case(facts, NAMES)) == {"endpoint-udp-blocked": "proven"}


def test_only_ipv6_addresses_on_an_ipv4_network() -> None:
    network = NetworkFacts(default_routes=(Route(destination="0.0.0.0/0", interface="eth0"),))
    facts = PortsFacts(answers=(answer("udp", 443, "no_route", address="2001:db8::1"),))
    assert named(PortsFacts, case(facts, NAMES, network)) == {
        "endpoint-address-family-mismatch": "proven"
    }


def test_nothing_certain_is_said_of_an_address_of_unknown_origin() -> None:
    facts = PortsFacts(answers=(answer("udp", 443, "refused", icmp=ITSELF),))
    assert named(PortsFacts, case(facts)) == {"endpoint-refused": "likely"}


def test_the_neighbours_of_a_cause_are_ruled_out() -> None:
    made = case(PortsFacts(answers=(answer("udp", 443, "refused", icmp=ITSELF),)), NAMES)
    codes = {exclusion.code for exclusion in judged(PortsFacts, made).exclusions}
    assert {"endpoint-silent", "endpoint-transport-changed", "endpoint-udp-blocked"} <= codes
    assert "endpoint-refused" not in codes
