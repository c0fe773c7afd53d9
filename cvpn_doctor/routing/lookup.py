"""Longest prefix match for every address of one table at once.

The rows are sorted so that a prefix stands before all that lie inside it; one sweep with a
stack of the open prefixes then cuts the address space into disjoint spans, each with the rows
that win there: O(n log n) in all, and integers only in the loop.

The order among rows of one prefix is that of Linux (net/ipv4/fib_trie.c, fib_table_lookup;
net/ipv6/route.c, rt6_select): lowest metric, then the one that is listed first. Rows that
cannot be used do not take part, so that a shorter prefix may win in their place.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from cvpn_doctor.model.network import LOCAL_TABLE, Route, Rule
from cvpn_doctor.model.record import Record
from cvpn_doctor.routing.prefix import HOST_BITS, Family, parse_prefix
from cvpn_doctor.routing.ranges import Range

STOPS = frozenset({"blackhole", "unreachable", "prohibit"})


class Flow(Record, frozen=True, kw_only=True):
    """The packet that asks: locally generated and ordinary, unless said otherwise.

    A socket bound to an interface that has no row for an IPv4 address is sent there by Linux
    nevertheless, as if on-link (net/ipv4/route.c); no row says so, and so it is "no route" here.
    """

    mark: int = 0
    uid: int | None = None  # None: unknown; a rule that asks for it is then doubtful
    source: str | None = None  # None: not yet chosen, as before connect()
    interface: str | None = None  # bound to it (SO_BINDTODEVICE, IP_BOUND_IF)


# A usable row, in sorting order: an outer prefix before those inside it, then the better row of the
# same prefix: first address, length, rank of its table, metric, index in the listing.
Row = tuple[int, int, int, int, int]


class Rows(NamedTuple):
    """The usable rows by family and table."""

    routes: Sequence[Route]  # as listed
    tables: dict[tuple[Family, int], list[Row]]
    malformed: int  # rows whose destination is no prefix


class Spans(NamedTuple):
    """What one lookup says, in columns: sorted, disjoint spans; no match between them."""

    first: list[int]
    last: list[int]
    length: list[int]  # of the prefix that matched
    winners: list[tuple[Route, ...]]  # several: multipath


class Decision(NamedTuple):
    """A range of addresses with one outcome. No winners: a rule of its own stops it."""

    first: int
    last: int
    winners: tuple[Route, ...]
    rule: Rule | None  # None: the system's own order of tables


def usable(route: Route, family: Family, flow: Flow) -> bool:
    """Whether this row takes part in a lookup for this flow.

    Linux compares the interface only after it has obeyed an IPv4 blackhole; the IPv6 ones hang
    on the loopback interface and are passed over by a bound socket like any other.
    """
    if route.dead or (route.scoped and route.interface != flow.interface):
        return False
    if flow.interface is None or route.interface == flow.interface:
        return True
    return family == 4 and (route.type in STOPS or route.type == "throw")


def usable_rows(routes: Sequence[Route], flow: Flow) -> Rows:
    """The rows that take part in a lookup for this flow."""
    return read_rows(routes, lambda route, family: usable(route, family, flow))


def read_rows(routes: Sequence[Route], wanted: Callable[[Route, Family], bool]) -> Rows:
    """Read all rows once and keep the wanted ones; what cannot be read is counted."""
    tables: dict[tuple[Family, int], list[Row]] = {}
    malformed = 0
    for order, route in enumerate(routes):
        try:
            family, first, length = parse_prefix(route.destination)
        except ValueError:
            malformed += 1
            continue
        if wanted(route, family):
            table = route.table
            rank = 0 if table == LOCAL_TABLE else 1
            rows = tables.setdefault((family, table), [])
            rows.append((first, length, rank, route.metric, order))
    return Rows(routes, tables, malformed)


def sweep(rows: Rows, family: Family, tables: Iterable[int]) -> Spans:
    """Longest prefix match over the whole address space, the tables taken as one.

    A `throw` row wins its addresses and yields no span: the lookup goes on elsewhere.
    """
    spans = Spans([], [], [], [])
    host_bits = HOST_BITS[family]
    nested: list[tuple[int, int, tuple[Route, ...]]] = []  # the prefixes that are open here
    cursor = 0  # all below is decided

    def emit(until: int) -> None:
        _, length, winners = nested[-1]
        if cursor <= until and winners[0].type != "throw":
            spans.first.append(cursor)
            spans.last.append(until)
            spans.length.append(length)
            spans.winners.append(winners)

    for first, length, winners in _contenders(rows, family, tables):
        while nested and nested[-1][0] < first:
            emit(nested[-1][0])
            cursor = nested.pop()[0] + 1
        if nested:
            emit(first - 1)
        cursor = first
        nested.append((first | host_bits[length], length, winners))
    while nested:
        emit(nested[-1][0])
        cursor = nested.pop()[0] + 1
    return spans


def _contenders(
    rows: Rows, family: Family, tables: Iterable[int]
) -> Iterator[tuple[int, int, tuple[Route, ...]]]:
    """Each prefix once, outer before inner, with the rows that win among its own."""
    ordered = sorted(row for table in tables for row in rows.tables.get((family, table), ()))
    before = (-1, -1)
    for index, (first, length, _, _, order) in enumerate(ordered):
        if (first, length) != before:
            before = (first, length)
            best = rows.routes[order]
            yield first, length, _siblings(rows, ordered, index) if best.multipath else (best,)


def _siblings(rows: Rows, ordered: Sequence[Row], index: int) -> tuple[Route, ...]:
    """All next hops of the multipath route whose first row stands at `index`."""
    best = rows.routes[ordered[index][-1]]
    siblings: list[Route] = []
    for position in range(index, len(ordered)):
        if ordered[position][:4] != ordered[index][:4]:
            break
        route = rows.routes[ordered[position][-1]]
        if route.multipath and route.table == best.table and route.type == best.type:
            siblings.append(route)
    return tuple(siblings)


def answer(
    spans: Spans, wanted: Iterable[Range], rule: Rule | None = None
) -> tuple[list[Decision], list[Range]]:
    """What a lookup decides for the wanted addresses, and the addresses that it leaves open.

    With the rule's suppress_prefixlength, a route that is no longer than this counts as no match
    (net/core/fib_rules.c; an error such as blackhole is not suppressed).
    """
    longest_suppressed = -1
    if rule is not None and rule.suppress_prefix_length is not None:
        longest_suppressed = rule.suppress_prefix_length
    decided: list[Decision] = []
    undecided: list[Range] = []
    for first, last in wanted:
        cursor = first
        for index in range(bisect_left(spans.last, first), len(spans.last)):
            start, end, winners = spans.first[index], spans.last[index], spans.winners[index]
            if start > last:
                break
            if spans.length[index] <= longest_suppressed and winners[0].type not in STOPS:
                continue
            start, end = max(start, first), min(end, last)
            if cursor < start:
                undecided.append((cursor, start - 1))
            decided.append(Decision(start, end, winners, rule))
            cursor = end + 1
        if cursor <= last:
            undecided.append((cursor, last))
    return decided, undecided
