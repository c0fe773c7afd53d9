"""The routes of some interfaces among themselves: which would win if there were no others.

The best of them at an address is what loses there, when the packet goes elsewhere.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cvpn_doctor.model.network import Route, RouteTable, Rule
from cvpn_doctor.routing.forwarding import ForwardingMap, Plane
from cvpn_doctor.routing.lookup import Flow, Rows, read_rows
from cvpn_doctor.routing.policy import decide, is_own_order
from cvpn_doctor.routing.prefix import FAMILIES, Family

Planes = dict[Family, Plane]


class Rivals(NamedTuple):
    """The routes of the wanted interfaces: those in use, and behind them those that are not."""

    live: Planes
    idle: Planes  # rows that are dead or scoped

    @classmethod
    def of(cls, forwarding: ForwardingMap, interfaces: frozenset[str]) -> "Rivals":
        """Single out the rows of these interfaces and set them against each other."""
        table = forwarding.table
        mine = [r for r in table.routes if r.type == "unicast" and r.interface in interfaces]
        live = read_rows(mine, lambda route, _: not _is_idle(route))
        idle = read_rows(mine, lambda route, _: _is_idle(route))
        return cls(_planes(table, live), _planes(table, idle))

    def between(
        self, family: Family, first: int, last: int
    ) -> Iterator[tuple[int, int, Route | None]]:
        """The range, cut by the best route of the wanted interfaces in each part of it."""
        for start, end, route in _cut(self.live[family], first, last):
            if route is None:
                yield from _cut(self.idle[family], start, end)
            else:
                yield start, end, route


def _is_idle(route: Route) -> bool:
    return route.dead or route.scoped


def _planes(table: RouteTable, rows: Rows) -> Planes:
    return {
        family: Plane.of(decide(rows, _every_table(table, family, rows), family, Flow()).decisions)
        for family in FAMILIES
    }


def _every_table(table: RouteTable, family: Family, rows: Rows) -> Sequence[Rule]:
    """Every table without conditions: in the order of the rules, then those that none names."""
    mine = sorted((r for r in table.rules if r.family == family), key=lambda rule: rule.priority)
    if is_own_order(mine):
        return mine
    named = [rule.table for rule in mine if rule.table is not None]
    present = sorted(number for of, number in rows.tables if of == family)
    order = dict.fromkeys([*named, *present])
    return [Rule(family=family, priority=n, table=number) for n, number in enumerate(order)]


def _cut(plane: Plane, first: int, last: int) -> Iterator[tuple[int, int, Route | None]]:
    cursor = first
    for decision in plane.between(first, last):
        if cursor < decision.first:
            yield cursor, decision.first - 1, None
        yield decision.first, decision.last, decision.winners[0]
        cursor = decision.last + 1
    if cursor <= last:
        yield cursor, last, None
