"""Long-running processes of a lab, which another process can end as well.

Each is the leader of a session and of a process group of its own, so that a wrapper and what it
wraps are ended together. An id is used only together with the start time of its process, because
ids are used again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.lab.network import LabError, wait_until

_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Process:
    """A process of the lab: its role, and what identifies it on this machine."""

    role: str
    pid: int
    started: int


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name, which may hold blanks; empty where gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(")")[2].split()


def start_time(pid: int) -> int:
    """Clock ticks between boot and the start of the process; 0 where there is none."""
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def start(
    role: str, argv: Sequence[str], *, log: Path | None = None, cwd: Path | None = None
) -> Process:
    """Start a process; its output goes to the end of `log`, or nowhere."""
    with (log or Path(os.devnull)).open("ab") as output:
        child = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            start_new_session=True,
        )
    _children[child.pid] = child
    return Process(role, child.pid, start_time(child.pid))


def start_ready(
    role: str, argv: Sequence[str], *, log: Path, cwd: Path
) -> tuple[Process, IO[bytes]]:
    """Start a process which prints one line when it is ready; the line is read later."""
    with log.open("ab") as errors:
        child = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=cwd,
            start_new_session=True,
        )
    assert child.stdout is not None
    _children[child.pid] = child
    return Process(role, child.pid, start_time(child.pid)), child.stdout


def ready_line(process: Process, output: IO[bytes]) -> str:
    """The line which says that a process is ready; LabError where it ended instead."""
    line = output.readline().decode().strip()
    if not line:
        raise LabError(f"{process.role}: ended before it was ready")
    return line


def alive(process: Process) -> bool:
    """Whether it still runs: a process which nobody has reaped yet does not."""
    child = _children.get(process.pid)
    if child is not None and child.poll() is not None:
        return False
    fields = _stat(process.pid)
    return bool(fields) and fields[0] not in "ZX" and int(fields[19]) == process.started


def _members(process: Process) -> list[int]:
    """The running processes of the group; one that nobody has reaped yet does not count."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            same = fields[2:4] == [str(process.pid)] * 2 and int(fields[19]) >= process.started
            if same and fields[0] not in "ZX":
                found.append(int(entry.name))
    return found


def _group_alive(process: Process) -> bool:
    """Whether any member still runs, the leader or not; reaps the leader where it is ours."""
    child = _children.get(process.pid)
    if child is not None:
        child.poll()
    return bool(_members(process))


def send(process: Process, number: signal.Signals) -> None:
    """Send a signal to what a wrapper wraps, or to the process itself where it wraps nothing.

    A wrapper is left alive to reap what it wraps: an orphan from another process-id namespace goes
    to the machine's own first process, which may take seconds, and the namespace waits for it.
    """
    members = _members(process)
    for pid in [pid for pid in members if pid != process.pid] or members:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _ended(process: Process, seconds: float) -> bool:
    with contextlib.suppress(LabError):
        wait_until(lambda: not _group_alive(process), process.role, seconds)
        return True
    return False


def kill(process: Process, number: signal.Signals = signal.SIGKILL, grace: float = 2.0) -> None:
    """End a process and its group, and wait for it; always by SIGKILL in the end."""
    send(process, number)
    if not _ended(process, grace):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        wait_until(lambda: not _group_alive(process), f"end of {process.role}")
    child = _children.pop(process.pid, None)
    if child is not None:
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def listens(process: Process, transport: str, port: int) -> bool:
    """Whether something listens on a port in the network namespace of the process."""
    if not alive(process):
        raise LabError(f"{process.role}: ended before it listened on {transport} {port}")
    listening = "0A" if transport == "tcp" else "07"
    for family in ("", "6"):
        with contextlib.suppress(FileNotFoundError):
            table = Path(f"/proc/{process.pid}/net/{transport}{family}").read_text()
            for line in table.splitlines()[1:]:
                fields = line.split()
                if fields[1].endswith(f":{port:04X}") and fields[3] == listening:
                    return True
    return False
