"""Windows laptops."""

from __future__ import annotations

from cvpn_doctor.model.aws_client import AwsClientState
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.network import Resolver
from tests.recorded.laptop import ENDPOINT, OPENVPN, PEERED, POOL, SPLIT, VPC, VPC_DNS
from tests.recorded.scenarios.bases import (
    GATEWAY,
    LAN_RESOLVER,
    TAP,
    TAP_METRIC,
    WIFI,
    WIFI_METRIC,
    tap,
    windows_connected,
    windows_full,
    windows_ready,
)
from tests.recorded.scenarios.rows import LAN_GATEWAY, interface, row, windows_rows
from tests.recorded.scenarios.scenario import Scenario

_SWITCH = interface(
    52,
    "vEthernet (WSL)",
    "bridge",
    "172.31.96.1/20",
    description="Hyper-V Virtual Ethernet Adapter",
)
_DOCKER = interface(
    57,
    "vEthernet (DockerNAT)",
    "bridge",
    "10.20.75.1/24",
    description="Hyper-V Virtual Ethernet Adapter #2",
)
_HARMLESS = interface(
    64,
    "vEthernet (Default Switch)",
    "bridge",
    "172.26.240.1/20",
    description="Hyper-V Virtual Ethernet Adapter #3",
)
_TAILSCALE = interface(
    30,
    "Tailscale",
    "tunnel",
    "100.115.71.66/32",
    description="Tailscale Tunnel",
)
_ANYCONNECT = interface(
    31,
    "Ethernet 3",
    "tunnel",
    "10.21.38.97/24",
    description="Cisco AnyConnect Secure Mobility Client Virtual Miniport Adapter for Windows x64",
)
_ZSCALER = interface(
    33, "ZCC", "tunnel", "100.64.0.1/16", description="Zscaler Network Adapter 1.0.2.0"
)
_WARP = interface(
    34, "CloudflareWARP", "tunnel", "172.16.0.2/32", description="Cloudflare WARP Interface Tunnel"
)
_SECOND = interface(
    13,
    "Ethernet 4",
    "tunnel",
    "10.101.0.5/27",
    description="AWS VPN Client TAP-Windows Adapter V9 #3",
)
_SECOND_ROW = row("10.50.0.0/16", "Ethernet 4", "10.101.0.1", metric=25)
_CABLE = interface(5, "Ethernet", "ethernet", "192.168.50.7/24")
_NORD_TAP = interface(
    40, "Local Area Connection", "tunnel", description="TAP-NordVPN Windows Adapter V9"
)
_NORD_DCO = interface(
    41,
    "OpenVPN Data Channel Offload for NordVPN",
    "tunnel",
    description="OpenVPN Data Channel Offload",
)
_LAN_10 = interface(9, WIFI, "wifi", "10.20.7.35/24", description="Intel(R) Wi-Fi 6 AX201 160MHz")


def _on_lan_10() -> Scenario:
    laptop = windows_connected().without("0.0.0.0/0")
    kept = tuple(r for r in laptop.routes_ if r.interface != WIFI)
    laptop = laptop.but(
        interfaces_=tuple(i for i in laptop.interfaces_ if i.name != WIFI), routes_=kept
    ).adding(
        _LAN_10,
        row("0.0.0.0/0", WIFI, "10.20.7.1", metric=WIFI_METRIC),
        *windows_rows(_LAN_10, WIFI_METRIC + 256),
    )
    return Scenario(
        name="win-lan-overlap",
        says="The home LAN 10.20.7.0/24 lies inside the VPC.",
        laptop=laptop,
        verdict="degraded",
        must=("lan-overlaps-route",),
    )


