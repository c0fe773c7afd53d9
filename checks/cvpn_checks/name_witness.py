"""What do servers say of the endpoint's name that this laptop's network does not choose?

A single resolver's "no such name" cannot be told from a filter, and a plausible address cannot be
told from a forged one. The witnesses are the name servers that are responsible for the zone
themselves, found through the ordinary resolvers, and those that the expectation names: no third
party learns of it. Where they give other addresses, those are asked whether they speak OpenVPN.
"""

from collections.abc import Iterable, Sequence
from functools import partial

from cvpn_doctor.model.answers import DnsAnswer, PortAnswer
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import CannotObserve, Check, Look, Touch
from cvpn_doctor.model.facts import NameFacts, WitnessFacts
from cvpn_doctor.model.finding import Exclusion, Finding
from cvpn_doctor.model.network import Resolver

ID = "name_witness"
CUT_SECONDS = 0.7  # finding the zone's servers: two questions to the nearest resolver
QUESTION_SECONDS = 1.0
PORT_SECONDS = 1.0
SERVERS_ASKED = 2
OTHER_ADDRESSES = 2


def plan(look: Look) -> Iterable[Touch]:
    """The witnesses are known only once the zone's servers were looked up."""
    for address in look.expectation.resolvers:
        yield Touch(kind="packet", what=f"{address} udp/53", why="DNS witness of the expectation")
    if look.profile and look.profile.first:
        yield Touch(
            kind="packet",
            what="udp/53 of the name servers responsible for the endpoint's zone",
            why="DNS witness without a third party",
        )


def observe(look: Look) -> WitnessFacts:
    """Find the witnesses, ask them, and try addresses that only they know."""
    names = look.facts(NameFacts)
    if names is None:
        raise CannotObserve("needs_missing", "endpoint_name saw nothing")
    if names.pinned:
        raise CannotObserve("not_applicable", "the profile holds an address, not a name")
    named = tuple(Resolver(address=a, origin="expectation") for a in look.expectation.resolvers)
    servers = named + _authoritative(look, names)
    answers = _ask(look, names, servers)
    told = {address for answer in answers for address in answer.addresses}
    others = sorted(told - set(names.addresses)) if not told & set(names.addresses) else []
    return WitnessFacts(
        servers=servers, answers=answers, ports=_try(look, others[:OTHER_ADDRESSES])
    )


def _authoritative(look: Look, names: NameFacts) -> tuple[Resolver, ...]:
    """The servers of the nearest zone above the name, by the first resolvers that know them."""
    asked = [resolver.address for resolver in names.resolvers[:SERVERS_ASKED]]
    cuts = _parents(names.zone)
    host = look.host
    found = look.ask(
        [partial(host.ask_dns, a, cut, "NS", CUT_SECONDS) for cut in cuts for a in asked]
    ).results(CUT_SECONDS)
    # The deepest zone comes first.
    told = next((a for a in found if isinstance(a, DnsAnswer) and a.names and a.server), None)
    if told is None or told.server is None:
        return ()
    looked_up = look.ask(
        [
            partial(host.ask_dns, told.server, n, "A", CUT_SECONDS)
            for n in told.names[:SERVERS_ASKED]
        ]
    ).results(CUT_SECONDS)
    addresses = [
        a for answer in looked_up if isinstance(answer, DnsAnswer) for a in answer.addresses
    ]
    return tuple(
        Resolver(address=address, origin="authoritative")
        for address in tuple(dict.fromkeys(addresses))[:SERVERS_ASKED]
    )


def _parents(zone: str) -> tuple[str, ...]:
    """The zone itself and what stands above it, down to two labels."""
    labels = zone.split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels) - 1))


def _ask(look: Look, names: NameFacts, servers: Sequence[Resolver]) -> tuple[DnsAnswer, ...]:
    name = f"{look.host.random_label()}.{names.zone}" if names.random != names.zone else names.zone
    questions = [
        partial(look.host.ask_dns, server.address, name, record, QUESTION_SECONDS)
        for server in servers
        for record in ("A", "AAAA")
    ]
    answers = look.ask(questions).results(QUESTION_SECONDS + 0.1)
    return tuple(answer for answer in answers if isinstance(answer, DnsAnswer))


def _try(look: Look, addresses: Sequence[str]) -> tuple[PortAnswer, ...]:
    remote = look.profile.first if look.profile else None
    if remote is None or not addresses:
        return ()
    questions = [
        partial(look.host.openvpn_reset, a, remote.transport, remote.port, PORT_SECONDS)
        for a in addresses
    ]
    answers = look.ask(questions).results()
    return tuple(answer for answer in answers if isinstance(answer, PortAnswer))


def judge(_facts: WitnessFacts, _case: Case) -> Iterable[Finding | Exclusion]:
    """A witness accuses nobody: `endpoint_name` weighs what it says."""
    return ()


def applies(facts: WitnessFacts, _case: Case) -> str | None:
    """Without a server that answered there is no witness."""
    heard = [a for a in facts.answers if not a.failure or a.failure.kind.startswith("dns_")]
    return None if heard else "no witness could be asked"


CHECK = Check(
    id=ID,
    title="Witnesses of the name",
    facts=WitnessFacts,
    problems=(),
    observe=observe,
    judge=judge,
    plan=plan,
    applies=applies,
    needs=("endpoint_name",),
    seconds=2.2,
    sends=True,
)
