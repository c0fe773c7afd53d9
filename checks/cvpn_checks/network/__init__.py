"""Does the laptop reach the internet at all, outside any tunnel?

Link, default route, gateway, then one plain HTTP request to the witness. Only where that does
not come back as it should: the same request to an address that belongs to nobody (192.0.2.1,
RFC 5737), which only a captive portal or an intercepting proxy can answer, and packets to it
that may live for one to four hops, whose ICMP errors tell how far the way goes. So the internet
is judged without asking any third party.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from cvpn_checks.network.ask import observe, plan
from cvpn_checks.network.problems import (
    CAPTIVE_PORTAL,
    ID,
    INTERNET_UNREACHABLE,
    NETWORK_DOWN,
    PROBLEMS,
)
from cvpn_checks.network.witness import answers_for_nobody, is_internet, is_portal_like
from cvpn_doctor.model.answers import HopAnswer
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import Check
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.expectation import DEFAULT_WITNESS
from cvpn_doctor.model.facts import (
    NameFacts,
    NetworkFacts,
    PortsFacts,
    RoutesFacts,
    TunnelFacts,
)
from cvpn_doctor.model.finding import Exclusion, Finding
from cvpn_doctor.routing.connection import connected


def judge(facts: NetworkFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """Link, then portal, then internet; nothing of it while the endpoint itself answers."""
    if _endpoint_answers(case):
        for code in (NETWORK_DOWN.code, INTERNET_UNREACHABLE.code, CAPTIVE_PORTAL.code):
            yield Exclusion(code=code, because="the endpoint itself answered")
        return
    down = _no_way_out(facts, case)
    if down:
        yield down
        return
    yield Exclusion(code=NETWORK_DOWN.code, because=_way_out(facts))
    portal = _portal(facts, case)
    if portal:
        yield portal
    elif facts.witness and is_internet(facts.witness, case.expectation.witness):
        because = f"{facts.witness.url}: http {facts.witness.status}"
        yield Exclusion(code=INTERNET_UNREACHABLE.code, because=because)
        yield Exclusion(code=CAPTIVE_PORTAL.code, because=because)
    else:
        yield from _internet(facts, case)


def _endpoint_answers(case: Case) -> bool:
    ports = case.facts(PortsFacts)
    return ports is not None and any(a.outcome == "openvpn" for a in ports.answers)


def _way_out(facts: NetworkFacts) -> str:
    if not facts.default_routes:
        return "a tunnel has the default route"
    way = facts.default_routes[0]
    return f"{way.destination} via {way.next_hop or 'the link'} dev {way.interface}"


def _no_way_out(facts: NetworkFacts, case: Case) -> Finding | None:
    if not facts.default_routes:
        return None if _tunnel_has_default(case) else _no_default(facts, case)
    gateway_dead = facts.gateway_reachable is False and not _anything_came_back(facts, case)
    if gateway_dead and facts.gateway:
        return NETWORK_DOWN.found(
            ID,
            cite(ID, facts, "gateway_reachable"),
            cite(ID, facts, "gateway"),
            reason="gateway-silent",
            gateway=facts.gateway,
        )
    return None


def _tunnel_has_default(case: Case) -> bool:
    """A tunnel replaced the default route: ours (redirect-gateway without def1), or another's."""
    routes = case.facts(RoutesFacts)
    return connected(case) or any(
        route.destination in ("0.0.0.0/0", "::/0")
        and route.type == "unicast"
        and not (route.dead or route.link_down or route.scoped)
        for route in (routes.table.routes if routes else ())
    )


def _no_default(facts: NetworkFacts, case: Case) -> Finding:
    reason = "no-link" if _no_link(case) else "no-default-route"
    finding = NETWORK_DOWN.found(ID, cite(ID, facts, "underlay"), reason=reason)
    return finding if case.facts(RoutesFacts) else finding.but(certainty="likely")


def _no_link(case: Case) -> bool:
    tunnels = case.facts(TunnelFacts)
    physical = ("ethernet", "wifi", "cellular")
    return tunnels is not None and not any(
        i.kind in physical and i.running and i.addresses for i in tunnels.interfaces
    )


