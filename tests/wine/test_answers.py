"""Under a real Windows Python, on a lab's laptop: what Wine tells truly is what the kernel says.

What Wine 8 lacks must be said so: names of processes, sessions, GetBestRoute2, GetIpNetEntry2.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.lab.variant import LAPTOP_ADDRESS, ROUTER_ADDRESS, VPC_RESOLVER, Variant
from tests.wine.wine import Wine

pytestmark = [pytest.mark.wine, pytest.mark.lab]
Answers = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def laptop(windows: Path) -> Iterator[tuple[Lab, Wine]]:
    with Lab(Variant(connected=True, mode="full")) as lab, Wine(windows, lab.laptop.argv) as wine:
        yield lab, wine


@pytest.fixture(scope="module")
def plain(laptop: tuple[Lab, Wine]) -> Answers:
    return _ask(laptop[1])


@pytest.fixture(scope="module")
def seeded(laptop: tuple[Lab, Wine], plain: Answers) -> Answers:
    """After `plain`: the same prefix, with what a real Windows would hold."""
    return _ask(laptop[1], "seed")


def _ask(wine: Wine, *words: str) -> Answers:
    done = wine.python("-m", "tests.wine.answers", *words)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    found: Answers = json.loads(done.stdout)
    return found


def test_it_is_windows(plain: Answers) -> None:
    platform = plain["platform"]["answer"]
    assert platform["os"] == "windows"
    assert platform["release"].startswith("Windows 10 10.0.")


def test_interfaces_are_those_of_the_kernel(laptop: tuple[Lab, Wine], plain: Answers) -> None:
    links = json.loads(laptop[0].exec("ip", "-json", "address").stdout)
    wanted = {
        (
            link["ifindex"],
            link["ifname"],
            link["mtu"],
            frozenset((a["local"], a["prefixlen"]) for a in link["addr_info"]),
        )
        for link in links
    }
    told = plain["interfaces"]["answer"]
    found = {
        (
            one["index"],
            one["name"],
            one["mtu"],
            frozenset((a["address"], a["prefix_length"]) for a in one["addresses"]),
        )
        for one in told
    }
    assert found == wanted
    kinds = {one["name"]: (one["kind"], one["up"], one["running"]) for one in told}
    assert kinds["eth0"] == ("ethernet", True, True)
    assert kinds["lo"] == ("loopback", True, True)


def test_ipv4_routes_are_those_of_the_kernel(laptop: tuple[Lab, Wine], plain: Answers) -> None:
    rows = json.loads(laptop[0].exec("ip", "-json", "route").stdout)
    wanted = {(_prefix(row["dst"]), row["dev"], row.get("gateway")) for row in rows}
    table = plain["routes"]["answer"]
    found = {(r["destination"], r["interface"], r["next_hop"]) for r in table["routes"]}
    assert found == wanted
    assert ("0.0.0.0/1", "tun0", "10.100.0.1") in found
    assert table["unread_rows"] == 0


def _prefix(destination: str) -> str:
    if destination == "default":
        return "0.0.0.0/0"
    return destination if "/" in destination else f"{destination}/32"


def test_name_servers_without_those_of_loopback(plain: Answers) -> None:
    resolvers = plain["resolvers"]["answer"]["resolvers"]
    assert ("eth0", VPC_RESOLVER) in {(r["interface"], r["address"]) for r in resolvers}
    assert "lo" not in {r["interface"] for r in resolvers}


def test_a_listener_is_seen(plain: Answers) -> None:
    own = {"address": "127.0.0.1", "port": 35001, "process": None, "user": None}
    assert own in plain["listeners"]["answer"]


def test_what_wine_lacks_is_said(plain: Answers) -> None:
    lacking = {name: told["unsupported"] for name, told in plain.items() if "unsupported" in told}
    assert lacking == {
        "vpn_processes": "the system does not tell the names of processes",
        "logged_in_users": "WTSEnumerateSessionsW lists no session, not even the services'",
        "route_to": "GetBestRoute2 is not supported here (error 50)",
        "neighbour": "this Windows has no GetIpNetEntry2",
    }


def test_an_interface_that_is_not_there(plain: Answers) -> None:
    errors = {name: told["error"] for name, told in plain.items() if "error" in told}
    assert errors == {"no interface": "OSError: [Errno 6] no such interface"}


def test_nothing_is_invented(plain: Answers) -> None:
    for name in ("vpn_clients", "client_logs", "proxies", "services"):
        assert plain[name]["answer"] == [], name
    assert plain["aws_client"]["answer"] is None


def test_rules_of_the_registry(seeded: Answers) -> None:
    rules = [r for r in seeded["resolvers"]["answer"]["resolvers"] if r["origin"] == "nrpt"]
    told = [(r["address"], r["domains"]) for r in rules]
    assert told == [("10.20.0.2", ["corp.example"]), ("10.20.0.3", ["corp.example"])]


def test_proxies_of_the_registry(seeded: Answers) -> None:
    told = [(p["origin"], p["host"], p["port"]) for p in seeded["proxies"]["answer"]]
    assert told == [
        ("pac", "pac.example", None),
        ("system", "proxy.example", 8080),
        ("system", "h.example", 3128),
    ]
    assert "secret" not in json.dumps(seeded)


def test_the_service_by_its_program(seeded: Answers) -> None:
    assert [(name, runs) for name, _command, runs in seeded["services"]["answer"]] == [
        ("SomeName", False)
    ]


def test_an_installed_client_is_not_called_idle_unseen(seeded: Answers) -> None:
    assert "unsupported" in seeded["vpn_clients"]


def test_logs_and_hosts_file(seeded: Answers) -> None:
    (path,) = seeded["client_logs"]["answer"]
    assert path.endswith("\\AWSVPNClient\\logs\\ovpn_aws_vpn_client_1.log")
    (entry,) = seeded["hosts_file"]["answer"]
    assert (entry["address"], entry["names"]) == ("203.0.113.10", ["vpn.example"])


def test_binding_by_alias(windows: Path) -> None:
    with Lab(Variant(connected=False)) as lab, Wine(windows, lab.laptop.argv) as wine:
        told = _ask(wine)
    assert told["bound"] == {"answer": LAPTOP_ADDRESS}
    (resolver,) = told["resolvers"]["answer"]["resolvers"]
    assert (resolver["address"], resolver["interface"]) == (ROUTER_ADDRESS, "eth0")
