"""Faults of a tunnel that came up: its routes, its address, what competes with it."""

from __future__ import annotations

from collections.abc import Callable

from tests.lab.fault import (
    BEFORE,
    LOCAL,
    NAME,
    PATH,
    ROUTES,
    Fault,
    client_log,
    others,
)
from tests.lab.lab import Lab
from tests.lab.topology import SECOND_LAN
from tests.lab.variant import PEERED_ROUTE, ROUTER_ADDRESS, VPC_ROUTE, Variant

SPLIT = Variant()
FULL = Variant(mode="full")
# The fault is there before the client connects, and the injection connects it.
SPLIT_READY = Variant(connected=False)
FULL_READY = Variant(connected=False, mode="full")


def _laptop_ip(lab: Lab, *lines: str) -> None:
    lab.space("laptop").ip(*lines)


def _connect_served(**changes: object) -> Callable[[Lab], None]:
    """Connect for the first time to an endpoint that does not do what the profile says, so that
    the client's log holds this one session."""

    def inject(lab: Lab) -> None:
        lab.serve(**changes)
        lab.connect()

    return inject


def _connect_without_routes(lab: Lab) -> None:
    # On the command line, not in the profile: the profile is not what is wrong.
    lab.connect("--route-noexec")


def _shadow_route(lab: Lab) -> None:
    lab.add_second_lan()
    _laptop_ip(lab, f"route add 10.0.2.0/24 via {SECOND_LAN}.1")


def _crash_client(lab: Lab) -> None:
    """A persistent device outlives its client, with address and routes; so does resolv.conf."""
    lab.exec("openvpn", "--mktun", "--dev", "tun0")
    lab.connect("--dev", "tun0")
    lab.kill_client()


def _crash_client_own_resolver(lab: Lab) -> None:
    _crash_client(lab)
    lab.laptop.use_resolvers(ROUTER_ADDRESS)


_ROUTE_FAULTS = (
    Fault(
        name="route-not-pushed",
        sentence=f"The endpoint pushes only one of two expected routes: {PEERED_ROUTE} is missing.",
        code="route-not-pushed",
        inject=_connect_served(pushed_routes=(VPC_ROUTE,)),
        variant=SPLIT_READY,
        forbid=others("route-not-pushed", BEFORE, ROUTES),
        doctor_args=client_log,
    ),
    Fault(
        name="route-removed",
        sentence=f"Something on the laptop deleted the installed route {PEERED_ROUTE}.",
        code="route-removed",
        inject=lambda lab: _laptop_ip(lab, f"route del {PEERED_ROUTE}"),
        variant=SPLIT,
        forbid=others("route-removed", BEFORE, ROUTES),
        doctor_args=client_log,
    ),
    Fault(
        name="route-not-installed",
        sentence="The client was given the routes and installed none of them.",
        code="route-not-installed",
        inject=_connect_without_routes,
        variant=SPLIT_READY,
        forbid=others("route-not-installed", LOCAL, NAME, PATH, ROUTES),
        doctor_args=client_log,
    ),
    Fault(
        name="route-shadowed",
        sentence="A more specific route sends part of the VPC to a second network card.",
        code="route-shadowed",
        inject=_shadow_route,
        variant=SPLIT,
        forbid=others("route-shadowed", BEFORE, ROUTES),
    ),
    Fault(
        name="lan-overlap",
        sentence="The laptop's own network covers a part of the VPC.",
        code="lan-overlaps-route",
        inject=lambda lab: _laptop_ip(lab, "address add 10.0.2.77/24 dev eth0"),
        variant=SPLIT,
        forbid=others("lan-overlaps-route", BEFORE, ROUTES),
    ),
    Fault(
        name="bridge-overlap",
        sentence="A container bridge on the laptop covers a part of the VPC.",
        code="virtual-network-overlaps-route",
        inject=lambda lab: lab.add_bridge("br-5f3c9d1e2a44", "10.0.2.1/24"),
        variant=SPLIT,
        forbid=others("virtual-network-overlaps-route", BEFORE, ROUTES),
    ),
)

_MODE_FAULTS = (
    Fault(
        name="split-expected-full",
        sentence="A split tunnel is expected, the endpoint takes all traffic.",
        code="full-tunnel-unexpected",
        inject=_connect_served(mode="full"),
        variant=SPLIT_READY,
        forbid=others("full-tunnel-unexpected", BEFORE, ROUTES),
    ),
    Fault(
        name="full-expected-split",
        sentence="A full tunnel is expected, the endpoint pushes single routes.",
        code="split-tunnel-unexpected",
        inject=_connect_served(mode="split"),
        variant=FULL_READY,
        forbid=others("split-tunnel-unexpected", BEFORE, ROUTES),
    ),
    Fault(
        name="full-half-missing",
        sentence="One of the two halves of the full tunnel's default route is gone.",
        code="full-tunnel-incomplete",
        inject=lambda lab: _laptop_ip(lab, "route del 0.0.0.0/1"),
        variant=FULL,
        forbid=others("full-tunnel-incomplete", LOCAL, NAME, PATH, ROUTES),
    ),
)

_STATE_FAULTS = (
    Fault(
        name="routes-stale",
        sentence="The client crashed; its device, routes and resolver setting stayed behind.",
        code="routes-stale",
        inject=_crash_client,
        variant=SPLIT_READY,
        forbid=others("routes-stale", LOCAL, NAME, PATH, ROUTES),
    ),
    Fault(
        name="routes-stale-own-resolver",
        sentence="The client crashed; its device and routes stayed, the resolver is the LAN's.",
        code="routes-stale",
        inject=_crash_client_own_resolver,
        variant=SPLIT_READY,
        forbid=others("routes-stale", BEFORE, ROUTES),
    ),
    Fault(
        name="address-outside",
        sentence="The endpoint hands out addresses from another range than the client CIDR.",
        code="tunnel-address-outside-client-cidr",
        inject=_connect_served(pool="10.200.0.0/27"),
        variant=SPLIT_READY,
        forbid=others("tunnel-address-outside-client-cidr", BEFORE, ROUTES),
    ),
)

FAULTS = (*_ROUTE_FAULTS, *_MODE_FAULTS, *_STATE_FAULTS)
