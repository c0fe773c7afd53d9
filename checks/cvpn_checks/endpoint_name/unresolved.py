"""The name leads nowhere: is the resolver dead or failing, or the name held back or gone?"""

from collections.abc import Iterable

from cvpn_checks.endpoint_name.problems import (
    DNS_LEFT_OVER,
    FILTERED,
    ID,
    RESOLVER_FAILING,
    RESOLVER_UNREACHABLE,
    TUNNEL_DNS_UNREACHABLE,
    TUNNEL_DNS_UNROUTED,
    UNKNOWN,
)
from cvpn_doctor.model.answers import DnsAnswer
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import NameFacts, RoutesFacts, TunnelFacts, WitnessFacts
from cvpn_doctor.model.finding import Certainty, Exclusion, Finding
from cvpn_doctor.routing.connection import connected, forwarding, session, tunnel
from cvpn_doctor.routing.prefix import parse_prefix

DEAD = ("timed_out", "connection_refused", "host_unreachable", "network_unreachable")

FAILING = ("dns_servfail", "dns_refused")

ABSENT = ("dns_nxdomain", "dns_no_data")


def _kinds(facts: NameFacts, name: str) -> list[tuple[int, str]]:
    """For one name: the answers of the resolvers, as position and failure kind ('' is good)."""
    return [
        (number, answer.failure.kind if answer.failure else "")
        for number, answer in enumerate(facts.answers)
        if answer.server is not None and answer.name == name and answer.record == "A"
    ]


def unresolved(facts: NameFacts, case: Case) -> Finding | None:
    """The one cause why no address came back; None where the questions did not get that far."""
    endpoint, control = _kinds(facts, facts.random), _kinds(facts, facts.control)
    if not facts.resolvers or not endpoint:
        return _no_resolver(facts)
    everything = [kind for _, kind in endpoint + control]
    if all(kind in DEAD for kind in everything):
        inside = all(_is_inside(r.address, case) for r in facts.resolvers)
        if inside and connected(case):
            return _tunnel_dns(facts, case, endpoint[0][0])
        unseen = case.facts(TunnelFacts) is None or case.facts(RoutesFacts) is None
        problem = DNS_LEFT_OVER if inside and not unseen else RESOLVER_UNREACHABLE
        finding = problem.found(
            ID,
            cite(ID, facts, "answers", endpoint[0][0], "failure", "kind"),
            resolvers=tuple(r.address for r in facts.resolvers),
            reason=endpoint[0][1],
        )
        named = all(r.address in case.expectation.dns for r in facts.resolvers)
        return finding.but(certainty="likely") if inside and (unseen or not named) else finding
    if all(kind in DEAD + FAILING for kind in everything):
        number = next(n for n, kind in endpoint + control if kind in FAILING)
        return RESOLVER_FAILING.found(
            ID,
            cite(ID, facts, "answers", number, "failure", "kind"),
            resolvers=tuple(r.address for r in facts.resolvers),
            reason=everything[-1] if everything[-1] in FAILING else endpoint[0][1],
        )
    return _absent(facts, case, endpoint, control)


def _is_inside(server: str, case: Case) -> bool:
    """The name server belongs to the VPN: expected or pushed as such, or in a prefix of it."""
    current = session(case)
    push = current.push if current else None
    if server in case.expectation.dns or (push and server in push.dns):
        return True
    prefixes = (*case.expectation.routes, *((r.prefix for r in push.routes) if push else ()))
    address = parse_prefix(server)
    return any(parse_prefix(prefix).covers(address) for prefix in prefixes)


def _tunnel_dns(facts: NameFacts, case: Case, number: int) -> Finding | None:
    """Silent although it is routed into the tunnel, or not even routed there."""
    choice, table = tunnel(case), forwarding(case)
    server = facts.answers[number].server
    if choice is None or table is None or server is None:
        return None
    segment = table.lookup(server)
    routed = segment is not None and choice.interface in segment.interfaces
    problem = TUNNEL_DNS_UNREACHABLE if routed else TUNNEL_DNS_UNROUTED
    way = sorted(segment.interfaces) if segment else []
    return problem.found(
        ID,
        cite(ID, facts, "answers", number, "failure", "kind"),
        server=server,
        interface=way[0] if way else "",
        tunnel=choice.interface,
    )


def _no_resolver(facts: NameFacts) -> Finding | None:
    system = next((n for n, a in enumerate(facts.answers) if a.server is None and a.failure), None)
    if system is None or facts.resolvers:
        return None
    return RESOLVER_UNREACHABLE.found(
        ID,
        cite(ID, facts, "answers", system, "failure", "kind"),
        resolvers=(),
        reason="none-configured",
    ).but(certainty="likely")


def _absent(
    facts: NameFacts, case: Case, endpoint: list[tuple[int, str]], control: list[tuple[int, str]]
) -> Finding | None:
    """The resolver works, but not for this name: is the name gone, or is it held back?"""
    witness = case.facts(WitnessFacts)
    seen = next((n for n, kind in endpoint if kind in ABSENT), endpoint[0][0])
    proof = cite(ID, facts, "answers", seen, "failure", "kind")
    server = facts.answers[seen].server or ""
    told = [a for a in witness.answers if a.addresses and _asks_for(a, facts)] if witness else []
    if told:
        return FILTERED.found(
            ID,
            proof,
            server=server,
            witness=told[0].server or "",
            addresses=told[0].addresses[:4],
        )
    parent_missing = any(kind in ABSENT[:1] for _, kind in control)
    if parent_missing or not any(kind in ABSENT for _, kind in endpoint):
        return FILTERED.found(ID, proof, server=server, name=facts.random).but(certainty="likely")
    denied = witness is not None and any(
        a.failure and a.failure.kind in ABSENT and _asks_for(a, facts) for a in witness.answers
    )
    certainty: Certainty = "proven" if denied or _independent_denials(facts, endpoint) else "likely"
    return UNKNOWN.found(
        ID,
        proof,
        name=facts.zone,
        server=server,
    ).but(certainty=certainty)


def _asks_for(answer: DnsAnswer, facts: NameFacts) -> bool:
    return answer.record in ("A", "AAAA") and answer.name.endswith(facts.zone)


def _independent_denials(facts: NameFacts, endpoint: list[tuple[int, str]]) -> bool:
    """Two resolvers that are not on the same network agree."""
    servers = {facts.answers[n].server or "" for n, kind in endpoint if kind in ABSENT}
    return len({s.rsplit(".", 1)[0] if "." in s else s[:10] for s in servers}) > 1


def exclusions(facts: NameFacts) -> Iterable[Exclusion]:
    """What the resolvers' own words exclude."""
    for _, answer in enumerate(facts.answers):
        kind = answer.failure.kind if answer.failure else ""
        if answer.server is None:
            continue
        if kind not in DEAD:
            because = f"{answer.server} answered: {kind or 'ok'}"
            yield Exclusion(code=RESOLVER_UNREACHABLE.code, because=because)
            if kind not in FAILING:
                yield Exclusion(code=RESOLVER_FAILING.code, because=because)
        else:
            yield Exclusion(
                code=UNKNOWN.code, because=f"{answer.server}: {kind}, so nobody denied the name"
            )
