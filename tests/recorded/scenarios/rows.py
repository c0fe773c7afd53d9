"""Interfaces and rows as Windows and macOS list them."""

from __future__ import annotations

from ipaddress import ip_interface, ip_network

from cvpn_doctor.model.network import Interface, InterfaceAddress, InterfaceKind, Route

LAN_GATEWAY = "192.168.178.1"


def interface(
    index: int,
    name: str,
    kind: InterfaceKind,
    *addresses: str,
    description: str = "",
    up: bool = True,
    running: bool | None = None,
    peer: str | None = None,
) -> Interface:
    """`addresses` as "192.168.1.2/24"; running where it has any, unless said otherwise."""
    parsed = [ip_interface(a) for a in addresses]
    return Interface(
        index=index,
        name=name,
        kind=kind,
        description=description,
        up=up,
        running=bool(addresses) if running is None else running,
        mtu=1500,
        addresses=tuple(
            InterfaceAddress(address=str(a.ip), prefix_length=a.network.prefixlen, peer=peer)
            for a in parsed
        ),
    )


def row(destination: str, interface: str, next_hop: str | None = None, **more: object) -> Route:
    return Route(destination=destination, interface=interface, next_hop=next_hop, **more)  # type: ignore[arg-type]


def windows_rows(one: Interface, metric: int) -> tuple[Route, ...]:
    """What Windows puts there for each address: the network, itself, broadcast, multicast."""
    rows: list[Route] = []
    for address in one.addresses:
        network = ip_network(f"{address.address}/{address.prefix_length}", strict=False)
        host = f"{address.address}/32"
        rows += [
            row(host, one.name, metric=metric, type="local", protocol="local"),
            row("224.0.0.0/4", one.name, metric=metric, type="multicast"),
            row("255.255.255.255/32", one.name, metric=metric, type="broadcast"),
        ]
        if network.prefixlen < 32:
            last = f"{network.broadcast_address}/32"
            rows.append(row(str(network), one.name, metric=metric, protocol="local"))
            rows.append(row(last, one.name, metric=metric, type="broadcast"))
    return tuple(rows)


def macos_rows(one: Interface, *neighbours: str) -> tuple[Route, ...]:
    """The network, link-local, own and neighbours' rows, as macOS clones them."""
    rows: list[Route] = []
    for address in one.addresses:
        network = ip_network(f"{address.address}/{address.prefix_length}", strict=False)
        rows.append(row(str(network), one.name))
        rows.append(row(f"{address.address}/32", one.name))
        rows += [row(f"{host}/32", one.name) for host in neighbours]
        rows.append(row(f"{network.broadcast_address}/32", one.name))
    rows += [row("169.254.0.0/16", one.name), row("224.0.0.0/4", one.name, type="multicast")]
    return tuple(rows)
