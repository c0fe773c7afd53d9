"""What shows that a fault is really there, asked without the program under test.

Each proof is a question and a pattern that its answer must match. `route` and `link` ask the
kernel; `pushed` and `installed` read the client's log; the rest are questions of `probe`.
"""

from __future__ import annotations

import re
import sys

from tests.lab.lab import Lab
from tests.lab.variant import ENDPOINT_NAME

NAME = f"x1.{ENDPOINT_NAME}"
ENDPOINT = "203.0.113.10"
BOTH = r"203\.0\.113\.10 203\.0\.113\.11"
HOME_DNS = f"dns 192.168.1.1 {NAME}"
TRUE_DNS = f"dns 198.51.100.53 {NAME}"
ONLINE = ("http 198.51.100.80", r"HTTP/1.1 200 OK 198\.51\.100\.23")

PROOFS: dict[str, tuple[tuple[str, str], ...]] = {
    "no-default-route": (
        (f"udp {ENDPOINT} 443", "Network is unreachable"),
        (HOME_DNS, BOTH),
    ),
    "wan-down": (
        (f"udp {ENDPOINT} 443", r"icmp 3/0 from 192\.168\.1\.1"),
        (HOME_DNS, "REFUSED|SERVFAIL|silent"),
    ),
    "captive-portal": (
        ("http 198.51.100.80", "HTTP/1.1 302 Found http://portal.example/"),
        (f"udp {ENDPOINT} 443", "silent"),
        (f"tcp {ENDPOINT} 443", "open, "),
        (HOME_DNS, BOTH),
        ("dns 192.168.1.1 portal.example", r"192\.168\.1\.1"),
    ),
    "name-unknown": (
        (HOME_DNS, "NXDOMAIN"),
        (TRUE_DNS, "NXDOMAIN"),
        ("dns 192.168.1.1 example.com", r"198\.51\.100\.80"),
        ONLINE,
    ),
    "resolver-dead": (
        (HOME_DNS, "silent"),
        (f"tcp {ENDPOINT} 53", "Connection refused"),
        ("tcp 192.168.1.1 53", "silent"),
        (TRUE_DNS, BOTH),
        ONLINE,
    ),
    "resolver-closed": ((HOME_DNS, r"icmp 3/3 from 192\.168\.1\.1"), (TRUE_DNS, BOTH), ONLINE),
    "name-hijacked": (
        (HOME_DNS, r"198\.51\.100\.80"),
        ("dns 192.168.1.1 no-such-name.example.com", r"198\.51\.100\.80"),
        (TRUE_DNS, BOTH),
    ),
    "name-sinkholed": (
        (HOME_DNS, r"0\.0\.0\.0"),
        ("dns 192.168.1.1 checkip.amazonaws.com", r"198\.51\.100\.80"),
        (TRUE_DNS, BOTH),
    ),
    "asterisk-literal": (("profile", rf"(?m)^remote \*\.{ENDPOINT_NAME} 443$"),),
    "udp-dropped": (
        (f"udp {ENDPOINT} 443", "silent"),
        (f"udp {ENDPOINT} 1194", f"icmp 3/3 from {ENDPOINT}"),
        (f"tcp {ENDPOINT} 443", "Connection refused"),
        ONLINE,
    ),
    "udp-rejected": ((f"udp {ENDPOINT} 443", r"icmp 3/13 from 192\.168\.1\.1"), ONLINE),
    "tcp-reset": (
        (f"tcp {ENDPOINT} 443", "Connection refused"),
        ("tcp 198.51.100.80 443", "Connection refused"),
        (f"udp {ENDPOINT} 443", f"icmp 3/3 from {ENDPOINT}"),
    ),
    "tcp-dropped": (
        (f"tcp {ENDPOINT} 443", "silent"),
        ("tcp 198.51.100.80 443", "open, "),
        (f"udp {ENDPOINT} 443", f"icmp 3/3 from {ENDPOINT}"),
    ),
    "everything-dropped": (
        (f"udp {ENDPOINT} 443", "silent"),
        ("udp 203.0.113.11 1194", "silent"),
        ("tcp 203.0.113.11 443", "silent"),
        ONLINE,
    ),
    "server-down-udp": ((f"udp {ENDPOINT} 443", f"icmp 3/3 from {ENDPOINT}"), ONLINE),
    "server-down-tcp": ((f"tcp {ENDPOINT} 443", "Connection refused"), ONLINE),
    "transport-changed": (
        (f"udp {ENDPOINT} 443", f"icmp 3/3 from {ENDPOINT}"),
        ("udp 203.0.113.11 1194", "openvpn"),
    ),
    "transport-changed-to-tcp": (
        (f"udp {ENDPOINT} 443", f"icmp 3/3 from {ENDPOINT}"),
        ("tcp 203.0.113.11 443", "openvpn"),
    ),
    "not-openvpn": ((f"tcp {ENDPOINT} 443", "open, b'HTTP/1.1 400"),),
    "not-openvpn-tls": ((f"tcp {ENDPOINT} 443", "open, "),),
    "route-not-pushed": (
        ("pushed", r"^(?!.*10\.1\.0\.0).*route 10\.0\.0\.0 255\.255\.0\.0"),
        ("route 10.0.2.10", "dev tun0"),
        ("route 10.1.0.10", "dev eth0"),
    ),
    "route-removed": (
        ("pushed", r"route 10\.1\.0\.0 255\.255\.0\.0"),
        ("installed", r"10\.0\.0\.0/16 10\.1\.0\.0/16"),
        ("route 10.1.0.10", "dev eth0"),
        ("route 10.0.2.10", "dev tun0"),
    ),
    "route-not-installed": (
        ("pushed", r"route 10\.1\.0\.0 255\.255\.0\.0"),
        ("installed", "^$"),
        ("route 10.0.2.10", "dev eth0"),
        ("link tun0", "LOWER_UP"),
    ),
    "route-shadowed": (
        ("route 10.0.2.10", r"via 192\.168\.50\.1 dev eth1"),
        ("route 10.0.3.10", "dev tun0"),
    ),
    "lan-overlap": (
        ("route 10.0.2.10", r"^10\.0\.2\.10 dev eth0"),
        ("route 10.0.3.10", "dev tun0"),
    ),
    "bridge-overlap": (
        ("route 10.0.2.10", "dev br-5f3c9d1e2a44"),
        ("link br-5f3c9d1e2a44", "LOWER_UP"),
        ("route 10.0.3.10", "dev tun0"),
    ),
    "split-expected-full": (
        ("route 198.51.100.80", "dev tun0"),
        (f"route {ENDPOINT}", "dev (eth0|tun0)"),
        ("http 198.51.100.80", r"200 OK 203\.0\.113\.50"),
        ("profile", "cvpn-doctor: tunnel split"),
    ),
    "full-expected-split": (
        ("route 198.51.100.80", "dev eth0"),
        ("tcp 10.0.2.10 22", "open, "),
        ("profile", "cvpn-doctor: tunnel full"),
    ),
    "full-half-missing": (
        ("route 8.8.8.8", "dev eth0"),
        ("route 198.51.100.80", "dev tun0"),
    ),
    "routes-stale": (
        ("link tun0", "NO-CARRIER"),
        ("route 10.0.2.10", "dev tun0"),
        ("client", "none"),
        ("resolvers", r"10\.0\.0\.2"),
    ),
    "routes-stale-own-resolver": (
        ("link tun0", "NO-CARRIER"),
        ("route 10.0.2.10", "dev tun0"),
        ("client", "none"),
        ("resolvers", r"192\.168\.1\.1"),
    ),
    "address-outside": (
        ("link tun0", r"inet 10\.200\.0\.2/27"),
        ("tcp 10.0.2.10 22", "open, "),
    ),
}


