"""AWS' client 6 and later on Linux and macOS, asked by its command line.

Its daemon talks to programs of that very name only, so its socket is left alone. The CLI asks and
changes nothing; the commands used here are those that list.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from cvpn_doctor.host import bounded
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.host.tree import Tree
from cvpn_doctor.model.aws_client import AwsClientState, AwsConnection
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.platform import OperatingSystem
from cvpn_doctor.parse import aws_client_cli as cli
from cvpn_doctor.profile.discovery import find_profiles
from cvpn_doctor.profile.folders import profile_folders

PROGRAM: Final = "/opt/awsvpnclient/aws-vpn-client"  # docs/design/005-failure-modes.md
SECONDS: Final = 2.0  # for all questions together; one takes some 20 ms
CONNECTIONS: Final = 5  # `max-connections` goes up to five

T = TypeVar("T")


def aws_client(
    tree: Tree, home: Path | None, program: str = PROGRAM, system: OperatingSystem = "linux"
) -> AwsClientState | None:
    """What the client says. None: no client with a command line is installed."""
    if not tree.exists(program):
        return None
    old = _old_profiles(home, system)
    deadline = Deadline(SECONDS)
    try:
        return _ask_all(str(tree.path(program)), deadline, old)
    except cli.NoJson:
        return AwsClientState(daemon="silent", old_profiles=old)
    except cli.Refused as refused:
        return AwsClientState(daemon="answers", old_profiles=old, error=refused.error)
    except (cli.Malformed, OverflowError):
        failure = Failure(kind="malformed", detail="aws-vpn-client")
    except (OSError, subprocess.SubprocessError) as error:
        failure = failure_of(error)
    return AwsClientState(daemon="unknown", old_profiles=old, failure=failure)


def _ask_all(program: str, deadline: Deadline, old: int | None) -> AwsClientState:
    profiles = _ask(program, deadline, cli.profiles, "list-profiles")
    connections = _ask(program, deadline, cli.connections, "list-connections")
    return AwsClientState(
        daemon="answers",
        profiles=profiles,
        connections=tuple(
            _with_bytes(program, deadline, one) if number < CONNECTIONS else one
            for number, one in enumerate(connections)
        ),
        old_profiles=old,
    )


def _with_bytes(program: str, deadline: Deadline, listed: AwsConnection) -> AwsConnection:
    """The same connection with its counters; they may fail where the list did not."""
    words = ("get-connection-status", f"--profile-name={listed.profile}", "--show-details")
    try:
        told = _ask(program, deadline, lambda out: cli.connection(out, listed.profile), *words)
    except (ValueError, OSError, OverflowError, subprocess.SubprocessError):
        return listed
    same_status = told.status if told.status != "unknown" else listed.status
    return msgspec.structs.replace(told, status=same_status)


def _ask(program: str, deadline: Deadline, read: Callable[[bytes], T], *words: str) -> T:
    ended = bounded.run(program, *words, timeout=deadline.left())
    if ended.code not in (0, 1):  # 2: it does not know these words; below 0: it was killed
        raise subprocess.CalledProcessError(ended.code, program)
    # errors are JSON too, and were seen on either stream
    printed = ended.output if ended.output.strip() else ended.errors
    try:
        return read(printed)
    except cli.NoJson:
        if ended.code == 0:  # it did answer, in a form that this version does not know
            raise cli.Malformed("no JSON") from None
        raise


def _old_profiles(home: Path | None, system: OperatingSystem) -> int | None:
    """Profiles that the client up to 5 left in this user's own folder.

    With another user's HOME (sudo), the client would speak of one user and the folder of another.
    """
    if sys.platform == "win32":
        return None
    try:
        if home is None or home.stat().st_uid != os.geteuid():
            return None
    except OSError:
        return None
    folders = profile_folders(system, home, {})
    return len(find_profiles(f for f in folders if f.client == "aws-vpn-client-5"))
