"""The forwarding map against the kernel's own answers, for random tables and addresses.

Each test has a network namespace of its own. The kernel is asked by RTM_GETROUTE, once for the
decision and once with RTM_F_FIB_MATCH for the row that made it. Where they differ, the kernel is
right.
"""

import errno
import ipaddress
import os
import random
import shutil
import sys
from collections.abc import Iterator

import pytest

from cvpn_doctor.model.network import RouteTable
from cvpn_doctor.routing.forwarding import Flow, ForwardingMap
from cvpn_doctor.routing.prefix import parse_prefix
from tests.routing.kernel import INTERFACES, Namespace

IS_ROOT = sys.platform == "linux" and os.geteuid() == 0
pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(
        not IS_ROOT or shutil.which("ip") is None, reason="needs root on Linux and iproute2"
    ),
]

SPECIALS = ("blackhole", "unreachable", "prohibit", "throw")


class Chance:
    """Random routes, rules and addresses of one family, in a small part of the address space."""

    def __init__(self, seed: int, family: int) -> None:
        self.random = random.Random(seed * 10 + family)
        self.family = family
        self.base = ipaddress.ip_network("10.0.0.0/12" if family == 4 else "2001:db8::/32")
        self.bits = 32 if family == 4 else 128

    def address(self) -> int:
        host = self.bits - self.base.prefixlen
        # Few values in the upper bits, so that prefixes nest.
        value = self.random.choice((0, 1, 2, 5)) << (host - 4) | self.random.getrandbits(host - 4)
        return int(self.base.network_address) | value

    def prefix(self) -> str:
        if self.random.random() < 0.04:
            return "default"
        lengths = (
            (12, 13, 14, 16, 18, 20, 24, 28, 31, 32)
            if self.family == 4
            else ((32, 33, 36, 40, 48, 56, 64, 96, 127, 128))
        )
        length = self.random.choice(lengths)
        return str(ipaddress.ip_network((self.address(), length), strict=False))

    def hop(self) -> str:
        number = self.random.randrange(4)
        device = f"dev {INTERFACES[number]}"
        if self.random.random() < 0.3:
            return device
        host = self.random.randrange(2, 9)
        gateway = (
            f"10.{200 + number}.0.{host}" if self.family == 4 else f"fd00:{number + 1}::{host}"
        )
        return f"via {gateway} {device} onlink"

    def route(self, tables: list[int]) -> str:
        table = self.random.choice(tables)
        metric = self.random.choice(("", "metric 100", "metric 600", "metric 2000"))
        add = "route add"
        dice = self.random.random()
        if dice < 0.15:
            kind = self.random.choice(SPECIALS)
            return f"{add} {kind} {self.prefix()} table {table} {metric}"
        if dice < 0.3:
            hops = " ".join(f"nexthop {self.hop()}" for _ in range(self.random.choice((2, 3))))
            return f"{add} {self.prefix()} table {table} {metric} {hops}"
        return f"{add} {self.prefix()} {self.hop()} table {table} {metric}"

    def rule(self, tables: list[int]) -> str:
        priority = self.random.randrange(1, 40)
        conditions = [
            f"to {self.prefix()}".replace("default", "all"),
            "fwmark 51820",
            "not fwmark 51820",
            f"not to {self.prefix()}".replace("default", "all"),
            "fwmark 0x4/0xff",
            "uidrange 500-1000",
            "iif lo",
            "iif v1",
            "oif v1",
            "not oif v1",
            "from 10.200.0.0/16" if self.family == 4 else "from fd00:1::/64",
            "not from 10.200.0.0/16" if self.family == 4 else "not from fd00:1::/64",
            "",
        ]
        chosen = self.random.choice(conditions)
        longest = self.random.choice((0, 16, 40))
        actions = [f"lookup {self.random.choice(tables)}"] * 6 + [
            f"goto {priority + self.random.randrange(1, 20)}",
            "lookup main suppress_prefixlength 0",
            f"lookup {self.random.choice(tables)} suppress_prefixlength {longest}",
            "nop",
        ]
        if chosen and chosen != "not oif v1":
            actions += ["blackhole", "unreachable", "prohibit"]
        action = self.random.choice(actions)
        return f"rule add {chosen} priority {priority} {action}"

    def addresses(self, table: RouteTable, count: int) -> Iterator[str]:
        """At the edges of the prefixes, and anywhere."""
        kind = ipaddress.IPv4Address if self.family == 4 else ipaddress.IPv6Address
        edges = []
        for route in table.routes:
            network = ipaddress.ip_network(route.destination)
            if network.version == self.family and network.prefixlen >= self.base.prefixlen:
                first, last = int(network.network_address), int(network.broadcast_address)
                edges += [first, last, first - 1, last + 1, self.random.randint(first, last)]
        for _ in range(count):
            value = self.random.choice(edges) if self.random.random() < 0.7 else self.address()
            if not kind(value).is_multicast and not kind(value).is_loopback and value:
                yield str(kind(value))


ERRORS = {
    "blackhole": {errno.EINVAL},
    "unreachable": {errno.EHOSTUNREACH, errno.ENETUNREACH},
    "prohibit": {errno.EACCES},
}


