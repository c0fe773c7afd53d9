"""The first process of the laptop: processes, mounts and settings of its own.

A program that runs in a bare network namespace still sees the processes, the resolver settings and
the run-time sockets of the machine that hosts the lab: another lab's VPN client, a developer's own
VPN, a real systemd-resolved. So the laptop has its own process ids, its own /proc, /sys, /run and
the few files of /etc which matter to a network.

`python -m tests.lab.room SPECIFICATION.json` prints the process id to enter, then waits and reaps.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import TypedDict

from tests.lab import kernel


class Specification(TypedDict):
    """`covered`: folders replaced by empty ones; `kept`: paths which come back in the same place;
    `settings`: folder with the files that take the place of those in /etc."""

    namespace: str
    covered: list[str]
    kept: list[str]
    settings: str


def _hold(path: str | Path) -> int:
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


def _bind(held: int, target: Path) -> None:
    """Bind what a descriptor holds, because its path may be covered by now."""
    source = f"/proc/self/fd/{held}"
    if Path(source).is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    kernel.mount(source, target, flags=kernel.MS_BIND | kernel.MS_REC)


def _cover(path: str) -> None:
    kernel.mount("tmpfs", path, "tmpfs", data="mode=0755")


def _replace_settings(original: int, settings: dict[str, int]) -> None:
    """A new /etc of links to the old one, but for the files which the lab sets."""
    place = Path("/run/lab/etc")
    _bind(original, place)
    _cover("/etc")
    for entry in place.iterdir():
        if entry.name in settings:
            continue
        # A relative link would lead elsewhere if it were reached through the new place.
        goal = entry.readlink() if entry.is_symlink() else entry
        Path("/etc", entry.name).symlink_to(goal)
    for name, held in settings.items():
        _bind(held, Path("/etc", name))


def furnish(specification: Specification) -> None:
    """All mounts; what must survive is held open before anything is covered."""
    kept = [(_hold(path), Path(path)) for path in specification["kept"]]
    original = _hold("/etc")
    settings = {path.name: _hold(path) for path in Path(specification["settings"]).iterdir()}
    for path in sorted(specification["covered"], key=len):
        _cover(path)
    for held, target in kept:
        _bind(held, target)
    _replace_settings(original, settings)
    kernel.mount("sysfs", "/sys", "sysfs")
    kernel.mount("proc", "/proc", "proc")


def _reap_for_ever() -> None:
    while True:
        signal.sigwait({signal.SIGCHLD})
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            continue


def _live(specification: Specification, ready: int) -> None:
    kernel.die_with_parent(signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    furnish(specification)
    os.write(ready, b".")
    os.close(ready)
    _reap_for_ever()


def main(path: str) -> None:
    specification: Specification = json.loads(Path(path).read_text())
    os.umask(0o022)
    kernel.enter_network(specification["namespace"])
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWPID)
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    ready, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready)
        _live(specification, write_end)
    os.close(write_end)
    if os.read(ready, 1):
        print(child, flush=True)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1])
