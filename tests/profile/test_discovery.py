"""Where profiles lie, on every system, and finding them within bounds."""

from pathlib import Path, PurePosixPath

import pytest

from cvpn_doctor.model.platform import OperatingSystem
from cvpn_doctor.profile import ProfileFolder, find_profiles, profile_folders
from cvpn_doctor.profile.discovery import MAX_PROFILES

PROFILE = "client\nremote a 443\n"
PLACES: list[tuple[OperatingSystem, str, dict[str, str], str, str]] = [
    (
        "windows",
        r"C:\Users\u",
        {},
        "aws-vpn-client-5",
        r"C:\Users\u\AppData\Roaming\AWSVPNClient\OpenVpnConfigs",
    ),
    (
        "windows",
        r"C:\Users\u",
        {"AppData": r"D:\R"},
        "aws-vpn-client-5",
        r"D:\R\AWSVPNClient\OpenVpnConfigs",
    ),
    ("windows", r"C:\Users\u", {}, "aws-vpn-client-6", r"C:\ProgramData\Amazon\AWSVPNClient"),
    ("windows", r"C:\Users\u", {}, "openvpn-gui", r"C:\Users\u\OpenVPN\config"),
    (
        "windows",
        r"C:\Users\u",
        {},
        "openvpn-connect",
        r"C:\Users\u\AppData\Roaming\OpenVPN Connect\profiles",
    ),
    ("macos", "/Users/u", {}, "aws-vpn-client-5", "/Users/u/.config/AWSVPNClient/OpenVpnConfigs"),
    (
        "macos",
        "/Users/u",
        {},
        "tunnelblick",
        "/Users/u/Library/Application Support/Tunnelblick/Configurations",
    ),
    ("macos", "/Users/u", {}, "openvpn-connect", "/Library/Application Support/OpenVPN/profile"),
    ("macos", "/Users/u", {}, "openvpn", "/opt/homebrew/etc/openvpn"),
    ("linux", "/home/u", {}, "aws-vpn-client-5", "/home/u/.config/AWSVPNClient/OpenVpnConfigs"),
    (
        "linux",
        "/home/u",
        {"XDG_CONFIG_HOME": "/c"},
        "aws-vpn-client-5",
        "/c/AWSVPNClient/OpenVpnConfigs",
    ),
    ("linux", "/home/u", {}, "aws-vpn-client-6", "/var/lib/awsvpnclient"),
    ("linux", "/home/u", {}, "openvpn", "/etc/openvpn/client"),
]


@pytest.mark.parametrize(("os", "home", "environment", "client", "path"), PLACES)
def test_folders(
    os: OperatingSystem, home: str, environment: dict[str, str], client: str, path: str
) -> None:
    folders = profile_folders(os, home, environment)
    assert (client, path) in [(folder.client, str(folder.path)) for folder in folders]
    assert len(set(folders)) == len(folders)


def aws_folder(root: Path) -> Path:
    folder = root / ".config" / "AWSVPNClient" / "OpenVpnConfigs"
    folder.mkdir(parents=True)
    return folder


def test_the_aws_clients_own_files_have_no_ending(tmp_path: Path) -> None:
    folder = aws_folder(tmp_path)
    (folder / "Corp").write_text(PROFILE)
    (folder / "Windows").write_bytes(PROFILE.encode("utf-16"))
    (folder / "notes").write_text("remoteness\n")
    (folder.parent / "ConnectionProfiles").write_text('{"Version": "1"}')
    found = find_profiles(profile_folders("linux", tmp_path, {})[:1])
    assert [profile.path.name for profile in found] == ["Corp", "Windows"]
    assert all(p.stored_by_aws_client and p.credentials_elsewhere for p in found)


def test_levels_links_servers_and_bundles(tmp_path: Path) -> None:
    for place in (
        "a.OVPN",
        "in/b.ovpn",
        "in/in/deep.ovpn",
        "c.txt",
        "x.tblk/Contents/Resources/config.ovpn",
    ):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(PROFILE)
    (tmp_path / "server.ovpn").write_text("server 10.8.0.0 255.255.255.0\n")
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    (tmp_path / "self.ovpn").symlink_to("self.ovpn")
    (tmp_path / "same.ovpn").symlink_to("a.OVPN")
    folders = (
        ProfileFolder("openvpn", tmp_path),
        ProfileFolder("tunnelblick", tmp_path, "*.tblk"),
        ProfileFolder("openvpn", tmp_path / "absent"),
        ProfileFolder("openvpn", tmp_path / "c.txt"),
    )
    found = find_profiles(folders)
    assert [str(p.path.relative_to(tmp_path)) for p in found] == [
        "a.OVPN",
        "in/b.ovpn",
        "x.tblk/Contents/Resources/config.ovpn",
    ]
    assert not any(p.stored_by_aws_client for p in found)


def test_bounds_and_unreadable_files(tmp_path: Path) -> None:
    for number in range(MAX_PROFILES + 20):
        (tmp_path / f"{number:04}.ovpn").touch()

    def read(path: Path) -> bytes:
        if path.name == "0000.ovpn":
            raise PermissionError
        return PROFILE.encode()

    found = find_profiles([ProfileFolder("openvpn", tmp_path)], read)
    assert len(found) == MAX_PROFILES
    assert found[0].path.name == "0001.ovpn"


def test_a_folder_of_another_system_is_simply_absent() -> None:
    assert find_profiles(profile_folders("windows", r"C:\Users\u", {})) == ()
    assert find_profiles([ProfileFolder("openvpn", PurePosixPath("/proc/self/nothing"))]) == ()