_CONNECTED = (
    Scenario(
        name="win-split",
        says="Healthy: split, TAP #2, DHCP address, the VPC's resolver on the adapter.",
        laptop=windows_connected(),
        verdict="healthy",
    ),
    Scenario(
        name="win-full",
        says="Healthy: def1 and the endpoint's own row.",
        laptop=windows_full(),
        verdict="healthy",
    ),
    Scenario(
        name="win-split-with-switches",
        says="Healthy: Hyper-V's default switch beside the VPN, elsewhere.",
        laptop=windows_connected().adding(_HARMLESS, *windows_rows(_HARMLESS, 5256)),
        verdict="healthy",
    ),
    Scenario(
        name="win-split-with-tailscale",
        says="Healthy: Tailscale beside it, in 100.64.0.0/10 only.",
        laptop=windows_connected().adding(
            _TAILSCALE,
            *windows_rows(_TAILSCALE, 261),
            row("100.64.0.0/10", "Tailscale", "100.100.100.100", metric=5),
            row("100.100.100.100/32", "Tailscale", metric=5),
        ),
        verdict="healthy",
    ),
    Scenario(
        name="win-split-with-zscaler",
        says="Healthy: Zscaler's adapter beside it with its own range.",
        laptop=windows_connected().adding(_ZSCALER, *windows_rows(_ZSCALER, 257)),
        verdict="healthy",
    ),
    Scenario(
        name="win-wsl-overlap",
        says="WSL's switch took 172.31.96.0/20, which is in the peered network.",
        laptop=windows_connected().adding(_SWITCH, *windows_rows(_SWITCH, 5256)),
        verdict="degraded",
        must=("virtual-network-overlaps-route",),
    ),
    Scenario(
        name="win-docker-overlap",
        says="Docker Desktop's switch took 10.20.75.0/24, which is in the VPC.",
        laptop=windows_connected().adding(_DOCKER, *windows_rows(_DOCKER, 271)),
        verdict="degraded",
        must=("virtual-network-overlaps-route",),
    ),
    _on_lan_10(),
    Scenario(
        name="win-metric-lower-elsewhere",
        says="A static row for the VPC on the Wi-Fi is cheaper than the tunnel's.",
        laptop=windows_connected().adding(row(VPC, WIFI, LAN_GATEWAY, metric=10)),
        verdict="degraded",
        must=("route-shadowed",),
    ),
    Scenario(
        name="win-metric-higher-elsewhere",
        says="Healthy: the same row, but dearer than the tunnel's.",
        laptop=windows_connected().adding(row(VPC, WIFI, LAN_GATEWAY, metric=300)),
        verdict="healthy",
    ),
    Scenario(
        name="win-metric-tie",
        says="The same prefix at the same whole cost on two adapters; Windows says: the Wi-Fi.",
        laptop=windows_connected().adding(row(VPC, WIFI, LAN_GATEWAY, metric=TAP_METRIC)),
        verdict="degraded",
        must=("route-shadowed",),
    ),
    Scenario(
        name="win-metric-tie-untold",
        says="The same, and Windows could not be asked which of the two it takes.",
        laptop=windows_connected()
        .adding(row(VPC, WIFI, LAN_GATEWAY, metric=TAP_METRIC))
        .but(unanswered=("route_to",)),
        verdict="degraded",
        must=("route-shadowed",),
        certainty="likely",
    ),
    Scenario(
        name="win-two-sessions",
        says="Two adapters of the AWS client are up, and nothing tells which is this profile's.",
        laptop=windows_connected()
        .adding(
            _SECOND, *windows_rows(_SECOND, 281), row("10.50.0.0/16", "Ethernet 4", "10.101.0.1")
        )
        .but(expectation=Expectation()),
        verdict="ready",
    ),
    Scenario(
        name="win-vpc-resolver-dead",
        says="The VPC's resolver is routed into the tunnel and silent; there is no other.",
        laptop=windows_connected().but(
            resolvers_=(Resolver(address=VPC_DNS, interface=TAP, origin="adapter"),),
            dead_resolvers={VPC_DNS: "timed_out"},
        ),
        verdict="broken",
        must=("tunnel-dns-unreachable",),
    ),
    Scenario(
        name="win-vpc-resolver-unrouted",
        says="The VPC's resolver has no row into the tunnel.",
        laptop=windows_connected(PEERED).but(
            expectation=Expectation(
                tunnel="split", routes=(PEERED,), client_cidr=POOL, dns=(VPC_DNS,)
            ),
            resolvers_=(Resolver(address=VPC_DNS, interface=TAP, origin="adapter"),),
            dead_resolvers={VPC_DNS: "timed_out"},
        ),
        verdict="broken",
        must=("tunnel-dns-unrouted",),
    ),
    Scenario(
        name="win-anyconnect-default-cheaper",
        says="Healthy: AnyConnect's default row is the cheapest, the VPC's rows are longer.",
        laptop=windows_connected().adding(
            _ANYCONNECT,
            *windows_rows(_ANYCONNECT, 257),
            row("0.0.0.0/0", "Ethernet 3", "10.21.38.1", metric=2),
        ),
        verdict="healthy",
    ),
    Scenario(
        name="win-anyconnect-more-specific",
        says="AnyConnect is up too and carries 10.20.128.0/17.",
        laptop=windows_connected().adding(
            _ANYCONNECT,
            *windows_rows(_ANYCONNECT, 257),
            row("10.20.128.0/17", "Ethernet 3", "10.21.38.1", metric=2),
        ),
        verdict="degraded",
        must=("route-shadowed",),
    ),
    Scenario(
        name="win-warp-takes-all",
        says="WARP is up too and carries half of the VPC more specifically.",
        laptop=windows_connected().adding(
            _WARP,
            *windows_rows(_WARP, 261),
            row("10.20.0.0/17", "CloudflareWARP", metric=5),
        ),
        verdict="degraded",
        must=("route-shadowed",),
    ),
    Scenario(
        name="win-half-of-def1-missing",
        says="128.0.0.0/1 is gone from a full tunnel.",
        laptop=windows_full().without("128.0.0.0/1"),
        verdict="broken",
        must=("full-tunnel-incomplete",),
    ),
    Scenario(
        name="win-full-expected-split",
        says="Only the VPC's rows, where everything was expected.",
        laptop=windows_connected().but(expectation=windows_full().expectation),
        verdict="degraded",
        must=("split-tunnel-unexpected",),
    ),
    Scenario(
        name="win-split-expected-full",
        says="def1, where a split tunnel was expected.",
        laptop=windows_full().but(expectation=SPLIT),
        verdict="degraded",
        must=("full-tunnel-unexpected",),
    ),
    Scenario(
        name="win-peered-route-missing",
        says="The peered network has no row; no log tells why.",
        laptop=windows_connected().without(PEERED),
        verdict="degraded",
        must=("route-not-pushed",),
        certainty="likely",
    ),
    Scenario(
        name="win-address-outside",
        says="The tunnel's address is not of the range that was expected.",
        laptop=windows_connected().but(
            expectation=Expectation(tunnel="split", routes=(VPC,), client_cidr="10.77.0.0/22")
        ),
        verdict="degraded",
        must=("tunnel-address-outside-client-cidr",),
        certainty="likely",
    ),
    Scenario(
        name="win-apipa",
        says="DHCP failed on the TAP adapter: 169.254.x.x, while the client runs.",
        laptop=windows_ready()
        .changed(TAP, running=True, addresses=tap("169.254.12.7/16").addresses)
        .adding(*windows_rows(tap("169.254.12.7/16"), TAP_METRIC + 256))
        .but(processes=(OPENVPN,)),
        verdict="broken",
        must=("tunnel-address-missing",),
    ),
)

