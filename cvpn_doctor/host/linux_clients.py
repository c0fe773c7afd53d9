"""Which VPN clients a Linux laptop has, without running any of them."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from cvpn_doctor.host.linux_processes import Seen
from cvpn_doctor.host.tree import Tree
from cvpn_doctor.model.network import VpnClient
from cvpn_doctor.parse.dpkg_status import version_of

DPKG_STATUS: Final = "/var/lib/dpkg/status"


class _Product(NamedTuple):
    product: Literal["aws", "openvpn", "networkmanager", "other"]
    name: str
    places: tuple[str, ...]  # one of these means installed
    package: str  # of Debian and its family
    processes: tuple[str, ...]
    services: tuple[str, ...] = ()


# Places: docs/design/005-failure-modes.md; the distributions' packages.
_PRODUCTS: Final = (
    _Product(
        "aws",
        "AWS VPN Client",
        ("/opt/awsvpnclient",),
        "awsvpnclient",
        ("AWS VPN Client", "acvc-openvpn", "aws-client-vpn-daemon", "aws-vpn-client"),
        ("ACVC.GTK.Service", "aws-client-vpn-daemon"),  # up to 5, since 6
    ),
    _Product(
        "openvpn",
        "OpenVPN",
        ("/usr/sbin/openvpn", "/usr/local/sbin/openvpn", "/usr/bin/openvpn"),
        "openvpn",
        ("openvpn", "openvpn2"),
    ),
    _Product("openvpn", "OpenVPN 3 Linux", ("/usr/bin/openvpn3",), "openvpn3", ("openvpn3",)),
    _Product(
        "networkmanager",
        "NetworkManager OpenVPN",
        (
            "/usr/lib/NetworkManager/VPN/nm-openvpn-service.name",
            "/etc/NetworkManager/VPN/nm-openvpn-service.name",
        ),
        "network-manager-openvpn",
        ("nm-openvpn-service",),
    ),
    _Product("other", "Tailscale", ("/usr/sbin/tailscaled",), "tailscale", ("tailscaled",)),
    _Product("other", "OpenConnect", ("/usr/sbin/openconnect",), "openconnect", ("openconnect",)),
    _Product("other", "Cisco Secure Client", ("/opt/cisco",), "", ("vpnagentd", "vpnui")),
    _Product(
        "other", "GlobalProtect", ("/opt/paloaltonetworks",), "globalprotect", ("PanGPS", "PanGPA")
    ),
    _Product("other", "Cloudflare WARP", ("/usr/bin/warp-svc",), "cloudflare-warp", ("warp-svc",)),
    _Product("other", "Mullvad", ("/usr/bin/mullvad-daemon",), "mullvad-vpn", ("mullvad-daemon",)),
    _Product("other", "NordVPN", ("/usr/sbin/nordvpnd",), "nordvpn", ("nordvpnd",)),
)


def vpn_clients(tree: Tree, running: Sequence[Seen], *, sees_all: bool) -> tuple[VpnClient, ...]:
    """The installed clients. `sees_all`: whether other users' processes are in `running`."""
    names = tuple(seen.process.name for seen in running)
    installed = [p for p in _PRODUCTS if any(tree.exists(place) for place in p.places)]
    status = _dpkg_status(tree) if installed else b""
    return tuple(
        VpnClient(
            product=product.product,
            name=product.name,
            version=version_of(status, product.package) if product.package else None,
            running=_runs(product.processes, names),
            service_running=_service(product, names, sees_all),
        )
        for product in installed
    )


def _runs(wanted: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """openvpn3 runs as openvpn3-service-client and more."""
    return any(name == w or name.startswith(f"{w}-service") for name in names for w in wanted)


def _service(product: _Product, names: tuple[str, ...], sees_all: bool) -> bool | None:
    if not product.services:
        return None
    runs = _runs(product.services, names)
    return runs if runs or sees_all else None


def _dpkg_status(tree: Tree) -> bytes:
    try:
        return tree.bytes(DPKG_STATUS)
    except OSError:
        return b""  # another family of distributions: the version stays unknown


# What opens a web page for the AWS client (xdg-utils), and Debian's own way.
_OPENERS: Final = ("/usr/bin/xdg-open", "/usr/bin/sensible-browser", "/usr/bin/x-www-browser")


def has_opener(tree: Tree) -> bool:
    """Whether one of the desktop's openers is installed."""
    return any(tree.exists(path) for path in _OPENERS)
