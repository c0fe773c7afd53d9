"""Which paths an ordinary user must be let through to, and how.

A Python or a checkout may live below a folder which only its owner may pass (the home of root has
mode 0700). In the laptop such a folder is covered by an empty one, and the needed paths are bound
back into it; nothing on the machine itself changes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# Run-time sockets of the machine (resolver, message bus, sessions) are none of the laptop's.
ALWAYS_COVERED = Path("/run")


def needed_paths(*more: Path) -> list[Path]:
    """Where this Python, its packages and this checkout live."""
    places = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path]
    found = [CHECKOUT, *more, *(Path(place) for place in places if place)]
    existing = {
        form for path in found if path.exists() for form in (path.absolute(), path.resolve())
    }
    return sorted(existing)


def passable(path: Path) -> bool:
    """Whether others may go through a folder, or read a file."""
    mode = path.stat().st_mode
    return bool(mode & 0o001) if path.is_dir() else bool(mode & 0o004)


def _first_barrier(path: Path) -> Path | None:
    for folder in [*reversed(path.parents), path]:
        if folder == ALWAYS_COVERED or (folder.is_dir() and not passable(folder)):
            return folder
    return None


def _inside(path: Path) -> list[Path]:
    """The path itself; the entries of a folder that nobody else may enter."""
    if path.is_dir() and not passable(path):
        return [part for entry in path.iterdir() for part in _inside(entry)]
    return [path]


def cover_plan(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The folders to cover, and the paths to bring back into them."""
    covered, kept = {ALWAYS_COVERED}, set()
    for path in paths:
        barrier = _first_barrier(path)
        if barrier is not None:
            covered.add(barrier)
            kept.update(_inside(path))
    outer = [path for path in kept if not any(above in kept for above in path.parents)]
    return sorted(covered), sorted(outer)