_NOT_CONNECTED = (
    Scenario(
        name="win-ready",
        says="Not connected; the endpoint answers.",
        laptop=windows_ready(),
        verdict="ready",
    ),
    Scenario(
        name="win-ready-other-adapters",
        says="Not connected; NordVPN's TAP and an ovpn-dco adapter are there, without a carrier.",
        laptop=windows_ready().adding(
            interface(
                40, "Local Area Connection", "tunnel", description="TAP-NordVPN Windows Adapter V9"
            ),
            interface(
                41,
                "OpenVPN Data Channel Offload for NordVPN",
                "tunnel",
                description="OpenVPN Data Channel Offload",
            ),
        ),
        verdict="ready",
    ),
    Scenario(
        name="win-ready-tailscale-exit-node",
        says="Not connected; Tailscale carries the default row, and the endpoint answers.",
        laptop=windows_ready().adding(
            _TAILSCALE,
            *windows_rows(_TAILSCALE, 261),
            row("0.0.0.0/0", "Tailscale", "100.100.100.100", metric=5),
            row("100.64.0.0/10", "Tailscale", "100.100.100.100", metric=5),
        ),
        verdict="ready",
    ),
    Scenario(
        name="win-profiles-lost",
        says="Client 6 lists no profile; two of client 5 lie in the user's folder.",
        laptop=windows_ready().but(
            aws=AwsClientState(daemon="answers", profiles=(), connections=(), old_profiles=2)
        ),
        verdict="broken",
        must=("vpn-client-profiles-lost",),
    ),
    Scenario(
        name="win-ready-persistent-row",
        says="Not connected; an administrator's persistent row that is not ours.",
        laptop=windows_ready().adding(row("157.0.0.0/8", WIFI, "157.55.80.1", metric=78)),
        verdict="ready",
    ),
    Scenario(
        name="win-refused",
        says="Not connected; the endpoint's port refuses; nothing tells who sent that.",
        laptop=windows_ready().but(ports={("udp", 443): "refused"}),
        verdict="broken",
        must=("endpoint-refused",),
        certainty="likely",
    ),
    Scenario(
        name="win-silent",
        says="Not connected; the endpoint is silent everywhere, the internet is there.",
        laptop=windows_ready().but(ports={}),
        verdict="broken",
        must=("endpoint-silent",),
        certainty="likely",
    ),
    Scenario(
        name="win-udp-blocked",
        says="Not connected; UDP is silent, TCP 443 of the same address is refused.",
        laptop=windows_ready().but(ports={("tcp", 443): "refused"}),
        verdict="broken",
        must=("endpoint-udp-blocked",),
    ),
    Scenario(
        name="win-udp-rejected",
        says="Not connected; a router in between prohibits it by ICMP.",
        laptop=windows_ready().but(ports={("udp", 443): "rejected"}),
        verdict="broken",
        must=("endpoint-udp-blocked",),
    ),
    Scenario(
        name="win-firewall",
        says="Not connected; Windows itself denies the packet.",
        laptop=windows_ready().but(ports={("udp", 443): "denied"}),
        verdict="broken",
        must=("local-firewall-blocks",),
    ),
    Scenario(
        name="win-transport-changed",
        says="Not connected; the endpoint speaks TCP now.",
        laptop=windows_ready().but(ports={("tcp", 443): "openvpn"}),
        verdict="broken",
        must=("endpoint-transport-changed",),
    ),
    Scenario(
        name="win-dns-left-over",
        says="Not connected; only the VPC's resolver is left, and nobody answers.",
        laptop=windows_ready().but(
            resolvers_=(Resolver(address=VPC_DNS, interface=TAP, origin="adapter"),),
            dead_resolvers={VPC_DNS: "timed_out"},
        ),
        verdict="broken",
        must=("dns-left-over",),
    ),
    Scenario(
        name="win-ready-dns-second",
        says="Not connected; the VPC's resolver is left behind the LAN's, which answers.",
        laptop=windows_ready().but(
            resolvers_=(LAN_RESOLVER, Resolver(address=VPC_DNS, origin="adapter")),
            dead_resolvers={VPC_DNS: "timed_out"},
        ),
        verdict="ready",
    ),
    Scenario(
        name="win-stale-after-sleep",
        says="The adapter lost its carrier in sleep, its rows stayed, no client runs.",
        laptop=windows_connected()
        .changed(TAP, running=False)
        .but(processes=(), resolvers_=(LAN_RESOLVER,)),
        verdict="broken",
        must=("routes-stale",),
    ),
    Scenario(
        name="win-stale-def1-on-wifi",
        says="The client crashed: a half of def1 was moved to the Wi-Fi's gateway.",
        laptop=windows_ready().adding(row("0.0.0.0/1", WIFI, GATEWAY, metric=WIFI_METRIC)),
        verdict="broken",
        must=("routes-stale",),
    ),
    Scenario(
        name="win-bypass-stale",
        says="A row for the endpoint by another network's gateway was left; it is silent.",
        laptop=windows_ready()
        .adding(row(f"{ENDPOINT}/32", WIFI, "10.0.0.138", metric=WIFI_METRIC))
        .but(ports={}),
        verdict="broken",
        must=("endpoint-bypass-stale",),
    ),
    Scenario(
        name="win-silent-by-second-adapter",
        says="Cable and Wi-Fi are up; the endpoint's row goes by the cable's own gateway; silent.",
        laptop=windows_ready()
        .changed("Ethernet", running=True, addresses=_CABLE.addresses)
        .adding(
            *windows_rows(_CABLE, 281),
            row("0.0.0.0/0", "Ethernet", "192.168.50.1", metric=50),
            row(f"{ENDPOINT}/32", "Ethernet", "192.168.50.1", metric=50),
        )
        .but(ports={}),
        verdict="broken",
        must=("endpoint-silent",),
        certainty="likely",
    ),
    Scenario(
        name="win-silent-by-other-vpn",
        says="Tailscale routes the endpoint's address to a subnet router; silent.",
        laptop=windows_ready()
        .adding(
            _TAILSCALE,
            *windows_rows(_TAILSCALE, 261),
            row(f"{ENDPOINT}/32", "Tailscale", "100.100.100.100", metric=5),
        )
        .but(ports={}),
        verdict="broken",
        must=("endpoint-silent",),
        certainty="likely",
    ),
    Scenario(
        name="win-silent-under-anyconnect",
        says="AnyConnect took the only default row; the endpoint is silent through it.",
        laptop=windows_ready()
        .without("0.0.0.0/0")
        .adding(
            _ANYCONNECT,
            *windows_rows(_ANYCONNECT, 257),
            row("0.0.0.0/0", "Ethernet 3", "10.21.38.1", metric=2),
        )
        .but(ports={}),
        verdict="broken",
        must=("endpoint-silent",),
        certainty="likely",
    ),
    Scenario(
        name="win-adapter-disabled",
        says="The AWS client's adapter is disabled, while its process tries.",
        laptop=windows_ready().changed(TAP, up=False).but(processes=(OPENVPN,)),
        verdict="broken",
        must=("tunnel-interface-down",),
    ),
    Scenario(
        name="win-offline",
        says="No network at all: no default row, no carrier.",
        laptop=windows_ready()
        .without("0.0.0.0/0")
        .changed(WIFI, running=False, addresses=())
        .but(
            routes_=tuple(r for r in windows_ready().routes_ if r.interface != WIFI),
            resolvers_=(),
            online=False,
        ),
        verdict="broken",
        must=("network-down", "resolver-unreachable"),
    ),
    Scenario(
        name="win-service-stopped",
        says="The AWS client's service does not run.",
        laptop=windows_ready().but(
            clients=(
                windows_ready()
                .clients[0]
                .__class__(
                    product="aws",
                    name="AWS VPN Client",
                    version="5.3.1",
                    running=True,
                    service_running=False,
                ),
            )
        ),
        verdict="broken",
        must=("vpn-client-service-stopped",),
    ),
)

SCENARIOS = (*_CONNECTED, *_NOT_CONNECTED)
