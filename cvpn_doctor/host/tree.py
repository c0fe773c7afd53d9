"""Reading small system files below a root: "/" of this laptop, or a recorded tree in a test."""

import errno
import os
import stat
from pathlib import Path
from typing import Final

# /proc files have no size; dpkg's status of a full desktop is some 5 MiB.
LIMIT: Final = 32 * 1024 * 1024


class Tree:
    """A file system as far as a doctor reads it."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    @property
    def is_live(self) -> bool:
        """Whether this is the running laptop, so that its commands speak of the same thing."""
        return self._root == Path("/")

    def path(self, path: str) -> Path:
        """Where `path` ("/etc/hosts") is."""
        return self._root / path.lstrip("/")

    def bytes(self, path: str) -> bytes:
        """The content of a regular file. Raises OSError; for pipes and devices too."""
        descriptor = os.open(self.path(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            return file.read(LIMIT)

    def text(self, path: str) -> str:
        """The content as text. Raises OSError."""
        return self.bytes(path).decode("utf-8", "replace")

    def text_or_none(self, path: str) -> str | None:
        """The content as text; None when it is not there or not readable."""
        try:
            return self.text(path)
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        """Whether something is there, as far as this user may see."""
        try:
            self.path(path).lstat()
        except OSError:
            return False
        return True

    def names(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted; () when it is not there or not readable."""
        try:
            return tuple(sorted(entry.name for entry in self.path(path).iterdir()))
        except OSError:
            return ()
