"""The effective forwarding map: for every address, the rows that win, and by which rule.

This is what the routing table *does*, whatever its rows say. Checks judge the map and never
the text of the table.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cvpn_doctor.model.network import Route, RouteTable, RouteType, Rule
from cvpn_doctor.model.record import Record
from cvpn_doctor.routing.lookup import STOPS, Decision, Flow, usable_rows
from cvpn_doctor.routing.policy import decide
from cvpn_doctor.routing.prefix import FAMILIES, Family, parse_address, parse_prefix
from cvpn_doctor.routing.ranges import to_cidrs

__all__ = ["Flow", "ForwardingMap", "Segment"]


class Segment(Record, frozen=True, kw_only=True):
    """Neighbouring addresses that are all treated alike."""

    family: Family
    first: int
    last: int
    winners: tuple[Route, ...]  # several: multipath; none: `rule` itself stops the packet
    rule: Rule | None = None  # what led to the table; None: the system's own order of tables

    @property
    def winner(self) -> Route | None:
        """The first of the winning rows."""
        return self.winners[0] if self.winners else None

    @property
    def table(self) -> int | None:
        """The table that decided; None: no table, a rule did."""
        return self.winners[0].table if self.winners else None

    @property
    def type(self) -> RouteType | None:
        """What happens to the packet; None: a rule stops it."""
        return self.winners[0].type if self.winners else None

    @property
    def stops(self) -> bool:
        """Whether the packet is refused or thrown away here."""
        return not self.winners or self.winners[0].type in STOPS

    @property
    def link_down(self) -> bool:
        """Whether every way out has lost its carrier: Linux uses such routes nevertheless."""
        return bool(self.winners) and all(route.link_down for route in self.winners)

    @property
    def interfaces(self) -> frozenset[str]:
        """The interfaces by which packets leave; empty where they are stopped."""
        if self.stops:
            return frozenset()
        return frozenset(route.interface for route in self.winners if route.interface is not None)

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The addresses as the fewest prefixes."""
        return to_cidrs(self.family, [(self.first, self.last)])


class Plane(NamedTuple):
    """One family of the map: decisions in order, and where each ends, to search in."""

    decisions: tuple[Decision, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> "Plane":
        """Index sorted disjoint decisions; neighbours with the same outcome become one."""
        joined: list[Decision] = []
        for decision in decisions:
            if joined and _continues(joined[-1], decision):
                joined[-1] = joined[-1]._replace(last=decision.last)
            else:
                joined.append(decision)
        return cls(tuple(joined), tuple([decision.last for decision in joined]))

    def at(self, address: int) -> Decision | None:
        """The decision that holds this address."""
        index = bisect_left(self.ends, address)
        if index == len(self.ends) or self.decisions[index].first > address:
            return None
        return self.decisions[index]

    def between(self, first: int, last: int) -> Iterator[Decision]:
        """The decisions within [first, last], cut to it."""
        for index in range(bisect_left(self.ends, first), len(self.ends)):
            decision = self.decisions[index]
            if decision.first > last:
                return
            start, end = max(decision.first, first), min(decision.last, last)
            yield decision._replace(first=start, last=end)


def _continues(before: Decision, after: Decision) -> bool:
    return (
        before.last + 1 == after.first
        and before.winners is after.winners
        and before.rule is after.rule
    )


class ForwardingMap(Record, frozen=True, kw_only=True):
    """What a whole table does to one kind of packet, for all addresses of both families."""

    table: RouteTable
    flow: Flow
    planes: dict[Family, Plane]
    doubtful: tuple[Rule, ...] = ()  # rules that might have changed the answer; taken not to hold
    unread_rows: int = 0  # rows that could not be understood and are missing here

    @classmethod
    def of(cls, table: RouteTable, flow: Flow | None = None) -> "ForwardingMap":
        """Work the table out: O(n log n) in its rows.

        Rows and addresses are as the model says. Raises ValueError for a rule whose
        prefix cannot be read; a row of that kind is counted in `unread_rows`.
        """
        flow = flow or Flow()
        rows = usable_rows(table.routes, flow)
        verdicts = {family: decide(rows, table.rules, family, flow) for family in FAMILIES}
        return cls(
            table=table,
            flow=flow,
            planes={family: Plane.of(verdict.decisions) for family, verdict in verdicts.items()},
            doubtful=tuple(rule for verdict in verdicts.values() for rule in verdict.doubtful),
            unread_rows=table.unread_rows + rows.malformed,
        )

    @property
    def uncertain(self) -> bool:
        """Whether something was left out that may change the answer: say so to the reader."""
        return bool(self.doubtful or self.unread_rows)

    def lookup(self, address: str) -> Segment | None:
        """What happens to a packet to this address; None: there is no route.

        Raises ValueError if this is no address.
        """
        family, value = parse_address(address)
        decision = self.planes[family].at(value)
        return None if decision is None else _segment(family, decision)

    def segments(self, prefix: str) -> tuple[Segment, ...]:
        """What happens within a prefix, in order and cut to it; between them there is no route.

        Raises ValueError if this is no prefix.
        """
        block = parse_prefix(prefix)
        decisions = self.planes[block.family].between(block.first, block.last)
        return tuple(_segment(block.family, decision) for decision in decisions)


def _segment(family: Family, decision: Decision) -> Segment:
    first, last, winners, rule = decision
    return Segment(family=family, first=first, last=last, winners=winners, rule=rule)
