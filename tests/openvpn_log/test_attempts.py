"""Several attempts told apart, sign-ins joined, files cut, mixed and rotated."""

from __future__ import annotations

import pytest

from cvpn_doctor.model.push import LogAttempt
from cvpn_doctor.openvpn.log import read_attempts, read_logs

BANNER = "OpenVPN 2.5.6 x86_64-pc-linux-gnu [SSL (OpenSSL)] [LZO] [AEAD] built on Mar 16 2022"
LINK = "UDPv4 link remote: [AF_INET]203.0.113.10:443"
ANSWER = "TLS: Initial packet from [AF_INET]203.0.113.10:443, sid=af591626 befec9b9"
VERIFIED = "VERIFY OK: depth=0, CN=server.example"
PEER = "[server.example] Peer Connection Initiated with [AF_INET]203.0.113.10:443"
CRV1 = (
    "AUTH: Received control message: AUTH_FAILED,CRV1:R:instance-1/123/11111111-2222:b'Ti9B':"
    "https://login.example.com/tenant/saml2?SAMLRequest=fZJRb9s"
)
AGAIN = "SIGUSR1[soft,auth-failure] received, process restarting"
GONE = "SIGTERM[soft,auth-failure] received, process exiting"
REFUSED = "AUTH: Received control message: AUTH_FAILED"
PUSHED = "PUSH: Received control message: 'PUSH_REPLY,ifconfig 10.8.0.2 255.255.255.224'"
DONE = "Initialization Sequence Completed"
ASKED = (LINK, ANSWER, VERIFIED, PEER, CRV1)
WELCOME = (LINK, ANSWER, VERIFIED, PEER, PUSHED, "TUN/TAP device tun0 opened", DONE)


def read(*lines: str) -> tuple[LogAttempt, ...]:
    return read_attempts("\n".join(lines)).attempts


def stamped(minute: int, *lines: str) -> list[str]:
    return [f"2026-08-05 12:{minute:02}:00 {line}" for line in lines]


def codes(attempt: LogAttempt) -> list[str]:
    return [error.code for error in attempt.errors]


def test_restart_begins_another_attempt() -> None:
    lost = ("Inactivity timeout (--ping-restart), restarting", "Closing TUN/TAP interface")
    signal = "SIGUSR1[soft,ping-restart] received, process restarting"
    first, second = read(
        *stamped(1, BANNER, *WELCOME),
        *stamped(2, *lost, signal, "Restart pause, 1 second(s)"),
        *stamped(3, LINK, ANSWER),
    )
    assert (first.stage, first.ended, codes(first)) == ("completed", "ping_restart", ["path-lost"])
    assert (second.stage, second.ended, second.closed) == ("answered", None, False)
    assert second.started == "2026-08-05T12:03:00"
    assert (second.version, second.client) == ("2.5.6", "openvpn2")


def test_new_process_begins_another_attempt() -> None:
    first, second = read(BANNER, LINK, ANSWER, BANNER.replace("2.5.6", "2.6.14"), LINK)
    assert (first.stage, first.ended, first.closed) == ("answered", None, False)
    assert second.version == "2.6.14"


def test_saml_in_one_process_is_one_sign_in() -> None:
    (only,) = read(
        *stamped(1, BANNER, *ASKED, AGAIN), *stamped(2, "Restart pause, 1 second(s)", *WELCOME)
    )
    assert (only.stage, only.saml, only.identity_provider) == (
        "completed",
        "answered",
        "login.example.com",
    )
    assert (only.errors, only.refusal, only.started) == ((), None, "2026-08-05T12:01:00")


def test_saml_in_two_processes_is_one_sign_in() -> None:
    """As scripts around OpenVPN do it: https://github.com/samm-git/aws-vpn-client."""
    (only,) = read(*stamped(1, BANNER, *ASKED, GONE), *stamped(2, BANNER, *WELCOME))
    assert (only.saml, only.stage, only.errors) == ("answered", "completed", ())


def test_a_later_process_without_a_question_is_another_days_work() -> None:
    late = [line.replace(" 12:", " 18:") for line in stamped(2, BANNER, *WELCOME)]
    first, second = read(*stamped(1, BANNER, *ASKED, GONE), *late)
    assert (first.saml, second.saml, first.errors) == ("asked", None, ())


def test_saml_through_the_management_interface() -> None:
    (only,) = read(
        ">HOLD:Waiting for hold release:0",
        ">PASSWORD:Need 'Auth' username/password",
        f">LOG:1784222485,N,{CRV1}",
        ">PASSWORD:Verification Failed: 'Auth' ['CRV1:R,E:a/1:dXNlcg==:https://login.example.com/x']",
        ">STATE:1784222488,RECONNECTING,auth-failure,,,,,",
        ">HOLD:Waiting for hold release:1",
        ">STATE:1784222494,WAIT,,,,,,",
        f">LOG:1784222495,,{PUSHED}",
        ">STATE:1784222495,CONNECTED,SUCCESS,10.8.0.133,203.0.113.10,443,,",
    )
    assert (only.stage, only.saml, only.errors) == ("completed", "answered", ())
    assert (only.started, only.started_in) == ("2026-07-16T17:21:25", "utc")