def difference(namespace: Namespace, forwarding: ForwardingMap, address: str) -> str | None:
    """What the kernel says against what the map says; None: the same."""
    flow = forwarding.flow
    oif = INDEXES[namespace.name][flow.interface] if flow.interface else 0
    row = namespace.ask(address, flow, oif, match=True)
    ours = forwarding.lookup(address)
    said = f"{address} {flow}: kernel {vars(row)}, ours {ours}"
    if ours is None:
        # A bound IPv4 socket without a route is taken to be on-link, "no matching row" here.
        bound = flow.interface is not None and ":" not in address
        good = row.error == errno.ENETUNREACH or (bound and row.error == errno.EHOSTUNREACH)
        return None if good else said
    if ours.stops:
        kind = ours.type or (ours.rule.action if ours.rule else "")
        bound = flow.interface is not None and ":" not in address
        good = row.error in ERRORS[kind] or (bound and row.error == errno.EHOSTUNREACH)
        return None if good or (not row.error and row.type == kind) else said
    if row.error:
        return said
    winner = ours.winners[0]
    names = {index: name for name, index in INDEXES[namespace.name].items()}
    wins = {(route.interface, route.next_hop) for route in ours.winners}
    row_of = (winner.destination, winner.metric, winner.table)
    dead = {
        (route.interface, route.next_hop)
        for route in forwarding.table.routes
        if route.dead and (route.destination, route.metric, route.table) == row_of
    }
    theirs = {(names[index], gateway) for index, gateway in row.next_hops} - dead
    # The kernel reports main for both while they are one (see the last but one test).
    together = ours.rule is None and {row.table, winner.table} == {254, 255}
    same = (
        row.type == winner.type
        and (row.table == winner.table or together)
        and row.length == parse_prefix(winner.destination).length
        and row.metric == winner.metric
        and (theirs >= wins if flow.interface else theirs == wins)
    )
    return None if same else said


INDEXES: dict[str, dict[str | None, int]] = {}


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    created = Namespace()
    INDEXES[created.name] = {i["ifname"]: i["ifindex"] for i in created.json("link")}
    yield created
    created.close()


FLOWS = (
    Flow(uid=0),
    Flow(uid=777, mark=51820),
    Flow(uid=1000, mark=0x1204),
    Flow(uid=0, interface="v1"),
)


def flows(family: int) -> tuple[Flow, ...]:
    return (*FLOWS, Flow(uid=0, source="10.200.0.1" if family == 4 else "fd00:1::1"))


def compare(namespace: Namespace, chance: Chance, count: int) -> int:
    table = namespace.table()
    asked = 0
    for flow in flows(chance.family):
        forwarding = ForwardingMap.of(table, flow)
        assert not forwarding.uncertain
        for address in chance.addresses(table, count):
            asked += 1
            difference_ = difference(namespace, forwarding, address)
            assert difference_ is None, difference_
    return asked


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("seed", range(3))
def test_random_routes_without_rules(namespace: Namespace, family: int, seed: int) -> None:
    chance = Chance(seed, family)
    namespace.batch([chance.route([254]) for _ in range(250)], family, force=True)
    assert compare(namespace, chance, 300) > 1000


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("seed", range(8))
def test_random_routes_and_rules(namespace: Namespace, family: int, seed: int) -> None:
    chance = Chance(100 + seed, family)
    tables = [254, 254, 100, 101, 51820, 253]
    lines = [chance.route(tables) for _ in range(250)]
    lines += [chance.rule([*tables, 99]) for _ in range(10)]
    namespace.batch(lines, family, force=True)
    assert compare(namespace, chance, 300) > 1000


@pytest.mark.parametrize("family", [4, 6])
def test_dead_next_hops_and_lost_carriers(namespace: Namespace, family: int) -> None:
    chance = Chance(500, family)
    namespace.batch([chance.route([254, 100]) for _ in range(200)], family, force=True)
    namespace.batch(["link set v2 down", "link set w0 down"])
    INDEXES[namespace.name] = {i["ifname"]: i["ifindex"] for i in namespace.json("link")}
    assert compare(namespace, chance, 400) > 1000


def test_before_the_first_rule_the_local_table_of_ipv4_is_one_with_main(
    namespace: Namespace,
) -> None:
    namespace.batch(["route add 127.5.0.0/16 dev v0", "route add local 10.9.0.0/16 dev lo"])
    namespace.batch(["route add 10.9.7.0/24 dev v1"])
    for address in ("127.5.1.1", "10.9.7.3", "10.9.8.3"):
        forwarding = ForwardingMap.of(namespace.table(), Flow(uid=0))
        assert difference(namespace, forwarding, address) is None
    namespace.batch(["rule add fwmark 9 lookup 99"])
    for address in ("127.5.1.1", "10.9.7.3", "10.9.8.3"):
        forwarding = ForwardingMap.of(namespace.table(), Flow(uid=0))
        assert difference(namespace, forwarding, address) is None


def test_wg_quick(namespace: Namespace) -> None:
    namespace.batch(
        [
            "route add default via 10.200.0.9 dev v0",
            "route add 10.1.0.0/16 via 10.201.0.9 dev v1",
            "route add default dev t0 table 51820",
            "rule add not fwmark 51820 table 51820",
            "rule add table main suppress_prefixlength 0",
        ]
    )
    table = namespace.table()
    for flow in (Flow(uid=0), Flow(uid=0, mark=51820)):
        forwarding = ForwardingMap.of(table, flow)
        for address in ("10.1.2.3", "8.8.8.8", "10.200.0.77", "10.203.0.1"):
            assert difference(namespace, forwarding, address) is None
