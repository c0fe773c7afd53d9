"""Which parts of an expected prefix go through the tunnel, which do not, and what beats it.

So that one can say "10.20.7.0/24 goes to en0, because docker0's 10.20.0.0/21 beats 10.20.0.0/16
of utun4".
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from cvpn_doctor.model.network import Route, Rule
from cvpn_doctor.model.record import Record
from cvpn_doctor.routing.forwarding import ForwardingMap
from cvpn_doctor.routing.hosts import Piece, is_own, networks, with_gaps
from cvpn_doctor.routing.lookup import STOPS
from cvpn_doctor.routing.prefix import FAMILIES, Prefix, parse_prefix, whole
from cvpn_doctor.routing.ranges import Range, to_cidrs
from cvpn_doctor.routing.rivals import Rivals

Reason = Literal[
    "carried",  # it does go through the wanted interfaces
    "no-route",  # nothing leads there at all
    "only-route",  # the winner has no rival: the wanted interfaces have no route there
    "longer-prefix",  # the winner is more specific
    "lower-metric",  # the same prefix, but cheaper
    "listed-first",  # the same prefix and metric
    "policy-rule",  # a rule leads to another table, or stops the packet
    "multipath",  # some of the packets leave by another interface
    "special-type",  # a blackhole, unreachable or prohibit row
    "own-address",  # an address of the laptop itself
    "dead-route",  # the route of the wanted interface is dead: the interface is down
    "scoped-route",  # macOS: only sockets that are bound to the interface use it
]


class Part(Record, frozen=True, kw_only=True):
    """Addresses of an expected prefix that share one fate, for one reason."""

    prefixes: tuple[str, ...]  # the fewest that hold exactly these addresses
    inside: bool  # all packets go through the wanted interfaces
    winner: Route | None  # None: no route, or a rule stops the packet
    runner_up: Route | None  # the best route of the wanted interfaces there, which loses
    reason: Reason
    rule: Rule | None = None  # the policy rule that decided, if the system has any of its own


class _Fate(NamedTuple):
    """What makes two stretches of addresses one part."""

    inside: bool
    winner: Route | None
    runner_up: Route | None
    reason: Reason
    rule: Rule | None


def coverage(
    forwarding: ForwardingMap, prefix: str, interfaces: frozenset[str]
) -> tuple[Part, ...]:
    """Cut a prefix into the parts that do and do not go through the interfaces.

    The parts are disjoint and together exactly the prefix, in order of their first address.
    Raises ValueError if this is no prefix. For many prefixes use `coverage_of_all`.
    """
    return _coverage(
        forwarding, parse_prefix(prefix), interfaces, Rivals.of(forwarding, interfaces)
    )


def coverage_of_all(
    forwarding: ForwardingMap, prefixes: Iterable[str], interfaces: frozenset[str]
) -> dict[str, tuple[Part, ...]]:
    """`coverage` of each prefix; the routes of the interfaces are worked out only once."""
    rivals = Rivals.of(forwarding, interfaces)
    return {
        prefix: _coverage(forwarding, parse_prefix(prefix), interfaces, rivals)
        for prefix in prefixes
    }


def _coverage(
    forwarding: ForwardingMap, block: Prefix, interfaces: frozenset[str], rivals: Rivals
) -> tuple[Part, ...]:
    pieces = with_gaps(networks(forwarding.segments(str(block))), block.first, block.last)
    parts: dict[_Fate, list[Range]] = {}
    for piece in pieces:
        for first, last, fate in _fates(piece, block, interfaces, rivals):
            parts.setdefault(fate, []).append((first, last))
    return tuple(
        Part(prefixes=to_cidrs(block.family, ranges), **fate._asdict())
        for fate, ranges in parts.items()
    )


def _fates(
    piece: Piece, block: Prefix, interfaces: frozenset[str], rivals: Rivals
) -> Iterator[tuple[int, int, _Fate]]:
    """A piece, cut once more where its runner-up changes."""
    if goes_inside(piece, interfaces):
        yield piece.first, piece.last, _Fate(True, piece.winner, None, "carried", piece.rule)
        return
    for first, last, rival in rivals.between(block.family, piece.first, piece.last):
        reason = _reason(piece, rival, interfaces)
        yield first, last, _Fate(False, piece.winner, rival, reason, piece.rule)


def goes_inside(piece: Piece, interfaces: frozenset[str]) -> bool:
    """Whether every packet leaves by one of the interfaces: all feet of a multipath route."""
    return (
        bool(piece.winners)
        and piece.winners[0].type not in STOPS
        and all(route.interface in interfaces for route in piece.winners)
    )


def _reason(piece: Piece, rival: Route | None, interfaces: frozenset[str]) -> Reason:
    winner = piece.winner
    if winner is None:
        return _reason_without_winner(piece, rival)
    if winner.type in STOPS:
        return "special-type"
    if is_own(winner):
        return "own-address"
    if any(route.interface in interfaces for route in piece.winners):
        return "multipath"
    return _reason_between(winner, rival, piece.rule is not None)


def _reason_without_winner(piece: Piece, rival: Route | None) -> Reason:
    if piece.rule is not None:
        return "policy-rule"
    return "no-route" if rival is None else _unusable(rival) or "policy-rule"


def _unusable(rival: Route) -> Reason | None:
    if rival.dead:
        return "dead-route"
    return "scoped-route" if rival.scoped else None


def _reason_between(winner: Route, rival: Route | None, by_rules: bool) -> Reason:
    """Why the one wins over the other; the order of the questions is that of the lookup."""
    if rival is None:
        return "only-route"
    unusable = _unusable(rival)
    if unusable is not None:
        return unusable
    if by_rules and winner.table != rival.table:
        return "policy-rule"
    wins, loses = parse_prefix(winner.destination), parse_prefix(rival.destination)
    if wins.length != loses.length:
        return "longer-prefix" if wins.length > loses.length else "policy-rule"
    return "lower-metric" if winner.metric < rival.metric else "listed-first"


def carried(forwarding: ForwardingMap, interface: str) -> tuple[str, ...]:
    """Everything that effectively leaves by an interface, both families, as few prefixes.

    One foot of a multipath route counts: some packets do leave there.
    """
    return tuple(
        cidr for family in FAMILIES for cidr in _carried(forwarding, whole(family), interface)
    )


def _carried(forwarding: ForwardingMap, block: Prefix, interface: str) -> tuple[str, ...]:
    pieces = networks(forwarding.segments(str(block)))
    return to_cidrs(block.family, ((p.first, p.last) for p in pieces if _leaves_by(p, interface)))


def _leaves_by(piece: Piece, interface: str) -> bool:
    return any(r.type == "unicast" and r.interface == interface for r in piece.winners)
