"""What an interface is to its user, from what Linux says of the link.

A real laptop: ``wlp3s0`` (ARPHRD 1, no link kind, has phy80211) is wifi; ``docker0`` (kind
"bridge") is a bridge; ``tun0`` (ARPHRD 65534, kind "tun") is a tunnel.
"""

from collections.abc import Collection, Iterable
from typing import Final

from cvpn_doctor.model.network import InterfaceKind
from cvpn_doctor.parse.rtnetlink_link import Link

# linux/if_arp.h
ETHERNET, PPP, RAW_IP, LOOPBACK, NO_HEADER = 1, 512, 519, 772, 65534
_TUNNEL_HARDWARE = frozenset({PPP, 768, 769, 776, 778, 823, NO_HEADER})
_WIFI_HARDWARE = frozenset({801, 802, 803})

_TUNNEL_KINDS = frozenset(
    {
        "wireguard",
        "amneziawg",
        "ppp",
        "ipip",
        "sit",
        "gre",
        "gretap",
        "ip6tnl",
        "ip6gre",
        "ip6gretap",
        "vti",
        "vti6",
        "xfrm",
        "ovpn",
        "ovpn-dco",
        "erspan",
        "ip6erspan",
    }
)
_OTHER_KINDS = frozenset(
    {"dummy", "ifb", "nlmon", "vrf", "vxlan", "geneve", "vcan", "can", "vsockmon", "netdevsim"}
)
_UPLINK_KINDS = frozenset({"", "vlan", "bond", "team"})

# Docker, libvirt, VMware, VirtualBox, LXC/LXD, CNI, podman, Hyper-V
_BRIDGE_NAMES: Final = (
    "docker",
    "br-",
    "virbr",
    "vmnet",
    "vboxnet",
    "lxcbr",
    "lxdbr",
    "cni",
    "podman",
    "vEthernet",
)
_CELLULAR_NAMES: Final = ("wwan", "wwp", "rmnet")


def kinds(links: Iterable[Link], wireless: Collection[str]) -> dict[int, InterfaceKind]:
    """Interface index → kind. `wireless`: the names that the system lists as Wi-Fi devices."""
    all_links = tuple(links)
    found = {link.ifindex: _kind(link, link.name in wireless) for link in all_links}
    # A bridge with real hardware in it is the way out (virtual machines on the LAN), not a
    # network inside this laptop.
    ways_out = {link.master for link in all_links if _is_hardware(link)}
    for link in all_links:
        if link.kind == "bridge" and link.ifindex in ways_out:
            found[link.ifindex] = "ethernet"
    return found


def _is_hardware(link: Link) -> bool:
    return (
        link.kind in _UPLINK_KINDS
        and link.hardware == ETHERNET
        and not link.name.startswith(_BRIDGE_NAMES)
    )


def _kind(link: Link, wireless: bool) -> InterfaceKind:
    if link.hardware == LOOPBACK:
        return "loopback"
    if link.hardware == RAW_IP or link.name.startswith(_CELLULAR_NAMES):
        return "cellular"
    if link.hardware in _TUNNEL_HARDWARE or link.kind in _TUNNEL_KINDS:
        return "tunnel"
    if link.kind == "bridge" or link.name.startswith(_BRIDGE_NAMES):
        return "bridge"
    if wireless or link.hardware in _WIFI_HARDWARE:
        return "wifi"
    return _tap_kind(link) if link.kind == "tun" else _wired_kind(link)


def _tap_kind(link: Link) -> InterfaceKind:
    """A TAP in a bridge is a virtual machine's; a VPN client's is named tap*."""
    if link.master is not None:
        return "bridge"
    return "tunnel" if link.name.startswith("tap") else "other"


def _wired_kind(link: Link) -> InterfaceKind:
    if link.kind == "veth" and link.master is not None:
        return "bridge"  # the host's end of a container's cable
    if link.kind in _OTHER_KINDS or link.hardware != ETHERNET:
        return "other"
    return "ethernet"
