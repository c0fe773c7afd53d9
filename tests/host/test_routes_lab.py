"""Routes, rules, links and decisions against `ip` and the kernel in a namespace of our own."""

from __future__ import annotations

import fcntl
import ipaddress
import json
import os
import struct
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from cvpn_doctor.host.linux import LinuxHost
from cvpn_doctor.model.network import Interface, Route, RouteAnswer, RouteTable, Rule

pytestmark = pytest.mark.lab

Inside = Callable[[str | None, Callable[[], Any]], Any]
Ip = Callable[[str, str], str]

SETUP = """
link add eth0 type veth peer name far0
link add wlan9 type veth peer name far9
link add docker0 type bridge
link add veth1 type veth peer name inner1
link set veth1 master docker0
tuntap add tun0 mode tun
tuntap add tap5 mode tap
link set eth0 up
link set far0 up
link set wlan9 up
link set far9 up
link set docker0 up
link set tun0 up
addr add 192.168.1.23/24 dev eth0
addr add 192.168.2.23/24 dev wlan9
addr add 172.17.0.1/16 dev docker0
addr add 10.100.0.2 peer 10.100.0.1/32 dev tun0
-6 addr add 2001:db8:1::23/64 dev eth0 nodad
route add default via 192.168.1.1 metric 100 proto dhcp
route add default via 192.168.2.1 metric 600
route add 0.0.0.0/1 dev tun0
route add 128.0.0.0/1 dev tun0
route add 203.0.113.10/32 via 192.168.1.1
route add 10.20.0.0/16 via 10.100.0.1 dev tun0 metric 50 proto static
route add 10.21.0.0/16 nexthop via 192.168.1.1 nexthop via 192.168.2.1
route add blackhole 10.66.0.0/16
route add unreachable 10.67.0.0/16
route add prohibit 10.68.0.0/16
route add throw 10.69.0.0/16
route add 10.70.0.0/16 via inet6 fe80::1 dev eth0
route add 10.22.0.0/16 dev wlan9 table 220
route add default dev tun0 table 51820
route add 10.23.0.0/16 dev eth0 tos 0x10
-6 route add default via fe80::1 dev eth0 metric 1024
-6 route add 2001:db8:20::/48 dev tun0
-6 route add blackhole 2001:db8:66::/48
-6 route add 2001:db8:30::/48 from 2001:db8:1::/64 dev eth0
rule add to 10.22.0.0/16 lookup 220 priority 1000
rule add not fwmark 0xca6c table 51820 priority 32764
rule add table main suppress_prefixlength 0 priority 32763
rule add from 192.168.2.0/24 iif lo uidrange 100-200 lookup 220 priority 900
rule add fwmark 0x1/0xff prohibit priority 901
rule add priority 902 goto 1000
rule add dport 443 lookup 220 priority 903
-6 rule add oif eth0 from 2001:db8:7::/48 unreachable priority 904
"""


@pytest.fixture
def laptop(namespace: str, ip: Ip) -> str:
    for line in SETUP.strip().splitlines():
        ip(namespace, line)
    return namespace


