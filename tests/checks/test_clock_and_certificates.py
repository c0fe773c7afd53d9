"""clock, client_certificate, server_certificate, handshake: by values, at chosen times."""

from typing import Any

import pytest
from cases import case, named, profile

from cvpn_doctor.model.answers import TlsAnswer
from cvpn_doctor.model.facts import (
    ClientCertificateFacts,
    ClockFacts,
    ClockWitness,
    HandshakeFacts,
    NameFacts,
    ServerCertificateFacts,
)
from cvpn_doctor.model.handshake import Alert, Certificate, HandshakeAnswer, Verification
from cvpn_doctor.model.profile import NameRule

NOW = "2026-06-01T12:00:00Z"


def clock(*offsets: float, now: str = NOW) -> ClockFacts:
    witnesses = tuple(ClockWitness(source="http://w/", offset=o, error=0.5) for o in offsets)
    return ClockFacts(now=now, witnesses=witnesses)


def certificate(**fields: Any) -> Certificate:
    return Certificate(
        **{
            "subject": "CN=server",
            "common_name": "server",
            "issuer": "CN=Lab CA",
            "issuer_common_name": "Lab CA",
            "not_before": "2026-01-01T00:00:00Z",
            "not_after": "2027-01-01T00:00:00Z",
            "sha256": "0" * 64,
            "key_type": "rsa",
            "extended_key_usage": ("serverAuth",),
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [
        ([], {}),
        ([0.4], {}),
        ([-120, -121], {}),
        ([3600, 3601], {"clock-skewed": "proven"}),
        ([-63072000], {"clock-skewed": "proven"}),
        ([0, 3600], {}),  # one of them lies, and nobody knows which
    ],
)
def test_clock(offsets: list[float], expected: dict[str, str]) -> None:
    assert named(ClockFacts, case(clock(*offsets))) == expected


MINE = {"extended_key_usage": ("clientAuth",), "common_name": "me", "subject": "CN=me"}


@pytest.mark.parametrize(
    ("fields", "key", "time", "expected"),
    [
        ({}, "matches", clock(0), {}),
        ({}, "encrypted", clock(0), {}),
        ({}, "other", clock(0), {"client-key-mismatch": "proven"}),
        (
            {"not_after": "2026-05-31T00:00:00Z"},
            "matches",
            clock(0),
            {"client-certificate-expired": "proven"},
        ),
        (
            {"not_after": "2026-05-31T00:00:00Z"},
            "matches",
            clock(),
            {"client-certificate-expired": "likely"},
        ),
        # The laptop lives three days ahead: by the true time the certificate is good.
        (
            {"not_after": "2026-05-31T00:00:00Z"},
            "matches",
            clock(259_200),
            {"client-certificate-expires-soon": "proven"},
        ),
        (
            {"not_before": "2026-06-02T00:00:00Z"},
            "matches",
            clock(0),
            {"client-certificate-not-yet-valid": "proven"},
        ),
        (
            {"not_after": "2026-06-20T00:00:00Z"},
            "matches",
            clock(0),
            {"client-certificate-expires-soon": "proven"},
        ),
        (
            {"extended_key_usage": ("serverAuth",)},
            "matches",
            clock(0),
            {"client-certificate-wrong-usage": "proven"},
        ),
        ({"extended_key_usage": None}, "matches", clock(0), {}),
        (
            {"common_name": None, "subject": ""},
            "matches",
            clock(0),
            {"client-certificate-no-common-name": "proven"},
        ),
    ],
)
def test_client_certificate(
    fields: dict[str, Any], key: Any, time: ClockFacts, expected: dict[str, str]
) -> None:
    facts = ClientCertificateFacts(certificate=certificate(**{**MINE, **fields}), key=key)
    assert named(ClientCertificateFacts, case(facts, time)) == expected


def shaken(
    *chain: Certificate, code: int = 0, outcome: Any = "accepted", **more: Any
) -> HandshakeFacts:
    return HandshakeFacts(
        answers=(
            HandshakeAnswer(
                address="203.0.113.10",
                transport="udp",
                port=443,
                outcome=outcome,
                chain=chain,
                verification=Verification(code=code, name=f"code_{code}"),
                **more,
            ),
        )
    )


def rule(value: str, kind: Any) -> dict[str, Any]:
    return {"name_rule": NameRule(value=value, kind=kind), "directives": ("remote-cert-tls",)}


@pytest.mark.parametrize(
    ("facts", "fields", "expected"),
    [
        (shaken(certificate()), rule("server", "name"), {}),
        (shaken(certificate()), rule("ser", "name-prefix"), {}),
        (shaken(certificate()), rule("CN=server", "subject"), {}),
        (
            shaken(certificate()),
            rule("other", "name"),
            {"server-certificate-name-mismatch": "proven"},
        ),
        (
            shaken(certificate()),
            rule("server", "subject"),
            {"server-certificate-name-mismatch": "proven"},
        ),
        (shaken(certificate(), code=20), {}, {"server-certificate-untrusted": "proven"}),
        (
            shaken(certificate(issuer="CN=Zscaler Root CA"), code=19),
            {},
            {"tls-intercepted": "likely"},
        ),
        (
            shaken(certificate(not_after="2026-05-01T00:00:00Z"), code=10),
            {},
            {"server-certificate-expired": "proven"},
        ),
        (
            shaken(certificate(), certificate(not_after="2026-05-01T00:00:00Z"), code=10),
            {},
            {"server-certificate-expired": "proven"},
        ),
        (
            shaken(certificate(not_before="2026-07-01T00:00:00Z"), code=9),
            {},
            {"server-certificate-not-yet-valid": "proven"},
        ),
        (
            shaken(certificate(extended_key_usage=("clientAuth",))),
            rule("server", "name"),
            {"server-certificate-wrong-usage": "proven"},
        ),
        (shaken(certificate(extended_key_usage=None)), {}, {}),  # nobody demands it
        (shaken(), {}, {}),
    ],
)
def test_server_certificate(
    facts: HandshakeFacts, fields: dict[str, Any], expected: dict[str, str]
) -> None:
    made = case(ServerCertificateFacts(), facts, clock(0), of=profile(**fields))
    assert named(ServerCertificateFacts, made) == expected


@pytest.mark.parametrize(
    ("names", "issuer", "expected"),
    [
        (("*.zone",), "CN=Example Root", {"tls-intercepted": "proven"}),
        (("label.zone",), "CN=Example Root", {"tls-intercepted": "proven"}),
        (("www.example",), "CN=FortiGate CA", {"tls-intercepted": "likely"}),
        (("www.example",), "CN=Example Root", {}),
        (("*.other",), "CN=Example Root", {}),
    ],
)
def test_impostor(names: tuple[str, ...], issuer: str, expected: dict[str, str]) -> None:
    impostor = TlsAnswer(
        address="a", port=443, server_name="label.zone", subject="CN=x", issuer=issuer, names=names
    )
    made = case(
        ServerCertificateFacts(impostor=impostor), NameFacts(zone="zone", random="label.zone")
    )
    assert named(ServerCertificateFacts, made) == expected


REVOKED = Alert(name="certificate_revoked", sender="server", fatal=True)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (shaken(), {}),
        (
            shaken(
                outcome="silent",
                stage="finished",
                silence="end_of_client_flight",
                certificate_requested=True,
                client_certificate="sent",
            ),
            {"client-certificate-rejected": "proven"},
        ),
        (
            shaken(outcome="alert", stage="finished", alerts=(REVOKED,)),
            {"client-certificate-rejected": "proven"},
        ),
        (
            shaken(outcome="silent", stage="reset_answered", silence="hello"),
            {"endpoint-handshake-cut": "likely"},
        ),
        (
            shaken(outcome="silent", stage="hello_acked", silence="server_flight"),
            {"endpoint-handshake-cut": "proven"},
        ),
        (shaken(outcome="closed", stage="reset_answered"), {"endpoint-handshake-cut": "likely"}),
        (shaken(outcome="untrusted", stage="server_flight"), {}),  # the certificate's own check
        (shaken(outcome="silent", stage="nothing"), {}),
        (shaken(outcome="failed"), {}),
    ],
)
def test_handshake(facts: HandshakeFacts, expected: dict[str, str]) -> None:
    assert named(HandshakeFacts, case(facts)) == expected


def test_one_address_that_goes_along_clears_the_other() -> None:
    bad = shaken(outcome="silent", stage="reset_answered", silence="hello").answers
    assert named(HandshakeFacts, case(HandshakeFacts(answers=(*bad, *shaken().answers)))) == {}
