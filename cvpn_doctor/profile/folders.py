"""Where each VPN client keeps its profiles: a description, nothing is looked at.

Sources: AWS Client VPN User Guide (troubleshooting pages of each system), OpenVPN GUI's and
Tunnelblick's documentation; reference, sections 6.2 and 6.7. Marked there as inferred: the
folders of AWS' client from version 6 on, which ordinary users mostly cannot read, and those of
OpenVPN Connect 3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Literal

from cvpn_doctor.model.platform import OperatingSystem

ClientName = Literal[
    "aws-vpn-client-5",  # up to 5.x; profiles in the user's own folder, without an ending
    "aws-vpn-client-6",  # from 6.0 on; profiles in a folder of the system
    "openvpn",
    "openvpn-gui",
    "openvpn-connect",
    "tunnelblick",
]


@dataclass(frozen=True, slots=True)
class ProfileFolder:
    """A folder, and the pattern that the names of profiles in it match."""

    client: ClientName
    path: PurePath
    pattern: str = "*.ovpn"


def profile_folders(
    os: OperatingSystem, home: PurePath | str, environment: Mapping[str, str]
) -> tuple[ProfileFolder, ...]:
    """The folders of this system, AWS' client first; none is promised to exist.

    `home` is the user's home folder, `environment` the user's variables.
    """
    match os:
        case "windows":
            upper = {name.upper(): value for name, value in environment.items()}
            folders = _windows(PureWindowsPath(home), upper)
        case "macos":
            folders = _macos(PurePosixPath(home))
        case "linux":
            folders = _linux(PurePosixPath(home), environment)
    return tuple(dict.fromkeys(folders))


def _windows(home: PureWindowsPath, environment: Mapping[str, str]) -> Iterator[ProfileFolder]:
    def folder(variable: str, otherwise: PureWindowsPath) -> PureWindowsPath:
        return PureWindowsPath(environment.get(variable) or otherwise)

    roaming = folder("APPDATA", home / "AppData" / "Roaming")
    programs = folder("PROGRAMFILES", PureWindowsPath(r"C:\Program Files"))
    shared = folder("PROGRAMDATA", PureWindowsPath(r"C:\ProgramData"))
    yield ProfileFolder("aws-vpn-client-5", roaming / "AWSVPNClient" / "OpenVpnConfigs", "*")
    yield ProfileFolder("aws-vpn-client-6", shared / "Amazon" / "AWSVPNClient")
    yield ProfileFolder("openvpn-gui", home / "OpenVPN" / "config")
    yield ProfileFolder("openvpn-gui", programs / "OpenVPN" / "config")
    yield ProfileFolder("openvpn-gui", programs / "OpenVPN" / "config-auto")
    yield ProfileFolder("openvpn-connect", roaming / "OpenVPN Connect" / "profiles")
    yield ProfileFolder("openvpn-connect", roaming / "OpenVPN Connect" / "profile")


def _macos(home: PurePosixPath) -> Iterator[ProfileFolder]:
    support = PurePosixPath("/Library/Application Support")
    own = home / "Library" / "Application Support"
    yield ProfileFolder(
        "aws-vpn-client-5", home / ".config" / "AWSVPNClient" / "OpenVpnConfigs", "*"
    )
    yield ProfileFolder("aws-vpn-client-6", support / "AWSVPNClient")
    for blick in (own / "Tunnelblick" / "Configurations", support / "Tunnelblick" / "Shared"):
        for pattern in ("*.tblk", "*.ovpn", "*.conf"):
            yield ProfileFolder("tunnelblick", blick, pattern)
    yield ProfileFolder("openvpn-connect", own / "OpenVPN Connect" / "profiles")
    yield ProfileFolder("openvpn-connect", support / "OpenVPN" / "profile")
    for root in ("/opt/homebrew/etc/openvpn", "/usr/local/etc/openvpn"):
        yield from _openvpn(PurePosixPath(root))


def _linux(home: PurePosixPath, environment: Mapping[str, str]) -> Iterator[ProfileFolder]:
    # The client is a .NET program, and .NET honours this variable where it is absolute.
    moved = PurePosixPath(environment.get("XDG_CONFIG_HOME", ""))
    for config in (home / ".config", moved):
        if config.is_absolute():
            yield ProfileFolder("aws-vpn-client-5", config / "AWSVPNClient" / "OpenVpnConfigs", "*")
    yield ProfileFolder("aws-vpn-client-6", PurePosixPath("/var/lib/awsvpnclient"))
    yield from _openvpn(PurePosixPath("/etc/openvpn"))
    yield from _openvpn(PurePosixPath("/etc/openvpn/client"))


def _openvpn(root: PurePosixPath) -> Iterator[ProfileFolder]:
    yield ProfileFolder("openvpn", root, "*.conf")
    yield ProfileFolder("openvpn", root, "*.ovpn")
