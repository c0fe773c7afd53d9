"""The handshake with a real OpenVPN server over UDP and TCP, healthy and broken on purpose."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from cvpn_doctor.model.handshake import HandshakeAnswer
from tests.lab import handshake_room as room
from tests.lab import pki, pki_tls
from tests.lab.lab import Lab
from tests.lab.variant import Variant

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module", params=["udp", "tcp"])
def shared(request: Any) -> Iterator[Lab]:
    """One lab for all tests of a transport; each starts the server that it needs."""
    with Lab(Variant(transport=request.param, connected=False)) as one:
        yield one


@pytest.fixture
def lab(shared: Lab) -> Iterator[Lab]:
    yield shared
    for space in ("home", "internet"):
        shared.space(space).nft("flush chain inet lab forward")


def transport(lab: Lab) -> str:
    return lab.variant.transport


def told(name: str, lab: Lab, answer: HandshakeAnswer) -> None:
    """For the table of measured times: pytest -rP shows it."""
    print(f"{name:24} {transport(lab)} {answer.seconds:6.3f} s {answer.outcome} {answer.stage}")


def check_left(lab: Lab, seconds: float = 0.05) -> None:
    assert room.none_left(lab, seconds), room.log(lab)[-2000:]


@pytest.mark.parametrize("tls", ["1.3", "1.2"])
def test_healthy(lab: Lab, tls: str) -> None:
    more = ("--tls-version-max", "1.2") if tls == "1.2" else ()
    room.serve(lab, pki.SERVER, *more)
    for _ in range(5):
        answer = room.ask(lab)
        told(f"healthy {tls}", lab, answer)
        assert (answer.outcome, answer.stage) == ("accepted", "accepted")
        assert answer.tls_version == f"TLSv{tls}"
        assert answer.cipher is not None
        assert [one.common_name for one in answer.chain] == ["server.lab.example", "Lab CA"]
        assert answer.chain[0].extended_key_usage == ("serverAuth",)
        assert answer.verification is not None
        assert answer.verification.code == 0
        assert answer.certificate_requested
        assert answer.accepted_issuers == ("CN=Lab CA",)
        assert answer.client_certificate == "sent"
        assert (answer.resets, answer.sessions, answer.bogus) == (1, 1, 0)
        assert answer.seconds < 0.5
        check_left(lab)
    assert "Data Channel" not in room.log(lab)
    assert "Peer Connection Initiated" not in room.log(lab)


def test_no_certificate_is_requested(lab: Lab) -> None:
    more: tuple[str, ...] = ("--verify-client-cert", "none", "--username-as-common-name")
    more += ("--auth-user-pass-verify", "/bin/false", "via-env", "--script-security", "3")
    room.serve(lab, pki.SERVER, *more)
    answer = room.ask(lab)
    assert answer.outcome == "accepted"
    assert (answer.certificate_requested, answer.client_certificate) == (False, "not_requested")
    check_left(lab)


@pytest.mark.parametrize(
    ("name", "code"), [("expired", 10), ("future", 9), ("other-ca", 19), ("client-eku", 26)]
)
def test_server_certificate_is_refused(lab: Lab, name: str, code: int) -> None:
    more = () if name != "other-ca" else ("--ca", str(both_authorities()))
    room.serve(lab, pki_tls.SERVERS[name], *more)
    answer = room.ask(lab)
    told(f"server {name}", lab, answer)
    assert answer.outcome == "untrusted"
    assert answer.verification is not None
    assert answer.verification.code == code or (
        name == "other-ca" and answer.verification.code in (19, 20)
    )
    if name != "other-ca":
        assert answer.verification.depth == 0
    assert answer.chain[0].sha256
    assert len(answer.chain) >= 1
    assert answer.alerts[-1].sender == "client"
    assert answer.client_certificate != "sent" or answer.tls_version == "TLSv1.3"
    assert answer.seconds < 0.5
    check_left(lab)


def both_authorities() -> Any:
    path = pki.folder() / "both.crt"
    path.write_text(
        pki.identity(pki.AUTHORITY).certificate_text
        + pki.identity(pki.OTHER_AUTHORITY).certificate_text
    )
    return path


@pytest.mark.parametrize(("name", "usage"), [("no-eku", None), ("other-name", ("serverAuth",))])
def test_server_certificate_that_only_openvpn_refuses(lab: Lab, name: str, usage: Any) -> None:
    room.serve(lab, pki_tls.SERVERS[name])
    answer = room.ask(lab)
    assert answer.outcome == "accepted"
    assert answer.chain[0].extended_key_usage == usage
    check_left(lab)


@pytest.mark.parametrize("tls", ["1.3", "1.2"])
@pytest.mark.parametrize("name", ["expired", "revoked", "other-ca", "server-eku", "none"])
def test_client_certificate_is_refused(lab: Lab, name: str, tls: str) -> None:
    client = pki.identity(pki_tls.CLIENTS.get(name, pki.CLIENT))
    crl = pki_tls.revocation_list(pki.identity(pki_tls.CLIENTS["revoked"]))
    more = ("--crl-verify", str(crl), "--remote-cert-tls", "client", "--tls-version-max", tls)
    room.serve(lab, pki.SERVER, *more)
    without: dict[str, Any] = {"certificate": None, "key": None} if name == "none" else {}
    answer = room.ask(lab, client=client, **without)
    told(f"client {name} {tls}", lab, answer)
    assert answer.refused_client, answer
    assert answer.certificate_requested
    assert answer.client_certificate == ("not_given" if name == "none" else "sent")
    assert answer.unacked
    assert answer.resets <= 6
    if transport(lab) == "udp":
        assert answer.silence == "end_of_client_flight"
        assert answer.seconds < 3.0
    else:
        assert answer.seconds < 0.5
    check_left(lab)


def test_tls_version_is_refused(lab: Lab) -> None:
    room.serve(
        lab,
        pki.SERVER,
        "--tls-cipher",
        "TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384",
        "--tls-version-max",
        "1.2",
    )
    answer = room.ask(lab)
    told("no common cipher", lab, answer)
    assert answer.stage == "reset_answered"
    assert answer.outcome == ("silent" if transport(lab) == "udp" else "closed")
    assert answer.silence == "hello"
    assert answer.seconds < 4.0
    check_left(lab)


# The router's forward chain sees both directions; sizes are those of the IP packet.
DOWN, UP = "ip saddr 203.0.113.10", "ip daddr 203.0.113.10"
HOLES = {
    "up": ([UP], "large_client_packets"),
    "down": ([DOWN], "server_flight"),
    "both": ([UP, DOWN], "server_flight"),
}


@pytest.mark.parametrize("tls", ["1.3", "1.2"])
@pytest.mark.parametrize("name", HOLES)
def test_large_packets_are_dropped(lab: Lab, name: str, tls: str) -> None:
    room.serve(lab, pki.SERVER, "--tls-version-max", tls)
    ways, silence = HOLES[name]
    for way in ways:
        lab.space("internet").nft(f"add rule inet lab forward {way} ip length > 900 drop")
    answer = room.ask(lab)
    told(f"hole {name}", lab, answer)
    assert answer.outcome == "silent"
    assert answer.seconds < 4.0
    assert answer.resets <= 6
    assert not answer.refused_client
    if name == "up":
        assert answer.silence == silence
    if transport(lab) == "udp":
        assert answer.silence == silence
        assert answer.stage == ("finished" if name == "up" else "hello_acked")
    else:
        assert answer.unsent_bytes is not None
        assert (answer.unsent_bytes > 800) == (name == "up")
    check_left(lab)


def test_cut_after_the_hard_reset(lab: Lab) -> None:
    room.serve(lab)
    least = "ip length > 60" if transport(lab) == "udp" else "ip length > 100"
    for way in (UP, DOWN):
        lab.space("internet").nft(f"add rule inet lab forward {way} {least} drop")
    answer = room.ask(lab)
    told("cut after reset", lab, answer)
    assert (answer.outcome, answer.stage, answer.silence) == ("silent", "reset_answered", "hello")
    assert answer.seconds < 4.0
    assert answer.resets <= 6


def test_nobody_answers(lab: Lab) -> None:
    room.serve(lab)
    lab.space("internet").nft(f"add rule inet lab forward {UP} drop")
    answer = room.ask(lab, 4.0)
    assert (answer.outcome, answer.stage, answer.silence) == ("silent", "nothing", "reset")
    assert answer.seconds < 4.3
    assert answer.resets <= 6


def test_port_is_closed(lab: Lab) -> None:
    lab.stop("server")
    answer = room.ask(lab)
    told("port closed", lab, answer)
    assert answer.outcome == "refused"
    assert answer.seconds < 1.0


def test_rejected_on_the_way(lab: Lab) -> None:
    room.serve(lab)
    lab.space("home").nft(f"add rule inet lab forward {UP} reject with icmp type admin-prohibited")
    answer = room.ask(lab)
    assert answer.outcome == "rejected"
    assert answer.icmp is not None


def test_loss_is_lived_through(lab: Lab) -> None:
    room.serve(lab)
    for way in (UP, DOWN):
        lab.space("internet").nft(
            f"add rule inet lab forward {way} numgen random mod 100 < 20 drop"
        )
    answers = [room.ask(lab, 12.0) for _ in range(20)]
    spent = sorted(answer.seconds for answer in answers)
    print("loss 20 %", transport(lab), f"median {spent[10]:.2f} worst {spent[-1]:.2f}")
    assert [answer.outcome for answer in answers] == ["accepted"] * 20
    assert all(answer.resets <= 6 for answer in answers)
    time.sleep(0.1)


def test_damaged_input(lab: Lab) -> None:
    room.serve(lab)
    answer = room.ask(lab, certificate=b"no certificate", key=b"no key")
    assert (answer.client_certificate, answer.refused_client) == ("unusable", True)
    answer = room.ask(lab, ca=b"no CA")
    assert answer.failure is not None
    assert answer.failure.kind == "malformed"
    answer = room.ask(lab, ca=None)
    assert (answer.client_certificate, answer.verification) == ("withheld", None)
