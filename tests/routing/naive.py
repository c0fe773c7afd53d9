"""An evaluator written to be obviously right: one address at a time, rule by rule, row by row."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from cvpn_doctor.model.network import Route, RouteTable, Rule
from cvpn_doctor.routing.forwarding import Flow

network = lru_cache(maxsize=4096)(ipaddress.ip_network)

Outcome = tuple[tuple[Route, ...], Rule | None] | None
STOPS = ("blackhole", "unreachable", "prohibit")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def evaluate(table: RouteTable, flow: Flow, text: str) -> Outcome:
    """The winning rows and the rule; None: no route."""
    address = ipaddress.ip_address(text)
    rules = sorted((r for r in table.rules if r.family == address.version), key=by_priority)
    if not rules:
        found = search(table.routes, (255, 254), flow, address)
        found = found or search(table.routes, (253,), flow, address)
        return (found, None) if found else None
    position = 0
    while position < len(rules):
        rule = rules[position]
        position += 1
        if not matches(rule, flow, address):
            continue
        if rule.action == "goto":
            later = [i for i in range(position, len(rules)) if rules[i].priority == rule.goto]
            position = later[0] if later else position
        elif rule.action == "lookup":
            found = search(table.routes, (rule.table or -1,), flow, address)
            if found and not suppressed(rule, found[0]):
                return found, rule
        elif rule.action != "nop":
            return (), rule
    return None


def by_priority(rule: Rule) -> int:
    return rule.priority


def suppressed(rule: Rule, route: Route) -> bool:
    if rule.suppress_prefix_length is None or route.type in STOPS:
        return False
    return network(route.destination).prefixlen <= rule.suppress_prefix_length


def matches(rule: Rule, flow: Flow, address: Address) -> bool:
    return conditions(rule, flow, address) != rule.inverted


def conditions(rule: Rule, flow: Flow, address: Address) -> bool:
    if rule.destination and address not in network(rule.destination):
        return False
    if rule.mark is not None and rule.mark & rule.mark_mask != flow.mark & rule.mark_mask:
        return False
    if rule.incoming_interface not in (None, "lo"):
        return False
    if rule.outgoing_interface is not None and rule.outgoing_interface != flow.interface:
        return False
    if rule.uid_range and not rule.uid_range[0] <= (flow.uid or 0) <= rule.uid_range[1]:
        return False
    if rule.source is None:
        return True
    source = flow.source is not None and ipaddress.ip_address(flow.source)
    return bool(source) and source in network(rule.source)


def search(
    routes: Iterable[Route], tables: tuple[int, ...], flow: Flow, address: Address
) -> tuple[Route, ...]:
    """The winning rows of the tables taken as one; none for `throw`."""
    able = [
        (order, route)
        for order, route in enumerate(routes)
        if route.table in tables
        and not route.dead
        and (not route.scoped or flow.interface == route.interface)
        and address in network(route.destination)
        and counts(route, flow, address.version)
    ]
    if not able:
        return ()
    _, best = min(able, key=lambda pair: preference(*pair))
    if best.type == "throw":
        return ()
    if not best.multipath:
        return (best,)
    return tuple(
        route
        for _, route in able
        if route.multipath
        and (route.destination, route.metric, route.table, route.type)
        == (best.destination, best.metric, best.table, best.type)
    )


def preference(order: int, route: Route) -> tuple[int, bool, int, int]:
    length = network(route.destination).prefixlen
    return -length, route.table != 255, route.metric, order


def counts(route: Route, flow: Flow, family: Literal[4, 6] | int) -> bool:
    if flow.interface is None or flow.interface == route.interface:
        return True
    return family == 4 and (route.type in STOPS or route.type == "throw")
