"""vpn_client: named only where it is proven."""

from typing import Any

import pytest
from cases import case, judged, named, profile

from cvpn_doctor.model.aws_client import AwsClientState, AwsProfile
from cvpn_doctor.model.facts import VpnClientFacts
from cvpn_doctor.model.network import VpnClient

STOPPED, LOST = "vpn-client-service-stopped", "vpn-client-profiles-lost"
OFFICE = AwsProfile(name="office", auth="saml")
OPENVPN = VpnClient(product="openvpn", name="OpenVPN", version="2.6.14")


def facts(
    runs: bool | None = None,
    aws: AwsClientState | None = None,
    *others: VpnClient,
    version: str | None = "6.1.0",
) -> VpnClientFacts:
    client = VpnClient(product="aws", name="AWS", version=version, service_running=runs)
    return VpnClientFacts(clients=(client, *others), aws=aws)


def state(daemon: Any, *profiles: AwsProfile, **fields: Any) -> AwsClientState:
    return AwsClientState(
        daemon=daemon, profiles=profiles if daemon == "answers" else None, **fields
    )


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (facts(True, state("answers", OFFICE)), set()),
        (facts(None, state("silent")), {STOPPED}),
        (facts(False, state("silent")), {STOPPED}),
        (facts(False), {STOPPED}),  # version 5: it has no command line
        (facts(None), set()),
        (facts(True, state("silent")), set()),  # a contradiction
        (facts(False, state("answers", OFFICE)), set()),  # another
        (facts(None, state("unknown")), set()),
        (facts(False, version=None), set()),  # a folder that an uninstall left behind
        (VpnClientFacts(), set()),
        (VpnClientFacts(clients=(OPENVPN,)), set()),
        (facts(True, state("answers", old_profiles=2)), {LOST}),
        (facts(True, state("answers", old_profiles=0)), set()),
        (facts(True, state("answers", old_profiles=None)), set()),
        (facts(True, state("answers", OFFICE, old_profiles=2)), set()),
        (facts(None, state("silent", old_profiles=2)), {STOPPED}),  # its list is not known
        (facts(True, state("unknown", old_profiles=2)), set()),
    ],
)
def test_codes(seen: VpnClientFacts, expected: set[str]) -> None:
    assert named(VpnClientFacts, case(seen)) == dict.fromkeys(expected, "proven")


@pytest.mark.parametrize(
    ("auth", "severity"), [(("certificate",), "low"), (("certificate", "saml"), "high")]
)
def test_another_client_can_take_its_place_unless_saml(auth: Any, severity: str) -> None:
    seen = facts(False, state("silent"), OPENVPN)
    found = judged(VpnClientFacts, case(seen, of=profile(auth=auth))).findings
    assert [f.severity for f in found] == [severity]


def test_not_installed_is_not_applicable() -> None:
    assert judged(VpnClientFacts, case(VpnClientFacts())).status == "not-applicable"
    assert judged(VpnClientFacts, case(facts(True))).status == "pass"
