"""The Windows program from end to end: it reaches the lab's endpoint by name and judges it.

Only faults in front of the tunnel: Wine 8 does not say that tun0 is a tunnel.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.lab.fault import Fault
from tests.lab.faults import FAULTS
from tests.lab.lab import Lab
from tests.lab.variant import Transport, Variant
from tests.wine.wine import Wine, windows_path

pytestmark = [pytest.mark.wine, pytest.mark.lab]

HOLDS = (
    "no-default-route",
    "wan-down",
    "captive-portal",
    "name-unknown",
    "resolver-closed",
    "name-sinkholed",
    "asterisk-literal",
    "udp-dropped",
    "tcp-dropped",
    "tcp-reset",
    "everything-dropped",
    "server-down-udp",
    "server-down-tcp",
    "transport-changed",
    "not-openvpn",
)
# name-hijacked needs a witness within its second or two, which Wine on a busy machine does not
# always have; then it says endpoint-refused. In udp-rejected the socket says "host
# unreachable" and nobody says who wrote it.
DOES_NOT_HOLD = ("udp-rejected",)
BY_NAME = {fault.name: fault for fault in FAULTS}


def run(lab: Lab, windows: Path, *words: str) -> tuple[int, dict[str, Any]]:
    with Wine(windows, lab.laptop.argv) as wine:
        profile = windows_path(lab.profile)
        done = wine.python("-m", "cvpn_doctor", "run", "--profile", profile, "--json", "-", *words)
    assert done.stderr == b""
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["platform"]["os"] == "windows"
    return done.returncode, report


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_ready(windows: Path, transport: Transport) -> None:
    with Lab(Variant(connected=False, transport=transport)) as lab:
        code, report = run(lab, windows)
    assert (code, report["verdict"], report["findings"]) == (0, "ready", [])
    passed = {c["id"] for c in report["checks"] if c["status"] == "pass"}
    assert {"profile", "network", "endpoint_name", "endpoint_ports", "handshake"} <= passed
    network = report["observations"]["network"]["facts"]
    assert (network["underlay"], network["gateway_reachable"]) == ("eth0", None)


@pytest.mark.parametrize("name", HOLDS)
def test_fault_has_its_root_cause(windows: Path, name: str) -> None:
    _judge(windows, BY_NAME[name])


@pytest.mark.parametrize("name", DOES_NOT_HOLD)
@pytest.mark.xfail(strict=True, reason="nobody says who sent the ICMP error")
def test_fault_that_needs_icmp(windows: Path, name: str) -> None:
    _judge(windows, BY_NAME[name])


def _judge(windows: Path, fault: Fault) -> None:
    with Lab(fault.variant) as lab:
        fault.inject(lab)
        code, report = run(lab, windows)
    cause = report["root_cause"]
    assert cause is not None
    assert cause["code"] == fault.code
    assert not {finding["code"] for finding in report["findings"]} & fault.forbid
    assert code == 1


def test_what_wine_cannot_tell_is_not_collected(windows: Path) -> None:
    """An installed client of which nobody can say whether it runs: no verdict on it."""
    with Lab(Variant(connected=False)) as lab, Wine(windows, lab.laptop.argv) as wine:
        assert wine.python("-m", "tests.wine.answers", "seed").returncode == 0
        profile = windows_path(lab.profile)
        done = wine.python("-m", "cvpn_doctor", "run", "--profile", profile, "--json", "-")
    report = json.loads(done.stdout)
    (check,) = [c for c in report["checks"] if c["id"] == "vpn_client"]
    assert check["status"] == "not-collected"
    failure = report["observations"]["vpn_client"]["failure"]
    assert failure == {
        "kind": "unsupported_platform",
        "detail": "the system does not tell the names of processes",
    }
