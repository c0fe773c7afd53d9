"""Is the server the one that the profile trusts, and is its certificate good today?

The whole chain is fetched even where it does not verify, so that the reason can be told: dates
(by a clock that witnesses confirm), the issuer beside the profile's `ca`, the purpose that
`remote-cert-tls server` demands, the name that `verify-x509-name` demands. Modes 22 to 27.
An inspecting proxy betrays itself by its issuer, or by a certificate in the endpoint's own name
on a port where no ordinary TLS should be spoken.
"""

from collections.abc import Iterable

from cvpn_checks.server_certificate import chain, impostor
from cvpn_checks.server_certificate.problems import ID, PROBLEMS
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import Check, Look, Touch
from cvpn_doctor.model.facts import HandshakeFacts, NameFacts, PortsFacts, ServerCertificateFacts
from cvpn_doctor.model.finding import Exclusion, Finding
from cvpn_doctor.openvpn.log_evidence import from_log
from cvpn_doctor.routing.connection import connected

TLS_SECONDS = 1.5


def plan(look: Look) -> Iterable[Touch]:
    """Only where TLS is spoken in OpenVPN's place is anything sent."""
    remote = look.profile.first if look.profile else None
    if remote is not None and remote.transport == "tcp":
        yield Touch(
            kind="packet",
            what=f"the endpoint's first address tcp/{remote.port}",
            why="only if TLS is spoken there in OpenVPN's place: whose certificate is shown",
        )


def observe(look: Look) -> ServerCertificateFacts:
    """The profile's authorities; and the impostor's certificate, where there is one."""
    from cvpn_doctor.openvpn.pair import public_of  # noqa: PLC0415 - 40 ms to import

    trusted = public_of(look.material)
    ports, names = look.facts(PortsFacts), look.facts(NameFacts)
    shown = None
    remote = look.profile.first if look.profile else None
    if ports is not None and names is not None and remote is not None:
        speaking = (
            a
            for a in ports.answers
            if (a.transport, a.port, a.speaks) == (remote.transport, remote.port, "tls")
        )
        answer = next(speaking, None)
        if answer is not None:
            shown = look.host.tls_certificate(
                answer.address,
                answer.port,
                names.random or names.zone,
                min(TLS_SECONDS, look.remaining()),
                ports.bound,
            )
    return ServerCertificateFacts(
        authorities=trusted.authorities, malformed=trusted.malformed, impostor=shown
    )


def judge(facts: ServerCertificateFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """The chain that came in the handshake, or the impostor in its place."""
    yield from impostor.judge(facts, case)
    shaken = case.facts(HandshakeFacts)
    if shaken is not None and any(answer.chain for answer in shaken.answers):
        yield from chain.judge(facts, shaken, case)
    elif not connected(case):
        yield from from_log(case, PROBLEMS)


def applies(facts: ServerCertificateFacts, case: Case) -> str | None:
    """Without a chain there is nothing to judge."""
    shaken = case.facts(HandshakeFacts)
    seen = facts.impostor or (shaken and any(a.chain for a in shaken.answers))
    return None if seen else "no server certificate was seen"


CHECK = Check(
    id=ID,
    title="The server's certificate",
    facts=ServerCertificateFacts,
    problems=PROBLEMS,
    observe=observe,
    judge=judge,
    plan=plan,
    applies=applies,
    needs=("endpoint_ports",),
    seconds=2.0,
    sends=True,
)
