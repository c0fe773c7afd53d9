"""What an interface of macOS is to its user, by its name and its hardware port.

A real laptop: ``en0`` (Wi-Fi), ``en5`` (USB LAN), ``utun0`` to ``utun3`` (Apple's own tunnels),
``bridge0`` (Thunderbolt Bridge), ``bridge100`` (a virtual machine's network), ``awdl0`` (AirDrop).
"""

import re
from collections.abc import Mapping
from typing import Final

from cvpn_doctor.model.network import InterfaceKind
from cvpn_doctor.parse.hardware_ports import is_phone, is_wifi
from cvpn_doctor.parse.ifconfig import Link

_KINDS: Final[dict[str, InterfaceKind]] = {
    "lo": "loopback",
    **dict.fromkeys(("utun", "ipsec", "ppp", "tun", "tap"), "tunnel"),
    "pdp_ip": "cellular",
    # Virtualization.framework, VMware, VirtualBox, Parallels, pairs of virtual Ethernet
    **dict.fromkeys(("vmenet", "vmnet", "vboxnet", "vnic", "feth"), "bridge"),
}
_NAME: Final = re.compile(r"(?P<word>[a-z_]+)(?P<number>\d*)", re.IGNORECASE)
_MADE_BY_APPLE: Final = 100  # bridge100 and on: Internet Sharing and virtual machines


def kind(link: Link, ports: Mapping[str, str]) -> InterfaceKind:
    """`ports`: device → hardware port, as far as that is known."""
    match = _NAME.match(link.name)
    word, number = (match["word"], match["number"]) if match else ("", "")
    if word == "bridge":
        return _bridge_kind(link, int(number or 0), ports)
    if word == "en":
        return _wired_kind(ports.get(link.name, ""))
    return _KINDS.get(word, "other")


def _wired_kind(port: str) -> InterfaceKind:
    if is_wifi(port):
        return "wifi"
    return "cellular" if is_phone(port) else "ethernet"


def _bridge_kind(link: Link, number: int, ports: Mapping[str, str]) -> InterfaceKind:
    """A bridge of real ports (Thunderbolt, or one that the user made) is a way out."""
    has_ports = link.name in ports or any(member.startswith("en") for member in link.members)
    return "ethernet" if has_ports and number < _MADE_BY_APPLE else "bridge"
