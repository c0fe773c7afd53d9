"""The whole program, offline, on recorded Macs: what it must and must not find."""

from __future__ import annotations

import pytest

from cvpn_checks import ALL
from cvpn_doctor.engine import Run, observe
from cvpn_doctor.host.shared import Shared
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.report import Circumstances, make_report
from tests.host.mac_recordings import (
    APPLE,
    FORCED,
    FULL,
    LAN,
    ORBSTACK,
    ORBSTACK_ROUTES,
    SPLIT,
    answers,
    en0,
    mac,
    utun,
)

ABOUT = Circumstances(
    started="2026-11-23T00:00:00.000Z", seconds=1.0, interrupted=False, language="en"
)
TUNNEL = utun("utun7", "10.243.0.7")
OFFICE = Expectation(tunnel="split", routes=("10.20.0.0/16",), client_cidr="10.243.0.0/22")
EVERYTHING = Expectation(tunnel="full", client_cidr="10.243.0.0/22")
WIDE = Expectation(tunnel="split", routes=("10.0.0.0/10",))


@pytest.mark.parametrize(
    ("links", "routes", "expectation", "codes"),
    [
        (en0() + APPLE, LAN, OFFICE, set()),
        (en0() + APPLE + TUNNEL, LAN + SPLIT, OFFICE, set()),
        (en0() + APPLE + TUNNEL, LAN + FULL, EVERYTHING, set()),
        (en0() + ORBSTACK + TUNNEL, LAN + ORBSTACK_ROUTES + SPLIT, OFFICE, set()),
        (en0() + APPLE + TUNNEL, LAN + FULL, OFFICE, {"full-tunnel-unexpected"}),
        (
            en0("172.31.1.20") + utun("utun6", "172.32.252.3"),
            FORCED,
            WIDE,
            {"full-tunnel-unexpected"},
        ),
    ],
    ids=["no VPN", "split", "full", "OrbStack", "full, not expected", "forced LAN"],
)
def test_findings(links, routes, expectation, codes):
    host = Shared(mac(answers(links, routes)))
    run = Run(host=host, checks=ALL, profile=None, expectation=expectation, offline=True)
    seen = observe(run).observations
    for check in ("tunnel_interface", "routes", "vpn_client"):
        assert seen[check].failure is None
    report = make_report(ALL, Case(host.platform(), None, expectation, seen), ABOUT)
    assert {finding.code for finding in report.findings} == codes
