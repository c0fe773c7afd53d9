"""Running commands, and network namespaces joined by veth pairs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.004


class LabError(RuntimeError):
    """The lab itself does not work; says nothing about the program under test."""


def run(
    argv: Sequence[str], *, stdin: str | None = None, timeout: float = 20.0, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; where `check` is set, a failure raises with what it printed."""
    done = subprocess.run(
        list(argv), input=stdin, capture_output=True, text=True, timeout=timeout, check=False
    )
    if check and done.returncode != 0:
        output = (done.stderr or done.stdout).strip()
        raise LabError(f"{' '.join(argv)}: exit {done.returncode}: {output}")
    return done


def write_public(path: Path, text: str) -> None:
    """Write in place a file that everybody may read, whatever the umask of this process is."""
    path.touch()
    path.chmod(0o644)
    path.write_text(text)


def run_together(commands: Iterable[tuple[Sequence[str], str]]) -> None:
    """Run several commands, each with its standard input, side by side."""
    started = []
    for argv, text in commands:
        child = subprocess.Popen(
            list(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert child.stdin is not None
        child.stdin.write(text.encode())
        child.stdin.close()
        child.stdin = None
        started.append(child)
    results = [(child.communicate(timeout=20)[0], child.returncode) for child in started]
    failed = [output.decode().strip() for output, code in results if code]
    if failed:
        raise LabError("; ".join(failed))


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 5.0) -> None:
    """Poll until the condition holds; LabError names what did not happen in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {seconds:g} s")
        time.sleep(POLL_SECONDS)


@dataclass(frozen=True)
class Namespace:
    """A named network namespace which this lab has made."""

    name: str

    @property
    def path(self) -> Path:
        return Path("/run/netns") / self.name

    def argv(self, *command: str) -> list[str]:
        """The command line which runs a command in here."""
        return ["nsenter", f"--net={self.path}", "--", *command]

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return run(self.argv(*command), check=check)

    def ip(self, *lines: str) -> None:
        """One or more `ip` commands, without the word `ip`."""
        run(["ip", "-n", self.name, "-batch", "-"], stdin="\n".join(lines) + "\n")

    def nft(self, rules: str) -> None:
        """Load nftables commands."""
        run(self.argv("nft", "-f", "-"), stdin=rules)

    def script(self, text: str) -> None:
        """Run a shell script which stops at the first error."""
        run(self.argv("sh", "-eu"), stdin=text)

    def processes(self) -> list[int]:
        """The ids of the processes whose network this is."""
        done = run(["ip", "netns", "pids", self.name], check=False)
        return [int(word) for word in done.stdout.split()]


def create(namespaces: Iterable[Namespace]) -> None:
    """Make namespaces; a name which exists already is an error, never taken over."""
    run(["ip", "-batch", "-"], stdin="".join(f"netns add {space.name}\n" for space in namespaces))


def delete(namespaces: Iterable[Namespace]) -> None:
    """Delete namespaces; those which are gone already are passed over."""
    present = [space for space in namespaces if space.path.exists()]
    if present:
        lines = "".join(f"netns del {space.name}\n" for space in present)
        run(["ip", "-force", "-batch", "-"], stdin=lines)


@dataclass(frozen=True)
class Cable:
    """A veth pair, born with its ends in two namespaces."""

    left: Namespace
    left_device: str
    right: Namespace
    right_device: str

    def command(self) -> str:
        return (
            f"link add {self.left_device} netns {self.left.name} type veth"
            f" peer name {self.right_device} netns {self.right.name}"
        )


def connect(cables: Iterable[Cable]) -> None:
    """Lay all cables with one command."""
    run(["ip", "-batch", "-"], stdin="".join(f"{cable.command()}\n" for cable in cables))
