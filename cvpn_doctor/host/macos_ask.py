"""How macOS is asked: by its own commands, each by absolute path, read only, with a limit.

The one door of `MacHost`: whoever answers in its place (a recording) answers for a whole laptop.
"""

import errno
import os
from typing import Final, Protocol

from cvpn_doctor.host.bounded import Ended, run

SECONDS: Final = 4.0  # the slowest, lsof and networksetup, take about one
LIMIT: Final = 16 * 1024 * 1024  # bytes; 200,000 rows of netstat


class Run(Protocol):
    """Runs a command, or knows what it printed."""

    def __call__(self, path: str, *arguments: str) -> Ended:
        """Raises OSError, subprocess.TimeoutExpired, OverflowError."""
        ...


def live(path: str, *arguments: str) -> Ended:
    """Ask this laptop."""
    return run(path, *arguments, timeout=SECONDS, limit=LIMIT)


def text(ended: Ended) -> str:
    """What was printed."""
    return ended.output.decode("utf-8", "replace")


def printed(run: Run, path: str, *arguments: str) -> str:
    """What a command printed that must not fail. Raises as `Run` does, and `Malformed`."""
    ended = run(path, *arguments)
    if ended.code != 0 and not ended.output.strip():
        raise malformed(path)
    return text(ended)


def malformed(path: str) -> OSError:
    """The command did not print what it is known for: `failure_of` calls that malformed."""
    return OSError(errno.EPROTO, os.strerror(errno.EPROTO), path)
