"""macOS laptops."""

from __future__ import annotations

from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.network import Interface, Listener, Resolver, Route
from tests.recorded.laptop import ENDPOINT, OPENVPN, PROFILE, VPC, VPC_DNS, Laptop
from tests.recorded.scenarios.bases import (
    GATEWAY,
    LAN_RESOLVER,
    UTUN,
    macos_connected,
    macos_full,
    macos_ready,
    utun,
)
from tests.recorded.scenarios.rows import LAN_GATEWAY, interface, macos_rows, row
from tests.recorded.scenarios.scenario import Scenario

_ORBSTACK = interface(25, "bridge100", "bridge", "198.19.249.3/23")
_DOCKER_BRIDGE = interface(26, "bridge101", "bridge", "10.20.64.1/20")
_TAILSCALE = utun("100.101.7.3/32", index=22, name="utun5")
_WARP = utun("172.16.0.2/32", index=20, name="utun5")


def _forced_lan() -> tuple[Route, ...]:
    """`redirect-gateway block-local`: the default replaced, the LAN in halves, E past it."""
    return (
        row("0.0.0.0/0", UTUN, GATEWAY),
        row("192.168.178.0/25", UTUN, GATEWAY),
        row("192.168.178.128/25", UTUN, GATEWAY),
        row(f"{ENDPOINT}/32", "en0", LAN_GATEWAY),
    )


def _orbstack() -> tuple[Interface | Route, ...]:
    """A bridge with addresses that are not private, and a scoped default of its own."""
    return (
        _ORBSTACK,
        row("0.0.0.0/0", "bridge100", "198.19.249.3", scoped=True),
        *macos_rows(_ORBSTACK),
    )


def _under_other_vpn() -> Laptop:
    """Not connected; a full tunnel without a name that would tell whose it is."""
    return (
        macos_ready()
        .without("0.0.0.0/0", interface="en0")
        .adding(
            utun("10.250.0.7/24", index=23, name="utun6"),
            row("0.0.0.0/0", "utun6", "10.250.0.1"),
            row("0.0.0.0/0", "en0", LAN_GATEWAY, scoped=True),
        )
    )


def _warp(laptop: Laptop) -> Laptop:
    """WARP as `route` shows it: everything but private ranges, by prefixes longer than def1."""
    public = ("0.0.0.0/5", "8.0.0.0/7", "12.0.0.0/6", "16.0.0.0/4", "32.0.0.0/3", "64.0.0.0/3")
    more = ("96.0.0.0/6", "104.0.0.0/5", "112.0.0.0/4", "128.0.0.0/3", "160.0.0.0/5")
    rest = ("176.0.0.0/4", "208.0.0.0/4", "200.0.0.0/5", "194.0.0.0/7", "196.0.0.0/6")
    rows = [row(prefix, "utun5") for prefix in (*public, *more, *rest)]
    return laptop.adding(
        _WARP, *rows, row("0.0.0.0/0", "utun5", scoped=True), row("172.16.0.2/32", "utun5")
    )


