"""Which VPN clients a Mac has, without running any of them."""

import subprocess
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from cvpn_doctor.host.macos_ask import Run, text
from cvpn_doctor.host.tree import Tree
from cvpn_doctor.model.network import Process, VpnClient
from cvpn_doctor.parse import info_plist, launchctl

LAUNCHCTL: Final = "/bin/launchctl"
AWS_APP: Final = "/Applications/AWS VPN Client/AWS VPN Client.app"
AWS_PROGRAM: Final = f"{AWS_APP}/Contents/MacOS/aws-vpn-client"
_VERSION: Final = "CFBundleShortVersionString"


class _Product(NamedTuple):
    product: Literal["aws", "openvpn", "openvpn-connect", "tunnelblick", "other"]
    name: str
    places: tuple[str, ...]  # one of these means installed; an .app tells its version
    processes: tuple[str, ...]
    services: tuple[str, ...] = ()  # processes that do the work, as root
    label: str = ""  # of launchd
    label_until: int = 0  # the first version of which the label is not known


# Places: docs/design/005-failure-modes.md; the vendors' packages. The daemon of AWS' client 6 was
# seen under the label com.amazonaws.acvc.osx.core, by one project and not in AWS' documentation:
# its absence proves nothing here, and the client's own command line is the better witness.
_PRODUCTS: Final = (
    _Product(
        "aws",
        "AWS VPN Client",
        (AWS_APP,),
        ("AWS VPN Client", "acvc-openvpn", "aws-client-vpn-daemon", "aws-vpn-client"),
        ("com.amazonaws.acvc.helper", "aws-client-vpn-daemon"),
        "com.amazonaws.acvc.helper",
        6,
    ),
    _Product(
        "openvpn-connect",
        "OpenVPN Connect",
        (
            "/Applications/OpenVPN Connect/OpenVPN Connect.app",
            "/Applications/OpenVPN Connect.app",
        ),
        ("OpenVPN Connect",),
        ("ovpnagent",),
    ),
    _Product(
        "tunnelblick", "Tunnelblick", ("/Applications/Tunnelblick.app",), ("Tunnelblick", "openvpn")
    ),
    _Product(
        "openvpn",
        "OpenVPN",
        ("/opt/homebrew/sbin/openvpn", "/usr/local/sbin/openvpn", "/opt/local/sbin/openvpn2"),
        ("openvpn", "openvpn2"),
    ),
    _Product("other", "Viscosity", ("/Applications/Viscosity.app",), ("Viscosity",)),
    _Product("other", "Tailscale", ("/Applications/Tailscale.app",), ("Tailscale", "tailscaled")),
    _Product("other", "WireGuard", ("/Applications/WireGuard.app",), ("WireGuard",)),
    _Product(
        "other",
        "Cloudflare WARP",
        ("/Applications/Cloudflare WARP.app",),
        ("Cloudflare WARP", "CloudflareWARP"),
    ),
    _Product(
        "other",
        "Cisco Secure Client",
        (
            "/Applications/Cisco/Cisco Secure Client.app",
            "/Applications/Cisco/Cisco AnyConnect Secure Mobility Client.app",
        ),
        ("vpnagentd", "acvpnagent"),
    ),
    _Product("other", "GlobalProtect", ("/Applications/GlobalProtect.app",), ("PanGPS",)),
    _Product("other", "Zscaler", ("/Applications/Zscaler/Zscaler.app",), ("ZscalerTunnel",)),
    _Product("other", "FortiClient", ("/Applications/FortiClient.app",), ("FortiClient",)),
    _Product("other", "Mullvad", ("/Applications/Mullvad VPN.app",), ("mullvad-daemon",)),
    _Product("other", "NordVPN", ("/Applications/NordVPN.app",), ("NordVPN",)),
)


def vpn_clients(tree: Tree, run: Run, running: Sequence[Process]) -> tuple[VpnClient, ...]:
    """The installed clients, AWS' first. `running`: all users' VPN programs."""
    names = frozenset(process.name for process in running if process.state != "zombie")
    installed = (
        (product, next((place for place in product.places if tree.exists(place)), None))
        for product in _PRODUCTS
    )
    return tuple(
        _client(product, _version(tree, place), run, names)
        for product, place in installed
        if place is not None
    )


def _client(product: _Product, version: str | None, run: Run, names: frozenset[str]) -> VpnClient:
    return VpnClient(
        product=product.product,
        name=product.name,
        version=version,
        running=not names.isdisjoint(product.processes),
        service_running=_service(run, product, version, names),
    )


def _version(tree: Tree, place: str) -> str | None:
    """Of an app what its Info.plist says; of a Homebrew program the folder that it lies in."""
    if place.endswith(".app"):
        try:
            data = tree.bytes(f"{place}/Contents/Info.plist")
        except OSError:
            return None
        return info_plist.value(data, _VERSION)
    try:
        parts = tree.path(place).readlink().parts
    except OSError:
        return None
    # ../Cellar/openvpn/2.6.14/sbin/openvpn
    return parts[parts.index("Cellar") + 2] if "Cellar" in parts[:-3] else None


def _service(
    run: Run, product: _Product, version: str | None, names: frozenset[str]
) -> bool | None:
    """By its process, which anyone may see; without one, by what launchd says of its label."""
    if not product.services:
        return None
    if not names.isdisjoint(product.services):
        return True
    major = (version or "").partition(".")[0]
    is_known = major.isascii() and major.isdigit() and int(major[:9]) < product.label_until
    return _by_label(run, product.label) if is_known else None


def _by_label(run: Run, label: str) -> bool | None:
    try:
        ended = run(LAUNCHCTL, "print", f"system/{label}")
    except (OSError, OverflowError, subprocess.SubprocessError):
        return None
    return launchctl.service_running(ended.code, text(ended))
