"""Does the endpoint answer, on the transport and port that the profile names?

Each address is asked with the OpenVPN hard reset, the first packet of every client, over UDP and
TCP on 443 and 1194 (and the profile's own port). Who answers, and how, places the fault: the
endpoint itself, something in between, the laptop, or nobody. Where the profile's own combination
does not answer, packets that die on the way tell how far the way goes, and who sent a refusal: a
reset for a packet that cannot have lived long enough to reach the endpoint was sent by something
in between. Modes 10 to 12, 18 to 20 (docs/design/005).
"""

from collections.abc import Iterable

from cvpn_checks.endpoint_ports.ask import observe, plan
from cvpn_checks.endpoint_ports.outcomes import where, worst
from cvpn_checks.endpoint_ports.problems import (
    FIREWALL,
    ID,
    NOT_OPENVPN,
    PROBLEMS,
    REFUSED,
    SILENT,
    TCP_BLOCKED,
    TRANSPORT_CHANGED,
    UDP_BLOCKED,
)
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import Check
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import NameFacts, PortsFacts, ServerCertificateFacts
from cvpn_doctor.model.finding import Exclusion, Finding
from cvpn_doctor.model.profile import Remote
from cvpn_doctor.routing.connection import connected


def judge(facts: PortsFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """The profile's own combination first; the others are its witnesses."""
    remote = case.profile.first if case.profile else None
    if remote is None:
        return
    ours = [
        n
        for n, a in enumerate(facts.answers)
        if (a.transport, a.port) == (remote.transport, remote.port)
    ]
    good = [n for n in ours if facts.answers[n].outcome == "openvpn"]
    bad = [n for n in ours if facts.answers[n].outcome not in ("openvpn", "no_route", "failed")]
    if good:
        yield from _judge_some(facts, remote, good, bad)
        return
    finding = _changed(facts, remote, ours) or worst(facts, case, remote, ours)
    if finding is None:
        return
    yield _soften(finding, case)
    yield from _exclusions(facts, remote, ours, finding.code)


def _judge_some(
    facts: PortsFacts, remote: Remote, good: list[int], bad: list[int]
) -> Iterable[Finding | Exclusion]:
    """One address answers. Another that stays silent costs every second connect its time."""
    answer = facts.answers[good[0]]
    because = f"{answer.address} {remote.transport}/{remote.port}: openvpn"
    for code in (UDP_BLOCKED, TCP_BLOCKED, REFUSED, SILENT, TRANSPORT_CHANGED, NOT_OPENVPN):
        yield Exclusion(code=code.code, because=because)
    silent = [n for n in bad if facts.answers[n].outcome == "silent"]
    if silent:
        yield SILENT.found(
            ID,
            cite(ID, facts, "answers", silent[0], "outcome"),
            cite(ID, facts, "answers", good[0], "outcome"),
            **where(facts.answers[silent[0]]),
            answering=answer.address,
        ).but(certainty="likely", severity="medium")


def _changed(facts: PortsFacts, remote: Remote, ours: list[int]) -> Finding | None:
    """Another combination speaks OpenVPN: the endpoint was changed after the profile was made."""
    for number, answer in enumerate(facts.answers):
        if answer.outcome == "openvpn":
            proof = [cite(ID, facts, "answers", number, "outcome")]
            proof += [cite(ID, facts, "answers", n, "outcome") for n in ours[:1]]
            return TRANSPORT_CHANGED.found(
                ID,
                *proof,
                address=answer.address,
                expected=f"{remote.transport}/{remote.port}",
                actual=f"{answer.transport}/{answer.port}",
            )
    return None


def _soften(finding: Finding, case: Case) -> Finding:
    """While the tunnel stands, silence of the endpoint is no proof of anything."""
    if connected(case) and finding.code not in (REFUSED.code, FIREWALL.code):
        return finding.but(certainty="possible", severity="low")
    if not _is_name_known(case) and finding.certainty == "proven":
        return finding.but(certainty="likely")  # nobody knows where the address came from
    if finding.args.get("speaks") == "tls" and case.facts(ServerCertificateFacts) is None:
        return finding.but(certainty="likely")  # nobody looked whether it is an inspecting proxy
    return finding


def _is_name_known(case: Case) -> bool:
    """The addresses are the profile's own, or of a resolver that was tried for forgery."""
    names = case.facts(NameFacts)
    if names is None or names.pinned:
        return names is not None
    tried = (a for a in names.answers if a.name == names.nonsense)
    return any(a.failure is None or a.failure.kind.startswith("dns_") for a in tried)


def _exclusions(
    facts: PortsFacts, remote: Remote, ours: list[int], found: str
) -> Iterable[Exclusion]:
    own = facts.answers[ours[0]]
    said = f"{own.address} {remote.transport}/{remote.port}: {own.outcome}"
    others = {
        f"{a.transport}/{a.port}: {a.outcome}" for a in facts.answers if a.outcome != "openvpn"
    }
    if found != TRANSPORT_CHANGED.code:
        yield Exclusion(code=TRANSPORT_CHANGED.code, because=", ".join(sorted(others)))
    if own.outcome != "refused":
        yield Exclusion(code=REFUSED.code, because=said)
    if own.outcome not in ("silent", "mute"):
        yield Exclusion(code=SILENT.code, because=said)
    for blocked in (UDP_BLOCKED, TCP_BLOCKED):
        if blocked.code == found:
            continue
        of = "udp" if blocked is UDP_BLOCKED else "tcp"
        asked = said if of == remote.transport else f"the profile asks for {remote.transport}"
        yield Exclusion(code=blocked.code, because=asked)


CHECK = Check(
    id=ID,
    title="The endpoint",
    facts=PortsFacts,
    problems=PROBLEMS,
    observe=observe,
    judge=judge,
    plan=plan,
    needs=("endpoint_name", "tunnel_interface"),
    seconds=2.4,
    sends=True,
)
