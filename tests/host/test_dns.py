"""Name servers that answer, lie, refuse, garble, cut and say nothing."""

from __future__ import annotations

import socket
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from cvpn_doctor.host import dns as probe
from cvpn_doctor.model.answers import DnsAnswer

NAME = "a.cvpn-endpoint-0123456789abcdef0.prod.clientvpn.eu-west-1.amazonaws.com"


def reply(query: bytes, *records: str, rcode: str = "NOERROR", authority: str = "") -> Any:
    answer = dns.message.make_response(dns.message.from_wire(query))
    answer.set_rcode(dns.rcode.from_text(rcode))
    answer.answer = [dns.rrset.from_text(*record.split(maxsplit=4)) for record in records]
    if authority:
        answer.authority = [dns.rrset.from_text(*authority.split(maxsplit=4))]
    return answer


def ask(port: int, record: str = "A", timeout: float = 1.0, name: str = NAME) -> DnsAnswer:
    return probe.ask("127.0.0.1", name, record, timeout, port=port)


def kind(answer: DnsAnswer) -> str | None:
    return answer.failure.kind if answer.failure else None


def test_addresses_behind_aliases(servers: Any) -> None:
    port = servers.udp(
        lambda q: [
            reply(
                q,
                f"{NAME}. 60 IN CNAME b.example.",
                "b.example. 60 IN CNAME c.example.",
                "c.example. 60 IN A 203.0.113.10",
                "other.example. 60 IN A 192.0.2.1",
            ).to_wire()
        ]
    )
    answer = ask(port)
    assert answer.addresses == ("203.0.113.10",)
    assert answer.aliases == ("b.example", "c.example")
    assert (answer.failure, answer.bogus_packets, answer.authoritative) == (None, 0, False)
    assert answer.server == "127.0.0.1"


def test_aaaa_ns_and_authority(servers: Any) -> None:
    def answers(q: bytes) -> list[bytes]:
        if dns.message.from_wire(q).question[0].rdtype == 28:
            answer = reply(q, f"{NAME}. 60 IN AAAA 2001:db8::1")
            answer.flags |= dns.flags.AA
            return [answer.to_wire()]
        return [reply(q, authority=f"{NAME}. 60 IN NS ns1.example.").to_wire()]

    port = servers.udp(answers)
    assert (ask(port, "AAAA").addresses, ask(port, "AAAA").authoritative) == (
        ("2001:db8::1",),
        True,
    )
    assert ask(port, "NS").names == ("ns1.example",)


@pytest.mark.parametrize(
    ("rcode", "expected"),
    [
        ("NOERROR", "dns_no_data"),
        ("NXDOMAIN", "dns_nxdomain"),
        ("SERVFAIL", "dns_servfail"),
        ("REFUSED", "dns_refused"),
        ("NOTAUTH", "dns_other"),
    ],
)
def test_rcodes(servers: Any, rcode: str, expected: str) -> None:
    assert kind(ask(servers.udp(lambda q: [reply(q, rcode=rcode).to_wire()]))) == expected


def test_server_that_knows_no_edns(servers: Any) -> None:
    def answers(q: bytes) -> list[bytes]:
        if dns.message.from_wire(q).edns >= 0:
            return [reply(q, rcode="FORMERR").to_wire()]
        return [reply(q, f"{NAME}. 60 IN A 203.0.113.10").to_wire()]

    assert ask(servers.udp(answers)).addresses == ("203.0.113.10",)


def test_forged_packets_are_counted_and_the_answer_still_found(servers: Any) -> None:
    def answers(q: bytes) -> list[bytes]:
        right = reply(q, f"{NAME}. 60 IN A 203.0.113.10").to_wire()
        wrong_id = bytes([right[0] ^ 1]) + right[1:]
        other = dns.message.make_query("other.example.", "A")
        other.id = dns.message.from_wire(q).id
        wrong_question = reply(other.to_wire()).to_wire()
        return [b"", b"garbage", wrong_id, wrong_question, q, right]

    answer = ask(servers.udp(answers))
    assert (answer.addresses, answer.bogus_packets) == (("203.0.113.10",), 5)


def test_only_garbage_is_malformed(servers: Any) -> None:
    answer = ask(servers.udp(lambda _: [b"\xff" * 40]), timeout=0.4)
    assert (kind(answer), answer.bogus_packets) == ("malformed", 2)


def test_silence_is_asked_twice(servers: Any) -> None:
    answer = ask(servers.udp(lambda _: []), timeout=0.5)
    assert kind(answer) == "timed_out"
    assert len(servers.seen) == 2
    assert servers.seen[0] == servers.seen[1]
    assert 0.45 < answer.seconds < 0.7


def test_a_flood_of_wrong_packets_does_not_hold_the_probe(servers: Any) -> None:
    answer = ask(servers.udp(lambda _: [b"flood"] * 50_000), timeout=0.3)
    assert kind(answer) == "malformed"
    assert answer.bogus_packets > 100
    assert answer.seconds < 0.8


def test_closed_port_is_known_at_once() -> None:
    answer = ask(9, timeout=1.0)
    assert kind(answer) == "connection_refused"
    assert answer.seconds < 0.3


def _cut(q: bytes) -> list[bytes]:
    answer = reply(q)
    answer.flags |= dns.flags.TC
    return [answer.to_wire()]


def test_truncated_goes_to_tcp(servers: Any) -> None:
    port = servers.udp(_cut)

    def talk(connection: socket.socket) -> None:
        q = connection.recv(4096)[2:]
        many = reply(q, *(f"{NAME}. 60 IN A 10.0.{i}.1" for i in range(200))).to_wire(
            max_size=65535
        )
        wire = len(many).to_bytes(2, "big") + many
        connection.sendall(wire[:700])
        connection.sendall(wire[700:])

    servers.tcp(talk, port)
    assert len(ask(port).addresses) == 200


def test_truncated_and_tcp_dead(servers: Any) -> None:
    port = servers.udp(_cut)
    assert kind(ask(port)) == "connection_refused"
    servers.tcp(lambda c: None, port)
    assert kind(ask(port)) == "connection_reset"


@pytest.mark.parametrize("name", ["a..b", "x" * 70 + ".example", "." * 5])
def test_names_that_cannot_be(name: str) -> None:
    assert kind(ask(9, name=name)) == "malformed"


def test_server_that_is_no_address() -> None:
    answer = probe.ask("not an address", NAME, "A", 0.5)
    assert answer.failure is not None


def test_unknown_record_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="MX"):
        ask(9, "MX")
