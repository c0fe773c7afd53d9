"""The chain that the server sent in the handshake: dates, issuer, purpose, name."""

from collections.abc import Iterator

from cvpn_checks.server_certificate import problems
from cvpn_checks.server_certificate.impostor import inspecting_product
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import HandshakeFacts, ServerCertificateFacts
from cvpn_doctor.model.finding import Evidence, Exclusion, Finding
from cvpn_doctor.model.handshake import Certificate, HandshakeAnswer
from cvpn_doctor.model.profile import NameRule
from cvpn_doctor.openvpn.time import parse_time, true_time

# OpenSSL, x509_vfy.h: an issuer that is missing, unknown, or signed by itself.
_UNTRUSTED = frozenset({2, 7, 18, 19, 20, 21, 24, 27, 28})


def judge(
    facts: ServerCertificateFacts, shaken: HandshakeFacts, case: Case
) -> Iterator[Finding | Exclusion]:
    """The first address that sent a chain; dates by the true time, never by the laptop's alone."""
    number = next((n for n, a in enumerate(shaken.answers) if a.chain), None)
    if number is None:
        return
    answer = shaken.answers[number]
    found = [
        *_dates(shaken, number, answer, case),
        *_trust(facts, shaken, number, answer),
        *_purpose(shaken, number, answer, case),
        *_name(shaken, number, answer, case),
    ]
    yield from found
    named = {finding.code for finding in found}
    leaf = answer.chain[0]
    because = f"{leaf.subject}, {leaf.not_before} to {leaf.not_after}, issued by {leaf.issuer}"
    for problem in problems.PROBLEMS:
        if problem.code not in named:
            yield Exclusion(code=problem.code, because=because)


def _cite(shaken: HandshakeFacts, number: int, position: int, field: str) -> Evidence:
    return cite("handshake", shaken, "answers", number, "chain", position, field)


def _dates(
    shaken: HandshakeFacts, number: int, answer: HandshakeAnswer, case: Case
) -> Iterator[Finding]:
    now = true_time(case)
    if now is None:
        return
    moment, confirmed = now
    for position, certificate in enumerate(answer.chain):
        begins, ends = parse_time(certificate.not_before), parse_time(certificate.not_after)
        if begins is None or ends is None:
            continue
        which = "leaf" if position == 0 else "issuer"
        if moment > ends:
            yield problems.EXPIRED.found(
                problems.ID,
                _cite(shaken, number, position, "not_after"),
                not_after=certificate.not_after,
                which=which,
                subject=certificate.subject,
            ).but(certainty="proven" if confirmed else "likely")
            return
        if moment < begins:
            yield problems.NOT_YET_VALID.found(
                problems.ID,
                _cite(shaken, number, position, "not_before"),
                not_before=certificate.not_before,
                which=which,
                subject=certificate.subject,
            ).but(certainty="proven" if confirmed else "likely")
            return


def _trust(
    facts: ServerCertificateFacts, shaken: HandshakeFacts, number: int, answer: HandshakeAnswer
) -> Iterator[Finding]:
    """The chain does not end at the profile's authority."""
    verification = answer.verification
    if verification is None or verification.code not in _UNTRUSTED:
        return
    last = answer.chain[-1]
    product = inspecting_product(answer.chain)
    proof = cite("handshake", shaken, "answers", number, "verification", "name")
    if product is not None:
        yield problems.INTERCEPTED.found(
            problems.ID,
            proof,
            _cite(shaken, number, len(answer.chain) - 1, "issuer"),
            how="issuer",
            product=product,
            issuer=last.issuer,
        ).but(certainty="likely")
        return
    yield problems.UNTRUSTED.found(
        problems.ID,
        proof,
        _cite(shaken, number, len(answer.chain) - 1, "issuer"),
        issuer=last.issuer,
        trusted=tuple(a.subject for a in facts.authorities)[:4],
    )


def _purpose(
    shaken: HandshakeFacts, number: int, answer: HandshakeAnswer, case: Case
) -> Iterator[Finding]:
    """`remote-cert-tls server` demands the purpose by name; OpenSSL alone lets it be missing."""
    profile, leaf = case.profile, answer.chain[0]
    if profile is None or "remote-cert-tls" not in profile.directives:
        return
    usage = leaf.extended_key_usage
    if usage is None or "serverAuth" not in usage:
        yield problems.WRONG_USAGE.found(
            problems.ID,
            _cite(shaken, number, 0, "extended_key_usage"),
            usage=usage or (),
            subject=leaf.subject,
        )


def _name(
    shaken: HandshakeFacts, number: int, answer: HandshakeAnswer, case: Case
) -> Iterator[Finding]:
    rule = case.profile.name_rule if case.profile else None
    leaf = answer.chain[0]
    if rule is None or _fits(rule, leaf):
        return
    yield problems.NAME_MISMATCH.found(
        problems.ID,
        _cite(shaken, number, 0, "subject" if rule.kind == "subject" else "common_name"),
        expected=rule.value,
        actual=leaf.subject if rule.kind == "subject" else (leaf.common_name or ""),
        kind=rule.kind,
    )


def _fits(rule: NameRule, leaf: Certificate) -> bool:
    """As openvpn(8) compares: the whole subject, the common name, or its beginning."""
    match rule.kind:
        case "subject":
            return leaf.subject == rule.value
        case "name":
            return leaf.common_name == rule.value
        case _:
            return (leaf.common_name or "").startswith(rule.value)
