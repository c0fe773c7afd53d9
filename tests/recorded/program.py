"""`cvpn-doctor run --replay` as a program, and what must be equal to the live run."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

TIMES = frozenset({"seconds", "now", "offset", "error"})


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The program, on this machine."""
    return subprocess.run(
        [sys.executable, "-m", "cvpn_doctor", "run", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def replayed(recording: bytes, folder: Path, *arguments: str) -> dict[str, Any]:
    """The report of a recording."""
    file = folder / "recording.json"
    file.write_bytes(recording)
    done = run("--replay", str(file), "--json", "-", *arguments)
    assert done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def same(live: Any, again: Any, path: str = "") -> list[str]:
    """Where two reports differ in anything but times: nowhere, in the good case."""
    if isinstance(live, dict) and isinstance(again, dict):
        keys = sorted((set(live) | set(again)) - TIMES)
        return [d for key in keys for d in same(live.get(key), again.get(key), f"{path}/{key}")]
    if isinstance(live, list) and isinstance(again, list) and len(live) == len(again):
        pairs = enumerate(zip(live, again, strict=True))
        return [d for n, (a, b) in pairs for d in same(a, b, f"{path}/{n}")]
    return [] if live == again else [f"{path}: {live!r} / {again!r}"]