_CONNECTED = (
    Scenario(
        name="mac-split",
        says="Healthy: split on utun7 beside Apple's own utuns.",
        laptop=macos_connected(),
        verdict="healthy",
    ),
    Scenario(
        name="mac-full",
        says="Healthy: def1 and the endpoint's own row.",
        laptop=macos_full(),
        verdict="healthy",
    ),
    Scenario(
        name="mac-split-with-tailscale",
        says="Healthy: Tailscale beside it, in 100.64.0.0/10 only.",
        laptop=macos_connected().adding(
            _TAILSCALE, row("100.64.0.0/10", "utun5"), row("100.101.7.3/32", "utun5")
        ),
        verdict="healthy",
    ),
    Scenario(
        name="mac-split-with-warp",
        says="Healthy: WARP carries the public internet, the VPN the private networks.",
        laptop=_warp(macos_connected()),
        verdict="healthy",
    ),
    Scenario(
        name="mac-scoped-defaults",
        says="Healthy: Ethernet and Wi-Fi both up, the second with a scoped default.",
        laptop=macos_connected().adding(
            interface(6, "en7", "ethernet", "192.168.50.7/24"),
            row("0.0.0.0/0", "en7", "192.168.50.1", scoped=True),
            row("192.168.50.0/24", "en7"),
        ),
        verdict="healthy",
    ),
    Scenario(
        name="mac-orbstack-harmless",
        says="Healthy: OrbStack's bridge beside a tunnel that was not forced.",
        laptop=macos_connected().adding(*_orbstack()),
        verdict="healthy",
    ),
    Scenario(
        name="mac-forced-lan",
        says="OrbStack's bridge is not private: the endpoint forced everything into the tunnel.",
        laptop=macos_connected()
        .without("0.0.0.0/0", interface="en0")
        .adding(*_orbstack(), *_forced_lan()),
        verdict="degraded",
        must=("full-tunnel-unexpected",),
        certainty="likely",
    ),
    Scenario(
        name="mac-full-under-warp",
        says="WARP is up too; its rows are longer than def1 and take the internet.",
        laptop=_warp(macos_full()),
        verdict="degraded",
        must=("route-shadowed",),
    ),
    Scenario(
        name="mac-forced-lan-silent",
        says="The same, and the endpoint does not answer probes beside the tunnel.",
        laptop=macos_connected()
        .without("0.0.0.0/0", interface="en0")
        .adding(*_orbstack(), *_forced_lan())
        .but(ports={}),
        verdict="degraded",
        must=("full-tunnel-unexpected",),
        low=("endpoint-silent",),
        certainty="likely",
    ),
    Scenario(
        name="mac-docker-overlap",
        says="A container bridge took 10.20.64.0/20, which is in the VPC.",
        laptop=macos_connected().adding(_DOCKER_BRIDGE, *macos_rows(_DOCKER_BRIDGE)),
        verdict="degraded",
        must=("virtual-network-overlaps-route",),
    ),
    Scenario(
        name="mac-tailscale-subnet-router",
        says="Tailscale is up too and routes 10.20.4.0/22 to a subnet router.",
        laptop=macos_connected().adding(_TAILSCALE, row("10.20.4.0/22", "utun5")),
        verdict="degraded",
        must=("route-shadowed",),
    ),
    Scenario(
        name="mac-route-scoped-only",
        says="The VPC's row is there, but scoped: only bound sockets use it.",
        laptop=macos_connected().without(VPC).adding(row(VPC, UTUN, GATEWAY, scoped=True)),
        verdict="degraded",
        must=("route-shadowed",),
    ),
    Scenario(
        name="mac-half-of-def1-missing",
        says="0/1 is gone from a full tunnel.",
        laptop=macos_full().without("0.0.0.0/1"),
        verdict="broken",
        must=("full-tunnel-incomplete",),
    ),
    Scenario(
        name="mac-lan-in-pool",
        says="The LAN lies inside the client range.",
        laptop=macos_connected().but(
            expectation=Expectation(tunnel="split", routes=(VPC,), client_cidr="192.168.176.0/22")
        ),
        verdict="degraded",
        must=("tunnel-address-outside-client-cidr", "lan-overlaps-client-cidr"),
        certainty="likely",
    ),
    Scenario(
        name="mac-address-outside",
        says="The tunnel's address is not of the range that was expected.",
        laptop=macos_connected().but(
            expectation=Expectation(tunnel="split", routes=(VPC,), client_cidr="10.77.0.0/22")
        ),
        verdict="degraded",
        must=("tunnel-address-outside-client-cidr",),
        certainty="likely",
    ),
)

