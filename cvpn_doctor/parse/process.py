"""Command lines and states of processes → which of them are VPN programs, and nothing else of them.

A real command line of the AWS client 5 (NUL-separated in /proc/PID/cmdline)::

    /opt/awsvpnclient/Resources/openvpn/acvc-openvpn --config /home/u/.config/AWSVPNClient/OpenVpnConfigs/current_connection.txt --management 127.0.0.1 8096 /tmp/x --up ...

A real /proc/PID/stat begins ``1234 (acvc-openvpn) S 1 ...``.
"""  # noqa: E501 - a real command line is long

import re
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final, Literal

State = Literal["running", "stopped", "zombie", "unknown"]

OPENVPN = frozenset({"openvpn", "openvpn2", "acvc-openvpn"})
AWS_CLIENT = frozenset({"AWS VPN Client", "acvc-openvpn", "aws-client-vpn-daemon"})
AWS_SERVICE = frozenset({"ACVC.GTK.Service", "aws-client-vpn-daemon"})

# Other VPNs matter because they take the same addresses, routes and resolvers.
_NAMES: Final = (
    OPENVPN
    | AWS_CLIENT
    | AWS_SERVICE
    | frozenset(
        [
            "aws-vpn-client",
            "nm-openvpn-service",
            "openvpn-gui",
            "wg-quick",
            "wireguard-go",
            "boringtun-cli",
            "tailscaled",
            "netbird",
            "zerotier-one",
            "nebula",
            "headscale",
            "openconnect",
            "nm-openconnect-service",
            "vpnc",
            "charon",
            "charon-systemd",
            "charon-nm",
            "xl2tpd",
            "pptp",
            "vpnagentd",
            "vpnui",
            "PanGPS",
            "PanGPA",
            "gpd",
            "openfortivpn",
            "fctsslvpnd",
            "fortitray",
            "snx",
            "f5fpc",
            "svpn",
            "warp-svc",
            "mullvad-daemon",
            "nordvpnd",
            "expressvpnd",
            "protonvpn",
            "surfsharkd",
            "piactl",
            "pia-daemon",
            "twingated",
            "zscaler",
            "zstunnel",
            "ivpn-service",
            "windscribe-cli",
            "windscribe-helper",
        ]
    )
)
_PREFIXES: Final = ("openvpn3", "openvpn3-service")
_COMM_LENGTH = 15  # the kernel cuts /proc/PID/comm here
_CUT = {name[:_COMM_LENGTH]: name for name in _NAMES}

_STATES: Final[dict[str, State]] = {
    "R": "running",
    "S": "running",
    "D": "running",
    "I": "running",
    "T": "stopped",  # SIGSTOP
    "t": "stopped",  # a debugger
    "Z": "zombie",
    "X": "zombie",
}
_STAT = re.compile(r"\d+ \((?P<name>.*)\) (?P<state>[A-Za-z])", re.DOTALL)


# First letters of every name: most processes are dismissed without reading their command line.
# An interpreter may run a VPN program (OpenVPN 3's front end is Python).
_MAYBE: Final = (*{name[:4] for name in (*_NAMES, *_PREFIXES)}, "python")


def may_be_vpn(comm: str) -> bool:
    """Whether the command line is worth reading, by the kernel's short name of a process."""
    return comm.startswith(_MAYBE)


def is_vpn(name: str) -> bool:
    """Whether a program of this name is a VPN program, on any system."""
    return name in _NAMES or name.startswith(_PREFIXES)


def vpn_name(comm: str, argv: tuple[str, ...]) -> str | None:
    """The name of the VPN program that this process is; None if it is none that we know."""
    called = PurePosixPath(argv[0]).name if argv else ""
    for name in (called, comm):
        if is_vpn(name):
            return name
    return _CUT.get(comm[:_COMM_LENGTH])


def name_and_state(stat: str) -> tuple[str, State]:
    """Name and state from /proc/PID/stat; ("", "unknown") when it is not understood."""
    match = _STAT.match(stat)
    if match is None:
        return "", "unknown"
    return match["name"], _STATES.get(match["state"], "unknown")


def config_path(argv: tuple[str, ...]) -> str | None:
    """The profile that an OpenVPN command line names: `--config X`, or the first *.ovpn/*.conf."""
    named = option(argv, "config")
    if named is not None:
        return named
    for word in argv[1:]:
        if word.lower().endswith((".ovpn", ".conf")) and not word.startswith("-"):
            return word
    return None


def file_name(path: str | None) -> str | None:
    """The last part of a path: the folders before it name the user."""
    return (PurePosixPath(path).name or None) if path else None


def option(argv: tuple[str, ...], name: str) -> str | None:
    """The value of `--name value`; None when absent or last."""
    for word, value in pairwise(argv):
        if word == f"--{name}":
            return value
    return None


def arguments(cmdline: bytes) -> tuple[str, ...]:
    """The words of a /proc/PID/cmdline."""
    if not cmdline:
        return ()
    return tuple(word.decode("utf-8", "replace") for word in cmdline.rstrip(b"\0").split(b"\0"))
