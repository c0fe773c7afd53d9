"""How far does the endpoint go along with a handshake, and what does it refuse?

The control channel is spoken to the end of TLS, with the profile's client certificate where it
has one, and then left in good order: no user name, password or SAML answer is ever sent, no
session is made. What the server acknowledges, and where it falls silent, tells what it refused
(docs: the acknowledgements are the oracle, since servers send no alert over UDP).
"""

from collections.abc import Iterable
from functools import partial

from cvpn_doctor.model.answers import PortAnswer
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import CannotObserve, Check, Look, Touch
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import ClientCertificateFacts, HandshakeFacts, PortsFacts
from cvpn_doctor.model.finding import (
    ArgValue,
    Certainty,
    Evidence,
    Exclusion,
    Finding,
    Problem,
    Stage,
)
from cvpn_doctor.model.handshake import HandshakeAnswer
from cvpn_doctor.openvpn.log_evidence import from_log
from cvpn_doctor.routing.connection import connected

ID = "handshake"
ADDRESSES = 2
SECONDS = 3.1  # two silences of some 1.4 s each are a verdict; a person waits four at most
_CLIENT_ALERTS = frozenset(
    (
        *("unknown_ca", "certificate_expired", "certificate_revoked", "bad_certificate"),
        *("unsupported_certificate", "certificate_unknown", "certificate_required"),
        "access_denied",
    )
)

CUT = Problem(
    code="endpoint-handshake-cut",
    stage=Stage.TLS,
    severity="high",
    actor="network-owner",
    explains=("path-mtu-too-small",),
    neighbours=("endpoint-silent", "client-certificate-rejected", "endpoint-not-openvpn"),
)
REJECTED = Problem(
    code="client-certificate-rejected",
    stage=Stage.TLS,
    severity="high",
    actor="vpn-admin",
    neighbours=(
        "client-certificate-expired",
        "client-key-mismatch",
        "server-certificate-untrusted",
        "endpoint-handshake-cut",
    ),
)


def plan(look: Look) -> Iterable[Touch]:
    """The endpoint's addresses that answered."""
    remote = look.profile.first if look.profile else None
    if remote is not None:
        yield Touch(
            kind="packet",
            what=f"up to {ADDRESSES} of the endpoint's addresses {remote.transport}/{remote.port}",
            why="TLS inside OpenVPN, with the profile's client certificate, without any user",
        )


def observe(look: Look) -> HandshakeFacts:
    """Shake hands with the addresses that answered the hard reset."""
    ports, remote = look.facts(PortsFacts), look.profile.first if look.profile else None
    if ports is None or remote is None:
        raise CannotObserve("needs_missing", "no port was asked")
    open_ones = [a for a in ports.answers if _is_ours(a, remote.transport, remote.port)]
    if not open_ones:
        raise CannotObserve("needs_missing", "the endpoint did not answer")
    shake = look.host.openvpn_handshake
    seconds = look.remaining()
    questions = [
        partial(shake, a.address, a.transport, a.port, seconds, ports.bound, look.material)
        for a in open_ones[:ADDRESSES]
    ]
    answers = look.ask(questions).results()
    return HandshakeFacts(
        answers=tuple(a for a in answers if isinstance(a, HandshakeAnswer)),
        certificate_elsewhere=look.material.elsewhere is not None,
    )


def _is_ours(answer: PortAnswer, transport: str, port: int) -> bool:
    return answer.outcome == "openvpn" and (answer.transport, answer.port) == (transport, port)


def judge(facts: HandshakeFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """Where it ended tells who ended it. One address that goes along clears the others."""
    accepted = [a for a in facts.answers if a.outcome == "accepted"]
    if accepted or connected(case):
        for problem in (CUT, REJECTED):
            because = f"{accepted[0].address}: accepted" if accepted else "the tunnel stands"
            yield Exclusion(code=problem.code, because=because)
        return
    for number, answer in enumerate(facts.answers):
        finding = _refused(facts, number, answer, case) or _cut(facts, number, answer)
        if finding is not None:
            yield finding
            return
    yield from from_log(case, (REJECTED,))


def _refused(
    facts: HandshakeFacts, number: int, answer: HandshakeAnswer, case: Case
) -> Finding | None:
    """The server fell out with us only after our certificate, or for want of one."""
    alert = next(
        (
            n
            for n, a in enumerate(answer.alerts)
            if a.sender == "server" and a.fatal and a.name in _CLIENT_ALERTS
        ),
        None,
    )
    if not answer.refused_client and alert is None:
        return None
    if answer.client_certificate != "sent" and _could_not_show(facts, case):
        return None  # a client has a certificate that the probe had not
    evidence = [cite(ID, facts, "answers", number, "stage")]
    if alert is not None:
        evidence.append(cite(ID, facts, "answers", number, "alerts", alert, "name"))
    return REJECTED.found(
        ID,
        *evidence,
        how=answer.client_certificate,
        alert=answer.alerts[alert].name if alert is not None else "",
        **_where(answer),
    ).but(certainty=_certainty(answer, alert is not None))


def _could_not_show(facts: HandshakeFacts, case: Case) -> bool:
    own = case.facts(ClientCertificateFacts)
    locked = own is not None and own.key in ("encrypted", "unreadable")
    return facts.certificate_elsewhere or locked


def _certainty(answer: HandshakeAnswer, told: bool) -> Certainty:
    """A certificate that was shown, or one that was asked for and is not there at all."""
    shown = answer.client_certificate in ("sent", "not_given")
    return "proven" if told or (shown and answer.certificate_requested) else "likely"


def _cut(facts: HandshakeFacts, number: int, answer: HandshakeAnswer) -> Finding | None:
    """The hard reset was answered, and what followed did not get through."""
    if answer.outcome not in ("silent", "closed", "tls_failed", "alert", "other_protocol"):
        return None
    if answer.stage in ("nothing", "accepted"):
        return None
    how = _how(answer)
    evidence: list[Evidence] = [
        cite(ID, facts, "answers", number, "stage"),
        cite(ID, facts, "answers", number, "silence"),
    ]
    sure = how in ("large-packets-up", "large-packets-down")
    return CUT.found(ID, *evidence, how=how, stage=answer.stage, **_where(answer)).but(
        certainty="proven" if sure else "likely"
    )


def _how(answer: HandshakeAnswer) -> str:
    match answer.silence:
        case "large_client_packets":
            return "large-packets-up"
        case "server_flight":
            return "large-packets-down"
        case "hello":
            return "after-reset"
        case _:
            return "closed" if answer.outcome == "closed" else "in-tls"


def _where(answer: HandshakeAnswer) -> dict[str, ArgValue]:
    return {"address": answer.address, "transport": answer.transport, "port": answer.port}


CHECK = Check(
    id=ID,
    title="The handshake",
    facts=HandshakeFacts,
    problems=(CUT, REJECTED),
    observe=observe,
    judge=judge,
    plan=plan,
    needs=("endpoint_ports",),
    seconds=SECONDS,
    sends=True,
)