_NOT_CONNECTED = (
    Scenario(
        name="mac-ready",
        says="Not connected; Apple's utuns are none of ours.",
        laptop=macos_ready(),
        verdict="ready",
    ),
    Scenario(
        name="mac-ready-orbstack",
        says="Not connected; OrbStack's bridge with its scoped default.",
        laptop=macos_ready().adding(*_orbstack()),
        verdict="ready",
    ),
    Scenario(
        name="mac-ready-tailscale",
        says="Not connected; Tailscale is another's tunnel, no tunnel of ours.",
        laptop=macos_ready().adding(_TAILSCALE, row("100.64.0.0/10", "utun5")),
        verdict="ready",
    ),
    Scenario(
        name="mac-ready-tailscale-client-open",
        says="Not connected; the client's process waits, and Tailscale's tunnel is not it.",
        laptop=macos_ready()
        .adding(_TAILSCALE, row("100.64.0.0/10", "utun5"))
        .but(processes=(OPENVPN,)),
        verdict="ready",
    ),
    Scenario(
        name="mac-ready-warp",
        says="Not connected; WARP carries the internet, and the endpoint answers through it.",
        laptop=_warp(macos_ready()),
        verdict="ready",
    ),
    Scenario(
        name="mac-warp-silent",
        says="Not connected; WARP carries the internet, and the endpoint is silent through it.",
        laptop=_warp(macos_ready()).but(ports={}),
        verdict="broken",
        must=("endpoint-silent",),
        certainty="likely",
    ),
    Scenario(
        name="mac-tailscale-off-client-open",
        says="Not connected; Tailscale's tunnel is switched off, the AWS client's process waits.",
        laptop=macos_ready()
        .adding(utun("100.101.7.3/32", index=22, name="utun5", up=False))
        .but(processes=(OPENVPN,)),
        verdict="broken",
        must=("tunnel-interface-down",),
        certainty="likely",
    ),
    Scenario(
        name="mac-silent-under-other-vpn",
        says="Another VPN took the default, en0's is scoped; the endpoint is silent.",
        laptop=_under_other_vpn().but(ports={}),
        verdict="broken",
        must=("endpoint-silent",),
        certainty="likely",
    ),
    Scenario(
        name="mac-ready-under-other-vpn",
        says="Another VPN took the default, en0's is scoped; the endpoint answers through it.",
        laptop=_under_other_vpn(),
        verdict="ready",
    ),
    Scenario(
        name="mac-stale-gateway",
        says="After sleep: utun7 is gone, a row to its gateway stayed on en0.",
        laptop=macos_ready().adding(row(VPC, "en0", GATEWAY)),
        verdict="broken",
        must=("routes-stale",),
    ),
    Scenario(
        name="mac-bypass-stale",
        says="A row for the endpoint by the hotspot's gateway was left; it is silent.",
        laptop=macos_ready().adding(row(f"{ENDPOINT}/32", "en0", "172.20.10.1")).but(ports={}),
        verdict="broken",
        must=("endpoint-bypass-stale",),
    ),
    Scenario(
        name="mac-dns-left-over",
        says="Not connected; only the VPC's resolver is left, and nobody answers.",
        laptop=macos_ready().but(
            resolvers_=(Resolver(address=VPC_DNS, origin="scutil"),),
            dead_resolvers={VPC_DNS: "timed_out"},
        ),
        verdict="broken",
        must=("dns-left-over",),
    ),
    Scenario(
        name="mac-resolver-dead",
        says="Not connected; the LAN's resolver does not answer.",
        laptop=macos_ready().but(dead_resolvers={LAN_RESOLVER.address: "timed_out"}),
        verdict="broken",
        must=("resolver-unreachable",),
    ),
    Scenario(
        name="mac-saml-port-busy",
        says="Not connected; another program holds the browser's way back.",
        laptop=macos_ready().but(
            profile=PROFILE.__class__(
                name="work",
                endpoint_id=PROFILE.endpoint_id,
                region=PROFILE.region,
                remotes=PROFILE.remotes,
                random_hostname=True,
                auth=("saml",),
            ),
            listeners_=(Listener(address="127.0.0.1", port=35001, process="python3.12"),),
        ),
        verdict="broken",
        must=("saml-port-busy",),
    ),
    Scenario(
        name="mac-refused",
        says="Not connected; the endpoint's port refuses.",
        laptop=macos_ready().but(ports={("udp", 443): "refused"}),
        verdict="broken",
        must=("endpoint-refused",),
        certainty="likely",
    ),
    Scenario(
        name="mac-udp-blocked",
        says="Not connected; UDP is silent, TCP 443 of the same address is refused.",
        laptop=macos_ready().but(ports={("tcp", 443): "refused"}),
        verdict="broken",
        must=("endpoint-udp-blocked",),
    ),
)

SCENARIOS = (*_CONNECTED, *_NOT_CONNECTED)
