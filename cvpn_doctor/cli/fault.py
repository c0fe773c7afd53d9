"""The report of a fault of the program itself: where it happened, without any data of the user."""

import os
import sys
import tempfile
import traceback
from pathlib import Path

from cvpn_doctor import __version__


def leave_fault_report(error: BaseException) -> Path | None:
    """Write the report to a new file that only the user can read; None where that fails too.

    Holds file names inside the program, line numbers and the error's type: no messages, because
    they may quote the user's data.
    """
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"cvpn-doctor {__version__}, Python {sys.version.split()[0]} on {sys.platform}"]
    lines += [f"  {_inside(f.filename)}:{f.lineno} in {f.name}" for f in frames]
    lines.append(type(error).__name__)
    try:
        handle, name = tempfile.mkstemp(prefix="cvpn-doctor-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except OSError:
        return None
    return Path(name)


def _inside(filename: str) -> str:
    """The path from the package on: the folders above it may hold a user's name."""
    parts = Path(filename).parts
    for package in ("cvpn_doctor", "cvpn_checks"):
        if package in parts:
            return "/".join(parts[parts.index(package) :])
    return Path(filename).name
