"""Opens the files that a profile is made of, and says in one line why one cannot be read.

All reading goes through a `Read` that the caller may replace, so that everything else here is a
pure function of bytes.
"""

import errno
import stat
from collections.abc import Callable
from pathlib import Path

from cvpn_doctor.model.failure import ProfileError

# The largest real export is some 12 KB; a megabyte leaves room for any chain of certificates.
MAX_BYTES = 1 << 20

Read = Callable[[Path], bytes]


def read_file(path: Path) -> bytes:
    """The bytes of a regular file, at most one more than MAX_BYTES. Raises OSError."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "is a directory")
    if not stat.S_ISREG(mode):  # a pipe or device could block or never end
        raise OSError(errno.EINVAL, "not a regular file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def read_profile_bytes(path: Path, read: Read = read_file) -> bytes:
    """The bytes of `path`. Raises ProfileError, and nothing else, if it cannot be read."""
    try:
        return read(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        message, advice = _refusal(error)
        raise ProfileError(message, path=str(path), advice=advice) from error


def _refusal(error: OSError | ValueError) -> tuple[str, str]:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "no such file", "check the path, or export the profile again"
        case IsADirectoryError():
            return "this is a folder", "name the .ovpn file in it"
        case PermissionError():
            return "permission denied", "run as the user whose profile it is, or copy the file"
        case OSError():
            return f"cannot be read ({error.strerror or 'unknown reason'})", "name a regular file"
    return "this path cannot exist", "check the path"
