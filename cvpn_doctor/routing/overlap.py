"""Which networks of this laptop overlap a prefix of the VPN.

Such a network wins on most systems, because it is on-link or more specific: the home LAN that is
192.168.0.0/24, a Docker network in 172.16.0.0/12, another VPN.
"""

from cvpn_doctor.model.network import Interface, InterfaceKind
from cvpn_doctor.model.record import Record
from cvpn_doctor.routing.prefix import Prefix, parse_prefix


class Overlap(Record, frozen=True, kw_only=True):
    """A network of the laptop and what it shares with the prefix in question."""

    interface: str
    kind: InterfaceKind
    network: str  # of the interface, e.g. 192.168.0.0/24
    overlap: str  # what both hold


def overlaps(
    interfaces: tuple[Interface, ...], prefix: str, ignore: frozenset[str] = frozenset()
) -> tuple[Overlap, ...]:
    """The on-link networks of interfaces that are up which share addresses with the prefix.

    `ignore` names interfaces that may: the VPN tunnel itself. Loopback and link-local networks
    never count. Raises ValueError if this is no prefix.
    """
    block = parse_prefix(prefix)
    found = {
        (interface.name, network): Overlap(
            interface=interface.name, kind=interface.kind, network=str(network), overlap=str(both)
        )
        for interface in interfaces
        if interface.up and interface.kind != "loopback" and interface.name not in ignore
        for network in networks_of(interface)
        if (both := network.overlap(block)) is not None
    }
    return tuple(found.values())


_LINK_LOCAL = (parse_prefix("169.254.0.0/16"), parse_prefix("fe80::/10"))


def is_link_local(prefix: Prefix) -> bool:
    """Whether this is an address or network that every interface may give itself."""
    return any(block.covers(prefix) for block in _LINK_LOCAL)


def networks_of(interface: Interface) -> tuple[Prefix, ...]:
    """The networks that the interface's own addresses put on-link; link-local ones left out."""
    written = [f"{a.address}/{a.prefix_length}" for a in interface.addresses]
    written += [a.peer for a in interface.addresses if a.peer is not None]
    networks = (parse_prefix(text) for text in written)
    return tuple(network for network in networks if not is_link_local(network))
