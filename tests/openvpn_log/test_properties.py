"""Any text can be read, in linear time, and gives nothing away."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvpn_doctor.openvpn import log_events
from cvpn_doctor.openvpn.log import LogReading, read_attempts, read_logs
from cvpn_doctor.openvpn.push import read_push
from tests.openvpn_log import test_attempts as shapes

REAL = (
    *shapes.ASKED,
    *shapes.WELCOME,
    shapes.BANNER,
    shapes.AGAIN,
    shapes.GONE,
    shapes.REFUSED,
    *(word.replace("'", "") for word in log_events.ACTIONS),
    *log_events.ACTIONS,
    "SIGTERM[hard,] received, process exiting",
    "VERIFY ERROR: depth=0, error=certificate has expired: CN=x, serial=1",
    "VERIFY FAIL: depth=0, /CN=x [certificate has expired]",
    "net_route_v4_add: 10.0.0.0/16 via 10.8.0.1 dev [NULL]",
    r"C:\WINDOWS\system32\route.exe ADD 10.0.0.0 MASK 255.255.0.0 10.8.0.1",
    "/sbin/route add -net 10.0.0.0 10.8.0.1 255.255.0.0",
    "Pushed option removed by filter: 'route 10.0.0.0 255.0.0.0'",
    ">STATE:1784222495,CONNECTED,SUCCESS,10.8.0.133,203.0.113.10,443,,",
    "OPTIONS:",
    "0 [route] [10.0.0.0] [255.255.0.0]",
    "1 [dhcp-option] [DNS] [10.0.0.2]",
    "EVENT: CONNECTED u@h:443 (203.0.113.10) via /UDPv4 on tun0/10.8.0.1/ gw=[10.8.0.9/]",
    "Contacting 203.0.113.10:443 via UDP",
)
PREFIXES = (
    "",
    "2026-08-05 12:00:00 ",
    "Wed Aug  5 12:34:56 2026 us=1 ",
    "Aug  5 12:00:00 laptop openvpn[100]: ",
    "Aug  5 12:00:00 laptop nm-openvpn[200]: ",
    ">LOG:1784222495,I,",
)
lines = st.builds(str.__add__, st.sampled_from(PREFIXES), st.sampled_from(REAL)) | st.text()
logs = st.lists(lines, max_size=40)


@given(st.text() | logs.map("\n".join))
def test_any_text(text: str) -> None:
    reading = read_attempts(text)
    again = msgspec.json.decode(msgspec.json.encode(reading), type=LogReading)
    assert again == reading


@given(st.sampled_from(REAL), st.text(max_size=40), st.text(max_size=40))
def test_any_text_around_known_words(known: str, before: str, after: str) -> None:
    read_attempts(f"{before}{known}{after}")
    for cut in range(len(known)):
        read_attempts(before + known[:cut])


@given(st.text())
def test_any_push(text: str) -> None:
    read_push(text)
    read_push(f"route {text},dhcp-option {text},ifconfig {text},dns {text}")


@given(logs, st.data())
@settings(max_examples=200)
def test_cut_at_any_end_of_a_line(log: list[str], data: st.DataObject) -> None:
    text = "".join(line.replace("\n", " ") + "\n" for line in log)
    whole = [line + "\n" for line in text.split("\n")[:-1]]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=3)))
    parts = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert read_logs("".join(part) for part in parts) == read_attempts(text)


SECRETS = ("hunter2.Xq9", "QUJDREVGsecret", "anna.nym.smith", "PHNhbWxwOlJlc3BvbnNl")
PLACES = (
    "{0}",
    "VERIFY OK: depth=0, CN={0}",
    "VERIFY ERROR: depth=0, error=certificate has expired: CN={0}, serial=1",
    "VERIFY ERROR: depth=0, error={0}: CN=a",
    "VERIFY X509NAME ERROR: CN={0}, must be {0}",
    "VERIFY FAIL: depth=0, /CN={0} [{0}]",
    "[{0}] Peer Connection Initiated with [AF_INET]203.0.113.10:443",
    "SENT CONTROL [{0}]: 'PUSH_REQUEST' (status=1)",
    "AUTH: Received control message: AUTH_FAILED,{0}",
    "AUTH: Received control message: AUTH_FAILED,TEMP[{0}]:{0}",
    "AUTH: Received control message: AUTH_FAILED,CRV1:R:{0}:{0}:https://idp.example/{0}?SAMLRequest={0}",
    "AUTH: Received control message: AUTH_FAILED,CRV1:R:{0}:{0}:https://{0}@idp.example/{0}",
    "AUTH: Received control message: AUTH_FAILED,CRV1:R:{0}:{0}:https://a:{0}@idp.example/{0}",
    ">PASSWORD:Verification Failed: 'Auth' ['CRV1:R,E:{0}:{0}:https://idp.example?{0}']",
    ">PASSWORD:Auth-Token:{0}",
    'MANAGEMENT: CMD \'password "Auth" "CRV1::{0}::{0}"\'',
    "EVENT: DYNAMIC_CHALLENGE CRV1:R:{0}:{0}:https://idp.example/{0}",
    "EVENT: AUTH_FAILED {0}",
    "EVENT: CONNECTED {0}@{0}:443 (203.0.113.10) via /{0}/UDPv4 on tun0/10.8.0.1/ gw=[{0}/]",
    "EVENT: INFO {0}",
    "EVENT: {0}",
    "Session user: {0}",
    "PUSH: Received control message: 'PUSH_REPLY,auth-token {0},auth-token-user {0},echo {0},{0}'",
    "PUSH: Received control message: 'PUSH_REPLY,route-gateway {0},topology {0},{0} {0}'",
    "PUSH: Received control message: 'PUSH_REPLY,redirect-gateway {0},protocol-flags {0}'",
    "PUSH: Received control message: 'PUSH_REPLY,route 10.0.0.0 255.0.0.0 {0} {0}'",
    "PUSH: Received control message: 'PUSH_REPLY,ifconfig {0} {0},ifconfig-ipv6 {0} {0}'",
    "PUSH: Received control message: 'PUSH_REPLY,dhcp-option DNS fe80::1%{0}'",
    "PUSH: Received control message: 'PUSH_REPLY,route-ipv6 fe80::%{0}/64,dns {0} {0}'",
    "OPTIONS:\n0 [auth-token] [{0}]\n1 [{0}] [{0}]\n2 [echo] [{0}]",
    "Pushed option removed by filter: 'auth-token {0}'",
    "Pushed option removed by filter: '{0}'",
    "TUN/TAP device {0} {0} opened",
    "Contacting {0}:443 via UDP",
    "UDPv4 link remote: [AF_INET]{0}:443",
    "TCP: connect to {0} failed: {0}",
    "RESOLVE: Cannot resolve host address: {0}:443 ({0})",
    "Transport Error: {0}",
    "SIGTERM[soft,{0}] received, process exiting",
    "OpenVPN 2.{0} x86_64 [SSL (OpenSSL)]",
    "OpenVPN 2.6.9{0} x86_64 [SSL (OpenSSL)]",
    "OpenVPN core 3.{0} linux",
    ">STATE:1784222495,{0},{0},10.8.0.133,{0},443,,",
    ">STATE:1784222495,CONNECTED,{0},{0},{0},443,,",
    "net_route_v4_add: {0}/16 via {0}",
    "/sbin/route add -net {0} {0} {0}",
    "Halt command was pushed by server ('{0}')",
    "Unrecognized option or missing or extra parameter(s) in {0}:1: {0} (2.6.14)",
)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("place", PLACES)
def test_secrets_stay_in_the_log(place: str, secret: str, prefix: str) -> None:
    line = prefix + place.format(secret)
    text = "\n".join([shapes.BANNER, shapes.LINK, line, shapes.PEER, line, shapes.GONE, line])
    encoded = msgspec.json.encode(read_attempts(text)).decode()
    assert secret.lower() not in encoded.lower()


@given(logs, st.sampled_from(SECRETS), st.sampled_from(PLACES), st.data())
def test_secrets_beside_any_line(
    log: list[str], secret: str, place: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(log)))
    marked = [f"{secret} {line} {secret}" for line in log]
    text = "\n".join([*marked[:at], place.format(secret), *marked[at:]])
    assert secret.lower() not in msgspec.json.encode(read_attempts(text)).decode().lower()


MEGABYTE = 1_000_000
ADVERSARIES = {
    **{word: word for word in log_events.ACTIONS},
    "blanks": " ",
    "brackets": "[",
    "option": " [a]",
    "quotes": "\"'",
    "digits": "1",
    "dots": "1.",
    "colons": "1:",
    "clock": "12:34:56 2026-",
    "returns": "a⏎",
    "escapes": "\x1b[",
    "url": "https://a.",
    "route": "PUSH_REPLY,route 10.0.0.0 255.0.0.0,",
    "at": "EVENT: CONNECTED :1 (1.1) via ",
}


def seconds(text: str) -> float:
    times = []
    for _ in range(2):
        begin = time.perf_counter()
        read_attempts(text)
        times.append(time.perf_counter() - begin)
    return min(times)


@pytest.mark.parametrize("name", ADVERSARIES)
def test_one_line_of_a_megabyte(name: str) -> None:
    unit = ADVERSARIES[name]
    text = unit * (MEGABYTE // len(unit))
    assert seconds(text) < 0.5
    assert seconds(f"EVENT: CONNECTED {text}") < 0.5
    assert seconds(f"0 [a]{text}") < 0.5


MANY_LINES = {
    "banner": shapes.BANNER,
    "welcome": "\n".join(shapes.WELCOME),
    "asked": "\n".join((*shapes.ASKED, shapes.AGAIN)),
    "continued": "PUSH_REPLY,route 10.0.0.0 255.0.0.0,push-continuation 2'",
    "route": "net_route_v4_add: 10.0.0.0/16 via 10.8.0.1",
    "option": "OPTIONS:\n0 [route] [10.0.0.0] [255.255.0.0]",
    "unknown": "nothing that is known, and somewhat long as lines in logs are",
    "event": "EVENT: WAIT\nEVENT: RECONNECTING",
}


@pytest.mark.parametrize("name", MANY_LINES)
def test_twice_the_lines_take_twice_the_time(name: str) -> None:
    unit = MANY_LINES[name] + "\n"
    text = unit * (200_000 // len(unit))
    for _ in range(4):  # other work on the machine may disturb one measurement
        ratio = seconds(text * 2) / seconds(text)
        if ratio <= 2.5:
            return
    pytest.fail(f"{ratio:.1f} times the time for twice the lines")


def test_processes_without_end() -> None:
    """A process number of its own on each line."""

    def text(size: int) -> str:
        return "".join(f"Aug  5 12:00:00 h openvpn[{n}]: {shapes.LINK}\n" for n in range(size))

    assert min(seconds(text(8_000)) / seconds(text(4_000)) for _ in range(4)) <= 2.5
