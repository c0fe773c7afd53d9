"""Laptops on which all is well: the others are these with something changed."""

from __future__ import annotations

from cvpn_doctor.model.network import Interface, Resolver, Route
from tests.recorded.laptop import ENDPOINT, FULL, OPENVPN, PEERED, VPC, VPC_DNS, Laptop
from tests.recorded.scenarios.rows import LAN_GATEWAY, interface, macos_rows, row, windows_rows

OWN, GATEWAY, BLOCK = "10.100.0.34", "10.100.0.33", "10.100.0.32/27"
TAP, WIFI = "Ethernet 2", "WLAN"
TAP_DESCRIPTION = "AWS VPN Client TAP-Windows Adapter V9 #2"
WIFI_METRIC, TAP_METRIC = 35, 25  # interface metrics: automatic, and what a TAP gets
UTUN = "utun7"
LAN_RESOLVER = Resolver(address=LAN_GATEWAY, origin="adapter")


def tap(*addresses: str, running: bool | None = None, up: bool = True) -> Interface:
    return interface(
        12, TAP, "tunnel", *addresses, description=TAP_DESCRIPTION, running=running, up=up
    )


def _windows(*more: Interface) -> Laptop:
    wifi = interface(
        9,
        WIFI,
        "wifi",
        "192.168.178.35/24",
        description="Intel(R) Wi-Fi 6 AX201 160MHz",
    )
    loopback = interface(1, "Loopback Pseudo-Interface 1", "loopback", "127.0.0.1/8")
    cable = interface(
        5, "Ethernet", "ethernet", description="Realtek PCIe GbE Family Controller", running=False
    )
    return Laptop(
        os="windows",
        release="Windows 11 24H2",
        interfaces_=(loopback, cable, wifi, *more),
        routes_=(
            row("0.0.0.0/0", WIFI, LAN_GATEWAY, metric=WIFI_METRIC),
            row("127.0.0.0/8", loopback.name, metric=331),
            row("127.0.0.1/32", loopback.name, metric=331, type="local"),
            *windows_rows(wifi, WIFI_METRIC + 256),
        ),
        resolvers_=(LAN_RESOLVER,),
    )


def windows_ready() -> Laptop:
    """Not connected: the adapter is there, without a carrier."""
    return _windows(tap(running=False))


def windows_connected(*pushed: str) -> Laptop:
    """Split: the VPC and a peered network through the TAP adapter."""
    own = tap(f"{OWN}/27")
    rows = [row(p, TAP, GATEWAY, metric=TAP_METRIC) for p in pushed or (VPC, PEERED)]
    laptop = _windows(own).adding(*rows, *windows_rows(own, TAP_METRIC + 256))
    resolver = Resolver(address=VPC_DNS, interface=TAP, origin="adapter")
    return laptop.but(processes=(OPENVPN,), resolvers_=(resolver, LAN_RESOLVER))


def windows_full() -> Laptop:
    """Full: def1, and the endpoint past it."""
    return (
        windows_connected("0.0.0.0/1", "128.0.0.0/1")
        .adding(row(f"{ENDPOINT}/32", WIFI, LAN_GATEWAY, metric=WIFI_METRIC))
        .but(expectation=FULL)
    )


def utun(address: str, index: int = 21, name: str = UTUN, *, up: bool = True) -> Interface:
    own = address.partition("/")[0]
    return interface(index, name, "tunnel", address, peer=own, up=up, running=up)


def _apples_own() -> tuple[Interface | Route, ...]:
    """Private Relay, Handoff and the like: nothing but fe80::, and a scoped default each."""
    items: list[Interface | Route] = []
    for number in range(4):
        name = f"utun{number}"
        items.append(interface(14 + number, name, "tunnel", f"fe80::ce81:b1c{number}:bd2c:69e/64"))
        items.append(row("::/0", name, f"fe80::{number + 1}", scoped=True))
        items.append(row("fe80::/64", name))
        items.append(row("ff00::/8", name, type="multicast"))
    return tuple(items)


def _macos(*more: Interface | Route) -> Laptop:
    wifi = interface(11, "en0", "wifi", "192.168.178.35/24")
    loopback = interface(1, "lo0", "loopback", "127.0.0.1/8")
    awdl = interface(13, "awdl0", "other", "fe80::d0f8:cdff:fe0b:1/64")
    laptop = Laptop(
        os="macos",
        release="macOS 15.5",
        interfaces_=(loopback, wifi, awdl),
        routes_=(
            row("0.0.0.0/0", "en0", LAN_GATEWAY),
            row("127.0.0.0/8", "lo0"),
            row("127.0.0.1/32", "lo0", type="local"),
            *macos_rows(wifi, LAN_GATEWAY, "192.168.178.20"),
        ),
        resolvers_=(LAN_RESOLVER,),
    )
    return laptop.adding(*_apples_own(), *more)


def macos_ready() -> Laptop:
    """Not connected: Apple's own utuns and no other."""
    return _macos()


def macos_connected(*pushed: str) -> Laptop:
    """Split: rows as OpenVPN 2 makes them."""
    own = utun(f"{OWN}/27")
    rows = [row(p, UTUN, GATEWAY) for p in pushed or (VPC, PEERED)]
    resolver = Resolver(address=VPC_DNS, origin="scutil")
    return _macos(own, row(f"{OWN}/32", UTUN, OWN), row(BLOCK, UTUN, OWN), *rows).but(
        processes=(OPENVPN,), resolvers_=(resolver,)
    )


def macos_full() -> Laptop:
    """Full: def1, and the endpoint past it."""
    return (
        macos_connected("0.0.0.0/1", "128.0.0.0/1")
        .adding(row(f"{ENDPOINT}/32", "en0", LAN_GATEWAY))
        .but(expectation=FULL)
    )
