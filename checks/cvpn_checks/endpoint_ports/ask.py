"""All combinations at once; the way itself only where the profile's own does not answer."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from ipaddress import ip_address

from cvpn_doctor.model.answers import HopAnswer, PortAnswer
from cvpn_doctor.model.check import CannotObserve, Look, Touch
from cvpn_doctor.model.facts import NameFacts, PortsFacts, TunnelFacts
from cvpn_doctor.model.failure import Failure, Unsupported
from cvpn_doctor.model.profile import Remote, Transport
from cvpn_doctor.routing.prefix import Family
from cvpn_doctor.routing.tunnel import choose_tunnel
from cvpn_doctor.routing.underlay import underlay

PORTS = (443, 1194)  # the two that AWS offers

ADDRESSES = 4

ANSWER_SECONDS = 2.0

DOUBT_AFTER = 0.4  # an answer later than this is unusual: start looking at the way

SECOND_ADDRESS_SECONDS = 1.2  # three packets: how long a second address may stay behind
SILENCES = ("silent", "mute")
MORE_ATTEMPTS = 2  # further ones in doubt: at 20 % loss the first alone is silent too often
AGAIN_SECONDS = 0.4  # they began as much later
ENOUGH_AFTER = 0.15  # how long other combinations are waited for once ours has answered

HOP_SECONDS = 0.9

HOPS = (1, 2, 3, 4, 5, 6, 8, 12, 16, 24)

HOP_PORT = 33434

Combination = tuple[str, Transport, int]
Answers = Sequence[PortAnswer | Failure | None]


def plan(look: Look) -> Iterable[Touch]:
    """Every combination, and the packets that die on the way."""
    remote = look.profile.first if look.profile else None
    if remote is None:
        return
    for transport in ("udp", "tcp"):
        for port in ports_for(remote):
            yield Touch(
                kind="packet",
                what=f"the endpoint's addresses {transport}/{port}",
                why="OpenVPN hard reset, without any credential",
            )
    yield Touch(
        kind="packet",
        what=f"the endpoint's first address {remote.transport}/{remote.port} and"
        f" udp/{HOP_PORT + HOPS[0]} to {HOP_PORT + HOPS[-1]}, living {HOPS[0]} to {HOPS[-1]} hops",
        why="only if the profile's combination does not answer: who is in the way",
    )


def ports_for(remote: Remote) -> tuple[int, ...]:
    """The profile's own port first, then those that AWS offers."""
    return tuple(dict.fromkeys((remote.port, *PORTS)))


def observe(look: Look) -> PortsFacts:
    """Ask all combinations at once; look at the way only where ours does not answer."""
    remote = look.profile.first if look.profile else None
    names = look.facts(NameFacts)
    if remote is None or names is None:
        raise CannotObserve("needs_missing", "no endpoint to ask")
    addresses = tuple(a for a in names.addresses if _can_be_asked(a))[:ADDRESSES]
    if not addresses:
        raise CannotObserve("needs_missing", "the name gave no address that can be asked")
    bound = bound_to(look, addresses[0])
    combinations = _combinations(addresses, remote)
    ours = tuple(c for c in combinations if c[1:] == (remote.transport, remote.port))
    batch = look.ask([partial(_reset, look, c, bound) for c in combinations])

    def answered(answers: Answers) -> list[Combination]:
        return [c for c, a in zip(combinations, answers, strict=True) if c in ours and _speaks(a)]

    early = batch.wait(DOUBT_AFTER, lambda answers: len(answered(answers)) == len(ours))
    if len(answered(early)) == len(ours):
        return _facts(combinations, batch.results(ENOUGH_AFTER), (), bound)
    way = look.ask(_hop_questions(look, addresses[0], remote, bound))
    again = look.ask([partial(_reset, look, c, bound) for c in ours * MORE_ATTEMPTS])
    batch.wait(ANSWER_SECONDS, lambda answers: bool(answered(answers)))
    late = batch.wait(SECOND_ADDRESS_SECONDS, lambda answers: len(answered(answers)) == len(ours))
    answers = batch.results(0) if answered(late) else batch.results()
    complete = dict(zip(combinations, answers, strict=True))
    _add(complete, ours * MORE_ATTEMPTS, again.wait(0.0 if answered(late) else AGAIN_SECONDS))
    if answered(late):
        complete.update({c: _silent_so_far(c, complete[c]) for c in ours})
    hops = tuple(hop for hop in way.results(HOP_SECONDS + 0.2) if isinstance(hop, HopAnswer))
    return _facts(combinations, tuple(complete.values()), hops, bound)


