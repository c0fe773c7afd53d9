"""Linux policy routing: which rule sends which addresses to which table.

Addresses that no rule has decided travel down the list of rules together, as ranges: each rule
takes those for which its conditions hold (net/core/fib_rules.c, fib_rules_lookup). `goto`
only jumps forward, so one pass suffices.

Rules with conditions that are not known here (ports, TOS, the user) are taken not to hold, and are
handed out as doubtful where they might: callers must say so.
"""

from collections.abc import Sequence
from typing import NamedTuple

from cvpn_doctor.model.network import LOCAL_TABLE, MAIN_TABLE, Rule
from cvpn_doctor.routing.lookup import Decision, Flow, Rows, Spans, answer, sweep
from cvpn_doctor.routing.prefix import HIGHEST, Family, parse_address, parse_prefix
from cvpn_doctor.routing.ranges import Range, intersect, merge, subtract

DEFAULT_TABLE = 253
OWN_ORDER = (LOCAL_TABLE, MAIN_TABLE, DEFAULT_TABLE)
_LOOPBACK = "lo"  # the incoming interface of what this host sends itself


class Verdict(NamedTuple):
    """All decided ranges of a family, sorted, and the rules that might have changed them."""

    decisions: list[Decision]
    doubtful: tuple[Rule, ...]


def decide(rows: Rows, rules: Sequence[Rule], family: Family, flow: Flow) -> Verdict:
    """Take every address of the family through the rules and the tables."""
    mine = sorted((rule for rule in rules if rule.family == family), key=_priority)
    if is_own_order(mine):
        # Until the first rule is ever added, Linux keeps the local and the main table of IPv4
        # as one (net/ipv4/fib_trie.c, fib_trie_table), and other systems only have one.
        together = family == 4 or not mine
        return Verdict(_own_order(rows, family, together), ())
    return _Walk(rows, family, flow).through(mine)


def _priority(rule: Rule) -> int:
    return rule.priority


def is_own_order(rules: Sequence[Rule]) -> bool:
    """Whether these are the rules of a system on which nobody has set any."""
    tables = tuple(rule.table for rule in rules)
    return tables in {(), OWN_ORDER[:2], OWN_ORDER} and not any(map(is_conditional, rules))


def is_conditional(rule: Rule) -> bool:
    """Whether this is more than "look everything up in a table"."""
    plain = Rule(
        family=rule.family,
        priority=rule.priority,
        table=rule.table,
        mark_mask=rule.mark_mask,  # means nothing without a mark
    )
    return rule != plain


def _own_order(rows: Rows, family: Family, together: bool) -> list[Decision]:
    groups = (OWN_ORDER[:2], OWN_ORDER[2:]) if together else tuple((t,) for t in OWN_ORDER)
    decided: list[Decision] = []
    pending = [(0, HIGHEST[family])]
    for tables in groups:
        found, pending = answer(sweep(rows, family, tables), pending)
        decided += found
    return sorted(decided, key=_first)


def _first(decision: Decision) -> int:
    return decision.first


class _Walk:
    """One pass of all addresses of a family down the rules."""

    def __init__(self, rows: Rows, family: Family, flow: Flow) -> None:
        self._rows = rows
        self._family = family
        self._flow = flow
        self._spans: dict[int, Spans] = {}
        self._decided: list[Decision] = []
        self._doubtful: list[Rule] = []

    def through(self, rules: Sequence[Rule]) -> Verdict:
        arriving: list[list[Range]] = [[] for _ in range(len(rules) + 1)]
        arriving[0] = [(0, HIGHEST[self._family])]
        for index, rule in enumerate(rules):
            here = merge(arriving[index])
            held = intersect(here, self._scope(rule, here))
            jump = _target(rules, index) if rule.action == "goto" else None
            left = subtract(here, held)
            if jump is not None:
                arriving[jump] += held
            elif held:
                left += self._apply(rule, held)
            arriving[index + 1] += left
        return Verdict(sorted(self._decided, key=_first), tuple(self._doubtful))

    def _scope(self, rule: Rule, here: Sequence[Range]) -> list[Range]:
        """The addresses for which the rule surely holds; notes a doubt about any of `here`."""
        everything = [(0, HIGHEST[self._family])]
        matching = self._destinations(rule) if self._fits(rule) else []
        sure = subtract(everything, matching) if rule.inverted else matching
        if not self._is_unclear(rule):
            return sure
        if intersect(here, matching):
            self._doubtful.append(rule)
        return sure if rule.inverted else []

    def _destinations(self, rule: Rule) -> list[Range]:
        if rule.destination is None:
            return [(0, HIGHEST[self._family])]
        prefix = parse_prefix(rule.destination)
        return [(prefix.first, prefix.last)]

    def _is_unclear(self, rule: Rule) -> bool:
        return rule.unread or (rule.uid_range is not None and self._flow.uid is None)

    def _fits(self, rule: Rule) -> bool:
        """Whether the conditions on anything but the destination hold, as far as known."""
        flow = self._flow
        return (
            (rule.mark is None or not (rule.mark ^ flow.mark) & rule.mark_mask)
            and rule.incoming_interface in {None, _LOOPBACK}
            and rule.outgoing_interface in {None, flow.interface}
            and self._is_user(rule)
            and self._is_from(rule)
        )

    def _is_user(self, rule: Rule) -> bool:
        if rule.uid_range is None or self._flow.uid is None:
            return True
        return rule.uid_range[0] <= self._flow.uid <= rule.uid_range[1]

    def _is_from(self, rule: Rule) -> bool:
        """Before a source is chosen, IPv4 packets are from 0.0.0.0 and IPv6 ones from nowhere."""
        if rule.source is None:
            return True
        prefix = parse_prefix(rule.source)
        if prefix.length == 0:
            return True
        if self._flow.source is None:
            return self._family == 4 and prefix.first == 0
        family, value = parse_address(self._flow.source)
        return family == self._family and prefix.first <= value <= prefix.last

    def _apply(self, rule: Rule, held: list[Range]) -> list[Range]:
        """Decide what the rule decides; return what goes on to the next one."""
        if rule.action in {"nop", "goto"}:  # a goto without its target is passed over
            return held
        if rule.action != "lookup":
            self._decided += [Decision(first, last, (), rule) for first, last in held]
            return []
        found, left = answer(self._table(rule.table), held, rule)
        self._decided += found
        return left

    def _table(self, table: int | None) -> Spans:
        number = -1 if table is None else table
        if number not in self._spans:
            self._spans[number] = sweep(self._rows, self._family, (number,))
        return self._spans[number]


def _target(rules: Sequence[Rule], index: int) -> int | None:
    """Where a goto leads: the first rule of that priority, further down only."""
    wanted = rules[index].goto
    below = range(index + 1, len(rules))
    return next((i for i in below if rules[i].priority == wanted), None)
