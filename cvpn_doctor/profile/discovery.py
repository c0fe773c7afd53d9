"""Lists the profiles that lie in the clients' folders, within narrow bounds.

Nothing here raises: a folder that is absent or closed to us holds no profile for us. A folder may
be anything, so that the number of entries, files and levels is limited, and no link to a folder
followed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

from cvpn_doctor.profile.folders import ClientName, ProfileFolder
from cvpn_doctor.profile.reading import Read, read_file

MAX_PROFILES = 200  # nobody has so many; a folder that does is not a client's
MAX_ENTRIES = 2000  # looked at in one folder
MAX_LEVELS = 2  # the folder itself and the folders in it, as OpenVPN GUI does

# What every client's profile has somewhere; a server's configuration in /etc/openvpn has not.
_CLIENT_LINE = re.compile(rb"^[ \t]*(?:--)?(?:client|remote|pull|<connection>)\s", re.MULTILINE)
_INSIDE_BUNDLE = Path("Contents", "Resources", "config.ovpn")


@dataclass(frozen=True, slots=True)
class FoundProfile:
    """A file that looks like a profile, and the client in whose folder it lies."""

    client: ClientName
    path: Path

    @property
    def stored_by_aws_client(self) -> bool:
        """AWS' client up to 5 wrote it, without `auth-federate`: SAML looks like a password."""
        return self.client == "aws-vpn-client-5"

    @property
    def credentials_elsewhere(self) -> bool:
        """This client keeps certificates or the way of signing in apart from the file."""
        return self.client in {"aws-vpn-client-5", "aws-vpn-client-6", "openvpn-connect"}


def find_profiles(
    folders: Iterable[ProfileFolder], read: Read = read_file
) -> tuple[FoundProfile, ...]:
    """The profiles in these folders, in the folders' order, then by path; each file once."""
    candidates = (
        (folder.client, path) for folder in folders for path in _files(folder, Path(folder.path))
    )
    found: dict[Path, FoundProfile] = {}
    for client, path in islice(candidates, MAX_ENTRIES):
        if len(found) < MAX_PROFILES and _looks_like_profile(path, read):
            found.setdefault(_resolved(path), FoundProfile(client, path))
    return tuple(found.values())


def _files(folder: ProfileFolder, path: Path, level: int = 1) -> Iterator[Path]:
    for entry in _entries(path):
        if folder.pattern == "*.tblk":
            if fnmatch(entry.name.lower(), folder.pattern):
                yield entry / _INSIDE_BUNDLE
        elif _is_own_folder(entry):
            if level < MAX_LEVELS:
                yield from _files(folder, entry, level + 1)
        elif fnmatch(entry.name.lower(), folder.pattern):
            yield entry


def _entries(path: Path) -> list[Path]:
    try:
        return sorted(islice(path.iterdir(), MAX_ENTRIES))
    except OSError:
        return []


def _is_own_folder(path: Path) -> bool:
    try:
        return path.is_dir() and not path.is_symlink()
    except OSError:
        return False


def _looks_like_profile(path: Path, read: Read) -> bool:
    try:
        start = read(path)
    except (OSError, ValueError):
        return False
    # UTF-16, which no client reads, must be found too: it is a cause to be named.
    return (
        _CLIENT_LINE.search(start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")) is not None
    )


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
        return path
