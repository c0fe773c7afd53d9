"""Running a system command whose end and output nobody vouches for: both have a limit.

By absolute path, without a shell, in plain English, with nothing of the user's environment.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
from typing import Final, NamedTuple

from cvpn_doctor.host.deadline import Deadline

LIMIT: Final = 256 * 1024  # bytes of each stream
_ENVIRONMENT: Final = {"LC_ALL": "C", "PATH": "/nonexistent"}


class Ended(NamedTuple):
    """What a command printed, and how it ended."""

    code: int
    output: bytes
    errors: bytes


def run(path: str, *arguments: str, timeout: float, limit: int = LIMIT) -> Ended:
    """Run it to its end. Raises OSError, subprocess.TimeoutExpired (then it was killed).

    Output beyond the limit (bytes of each stream) ends the command too: OverflowError.
    """
    if not path.startswith("/"):
        raise ValueError("commands are run by absolute path")
    child = subprocess.Popen(  # noqa: S603 - absolute path, no shell
        (path, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,  # so that its children end with it
    )
    deadline = Deadline(timeout)
    try:
        output, errors = _read(child, deadline, limit)
        code = child.wait(deadline.left() + 0.05)
    finally:
        _end(child)
    return Ended(code, output, errors)


def _read(child: "subprocess.Popen[bytes]", deadline: Deadline, limit: int) -> tuple[bytes, bytes]:
    """Both streams to their ends, side by side: a full pipe would hold the command."""
    got = {child.stdout: bytearray(), child.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for stream in got:
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ, stream)
        while selector.get_map():
            ready = selector.select(deadline.left())
            if not ready:
                raise subprocess.TimeoutExpired(child.args, deadline.elapsed())
            for key, _ in ready:
                more = os.read(key.fd, 65536)
                got[key.data] += more
                if len(got[key.data]) > limit:
                    raise OverflowError("more output than is read")
                if not more:
                    selector.unregister(key.fd)
    return bytes(got[child.stdout]), bytes(got[child.stderr])


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Nothing of the command's group goes on; it was made for this one command."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":  # no groups there; a job object is that system's way
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for stream in (child.stdout, child.stderr):
        if stream is not None:
            stream.close()
