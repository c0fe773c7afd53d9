"""Labs that outlive the process which made them: what is needed to go on with one, in a file."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.lab.lab import Lab
from tests.lab.network import LabError, Namespace
from tests.lab.process import Process
from tests.lab.variant import Variant


def folder() -> Path:
    """Where the states are kept; nobody else may have made it or write into it."""
    path = Path(tempfile.gettempdir()) / f"cvpn-doctor-lab-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if path.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise LabError(f"{path} belongs to somebody else")
    return path


def _file(name: str) -> Path:
    return folder() / f"{name}.json"


def save(name: str, lab: Lab, fault: str = "") -> None:
    """Keep the lab, and the fault that was injected into it."""
    fields = {
        "prefix": lab.prefix,
        "folder": str(lab.folder),
        "variant": asdict(lab.variant),
        "served": asdict(lab.served),
        "room_pid": lab.room_pid,
        "spaces": {role: space.name for role, space in lab.spaces.items()},
        "processes": {role: [one.pid, one.started] for role, one in lab.processes.items()},
        "fault": fault,
    }
    _file(name).write_text(json.dumps(fields, indent=1))


def load(name: str) -> tuple[Lab, str]:
    """The lab of that name and its fault; LabError where none is up."""
    try:
        fields = json.loads(_file(name).read_text())
    except FileNotFoundError:
        raise LabError(f"no lab named {name} is up") from None
    lab = Lab(_variant(fields["variant"]), fields["prefix"])
    lab.served = _variant(fields["served"])
    lab.folder = Path(fields["folder"])
    lab.room_pid = fields["room_pid"]
    lab.spaces = {role: Namespace(space) for role, space in fields["spaces"].items()}
    lab.processes = {
        role: Process(role, pid, started) for role, (pid, started) in fields["processes"].items()
    }
    return lab, fields["fault"]


def exists(name: str) -> bool:
    return _file(name).exists()


def forget(name: str) -> None:
    _file(name).unlink(missing_ok=True)


def _variant(fields: dict[str, Any]) -> Variant:
    return Variant(**{**fields, "pushed_routes": tuple(fields["pushed_routes"])})