def _add(
    complete: dict[Combination, PortAnswer | Failure],
    asked: Sequence[Combination],
    answers: Answers,
) -> None:
    """What a further attempt brought, where the first brought silence: packets get lost."""
    for combination, answer in zip(asked, answers, strict=True):
        first = complete[combination]
        silent = isinstance(first, Failure) or first.outcome in SILENCES
        if silent and isinstance(answer, PortAnswer) and answer.outcome not in SILENCES:
            complete[combination] = answer


def _silent_so_far(combination: Combination, answer: PortAnswer | Failure) -> PortAnswer | Failure:
    """A second address that has had several packets and time for an answer."""
    if isinstance(answer, PortAnswer):
        return answer
    address, transport, port = combination
    return PortAnswer(
        address=address,
        transport=transport,
        port=port,
        outcome="silent",
        seconds=DOUBT_AFTER + SECOND_ADDRESS_SECONDS,
        attempts=(1 + MORE_ATTEMPTS) * (3 if transport == "udp" else 1),
    )


def _can_be_asked(address: str) -> bool:
    parsed = ip_address(address)
    # A packet to 0.0.0.0 or to loopback would ask this laptop itself.
    return not (parsed.is_unspecified or parsed.is_loopback or parsed.is_multicast)


def bound_to(look: Look, address: str) -> str | None:
    """The physical interface, where the laptop's own tunnel would swallow the probe."""
    tunnels = look.facts(TunnelFacts)
    try:
        table, way = look.host.routes(), look.host.route_to(address)
    except (Unsupported, OSError):
        return None
    if tunnels is None:
        return None
    choice = choose_tunnel(tunnels.interfaces, table, look.expectation, tunnels.processes)
    if choice is None or way.interface != choice.interface:
        return None
    family: Family = 6 if ":" in address else 4
    names = frozenset(i.name for i in tunnels.interfaces if i.kind == "tunnel")
    outside = underlay(table, names, family)
    return outside.interface if outside else None


def _combinations(addresses: Sequence[str], remote: Remote) -> list[Combination]:
    transports: tuple[Transport, ...] = ("udp", "tcp")
    return [(a, t, p) for a in addresses for t in transports for p in ports_for(remote)]


def _reset(look: Look, combination: Combination, bound: str | None) -> PortAnswer:
    address, transport, port = combination
    return look.host.openvpn_reset(address, transport, port, ANSWER_SECONDS, bound)


def _hop_questions(
    look: Look, address: str, remote: Remote, bound: str | None
) -> list[Callable[[], HopAnswer]]:
    """The profile's own packet and a neutral one, each with a short life."""
    hop = look.host.hop
    own = [
        partial(hop, address, remote.transport, remote.port, t, HOP_SECONDS, bound) for t in HOPS
    ]
    neutral = [partial(hop, address, "udp", HOP_PORT + t, t, HOP_SECONDS, bound) for t in HOPS]
    return [*own, *neutral]


def _speaks(answer: PortAnswer | Failure | None) -> bool:
    return isinstance(answer, PortAnswer) and answer.outcome == "openvpn"


def _facts(
    combinations: Sequence[Combination],
    answers: Sequence[PortAnswer | Failure],
    hops: tuple[HopAnswer, ...],
    bound: str | None,
) -> PortsFacts:
    complete = [
        answer
        if isinstance(answer, PortAnswer)
        else PortAnswer(
            address=address, transport=transport, port=port, outcome="failed", failure=answer
        )
        for (address, transport, port), answer in zip(combinations, answers, strict=True)
    ]
    return PortsFacts(answers=tuple(complete), hops=hops, bound=bound)
