"""What a fault is, and the families of codes that exclude each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.lab.lab import Lab
from tests.lab.variant import Variant

LOCAL = frozenset({"network-down", "internet-unreachable", "captive-portal", "proxy-only-network"})
RESOLVER = frozenset({"resolver-unreachable", "resolver-failing"})
NAME = frozenset(
    {
        "endpoint-name-unknown",
        "endpoint-name-filtered",
        "endpoint-name-hijacked",
        "endpoint-name-overridden",
    }
)
PATH = frozenset(
    {
        "endpoint-udp-blocked",
        "endpoint-tcp-blocked",
        "endpoint-refused",
        "endpoint-transport-changed",
        "endpoint-silent",
        "endpoint-not-openvpn",
        "endpoint-handshake-cut",
    }
)
# What only an endpoint that answers can show; never a consequence of a dead path to it.
ANSWERED = frozenset({"endpoint-refused", "endpoint-transport-changed", "endpoint-not-openvpn"})
ROUTES = frozenset(
    {
        "route-not-pushed",
        "route-not-installed",
        "route-removed",
        "route-pull-refused",
        "route-shadowed",
        "lan-overlaps-route",
        "virtual-network-overlaps-route",
        "lan-overlaps-client-cidr",
        "other-vpn-owns-path",
        "concurrent-tunnels-conflict",
        "full-tunnel-unexpected",
        "split-tunnel-unexpected",
        "full-tunnel-incomplete",
        "routes-stale",
        "tunnel-address-outside-client-cidr",
    }
)
BEFORE = LOCAL | RESOLVER | NAME | PATH


def no_arguments(lab: Lab) -> tuple[str, ...]:
    return ()


def client_log(lab: Lab) -> tuple[str, ...]:
    """The client's log says what was pushed, which the laptop's state alone does not."""
    return ("--client-log", str(lab.client_log))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`code` is the root cause; none of `forbid` may be among the findings, whatever its place."""

    name: str
    sentence: str
    code: str
    inject: Callable[[Lab], object]
    variant: Variant
    forbid: frozenset[str]
    doctor_args: Callable[[Lab], tuple[str, ...]] = no_arguments


def others(code: str, *families: Iterable[str]) -> frozenset[str]:
    """All of the families but the one code."""
    return frozenset(member for family in families for member in family) - {code}
