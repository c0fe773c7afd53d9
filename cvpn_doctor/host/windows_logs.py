"""Where the VPN clients of a Windows laptop write their logs.

Sources: AWS Client VPN User Guide, "Windows troubleshooting"; OpenVPN GUI's and OpenVPN Connect's
documentation; docs/design/005-failure-modes.md.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

MANY: Final = 200  # the AWS client keeps one file per connection; the newest are enough
REPARSE_POINT: Final = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT: links and junctions


def folders(home: Path | None, environment: Mapping[str, str]) -> Iterator[tuple[Path, int]]:
    """Folders with logs, and how many levels deep they lie."""
    roaming = environment.get("APPDATA")
    programs = Path(environment.get("PROGRAMFILES") or r"C:\Program Files")
    shared = Path(environment.get("PROGRAMDATA") or r"C:\ProgramData")
    if roaming:
        yield Path(roaming) / "AWSVPNClient" / "logs", 1
        yield Path(roaming) / "OpenVPN Connect" / "logs", 1
    yield programs / "Amazon" / "AWS VPN Client" / "WinServiceLogs", 2  # a folder per user
    yield shared / "Amazon" / "AWSVPNClient" / "logs", 2
    if home is not None:
        yield home / "OpenVPN" / "log", 1
    yield programs / "OpenVPN" / "log", 1


def client_logs(home: Path | None, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Regular files, newest first."""
    dated: dict[str, float] = {}
    for folder, depth in folders(home, environment):
        dated.update(_files(folder, depth))
    return tuple(sorted(dated, key=lambda path: (-dated[path], path)))[:MANY]


def require_no_link(path: str) -> None:
    """Raises OSError for a link: the folder may belong to another user, who points it anywhere."""
    if _is_link(os.lstat(path)):
        raise OSError(22, "not a regular file")


def _files(folder: Path, depth: int) -> Iterator[tuple[str, float]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if _is_link(found):
            continue
        if stat.S_ISREG(found.st_mode):
            yield entry.path, found.st_mtime
        elif depth > 1 and stat.S_ISDIR(found.st_mode):
            yield from _files(Path(entry.path), depth - 1)


def _is_link(found: os.stat_result) -> bool:
    attributes = getattr(found, "st_file_attributes", 0)
    return stat.S_ISLNK(found.st_mode) or bool(attributes & REPARSE_POINT)
