"""Where the VPN clients of a Mac write their logs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cvpn_doctor.host.log_files import files, newest
from cvpn_doctor.host.tree import Tree

# docs/design/005-failure-modes.md; those of OpenVPN Connect 3 are not documented
FOLDERS: Final = (
    "/var/log/AWSVPNClient",
    "/Library/Application Support/Tunnelblick/Logs",
    "/Library/Application Support/OpenVPN/log",
    "/opt/homebrew/var/log/openvpn",
    "/usr/local/var/log/openvpn",
)
FILES: Final = ("/private/tmp/AcvcHelperErrLog.txt", "/private/tmp/AcvcHelperOutLog.txt")
HOME_FOLDERS: Final = (".config/AWSVPNClient/logs",)


def client_logs(tree: Tree, home: Path | None) -> tuple[str, ...]:
    """Readable regular files, newest first."""
    return newest(_known(tree, home))


def _known(tree: Tree, home: Path | None) -> Iterator[Path]:
    folders = [tree.path(folder) for folder in FOLDERS]
    folders += [home / folder for folder in HOME_FOLDERS] if home else []
    for folder in folders:
        yield from files(folder, depth=2)
    yield from (tree.path(file) for file in FILES)
