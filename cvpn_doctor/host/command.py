"""Running a system command: by absolute path, without a shell, with a limit, in plain English."""

import subprocess
from typing import Final

# Nothing of the user's environment: no PATH, no LD_*, no pager, no localised words.
_ENVIRONMENT: Final = {"LC_ALL": "C", "PATH": "/nonexistent"}


def output(path: str, *arguments: str, timeout: float) -> str:
    """What the command prints. Raises OSError, subprocess.SubprocessError.

    `path` is absolute: a bare name would run whatever a folder on PATH offers under that name.
    """
    if not path.startswith("/"):
        raise ValueError("commands are run by absolute path")
    done = subprocess.run(  # noqa: S603 - absolute path, fixed arguments, no shell
        (path, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT,
        timeout=timeout,
        check=True,
    )
    return done.stdout[: 1 << 20].decode("utf-8", "replace")
