"""Is the client certificate in the profile one that the endpoint can accept?

A server says nothing when it refuses a client certificate (over UDP not even an alert), so its
reason must be found here: dates, purpose, common name, and whether the key belongs to it. Modes
27 to 34 (docs/design/005); AWS demands a common name (Administrator Guide, client authentication).
"""

from collections.abc import Iterable
from datetime import timedelta

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import CannotObserve, Check, Look, Touch
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import ClientCertificateFacts
from cvpn_doctor.model.finding import Exclusion, Finding, Problem, Severity, Stage
from cvpn_doctor.openvpn.time import parse_time, true_time

ID = "client_certificate"
SOON = timedelta(days=30)


def _problem(code: str, severity: Severity = "high") -> Problem:
    return Problem(
        code=code,
        stage=Stage.TLS,
        severity=severity,
        actor="helpdesk" if code.endswith("not-yet-valid") else "vpn-admin",
        explains=("client-certificate-rejected", "endpoint-handshake-cut")
        if severity == "high"
        else (),
        neighbours=("client-certificate-rejected", "clock-skewed", "server-certificate-expired"),
    )


EXPIRED = _problem("client-certificate-expired")
NOT_YET_VALID = _problem("client-certificate-not-yet-valid")
WRONG_USAGE = _problem("client-certificate-wrong-usage")
NO_COMMON_NAME = _problem("client-certificate-no-common-name")
KEY_MISMATCH = _problem("client-key-mismatch")
EXPIRES_SOON = _problem("client-certificate-expires-soon", severity="low")


def plan(_look: Look) -> Iterable[Touch]:
    """Reads what the profile holds; nothing else."""
    yield Touch(kind="file", what="certificate and key of the profile", why="dates, purpose, pair")


def observe(look: Look) -> ClientCertificateFacts:
    """The certificate's public parts, and whether the key is its own."""
    if not look.material.has_client_certificate:
        elsewhere = look.material.public.elsewhere if look.material.public else None
        reason = elsewhere or look.material.elsewhere or "the profile has no client certificate"
        raise CannotObserve("not_applicable", reason)
    from cvpn_doctor.openvpn.pair import public_of  # noqa: PLC0415 - 40 ms to import

    own = public_of(look.material)
    if own.certificate is None:
        raise CannotObserve("malformed", "the client certificate cannot be read")
    return ClientCertificateFacts(certificate=own.certificate, key=own.key)


def judge(facts: ClientCertificateFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """The pair, then the purpose, then the dates by the true time."""
    certificate = facts.certificate
    if certificate is None:
        return
    if facts.key == "other":
        yield KEY_MISMATCH.found(ID, cite(ID, facts, "key"))
    usage = certificate.extended_key_usage
    if usage is not None and not {"clientAuth", "anyExtendedKeyUsage"} & set(usage):
        yield WRONG_USAGE.found(
            ID, cite(ID, facts, "certificate", "extended_key_usage"), usage=usage
        )
    if certificate.common_name is None:
        yield NO_COMMON_NAME.found(ID, cite(ID, facts, "certificate", "subject"))
    yield from _dates(facts, case)


def _dates(facts: ClientCertificateFacts, case: Case) -> Iterable[Finding | Exclusion]:
    certificate, now = facts.certificate, true_time(case)
    if certificate is None or now is None:
        return
    moment, confirmed = now
    begins, ends = parse_time(certificate.not_before), parse_time(certificate.not_after)
    if begins is None or ends is None:
        return
    sure = "proven" if confirmed else "likely"
    if moment > ends:
        finding = EXPIRED.found(
            ID, cite(ID, facts, "certificate", "not_after"), not_after=certificate.not_after
        )
        yield finding.but(certainty="proven" if confirmed else "likely")
    elif moment < begins:
        finding = NOT_YET_VALID.found(
            ID, cite(ID, facts, "certificate", "not_before"), not_before=certificate.not_before
        )
        yield finding.but(certainty="proven" if confirmed else "likely")
    elif ends - moment < SOON:
        yield EXPIRES_SOON.found(
            ID,
            cite(ID, facts, "certificate", "not_after"),
            not_after=certificate.not_after,
            days=(ends - moment).days,
        ).but(certainty="proven" if confirmed else "likely")
    else:
        because = f"valid to {certificate.not_after}, {sure}"
        for problem in (EXPIRED, NOT_YET_VALID):
            yield Exclusion(code=problem.code, because=because)


CHECK = Check(
    id=ID,
    title="The client certificate",
    facts=ClientCertificateFacts,
    problems=(EXPIRED, NOT_YET_VALID, WRONG_USAGE, NO_COMMON_NAME, KEY_MISMATCH, EXPIRES_SOON),
    observe=observe,
    judge=judge,
    plan=plan,
    seconds=1.5,
)
