"""Where the VPN clients of a Linux laptop write their logs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from cvpn_doctor.host.linux_processes import Seen
from cvpn_doctor.host.log_files import files, newest
from cvpn_doctor.host.tree import Tree
from cvpn_doctor.parse import openvpn_log_option, process

# docs/design/005-failure-modes.md
FOLDERS: Final = (
    "/var/log/aws-vpn-client",
    "/var/log/awsvpnclient",
    "/var/log/AWSVPNClient",
    "/var/log/openvpn",
)
FILES: Final = ("/var/log/openvpn.log",)
HOME_FOLDERS: Final = (".config/AWSVPNClient/logs",)


def client_logs(tree: Tree, home: Path | None, running: Sequence[Seen]) -> tuple[str, ...]:
    """Readable regular files, newest first. No links: see `PortableHost.read_log`."""
    return newest((*_known(tree, home), *_named(tree, running)))


def _known(tree: Tree, home: Path | None) -> Iterator[Path]:
    folders = [tree.path(folder) for folder in FOLDERS]
    folders += [home / folder for folder in HOME_FOLDERS] if home else []
    for folder in folders:
        yield from files(folder, depth=2)  # the service of AWS ≤5 has a folder per user
    yield from (tree.path(file) for file in FILES)


def _named(tree: Tree, running: Sequence[Seen]) -> Iterator[Path]:
    """The logs that running OpenVPN clients name, on their command line or in their profile."""
    for seen in running:
        if seen.process.name not in process.OPENVPN:
            continue
        folder = _working_folder(tree, seen)
        path = process.option(seen.argv, "log") or process.option(seen.argv, "log-append")
        path = path or _log_of_config(tree, folder, process.config_path(seen.argv))
        if path:
            yield from _absolute(tree, folder, path)


def _log_of_config(tree: Tree, folder: Path | None, config: str | None) -> str | None:
    for path in _absolute(tree, folder, config) if config else ():
        try:
            return openvpn_log_option.log_path(Tree(Path("/")).text(str(path)))
        except OSError:
            return None
    return None


def _working_folder(tree: Tree, seen: Seen) -> Path | None:
    """Where relative paths begin: `--cd`, else the process's folder, where that may be seen."""
    changed = process.option(seen.argv, "cd")
    if changed and changed.startswith("/"):
        return tree.path(changed)
    try:
        return tree.path(f"/proc/{seen.process.pid}/cwd").readlink()
    except OSError:
        return None


def _absolute(tree: Tree, folder: Path | None, path: str) -> Iterator[Path]:
    if path.startswith("/"):
        yield tree.path(path)
    elif folder is not None:
        yield folder / path