def test_saml_answer_refused() -> None:
    (only,) = read(BANNER, *ASKED, AGAIN, LINK, ANSWER, VERIFIED, PEER, REFUSED, GONE)
    assert (codes(only), only.ended) == (["saml-response-rejected"], "auth_failed")


def test_saml_asked_again_was_not_finished() -> None:
    first, second = read(BANNER, *ASKED, AGAIN, *ASKED)
    assert [(e.code, e.detail) for e in first.errors] == [("saml-not-finished", "asked_again")]
    assert (first.ended, second.saml, second.errors) == ("saml_asked", "asked", ())


def test_saml_given_up_was_not_finished() -> None:
    (only,) = read(BANNER, *ASKED, AGAIN, "SIGTERM[hard,] received, process exiting")
    assert [(e.code, e.detail) for e in only.errors] == [
        ("saml-not-finished", "ended_while_waiting")
    ]


def test_saml_that_still_waits_is_no_failure() -> None:
    (only,) = read(BANNER, *ASKED, AGAIN)
    assert (only.ended, only.saml, only.errors) == ("saml_asked", "asked", ())


@pytest.mark.parametrize(
    ("prefix", "client"),
    [("Aug  5 12:00:00 laptop nm-openvpn[77]: ", "networkmanager"), ("", "tunnelblick")],
)
def test_saml_with_a_client_that_cannot(prefix: str, client: str) -> None:
    own = ["2026-08-05 12:00:00 *Tunnelblick: openvpnstart starting OpenVPN"] if not prefix else []
    lines = [prefix + line for line in (BANNER, *ASKED, GONE)]
    (only,) = read(*own, *lines)
    assert (only.client, codes(only)) == (client, ["saml-client-unsupported"])


def test_saml_with_openvpn_3() -> None:
    challenge = "EVENT: DYNAMIC_CHALLENGE " + CRV1.partition("AUTH_FAILED,")[2]
    (only,) = read(
        "EVENT: WAIT", "EVENT: CONNECTING", challenge, "EVENT: DISCONNECTED", "EVENT: RESOLVE",
        "EVENT: CONNECTING", "EVENT: GET_CONFIG", "EVENT: ASSIGN_IP", "EVENT: CONNECTED x",
    )  # fmt: skip
    assert (only.stage, only.saml, only.errors) == ("completed", "answered", ())


def test_openvpn_3_tries_the_next_remote() -> None:
    wait = ("EVENT: RESOLVE", "Contacting 203.0.113.10:443 via UDP", "EVENT: WAIT")
    poll = "Server poll timeout, trying next remote entry..."
    attempts = read(*wait, poll, "EVENT: RECONNECTING", *wait, poll, "EVENT: RECONNECTING", *wait)
    assert [a.ended for a in attempts] == ["poll_timeout", "poll_timeout", None]
    assert {(a.remote, a.transport) for a in attempts} == {("203.0.113.10:443", "udp")}


def test_two_processes_interleaved() -> None:
    """Told apart by the number that syslog gives them."""
    one = [f"Aug  5 12:00:00 laptop openvpn[100]: {line}" for line in (BANNER, *WELCOME)]
    two = [
        f"Aug  5 12:00:00 laptop nm-openvpn[200]: {line}"
        for line in (BANNER, LINK, ANSWER, VERIFIED, PEER, REFUSED, GONE)
    ]
    mixed = [line for pair in zip(one, two, strict=False) for line in pair] + one[len(two) :]
    first, second = read(*mixed)
    assert (first.stage, first.errors) == ("completed", ())
    assert (second.stage, codes(second)) == ("peer_connected", ["authentication-failed"])


def test_rotated() -> None:
    whole = [BANNER, *WELCOME, "SIGTERM[hard,] received, process exiting"]
    halves = ("\n".join(whole[:4]) + "\n", "\n".join(whole[4:]))
    assert read_logs(halves) == read_attempts("\n".join(whole))


def test_cut_at_both_ends() -> None:
    (only,) = read("5.0.0,route-gateway 10.8.0.1'", "K: depth=1, CN=x", PEER, PUSHED[:60])
    assert (only.stage, only.closed) == ("pushed", False)
    assert only.push is not None
    assert not only.push.complete


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " ⏎"])
def test_ends_of_lines(end: str) -> None:
    text = end.join([BANNER, *WELCOME])
    assert read_attempts(text).attempts == tuple(
        msg for msg in read_attempts("\n".join([BANNER, *WELCOME])).attempts
    )


def test_colours() -> None:
    text = f"\x1b[32m2026-08-05 12:00:00\x1b[0m \x1b[1;31m{LINK}\x1b[0m"
    (only,) = read_attempts(text).attempts
    assert (only.remote, only.started) == ("203.0.113.10:443", "2026-08-05T12:00:00")


def test_number_of_the_line() -> None:
    text = f"\r\n\r\n{VERIFIED}\r\nx\r\nConnection reset, restarting [0]\r\n"
    assert read_attempts(text).attempts[0].errors[0].line == 5


def test_unknown_lines_are_counted() -> None:
    reading = read_attempts(f"a\n\n{LINK}\nb\nEVENT: NEVER_HEARD_OF\nVERIFY ERROR: depth=x\n")
    assert (len(reading.attempts), reading.unknown_lines) == (1, 4)