def _anything_came_back(facts: NetworkFacts, case: Case) -> bool:
    names = case.facts(NameFacts)
    resolved = names is not None and bool(names.addresses) and not names.pinned
    heard = any(hop.outcome not in ("silent", "failed") for hop in facts.hops)
    return heard or resolved or (facts.witness is not None and facts.witness.status is not None)


def _portal(facts: NetworkFacts, case: Case) -> Finding | None:
    """A portal is proven by an answer that only something in between can have given."""
    url = case.expectation.witness
    witness = facts.witness is not None and is_portal_like(facts.witness, url)
    nobody = facts.nobody is not None and answers_for_nobody(facts.nobody)
    if not witness and not nobody:
        return None
    evidence = []
    if witness and facts.witness:
        evidence.append(cite(ID, facts, "witness", "status"))
        evidence.append(cite(ID, facts, "witness", "location"))
    if nobody and facts.nobody:
        evidence.append(cite(ID, facts, "nobody", "status"))
    redirect = next(
        (a.location for a in (facts.witness, facts.nobody) if a is not None and a.location), ""
    )
    sure = nobody or url == DEFAULT_WITNESS
    return CAPTIVE_PORTAL.found(
        ID,
        *evidence,
        portal=urlsplit(redirect).hostname or "",
    ).but(certainty="proven" if sure else "likely")


def _internet(facts: NetworkFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """The gateway says that it has no way on; or nothing beyond it answers, by any means."""
    says_no = next((n for n, hop in enumerate(facts.hops) if _gateway_has_no_way(hop, facts)), None)
    if says_no is not None and not _name_servers_answer(case):
        yield INTERNET_UNREACHABLE.found(
            ID,
            cite(ID, facts, "hops", says_no, "icmp", "sender"),
            cite(ID, facts, "hops", says_no, "icmp", "code"),
            gateway=facts.gateway or "",
            reason="gateway-has-no-way",
        )
        return
    beyond = [hop for hop in facts.hops if hop.icmp and hop.icmp.sender != facts.gateway]
    if beyond and beyond[0].icmp:
        yield Exclusion(
            code=INTERNET_UNREACHABLE.code,
            because=f"{beyond[0].icmp.sender}, behind the gateway, answered",
        )
    elif facts.hops and not (
        _name_servers_answer(case) or _witness_spoke(facts) or connected(case)
    ):
        # Silence proves little: routers limit their ICMP errors, and some send none.
        yield INTERNET_UNREACHABLE.found(
            ID,
            cite(ID, facts, "hops", len(facts.hops) - 1, "outcome"),
            gateway=facts.gateway or "",
            reason="nothing-beyond-gateway",
        ).but(certainty="possible")


def _witness_spoke(facts: NetworkFacts) -> bool:
    return facts.witness is not None and facts.witness.status is not None


def _gateway_has_no_way(hop: HopAnswer, facts: NetworkFacts) -> bool:
    icmp = hop.icmp
    if icmp is None or facts.gateway is None:
        return False
    family = ip_address(icmp.sender).version
    # RFC 792 net or host unreachable; RFC 4443 no route to destination.
    unreachable = (
        (icmp.type == 3 and icmp.code in (0, 1))
        if family == 4
        else (icmp.type == 1 and icmp.code == 0)
    )
    return unreachable and icmp.sender == facts.gateway


def _name_servers_answer(case: Case) -> bool:
    """A name server that answers for a fresh random name has a way to the internet itself."""
    names = case.facts(NameFacts)
    if names is None:
        return False
    fresh = {names.random, names.second, names.nonsense}
    heard = (None, "dns_nxdomain", "dns_no_data")
    return any(
        (answer.failure.kind if answer.failure else None) in heard
        for answer in names.answers
        if answer.server is not None and answer.name in fresh
    )


CHECK = Check(
    id=ID,
    title="The network",
    facts=NetworkFacts,
    problems=PROBLEMS,
    observe=observe,
    judge=judge,
    plan=plan,
    seconds=2.2,
    sends=True,
)
