"""Log files of VPN clients on a file system like Unix', as far as this user may read them."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

MANY: Final = 200  # the AWS client keeps one file per connection; the newest are enough


def newest(paths: Iterable[Path]) -> tuple[str, ...]:
    """Readable regular files, newest first. No links: see `PortableHost.read_log`."""
    dated = {}
    for path in paths:
        age = _modified(path)
        if age is not None:
            dated[str(path)] = age
    return tuple(sorted(dated, key=lambda path: (-dated[path], path)))[:MANY]


def files(folder: Path, depth: int) -> Iterator[Path]:
    """The files in a folder and, with a depth above 1, in those below; links are not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
        elif depth > 1 and entry.is_dir(follow_symlinks=False):
            yield from files(Path(entry.path), depth - 1)


def _modified(path: Path) -> float | None:
    """When a file was last written; None unless it is a regular file that this user may read."""
    try:
        found = path.lstat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode) or not os.access(path, os.R_OK):
        return None
    return found.st_mtime
