"""Uninstall keys, services and program names of Windows → which VPN clients there are.

Real Uninstall entries: ``AWS VPN Client`` 5.3.1, ``OpenVPN 2.6.12-I001 amd64`` 2.6.1201,
``OpenVPN Connect`` 3.5.0, ``Cisco Secure Client - AnyConnect VPN`` 5.1. The name of AWS' service is
not documented, so it is found by its program (User Guide, "AWS Client VPN service"): up to 5
``"C:\\Program Files\\Amazon\\AWS VPN Client\\AWSVPNClient.Service.exe"``, from 6 on
``aws-client-vpn-daemon.exe``.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import PureWindowsPath
from typing import Final, Literal, NamedTuple

from cvpn_doctor.model.network import Process, VpnClient
from cvpn_doctor.parse import process

AWS_PROGRAMS: Final = frozenset(
    {"awsvpnclient", "aws vpn client", "acvc-openvpn", "aws-client-vpn-daemon", "aws-vpn-client"}
)
AWS_SERVICES: Final = frozenset({"awsvpnclient.service", "aws-client-vpn-daemon"})
OPENVPN: Final = frozenset({"openvpn", "acvc-openvpn"})


class _Product(NamedTuple):
    product: Literal["aws", "openvpn", "openvpn-connect", "other"]
    name: str
    entry: re.Pattern[str]  # of DisplayName
    programs: frozenset[str]  # lower case, without ".exe"


def _product(
    product: Literal["aws", "openvpn", "openvpn-connect", "other"],
    name: str,
    entry: str,
    *programs: str,
) -> _Product:
    return _Product(product, name, re.compile(entry, re.IGNORECASE), frozenset(programs))


_PRODUCTS: Final = (
    _product("aws", "AWS VPN Client", r"AWS (Client )?VPN( Client)?$", *AWS_PROGRAMS),
    _product(
        "openvpn-connect", "OpenVPN Connect", r"OpenVPN Connect", "openvpnconnect", "ovpnagent"
    ),
    _product("openvpn", "OpenVPN", r"OpenVPN( GUI)?( \d|$)", "openvpn", "openvpn-gui"),
    _product("other", "WireGuard", r"WireGuard", "wireguard"),
    _product("other", "Tailscale", r"Tailscale", "tailscaled", "tailscale-ipn"),
    _product("other", "Cloudflare WARP", r"Cloudflare WARP|Cloudflare One", "warp-svc"),
    _product(
        "other",
        "Cisco Secure Client",
        r"Cisco (Secure Client|AnyConnect)",
        "vpnagent",
        "vpnui",
        "csc_ui",
    ),
    _product("other", "GlobalProtect", r"GlobalProtect", "pangps", "pangpa"),
    _product("other", "Zscaler", r"Zscaler", "zsatunnel", "zsaservice", "zsatray"),
    _product(
        "other", "FortiClient", r"FortiClient", "forticlient", "fortitray", "fortisslvpndaemon"
    ),
    _product(
        "other", "Pulse Secure", r"Pulse Secure|Ivanti Secure Access", "pulsesecureservice", "pulse"
    ),
    _product(
        "other", "Check Point", r"Check Point .*(VPN|Endpoint|Mobile)", "tracsrvwrapper", "trac"
    ),
    _product("other", "Netskope", r"Netskope Client", "stagentsvc", "nsdiag"),
    _product("other", "NordVPN", r"NordVPN", "nordvpn", "nordvpn-service"),
    _product("other", "Mullvad", r"Mullvad VPN", "mullvad-daemon"),
    _product("other", "ProtonVPN", r"Proton ?VPN", "protonvpn", "protonvpnservice"),
    _product("other", "ZeroTier", r"ZeroTier", "zerotier-one_x64", "zerotier-one"),
)
_PROGRAMS: Final = frozenset(program for product in _PRODUCTS for program in product.programs)


class Service(NamedTuple):
    """A Windows service: the command line that starts it, and whether it runs."""

    name: str
    command: str
    running: bool


def program_name(file: str) -> str:
    """The name of a program without folder and ".exe": "acvc-openvpn".

    >>> program_name("C:\\\\Windows\\\\System32\\\\svchost.exe")
    'svchost'
    """
    name = PureWindowsPath(file).name
    return name[:-4] if name.lower().endswith(".exe") else name


def is_vpn_program(name: str) -> bool:
    """Whether a program, by its name without ".exe", belongs to a VPN."""
    lower = name.lower()
    return lower in _PROGRAMS or lower in AWS_SERVICES


def is_openvpn(name: str) -> bool:
    """Whether its command line may name a profile."""
    return name.lower() in OPENVPN


def profile_name(arguments: tuple[str, ...]) -> str | None:
    """The file name of the profile that a command line names; the folders name the user."""
    path = process.config_path(arguments)
    return (PureWindowsPath(path).name or None) if path else None


def installed(entries: Iterable[Mapping[str, object]]) -> dict[str, str | None]:
    """Product name → version, of the Uninstall entries, AWS first."""
    found: dict[str, str | None] = {}
    listed = [(e.get("DisplayName"), e.get("DisplayVersion")) for e in entries]
    for product in _PRODUCTS:
        for name, version in listed:
            if isinstance(name, str) and product.entry.match(name.strip()):
                known = version.strip() or None if isinstance(version, str) else None
                found[product.name] = found.get(product.name) or known
    return found


def clients(
    versions: Mapping[str, str | None],
    running: Collection[Process],
    services: Iterable[Service] | None,
) -> tuple[VpnClient, ...]:
    """The installed clients. `services`: None where they cannot be seen."""
    programs = {one.name.lower() for one in running}
    return tuple(
        VpnClient(
            product=product.product,
            name=product.name,
            version=versions[product.name],
            running=not programs.isdisjoint(product.programs),
            service_running=_aws_service(services) if product.product == "aws" else None,
        )
        for product in _PRODUCTS
        if product.name in versions
    )


def _aws_service(services: Iterable[Service] | None) -> bool | None:
    """Whether AWS' service runs; one that is not registered does not; None: cannot be seen."""
    if services is None:
        return None
    return any(s.running for s in services if is_aws_service(s.command))


def is_aws_service(command: str) -> bool:
    """Whether a service's command line starts AWS' program."""
    text = command.strip()
    quoted = text[1:].partition('"')[0] if text.startswith('"') else ""
    plain = re.match(r".*?\.exe\b", text, re.IGNORECASE)
    file = quoted or (plain.group() if plain else text)
    return program_name(file).lower() in AWS_SERVICES
