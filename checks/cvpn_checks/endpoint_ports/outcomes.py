"""What each outcome of the profile's own combination means, with the others as witnesses."""

from collections.abc import Callable

from cvpn_checks.endpoint_ports.laptop import no_route, stale_bypass
from cvpn_checks.endpoint_ports.problems import (
    FIREWALL,
    ID,
    NOT_OPENVPN,
    REFUSED,
    SILENT,
    TCP_BLOCKED,
    UDP_BLOCKED,
)
from cvpn_doctor.model.answers import HopAnswer, PortAnswer
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import PortsFacts
from cvpn_doctor.model.finding import Certainty, Evidence, Finding
from cvpn_doctor.model.profile import Remote


def worst(facts: PortsFacts, case: Case, remote: Remote, ours: list[int]) -> Finding | None:
    """The most telling outcome among our addresses: an answer beats silence."""
    by_outcome: dict[str, int] = {}
    for number in ours:
        by_outcome.setdefault(facts.answers[number].outcome, number)
    judges: dict[str, Callable[[PortsFacts, Remote, int], Finding | None]] = {
        "denied": _denied,
        "other_protocol": _not_openvpn,
        "closed": _not_openvpn,
        "rejected": _rejected,
        "refused": _refused,
        "mute": _mute,
        "silent": _silent,
    }
    stale = stale_bypass(facts, case, ours, by_outcome)
    if stale:
        return stale
    for outcome, judge_one in judges.items():
        if outcome in by_outcome:
            return judge_one(facts, remote, by_outcome[outcome])
    if "no_route" in by_outcome:
        return no_route(facts, case, by_outcome["no_route"])
    return None


def _denied(facts: PortsFacts, _remote: Remote, number: int) -> Finding:
    return FIREWALL.found(
        ID,
        cite(ID, facts, "answers", number, "outcome"),
        **where(facts.answers[number]),
    )


def _not_openvpn(facts: PortsFacts, _remote: Remote, number: int) -> Finding:
    answer = facts.answers[number]
    spoke = answer.outcome == "other_protocol"
    return NOT_OPENVPN.found(
        ID,
        cite(ID, facts, "answers", number, "outcome"),
        cite(ID, facts, "answers", number, "speaks"),
        speaks=answer.speaks or ("nothing" if not spoke else "unknown"),
        **where(answer),
    ).but(certainty="proven" if spoke else "likely")


def _blocked(
    facts: PortsFacts, number: int, how: str, *evidence: Evidence, **args: str | int
) -> Finding:
    answer = facts.answers[number]
    problem = UDP_BLOCKED if answer.transport == "udp" else TCP_BLOCKED
    return problem.found(
        ID,
        cite(ID, facts, "answers", number, "outcome"),
        *evidence,
        how=how,
        **where(answer),
        **args,
    )


def _rejected(facts: PortsFacts, _remote: Remote, number: int) -> Finding:
    """An ICMP error with a sender that is not the endpoint."""
    icmp = facts.answers[number].icmp
    assert icmp is not None  # the probe's word for it: rejected means an ICMP error with a sender
    return _blocked(
        facts,
        number,
        "rejected",
        cite(ID, facts, "answers", number, "icmp", "sender"),
        cite(ID, facts, "answers", number, "icmp", "code"),
        sender=icmp.sender,
    )


def _refused(facts: PortsFacts, remote: Remote, number: int) -> Finding:
    """By the endpoint, unless the reset came for a packet that cannot have reached it."""
    early = _refusal_on_the_way(facts, remote)
    if early is not None:
        refusal, death = early
        return _blocked(
            facts,
            number,
            "reset-on-the-way",
            cite(ID, facts, "hops", refusal, "ttl"),
            cite(ID, facts, "hops", death, "icmp", "sender"),
            hops=facts.hops[refusal].ttl,
        )
    answer = facts.answers[number]
    return REFUSED.found(
        ID,
        cite(ID, facts, "answers", number, "outcome"),
        how="icmp" if answer.icmp else "reset",
        **where(answer),
    ).but(certainty=_refusal_certainty(facts, answer))


def _refusal_on_the_way(facts: PortsFacts, remote: Remote) -> tuple[int, int] | None:
    """Positions of a reset, and of a packet of the same or longer life that died on the way."""
    resets = [
        n
        for n, hop in enumerate(facts.hops)
        if (hop.transport, hop.port, hop.outcome) == (remote.transport, remote.port, "refused")
        and hop.icmp is None
    ]
    deaths = [n for n, hop in enumerate(facts.hops) if hop.outcome == "expired"]
    for reset in resets:
        for death in deaths:
            if facts.hops[death].ttl >= facts.hops[reset].ttl:
                return reset, death
    return None


def _refusal_certainty(facts: PortsFacts, answer: PortAnswer) -> Certainty:
    """An ICMP error names its sender; a reset does not, so the way must speak for it."""
    if answer.icmp is not None:
        return "proven"
    reached = [h.ttl for h in facts.hops if h.outcome == "refused" and h.icmp]
    resets = [h.ttl for h in facts.hops if h.outcome == "refused" and not h.icmp]
    return "proven" if reached and resets and min(resets) >= min(reached) else "likely"


def _mute(facts: PortsFacts, _remote: Remote, number: int) -> Finding:
    return SILENT.found(
        ID,
        cite(ID, facts, "answers", number, "outcome"),
        how="connected-but-mute",
        **where(facts.answers[number]),
    ).but(certainty="likely")


def _silent(facts: PortsFacts, remote: Remote, number: int) -> Finding:
    """Silence is a filter on the way only where the same address answers another transport."""
    address = facts.answers[number].address
    alive = next((n for n, a in enumerate(facts.answers) if _is_alive(a, remote, address)), None)
    if alive is not None:
        other = facts.answers[alive]
        # A refusal in a third party's name shows a filter at work, if on another port.
        itself = other.outcome != "rejected"
        finding = _blocked(
            facts,
            number,
            "silent",
            cite(ID, facts, "answers", alive, "outcome"),
            witness=f"{other.transport}/{other.port}",
        )
        return finding if itself else finding.but(certainty="likely")
    reached = next((n for n, hop in enumerate(facts.hops) if _reached_endpoint(hop)), None)
    if reached is not None:
        return _blocked(
            facts,
            number,
            "silent",
            cite(ID, facts, "hops", reached, "outcome"),
            witness=f"{facts.hops[reached].transport}/{facts.hops[reached].port}",
        )
    return SILENT.found(
        ID,
        cite(ID, facts, "answers", number, "outcome"),
        how="nothing-came-back",
        **where(facts.answers[number]),
    ).but(certainty="likely")


def _is_alive(answer: PortAnswer, remote: Remote, address: str) -> bool:
    """Something came back from another combination, if only a refusal."""
    other = (answer.transport, answer.port) != (remote.transport, remote.port)
    telling = ("refused", "closed", "mute", "other_protocol", "rejected")
    return other and answer.outcome in telling and answer.address == address


def _reached_endpoint(hop: HopAnswer) -> bool:
    return hop.outcome == "refused" and hop.icmp is not None and hop.icmp.sender == hop.address


def where(answer: PortAnswer) -> dict[str, str | int]:
    """The arguments that every sentence about a port needs."""
    return {"address": answer.address, "transport": answer.transport, "port": answer.port}
