"""Which namespaces there are, how they are joined, and how each is set up.

Every address exists inside a namespace only, so labs with the same addresses do not meet.
"""

from __future__ import annotations

from tests.lab.network import Cable, Namespace
from tests.lab.variant import (
    CLIENT_VPN_ZONE,
    ENDPOINT_ADDRESSES,
    ENDPOINT_NAME,
    INTERNET_ADDRESS,
    LAPTOP_ADDRESS,
    NAME_SERVER,
    PEERED_ROUTE,
    PEERED_TARGET,
    ROUTER_ADDRESS,
    TARGET,
    VPC_RESOLVER,
    WEB_SERVER,
    Variant,
)
from tests.lab.zone import Zone

ROLES = ("laptop", "home", "internet", "endpoint", "vpc")
SECOND_LAN = "192.168.50"
_NAME_SERVER_NAME = "ns-53.awsdns-06.com"

# IPv6: DAD would keep an address tentative for the first second or two. Routers: the setting of
# the machine is inherited, and a strict one drops what comes back another way.
_PREPARE = """
for f in /proc/sys/net/ipv6/conf/*/accept_dad; do [ ! -e "$f" ] || echo 0 > "$f"; done
for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > "$f"; done
ip link set lo up
"""
_FORWARD = "echo 1 > /proc/sys/net/ipv4/ip_forward\n"
_FORWARD_6 = "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding\n"

# Faults add their rules to these chains.
_CHAINS = """
add table inet lab
add chain inet lab input { type filter hook input priority 0; }
add chain inet lab forward { type filter hook forward priority 0; }
add chain inet lab output { type filter hook output priority 0; }
add table ip lab_nat
add chain ip lab_nat prerouting { type nat hook prerouting priority -100; }
add chain ip lab_nat postrouting { type nat hook postrouting priority 100; }
"""


def cables(spaces: dict[str, Namespace], variant: Variant) -> list[Cable]:
    """All veth pairs; where latency is asked for, the router's uplink is none of them."""
    laid = [
        Cable(spaces["laptop"], "eth0", spaces["home"], "lan0"),
        Cable(spaces["internet"], "edge0", spaces["endpoint"], "wan0"),
        Cable(spaces["endpoint"], "vpc0", spaces["vpc"], "eth0"),
        Cable(spaces["internet"], "edge1", spaces["vpc"], "igw0"),
    ]
    if not variant.latency_ms:
        laid.append(Cable(spaces["home"], "wan0", spaces["internet"], "isp0"))
    return laid


def _up(*devices: str) -> list[str]:
    return [f"link set {device} up" for device in devices]


def _addresses(device: str, *addresses: str) -> list[str]:
    return [f"address add {address} dev {device}" for address in addresses]


def _script(lines: list[str], *, forward: bool = True, nft: str = "") -> str:
    batch = "\n".join(lines)
    rules = f"nft -f - <<'END'\n{_CHAINS}{nft}\nEND\n"
    return f"{_PREPARE}{_FORWARD if forward else ''}ip -batch - <<'END'\n{batch}\nEND\n{rules}"


def _laptop() -> str:
    lines = [*_addresses("eth0", f"{LAPTOP_ADDRESS}/24"), *_up("eth0")]
    lines.append(f"route add default via {ROUTER_ADDRESS}")
    return _script(lines, forward=False)


def _home() -> str:
    lines = [
        *_addresses("lan0", f"{ROUTER_ADDRESS}/24"),
        *_addresses("wan0", "198.51.100.23/24"),
        *_up("lan0", "wan0"),
        f"route add default via {INTERNET_ADDRESS} dev wan0",
    ]
    nft = "add rule ip lab_nat postrouting oifname wan0 snat to 198.51.100.23"
    return _script(lines, nft=nft)


def _internet() -> str:
    lines = [
        *_addresses("isp0", *(f"{at}/24" for at in (INTERNET_ADDRESS, NAME_SERVER, WEB_SERVER))),
        *_addresses("edge0", "203.0.113.1/24"),
        *_addresses("edge1", "198.18.0.1/30"),
        *_up("isp0", "edge0", "edge1"),
    ]
    return _script(lines)


def _endpoint() -> str:
    lines = [
        *_addresses("wan0", *(f"{at}/24" for at in (*ENDPOINT_ADDRESSES, "203.0.113.50"))),
        *_addresses("vpc0", "10.0.1.50/16"),
        *_up("wan0", "vpc0"),
        "route add default via 203.0.113.1",
        f"route add {PEERED_ROUTE} via {TARGET}",
    ]
    nft = (
        "add rule ip lab_nat postrouting oifname vpc0 ip saddr != 10.0.0.0/16 snat to 10.0.1.50\n"
        "add rule ip lab_nat postrouting oifname wan0 ip saddr 10.0.0.0/8 snat to 203.0.113.50\n"
    )
    return _script(lines, nft=nft)


def _vpc() -> str:
    lines = [
        *_addresses("eth0", f"{TARGET}/16", f"{VPC_RESOLVER}/16", f"{PEERED_TARGET}/32"),
        *_addresses("igw0", "198.18.0.2/30"),
        *_up("eth0", "igw0"),
        "route add default via 198.18.0.1",
    ]
    return _script(lines)


def scripts() -> dict[str, str]:
    """The set-up of each namespace, by role."""
    return {
        "laptop": _laptop(),
        "home": _home(),
        "internet": _internet(),
        "endpoint": _endpoint(),
        "vpc": _vpc(),
    }


def ipv6_scripts() -> dict[str, str]:
    """What IPv6 adds: an ordinary dual-stack home; the endpoint stays reachable by IPv4 only."""
    return {
        "laptop": "ip -6 address add 2001:db8:1::23/64 dev eth0\n"
        "ip -6 route add default via 2001:db8:1::1\n",
        "home": _FORWARD_6 + "ip -6 address add 2001:db8:1::1/64 dev lan0\n"
        "ip -6 address add 2001:db8:100::23/64 dev wan0\n"
        "ip -6 route add default via 2001:db8:100::1\n",
        "internet": _FORWARD_6 + "ip -6 address add 2001:db8:100::1/64 dev isp0\n"
        "ip -6 address add 2001:db8:100::80/64 dev isp0\n"
        "ip -6 route add 2001:db8:1::/64 via 2001:db8:100::23\n",
    }


def zone(*, endpoint: bool = True) -> Zone:
    """What the name server of the internet knows, with or without the endpoint's name."""
    web = {"A": [WEB_SERVER]}
    records = {
        _NAME_SERVER_NAME: {"A": [NAME_SERVER]},
        "checkip.amazonaws.com": web,
        "aws.amazon.com": web,
        "example.com": web,
        "www.example.com": web,
    }
    if endpoint:
        records[f"*.{ENDPOINT_NAME}"] = {"A": list(ENDPOINT_ADDRESSES)}
    zones = ["", "com", "amazonaws.com", "amazon.com", "awsdns-06.com", "example.com"]
    return {"zones": [*zones, CLIENT_VPN_ZONE], "server": _NAME_SERVER_NAME, "records": records}
