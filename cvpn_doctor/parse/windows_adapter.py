"""What GetAdaptersAddresses, GetIfEntry2 and GetIfTable2 say of one adapter → Interface.

Real descriptions: ``AWS VPN Client TAP-Windows Adapter V9``, ``TAP-Windows Adapter V9``,
``Wintun Userspace Tunnel``, ``OpenVPN Data Channel Offload``, ``WireGuard Tunnel``,
``Hyper-V Virtual Ethernet Adapter`` (named ``vEthernet (WSL)``), ``VirtualBox Host-Only Ethernet
Adapter``, ``VMware Virtual Ethernet Adapter for VMnet8``, ``Intel(R) Wi-Fi 6 AX201 160MHz``.
Interface types: ipifcons.h.
"""

import re
from typing import Final, NamedTuple

from cvpn_doctor.model.network import Interface, InterfaceAddress, InterfaceKind

ETHERNET, PPP, LOOPBACK, VIRTUAL, WIFI, TUNNEL = 6, 23, 24, 53, 71, 131
_BY_TYPE: Final[dict[int, InterfaceKind]] = {
    ETHERNET: "ethernet",
    PPP: "tunnel",
    WIFI: "wifi",
    TUNNEL: "tunnel",
    VIRTUAL: "tunnel",  # IF_TYPE_PROP_VIRTUAL: Wintun, ovpn-dco, WireGuard
    243: "cellular",  # IF_TYPE_WWANPP: GSM
    244: "cellular",  # IF_TYPE_WWANPP2: CDMA
}
UNLIMITED: Final = 0xFFFFFFFF  # the MTU of the loopback interface

_VPN = re.compile(
    r"AWS VPN Client|TAP-Windows|TAP-Win32|Wintun|OpenVPN Data Channel Offload|ovpn-dco"
    r"|WireGuard|Tailscale|NordLynx|Mullvad|ZeroTier|Cloudflare WARP|AnyConnect"
    r"|Cisco Secure Client|PANGP|GlobalProtect|Fortinet|Check Point Virtual|Juniper Networks"
    r"|Pulse Secure|Zscaler|SonicWall|F5 Networks VPN|Netskope",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"^vEthernet\b|Hyper-V Virtual (Ethernet|Switch)|VirtualBox|VMware Virtual|Docker|\bWSL\b",
    re.IGNORECASE,
)
_SEVERAL_CARDS = re.compile(r"Multiplexor|MAC Bridge|\bTeam", re.IGNORECASE)


class Adapter(NamedTuple):
    """One adapter, as far as it is read. Addresses with their prefix lengths."""

    number: int  # its index
    name: str  # the alias that people see: "Wi-Fi", "Ethernet 2"
    description: str
    type: int
    up: bool
    running: bool
    mtu: int | None = None
    addresses: tuple[tuple[str, int], ...] = ()
    gateways: tuple[str, ...] = ()
    dns_servers: tuple[str, ...] = ()
    dns_suffixes: tuple[str, ...] = ()
    dhcp: bool = False
    metric: int | None = None  # the interface's own, IPv4 where it has it


def interface(adapter: Adapter) -> Interface:
    """The adapter as the model has it."""
    mtu = adapter.mtu if adapter.mtu not in (None, 0, UNLIMITED) else None
    return Interface(
        index=adapter.number,
        name=adapter.name,
        kind=kind(adapter),
        description=adapter.description,
        up=adapter.up,
        running=adapter.running,
        mtu=mtu,
        addresses=tuple(InterfaceAddress(address=a, prefix_length=n) for a, n in adapter.addresses),
    )


def kind(adapter: Adapter) -> InterfaceKind:
    """What the adapter is to its user; a description says more than a type.

    A virtual switch with a gateway of its own is the way out (an external switch with the real
    card in it); those of WSL, Docker and host-only networks have none.
    """
    if adapter.type == LOOPBACK:
        return "loopback"
    if is_vpn_adapter(adapter.description):
        return "tunnel"
    if _INSIDE.search(adapter.name) or _INSIDE.search(adapter.description):
        return "ethernet" if adapter.gateways else "bridge"
    if adapter.type == VIRTUAL and _SEVERAL_CARDS.search(adapter.description):
        return "ethernet"
    return _BY_TYPE.get(adapter.type, "other")


def is_vpn_adapter(description: str) -> bool:
    """Whether a VPN product put this adapter there, by its description."""
    return _VPN.search(description) is not None
