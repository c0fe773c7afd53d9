"""A real Windows Python under Wine: in this network namespace, or in that of a lab's laptop.

Traps that this avoids, each seen: a standard stream on a disk file ends CPython at its start; the
first Wine process hands its pipes to the server's helpers, so the server is started before and
with nobody's pipe; helpers that hang, so everything has a deadline. Each prefix has a server of
its own, which lives in the namespace where it was started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

CHECKOUT = Path(__file__).resolve().parents[2]
SETUP = Path(__file__).with_name("setup")
PROGRAMS = Path("/usr/lib/wine")
COMPILER = "x86_64-w64-mingw32-gcc"
SECONDS = 120.0
REQUIRED = "CVPN_DOCTOR_REQUIRE_WINE"  # set, and not empty: without Wine the tests fail


def missing() -> str:
    """What keeps Wine from running here, in a sentence; empty: nothing."""
    if sys.platform != "linux" or sys.version_info[:2] != (3, 11):
        return "Wine tests need Linux and CPython 3.11 (its library goes with the Windows DLL)"
    absent = []
    if not (PROGRAMS / "wine64").exists():
        absent.append("wine64")
    if not shutil.which(COMPILER):
        absent.append("gcc-mingw-w64-x86-64-win32")
    return f"Wine tests need apt packages: {' '.join(absent)}" if absent else ""


def windows_path(path: PurePosixPath) -> str:
    """How Wine calls a file of this machine."""
    return "Z:" + str(path).replace("/", "\\")


def build() -> Path:
    """The folder that holds the Windows Python and the prefix; built when it is not there."""
    if missing():
        raise RuntimeError(missing())
    done = subprocess.run(
        [str(SETUP)],
        env={**os.environ, "PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
        timeout=900,
    )
    return Path(done.stdout.decode().strip())


class Wine:
    """A prefix and its server. `enter`: puts a command line into a namespace."""

    def __init__(
        self, built: Path, enter: Callable[..., Sequence[str]] = lambda *words: words
    ) -> None:
        self._python = built / "python" / "python.exe"
        self._enter = enter
        self._folder = Path(tempfile.mkdtemp(prefix="cvpn-doctor-wine."))
        self.prefix = self._folder / "prefix"
        _copy(built / "prefix", self.prefix)

    def __enter__(self) -> Self:
        self._plain(str(PROGRAMS / "wineserver"), "-p")
        self._plain(str(PROGRAMS / "wine64"), "cmd", "/c", "exit")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._plain(str(PROGRAMS / "wineserver"), "-k")
        shutil.rmtree(self._folder, ignore_errors=True)

    def python(
        self, *words: str, seconds: float = SECONDS, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the Windows Python with this checkout in its path."""
        argv = self._enter(str(PROGRAMS / "wine64"), str(self._python), *words)
        child = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment() | environment,
            start_new_session=True,
        )
        try:
            out, errors = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(argv, child.returncode, out, errors)

    def _plain(self, *words: str) -> None:
        subprocess.run(
            list(self._enter(*words)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
            timeout=60,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        inside = (CHECKOUT, CHECKOUT / "checks")
        return {
            "PATH": f"{PROGRAMS}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": str(self._folder),
            "LANG": "C.UTF-8",
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=;winemenubuilder.exe=d",
            "PYTHONPATH": ";".join(windows_path(path) for path in inside),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _copy(source: Path, target: Path) -> None:
    """A prefix of its own: Windows' own files by hard link, what programs change as a copy."""

    def keep(one: str, other: str) -> str:
        if "drive_c/windows" in one:
            os.link(one, other)
        else:
            shutil.copy2(one, other, follow_symlinks=False)
        return other

    shutil.copytree(source, target, symlinks=True, copy_function=keep)
