"""Each code from a capture that proves it, and not from one that does not."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import IP, UDP

from cvpn_checks import ALL
from cvpn_doctor.capture import CaptureReport
from cvpn_doctor.capture.codes import PROBLEMS
from cvpn_doctor.cli.capture import exit_code
from tests.capture.builder import (
    CLIENT,
    HELLO,
    NAME,
    ROUTER,
    SERVER,
    SERVER_HELLO_12,
    START,
    Tape,
    ack,
    answer,
    begin,
    certificate,
    control,
    data,
    message,
    record,
    reset,
)


def codes(report: CaptureReport) -> list[tuple[str, str]]:
    return [(one.code, one.certainty) for one in report.findings]


def leaf(first: int, last: int) -> bytes:
    """A self-signed certificate, valid between these days after the capture."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server.example")])
    start = datetime.datetime.fromtimestamp(START, datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    builder = builder.public_key(key.public_key())
    builder = builder.not_valid_before(start + datetime.timedelta(days=first))
    builder = builder.not_valid_after(start + datetime.timedelta(days=last))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def server_flight(tape: Tape, der: bytes, *, tcp: bool = False) -> None:
    """All of the server's first flight in TLS 1.2, one packet a message."""
    parts = [SERVER_HELLO_12, certificate(der), message(13, bytes(6)), message(14)]
    for number, part in enumerate(parts, 1):
        acks = (1,) if number == 1 else ()
        packet = control(number, part, up=False, acks=acks)
        tape.say(0.2 + number / 100, packet, up=False, tcp=tcp)
    tape.say(0.3, ack(1, 2, 3, 4, up=True), tcp=tcp)


def client_flight(tape: Tape, *, tcp: bool = False) -> None:
    tape.say(0.4, control(2, certificate(bytes(900))), tcp=tcp)
    tape.say(0.41, control(3, message(16, bytes(400)) + record(20, b"\1")), tcp=tcp)


@pytest.mark.parametrize("tcp", [False, True])
def test_session(tmp_path: Path, tcp: bool) -> None:
    tape = Tape()
    begin(tape, tcp=tcp)
    server_flight(tape, leaf(-10, 10), tcp=tcp)
    client_flight(tape, tcp=tcp)
    tape.say(0.5, ack(2, 3), up=False, tcp=tcp)
    for number in range(6):
        tape.say(1 + number, data(), up=number % 2 == 0, tcp=tcp)
    tape.say(9, data(36), tcp=tcp)
    report = tape.read(tmp_path)
    (flow,) = report.flows
    assert codes(report) == []
    assert exit_code(report) == 0
    assert flow.stage == "accepted"
    assert flow.tls_version == "TLSv1.2"
    assert [one.common_name for one in flow.chain] == ["server.example"]
    assert flow.client_certificate is True
    assert (flow.data_from_client.packets, flow.data_from_client.keepalives) == (4, 1)
    assert flow.unacked == ()


def test_udp_refused_on_the_way_and_by_the_endpoint(tmp_path: Path) -> None:
    for sender, code in ((ROUTER, "endpoint-udp-blocked"), (SERVER, "endpoint-refused")):
        tape = Tape()
        tape.udp(0, reset())
        tape.icmp(0.01, sender, 3, 3)
        report = tape.read(tmp_path)
        assert codes(report) == [(code, "proven")]
        assert exit_code(report) == 1


def test_unreachable_host_is_only_likely_a_filter(tmp_path: Path) -> None:
    tape = Tape()
    tape.udp(0, reset())
    tape.icmp(3, "198.51.100.1", 3, 1)
    assert codes(tape.read(tmp_path)) == [("endpoint-udp-blocked", "likely")]


def test_too_large_is_no_refusal(tmp_path: Path) -> None:
    tape = Tape()
    tape.udp(0, reset())
    tape.icmp(0.01, ROUTER, 3, 4)
    assert codes(tape.read(tmp_path)) == []


@pytest.mark.parametrize("answered", [False, True])
def test_silence(tmp_path: Path, answered: bool) -> None:
    tape = Tape()
    for at in (0, 2, 6):
        tape.udp(at, reset())
    if answered:
        tape.udp(6.1, answer(), up=False)
    report = tape.read(tmp_path)
    assert codes(report) == ([] if answered else [("endpoint-silent", "likely")])
    assert exit_code(report) == (3 if answered else 1)


def test_one_reset_at_the_end_is_no_silence(tmp_path: Path) -> None:
    tape = Tape()
    tape.udp(0, reset())
    assert exit_code(tape.read(tmp_path)) == 3


def test_silence_with_a_witness_is_a_filter(tmp_path: Path) -> None:
    tape, other = Tape(), Tape(port=50_001)
    for at in (0, 2, 6):
        tape.udp(at, reset())
    begin(other, tcp=True)
    tape.packets += other.packets
    found = codes(tape.read(tmp_path))
    assert found[0] == ("endpoint-udp-blocked", "proven")


@pytest.mark.parametrize(
    ("ttl", "usual", "expected"),
    [
        (52, 52, ("endpoint-not-openvpn", "likely")),  # it opened, and was reset by itself
        (63, 52, ("endpoint-tcp-blocked", "proven")),
        (243, 52, ("endpoint-not-openvpn", "likely")),  # the same way, another first value
    ],
)
def test_tcp_reset_after_the_hard_reset(
    tmp_path: Path, ttl: int, usual: int, expected: tuple[str, str]
) -> None:
    tape = Tape(ttl=usual)
    tape.open()
    tape.say(0.1, reset(), tcp=True)
    tape.tcp(0.11, "RA", up=False, ttl=ttl)
    report = tape.read(tmp_path)
    assert codes(report) == [expected]
    assert report.flows[0].tcp_resets[0].usual_ttls == (usual,)


def test_reset_of_an_unknown_web_server_is_only_possible(tmp_path: Path) -> None:
    tape = Tape()
    tape.tcp(0, "S")
    tape.tcp(0.01, "RA", up=False)
    report = tape.read(tmp_path)
    assert codes(report) == [("endpoint-refused", "possible")]
    assert exit_code(report) == 3


def test_other_protocol(tmp_path: Path) -> None:
    tape = Tape()
    tape.open()
    tape.say(0.1, reset(), tcp=True)
    tape.tcp(0.2, "PA", b"HTTP/1.1 400 Bad Request\r\n", up=False)
    report = tape.read(tmp_path)
    assert codes(report) == [("endpoint-not-openvpn", "proven")]
    assert report.findings[0].args["speaks"] == "http"


def test_hello_never_acknowledged(tmp_path: Path) -> None:
    tape = Tape()
    begin(tape)
    for at in (2.2, 6.2):
        tape.udp(at, control(1, HELLO, acks=(0,)))
    report = tape.read(tmp_path)
    assert codes(report) == [("endpoint-handshake-cut", "likely")]
    assert report.findings[0].args["how"] == "after-reset"


def test_large_server_packet_missing(tmp_path: Path) -> None:
    tape = Tape()
    begin(tape)
    tape.udp(0.2, ack(1), up=False)
    tape.udp(0.21, control(2, message(14), up=False), up=False)
    tape.udp(6, data())
    report = tape.read(tmp_path)
    assert report.findings[0].args["how"] == "large-packets-down"


def test_large_client_packet_missing(tmp_path: Path) -> None:
    tape = Tape()
    begin(tape)
    server_flight(tape, leaf(-1, 1))
    client_flight(tape)
    tape.udp(0.5, ack(3), up=False)
    tape.udp(6, control(2, certificate(bytes(900))))
    report = tape.read(tmp_path)
    assert report.findings[0].args["how"] == "large-packets-up"


@pytest.mark.parametrize("tcp", [False, True])
def test_client_certificate_rejected(tmp_path: Path, tcp: bool) -> None:
    tape = Tape()
    begin(tape, tcp=tcp)
    server_flight(tape, leaf(-1, 1), tcp=tcp)
    client_flight(tape, tcp=tcp)
    tape.say(0.5, ack(2), up=False, tcp=tcp)
    if tcp:
        tape.tcp(0.6, "FA", up=False)
    else:
        tape.udp(6, control(3, message(16, bytes(400)) + record(20, b"\1")))
    assert codes(tape.read(tmp_path)) == [("client-certificate-rejected", "likely")]


def test_alert_in_clear(tmp_path: Path) -> None:
    tape = Tape()
    begin(tape, tcp=True)
    server_flight(tape, leaf(-1, 1), tcp=True)
    client_flight(tape, tcp=True)
    alert = control(5, record(21, b"\x02\x2d"), up=False, acks=(2, 3))
    tape.say(0.5, alert, up=False, tcp=True)
    report = tape.read(tmp_path)
    assert codes(report) == [("client-certificate-rejected", "proven")]
    assert report.flows[0].alerts[0].name == "certificate_expired"


@pytest.mark.parametrize(
    ("days", "code"),
    [((-9, -1), "server-certificate-expired"), ((1, 9), "server-certificate-not-yet-valid")],
)
def test_server_certificate(tmp_path: Path, days: tuple[int, int], code: str) -> None:
    tape = Tape()
    begin(tape)
    server_flight(tape, leaf(*days))
    assert codes(tape.read(tmp_path)) == [(code, "likely")]


def dns(tape: Tape, name: str, rcode: int, address: str | None = None) -> None:
    question = DNSQR(qname=name)
    up, down = IP(src=CLIENT, dst=ROUTER), IP(src=ROUTER, dst=CLIENT)
    tape.put(0, up / UDP(sport=5353, dport=53) / DNS(id=1, rd=1, qd=question))
    found = DNSRR(rrname=name, rdata=address) if address else None
    reply = DNS(id=1, qr=1, rcode=rcode, qd=question, an=found)
    tape.put(0.01, down / UDP(sport=53, dport=5353) / reply)


def test_name_unknown(tmp_path: Path) -> None:
    tape = Tape()
    dns(tape, NAME, 3)
    report = tape.read(tmp_path)
    assert codes(report) == [("endpoint-name-unknown", "likely")]
    assert report.findings[0].args == {"server": ROUTER, "name": NAME}


def test_bare_name_is_only_possible(tmp_path: Path) -> None:
    tape = Tape()
    dns(tape, NAME.partition(".")[2], 3)
    assert codes(tape.read(tmp_path)) == [("endpoint-name-unknown", "possible")]


def test_name_tells_whose_reset_it_is(tmp_path: Path) -> None:
    tape = Tape()
    dns(tape, NAME, 0, SERVER)
    tape.tcp(0.1, "S")
    tape.tcp(0.2, "RA", up=False, ttl=64)  # from the client's own link: not the endpoint's
    report = tape.read(tmp_path)
    assert report.flows[0].name == NAME
    assert codes(report) == [("endpoint-tcp-blocked", "likely")]


def test_later_success_takes_the_blame_away(tmp_path: Path) -> None:
    tape, other = Tape(), Tape(port=50_001)
    tape.udp(0, reset())
    tape.icmp(0.01, SERVER, 3, 3)
    begin(other)
    for number in range(6):
        other.udp(5 + number, data(), up=number % 2 == 0)
    tape.packets += other.packets
    report = tape.read(tmp_path)
    assert codes(report) == []
    assert exit_code(report) == 0


def test_evidence_points_into_the_report(tmp_path: Path) -> None:
    tape = Tape()
    tape.udp(0, reset())
    tape.icmp(0.01, ROUTER, 3, 13)
    report = tape.read(tmp_path)
    for evidence in report.findings[0].evidence:
        value: object = report
        for step in evidence.path.strip("/").split("/"):
            value = value[int(step)] if isinstance(value, tuple) else getattr(value, step)
        assert value == evidence.value


def test_codes_say_what_the_live_checks_say() -> None:
    live = {problem.code: problem for check in ALL for problem in check.problems}
    for problem in PROBLEMS:
        other = live.get(problem.code)
        if other is not None:
            assert (problem.actor, problem.severity) == (other.actor, other.severity)
