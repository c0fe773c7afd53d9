"""Forwarding as people see it: networks, without the holes of a laptop's own addresses.

A table holds one row for each address of the laptop itself and one for each broadcast address.
They cut every network they lie in into a dozen prefixes that say nothing. So a single address
that stays on an interface counts as part of the network beside it on the same interface.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cvpn_doctor.model.network import Route, Rule
from cvpn_doctor.routing.forwarding import Segment
from cvpn_doctor.routing.prefix import parse_prefix

_OWN = frozenset({"local", "broadcast"})


class Piece(NamedTuple):
    """Addresses and what wins there. No winners and no rule: there is no route."""

    first: int
    last: int
    winners: tuple[Route, ...]
    rule: Rule | None

    @property
    def winner(self) -> Route | None:
        """The first of the winning rows."""
        return self.winners[0] if self.winners else None


def is_own(route: Route) -> bool:
    """Whether packets for this row never leave the laptop as ordinary packets."""
    return route.type in _OWN


def networks(segments: Iterable[Segment]) -> list[Piece]:
    """The segments with own and other on-link host rows given to the network around them."""
    pieces = [Piece(s.first, s.last, s.winners, s.rule) for s in segments]
    _give_to_left(pieces)
    pieces.reverse()
    _give_to_left(pieces)
    pieces.reverse()
    return pieces


def _give_to_left(pieces: list[Piece]) -> None:
    """Let each lone host take the outcome of the piece before it in the list, where they touch."""
    for index in range(1, len(pieces)):
        before, piece = pieces[index - 1], pieces[index]
        if _touch(before, piece) and _is_lone_host(piece) and _same_link(before, piece):
            pieces[index] = piece._replace(winners=before.winners, rule=before.rule)


def _touch(left: Piece, right: Piece) -> bool:
    return left.last + 1 == right.first or right.last + 1 == left.first


def _is_lone_host(piece: Piece) -> bool:
    """One address that stays on its link: the laptop's own, broadcast, or a neighbour's row."""
    if len(piece.winners) != 1 or piece.first != piece.last:
        return False
    route = piece.winners[0]
    if not parse_prefix(route.destination).is_host:
        return False
    on_link = route.next_hop in {None, route.destination.partition("/")[0]}
    return is_own(route) or (route.type == "unicast" and on_link)


def _same_link(network: Piece, host: Piece) -> bool:
    """Whether the network leaves by the interface of the host, and by no other."""
    return (
        len(network.winners) == 1
        and network.winners[0].interface == host.winners[0].interface
        and network.winners[0].type == "unicast"
    )


def with_gaps(pieces: Sequence[Piece], first: int, last: int) -> list[Piece]:
    """The same with a piece for each stretch of [first, last] that has no route."""
    filled: list[Piece] = []
    cursor = first
    for piece in pieces:
        if cursor < piece.first:
            filled.append(Piece(cursor, piece.first - 1, (), None))
        filled.append(piece)
        cursor = piece.last + 1
    if cursor <= last:
        filled.append(Piece(cursor, last, (), None))
    return filled
