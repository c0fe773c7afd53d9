"""The laptop: a room of its own on a namespace, and the program under test run in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab import access, process, room
from tests.lab.network import LabError, Namespace, write_public
from tests.lab.variant import ROUTER_ADDRESS

NOBODY = 65534
DOCTOR_SECONDS = 60.0
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Laptop:
    """Where the laptop's files are, and which process to follow into its namespaces."""

    namespace: Namespace
    folder: Path
    room_pid: int = 0

    @property
    def settings(self) -> Path:
        """The files that take the place of those in /etc."""
        return self.folder / "etc"

    @property
    def home(self) -> Path:
        """The empty home folder of the ordinary user."""
        return self.folder / "home"

    def prepare(self) -> None:
        """Write the settings, and the description of the room."""
        self.settings.mkdir()
        self.home.mkdir()
        os.chown(self.home, NOBODY, NOBODY)
        write_public(self.settings / "hosts", "127.0.0.1 localhost\n::1 localhost\n")
        write_public(self.settings / "nsswitch.conf", "passwd: files\nhosts: files dns\n")
        self.use_resolvers(ROUTER_ADDRESS)
        covered, kept = access.cover_plan(access.needed_paths(self.folder))
        specification: room.Specification = {
            "namespace": self.namespace.name,
            "covered": [str(path) for path in covered],
            "kept": [str(path) for path in kept],
            "settings": str(self.settings),
        }
        (self.folder / "room.json").write_text(json.dumps(specification))

    def room_argv(self) -> list[str]:
        """The process that holds the room; the line it prints is the process to follow."""
        return module("room", str(self.folder / "room.json"))

    def use_resolvers(self, *addresses: str) -> None:
        """Write resolv.conf in place: the file is bound, so it must stay the same one."""
        lines = "".join(f"nameserver {address}\n" for address in addresses)
        write_public(self.settings / "resolv.conf", lines)

    def argv(self, *command: str) -> list[str]:
        """The command line which runs a command on the laptop, as root."""
        if not self.room_pid:
            raise LabError("the laptop is not up")
        return ["nsenter", f"--target={self.room_pid}", "-n", "-p", "-m", "--", *command]

    def user_argv(self, *command: str, user: int = NOBODY) -> list[str]:
        """The same as an ordinary user: no capabilities, and no way to gain any."""
        drop = [
            *("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"),
            *("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--pdeathsig=SIGKILL"),
            *("env", f"--chdir={access.CHECKOUT}"),
        ]
        return self.argv(*drop, *command)

    def environment(self) -> dict[str, str]:
        """What the program finds set: little, and where the checkout's packages are."""
        inside = [part for part in sys.path if Path(part).is_relative_to(access.CHECKOUT)]
        return {
            "PATH": _PATH,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join(inside),
        }

    def run_as_user(
        self, *command: str, user: int = NOBODY, timeout: float = DOCTOR_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as an ordinary user; what still runs at the deadline is killed."""
        argv = self.user_argv(*command, user=user)
        return _run_group(argv, self.environment(), timeout)

    def run_doctor(
        self, *arguments: str, user: int = NOBODY, timeout: float = DOCTOR_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Run this checkout's program with this Python, as an ordinary user."""
        argv = self.doctor_argv(*arguments, user=user)
        return _run_group(argv, self.environment(), timeout)

    def doctor_argv(self, *arguments: str, user: int = NOBODY) -> list[str]:
        """The command line that runs the program under test, for a caller that starts it itself."""
        return list(self.user_argv(sys.executable, "-m", "cvpn_doctor", *arguments, user=user))


def module(name: str, *arguments: str) -> list[str]:
    """The command line of one of the lab's own helper processes; they need no packages."""
    return [sys.executable, "-S", "-E", "-m", f"tests.lab.{name}", *arguments]


def _run_group(
    argv: Sequence[str], environment: dict[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    child = subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    try:
        output, errors = child.communicate(timeout=timeout)
    except BaseException:
        process.kill(process.Process("command", child.pid, process.start_time(child.pid)))
        child.communicate()
        raise
    return subprocess.CompletedProcess(argv, child.returncode, output, errors)