def names(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """Rows of `ip -j route` as comparable tuples, one per next hop."""
    found = set()
    for row in rows:
        for hop in row.get("nexthops") or [row]:
            via = hop.get("gateway") or (hop.get("via") or {}).get("host")
            found.add((row["dst"], hop.get("dev"), via, row.get("metric", 0), row.get("type")))
    return found


def ours(routes: tuple[Route, ...], version: int) -> set[tuple[Any, ...]]:
    found = set()
    for route in routes:
        network = ipaddress.ip_network(route.destination)
        if network.version != version:
            continue
        host = network.prefixlen == network.max_prefixlen
        name = str(network.network_address) if host else route.destination
        name = "default" if network.prefixlen == 0 else name
        found.add((name, route.interface, route.next_hop, route.metric, route.type))
    return found


def test_every_row_is_as_ip_says(laptop: str, inside: Inside, ip: Ip) -> None:
    table: RouteTable = inside(laptop, LinuxHost().routes)
    theirs = json.loads(ip(laptop, "-4 -d -j route show table all"))
    expected = {row for row in names(theirs) if row[0] != "10.23.0.0/16"}
    assert ours(table.routes, 4) == expected
    theirs = json.loads(ip(laptop, "-6 -d -j route show table all"))
    theirs = [r for r in theirs if "from" not in r]
    expected6 = {(*row[:4], {"anycast": "local"}.get(row[4], row[4])) for row in names(theirs)}
    mine = {(*r[:3], r[3], r[4]) for r in ours(table.routes, 6)}
    assert {r[:2] + r[3:] for r in mine} == {r[:2] + r[3:] for r in expected6}
    assert table.unread_rows == 2  # for one tos, and for one source


def test_details(laptop: str, inside: Inside) -> None:
    rows = {(r.destination, r.interface): r for r in inside(laptop, LinuxHost().routes).routes}
    assert rows["0.0.0.0/0", "eth0"].protocol == "dhcp"
    assert rows["10.20.0.0/16", "tun0"].protocol == "static"
    assert rows["10.20.0.0/16", "tun0"].link_down  # nobody holds the tunnel
    assert rows["10.21.0.0/16", "wlan9"].multipath
    assert rows["10.70.0.0/16", "eth0"].next_hop == "fe80::1"
    assert rows["10.22.0.0/16", "wlan9"].table == 220
    assert rows["192.168.1.0/24", "eth0"].source == "192.168.1.23"
    assert rows["10.66.0.0/16", None].type == "blackhole"
    assert rows["2001:db8:66::/48", "lo"].type == "blackhole"


def test_rules(laptop: str, inside: Inside) -> None:
    rules: tuple[Rule, ...] = inside(laptop, LinuxHost().routes).rules
    by = {(rule.family, rule.priority): rule for rule in rules}
    assert by[4, 0].table == 255
    assert by[4, 32766].table == 254
    assert by[4, 1000] == Rule(family=4, priority=1000, table=220, destination="10.22.0.0/16")
    assert by[4, 32764] == Rule(family=4, priority=32764, table=51820, mark=0xCA6C, inverted=True)
    assert by[4, 32763].suppress_prefix_length == 0
    assert (by[4, 900].source, by[4, 900].uid_range) == ("192.168.2.0/24", (100, 200))
    assert by[4, 900].incoming_interface == "lo"
    assert (by[4, 901].action, by[4, 901].mark, by[4, 901].mark_mask) == ("prohibit", 1, 0xFF)
    assert (by[4, 902].action, by[4, 902].goto, by[4, 902].table) == ("goto", 1000, None)
    assert by[4, 903].unread
    assert (by[6, 904].action, by[6, 904].outgoing_interface) == ("unreachable", "eth0")
    assert [rule for rule in rules if rule.unread] == [by[4, 903]]


DECISIONS = {
    # address: interface, type, table, destination, metric
    "203.0.113.10": ("eth0", "unicast", 254, "203.0.113.10/32", 0),
    "10.22.1.1": ("wlan9", "unicast", 220, "10.22.0.0/16", 0),
    "192.168.1.23": ("lo", "local", 255, "192.168.1.23/32", 0),
    "10.66.0.1": (None, "blackhole", None, None, None),
    "10.67.0.1": (None, "unreachable", None, None, None),
    "10.68.0.1": (None, "prohibit", None, None, None),
    "2001:db8:66::1": (None, "blackhole", None, None, None),
    "2001:db8:20::1": ("tun0", "unicast", 254, "2001:db8:20::/48", 1024),
    "2001:db8:1::23": ("lo", "local", 255, "2001:db8:1::23/128", 0),
}


@pytest.mark.parametrize("address", DECISIONS)
def test_decisions(laptop: str, inside: Inside, address: str) -> None:
    found: RouteAnswer = inside(laptop, lambda: LinuxHost().route_to(address))
    assert (
        found.interface,
        found.type,
        found.table,
        found.destination,
        found.metric,
    ) == DECISIONS[address]


def test_decision_for_a_bound_socket(laptop: str, inside: Inside) -> None:
    found: RouteAnswer = inside(laptop, lambda: LinuxHost().route_to("10.22.1.1", "eth0"))
    assert found.interface == "eth0"
    with pytest.raises(OSError, match="interface"):
        inside(laptop, lambda: LinuxHost().route_to("10.22.1.1", "nope0"))
    with pytest.raises(ValueError, match="nonsense"):
        inside(laptop, lambda: LinuxHost().route_to("nonsense"))


def test_no_route_at_all(namespace: str, inside: Inside) -> None:
    for address in ("8.8.8.8", "2001:db8::1"):
        found = inside(namespace, lambda address=address: LinuxHost().route_to(address))
        assert found == RouteAnswer(address=address)


def test_own_address_before_any_rule(namespace: str, inside: Inside) -> None:
    """Until the first rule the kernel itself names the wrong table."""
    assert inside(namespace, lambda: LinuxHost().route_to("127.0.0.1")).table == 255


def test_interfaces(laptop: str, inside: Inside) -> None:
    found: dict[str, Interface] = {i.name: i for i in inside(laptop, LinuxHost().interfaces)}
    kinds = {name: found[name].kind for name in ("lo", "eth0", "docker0", "veth1", "tun0", "tap5")}
    assert kinds == {
        "lo": "loopback",
        "eth0": "ethernet",
        "docker0": "bridge",
        "veth1": "bridge",
        "tun0": "tunnel",
        "tap5": "tunnel",
    }
    assert (found["eth0"].up, found["eth0"].running, found["eth0"].mtu) == (True, True, 1500)
    assert (found["tun0"].up, found["tun0"].running) == (True, False)
    assert (found["tap5"].up, found["tap5"].running) == (False, False)
    peer = found["tun0"].addresses[0]
    assert (peer.address, peer.peer, peer.prefix_length) == ("10.100.0.2", "10.100.0.1", 32)
    assert "2001:db8:1::23" in {a.address for a in found["eth0"].addresses}
    assert (found["eth0"].description, found["tun0"].description) == ("veth", "tun")


def test_a_tunnel_runs_while_a_process_holds_it(laptop: str, inside: Inside) -> None:
    def hold() -> tuple[bool, bool]:
        file = os.open("/dev/net/tun", os.O_RDWR)
        try:
            fcntl.ioctl(file, 0x400454CA, struct.pack("16sH22x", b"tun0", 0x1001))  # TUNSETIFF
            # The kernel tells of a carrier within a second (net/core/link_watch.c).
            for _ in range(30):
                by = {i.name: i for i in LinuxHost().interfaces()}
                if by["tun0"].running:
                    break
                time.sleep(0.1)
            return by["tun0"].up, by["tun0"].running
        finally:
            os.close(file)

    assert inside(laptop, hold) == (True, True)


def test_many_routes(namespace: str, inside: Inside) -> None:
    lines = [f"route add 10.{a}.{b}.0/24 dev lo" for a in range(64) for b in range(256)]
    subprocess.run(
        ("ip", "-n", namespace, "-batch", "-"), input="\n".join(lines), text=True, check=True
    )
    table: RouteTable = inside(namespace, LinuxHost().routes)
    assert len({r.destination for r in table.routes if r.destination.startswith("10.")}) == 16384
    assert table.unread_rows == 0