def ask(lab: Lab, question: str) -> str:
    """The answer to one question, from the laptop."""
    word, *rest = question.split()
    if word == "profile":
        return lab.profile.read_text()
    if word in ("pushed", "installed"):
        return _from_log(lab, word)
    commands = {
        "route": ("ip", "route", "get", *rest),
        "link": ("ip", "address", "show", *rest),
        "client": ("sh", "-c", "pgrep -x openvpn || echo none"),
        "resolvers": ("cat", "/etc/resolv.conf"),
    }
    return _as_user(lab, *commands.get(word, _probe(word, *rest)))


def _probe(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-m", "tests.lab.probe", *words)


def _as_user(lab: Lab, *command: str) -> str:
    done = lab.laptop.run_as_user(*command)
    return (done.stdout + done.stderr).strip()


def _from_log(lab: Lab, word: str) -> str:
    log = lab.client_log.read_text()
    if word == "pushed":
        return str(re.findall(r"PUSH_REPLY,.*", log)[-1])
    return " ".join(re.findall(r"net_route_v4_add: (\S+)", log))


def unproven(lab: Lab, proofs: tuple[tuple[str, str], ...]) -> list[str]:
    """The questions whose answer is not what it should be, with the answer."""
    answers = [(question, pattern, ask(lab, question)) for question, pattern in proofs]
    return [
        f"{question}: {answer!r} is not {pattern!r}"
        for question, pattern, answer in answers
        if not re.search(pattern, answer)
    ]
