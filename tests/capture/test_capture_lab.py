"""Real captures of a real client: each fault is made, recorded on the laptop, and named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cvpn_doctor.capture import CaptureReport, read_capture
from cvpn_doctor.cli.capture import exit_code
from tests.capture.recorder import Recorder, attempt
from tests.lab import handshake_room, pki, pki_tls
from tests.lab.lab import Lab
from tests.lab.variant import ENDPOINT_ADDRESSES, TARGET, Transport, Variant

pytestmark = pytest.mark.lab

_LONG = 6.0
_SEND = (
    "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    f"for _ in range(5): s.sendto(bytes(800), ('{TARGET}', 9))\n"
)


def lab_for(transport: Transport = "udp") -> Lab:
    return Lab(Variant(transport=transport, connected=False))


def codes(report: CaptureReport) -> list[str]:
    return [one.code for one in report.findings]


def recorded(lab: Lab, folder: Path, seconds: float = _LONG, *options: str) -> CaptureReport:
    with Recorder(lab, folder / "one.pcap") as recorder:
        attempt(lab, seconds, *options)
    return read_capture(recorder.path)


def forward(lab: Lab, rule: str) -> None:
    lab.space("home").nft(f"add rule inet lab forward {rule}")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_healthy(tmp_path: Path, transport: Transport, version: str) -> None:
    with lab_for(transport) as lab:
        most = () if version == "1.3" else ("--tls-version-max", version)
        with Recorder(lab, tmp_path / "one.pcap") as recorder:
            lab.connect(*most)
            lab.exec(sys.executable, "-c", _SEND)
            lab.disconnect()
        report = read_capture(recorder.path)
    assert exit_code(report) == 0, report.findings
    assert not report.truncated
    assert report.malformed == 0
    (flow,) = report.flows
    assert flow.server in ENDPOINT_ADDRESSES
    assert flow.transport == transport
    assert flow.name is not None
    assert flow.name.endswith(".amazonaws.com")
    assert flow.tls_version == f"TLSv{version}"
    assert flow.stage == "accepted"
    assert flow.data_from_client.packets >= 5
    assert flow.data_from_client.keepalives < flow.data_from_client.packets
    assert flow.largest_from_client is not None
    assert flow.unacked == ()
    assert (flow.malformed, flow.gaps) == (0, 0)
    assert [one.common_name for one in flow.chain][:1] == (
        [pki.SERVER.common_name] if version == "1.2" else []
    )


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_server_down(tmp_path: Path, transport: Transport) -> None:
    with lab_for(transport) as lab:
        lab.stop("server")
        report = recorded(lab, tmp_path, 2.5)
    assert codes(report)[0] == "endpoint-refused", report.findings
    assert exit_code(report) == 1


def test_server_killed_in_a_session(tmp_path: Path) -> None:
    with lab_for() as lab:
        with Recorder(lab, tmp_path / "one.pcap") as recorder:
            lab.connect()
            lab.exec(sys.executable, "-c", _SEND)
            lab.stop("server")
            lab.exec(sys.executable, "-c", _SEND)
            lab.disconnect()
        report = read_capture(recorder.path)
    assert report.carried_data
    assert codes(report) == ["endpoint-refused"]
    assert report.findings[0].certainty == "proven"


def test_udp_dropped(tmp_path: Path) -> None:
    with lab_for() as lab:
        forward(lab, "udp dport 443 drop")
        report = recorded(lab, tmp_path, 7.5)
    assert codes(report)[:1] == ["endpoint-silent"]
    assert {one.certainty for one in report.findings} == {"likely"}


def test_udp_rejected(tmp_path: Path) -> None:
    with lab_for() as lab:
        forward(lab, "udp dport 443 reject with icmp type admin-prohibited")
        report = recorded(lab, tmp_path, 2.5)
    assert codes(report)[0] == "endpoint-udp-blocked"
    assert report.findings[0].args["sender"] == "192.168.1.1"


def test_tcp_reset_by_the_router(tmp_path: Path) -> None:
    with lab_for("tcp") as lab:
        forward(lab, "tcp dport 443 reject with tcp reset")
        report = recorded(lab, tmp_path, 2.5)
    assert codes(report)[0] == "endpoint-tcp-blocked", report.flows
    assert report.findings[0].certainty == "likely"  # the capture has no other packet of it


def test_tcp_reset_by_the_router_after_a_session(tmp_path: Path) -> None:
    with lab_for("tcp") as lab:
        with Recorder(lab, tmp_path / "one.pcap") as recorder:
            lab.connect()
            forward(lab, "tcp dport 443 reject with tcp reset")
            lab.exec(sys.executable, "-c", _SEND)
            lab.disconnect()
        report = read_capture(recorder.path)
    assert codes(report) == ["endpoint-tcp-blocked"]
    assert report.findings[0].certainty == "proven"


def test_other_server(tmp_path: Path) -> None:
    with lab_for("tcp") as lab:
        lab.stop("server")
        lab.start_service("impostor", "https", "endpoint", "0.0.0.0", 443)
        report = recorded(lab, tmp_path, 2.5)
    assert codes(report)[0] == "endpoint-not-openvpn"


def test_name_unknown(tmp_path: Path) -> None:
    with lab_for() as lab:
        lab.write_zone(endpoint=False)
        report = recorded(lab, tmp_path, 2.5)
    assert codes(report) == ["endpoint-name-unknown"]


def test_large_packets_dropped(tmp_path: Path) -> None:
    with lab_for() as lab:
        forward(lab, "ip length > 700 drop")
        report = recorded(lab, tmp_path, 7.5)
    assert codes(report)[0] == "endpoint-handshake-cut", report.flows
    # The server's acknowledgement may itself travel in the large packets that are lost.
    assert report.findings[0].args["how"] in ("large-packets-down", "after-reset")


def test_cut_after_the_reset(tmp_path: Path) -> None:
    with lab_for() as lab:
        forward(lab, "udp dport 443 @th,64,8 0x20 drop")  # P_CONTROL_V1 of key 0
        report = recorded(lab, tmp_path, 7.5)
    assert codes(report)[0] == "endpoint-handshake-cut", report.flows
    assert report.findings[0].args["how"] == "after-reset"


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_client_certificate_of_another_authority(
    tmp_path: Path, transport: Transport, version: str
) -> None:
    with lab_for(transport) as lab:
        identity = pki.identity(pki_tls.CLIENTS["other-ca"])
        report = recorded(
            lab,
            tmp_path,
            7.5,
            *("--cert", str(identity.certificate), "--key", str(identity.key)),
            *("--tls-version-max", version),
        )
    assert codes(report)[0] == "client-certificate-rejected", report.flows


@pytest.mark.parametrize(
    ("which", "code"),
    [
        ("expired", "server-certificate-expired"),
        ("future", "server-certificate-not-yet-valid"),
    ],
)
def test_server_certificate(tmp_path: Path, which: str, code: str) -> None:
    with lab_for() as lab:
        handshake_room.serve(lab, pki_tls.SERVERS[which])
        report = recorded(lab, tmp_path, 3.0, "--tls-version-max", "1.2")
    assert codes(report)[0] == code, report.flows
