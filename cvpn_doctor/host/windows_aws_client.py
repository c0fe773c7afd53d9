"""AWS' client 6 and later on Windows, asked by its command line.

Its daemon talks to programs of that very name only. The CLI asks and changes nothing; the commands
used here are those that list. The program must lie below Program Files, where ordinary users
cannot put one: nothing is looked for on PATH.
"""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.model.aws_client import AwsClientState
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.parse import aws_client_cli as cli
from cvpn_doctor.profile.discovery import find_profiles
from cvpn_doctor.profile.folders import profile_folders

PROGRAM: Final = ("Amazon", "AWS VPN Client", "aws-vpn-client.exe")
SECONDS: Final = 2.0  # for all questions together
NO_WINDOW: Final = 0x08000000  # CREATE_NO_WINDOW

T = TypeVar("T")


def aws_client(environment: Mapping[str, str]) -> AwsClientState | None:
    """What the client says. None: no client with a command line is installed."""
    programs = environment.get("PROGRAMFILES") or r"C:\Program Files"
    program = Path(programs, *PROGRAM)
    if not program.is_file():
        return None
    old = _old_profiles(environment)
    deadline = Deadline(SECONDS)
    try:
        profiles = _ask(program, deadline, cli.profiles, "list-profiles")
        connections = _ask(program, deadline, cli.connections, "list-connections")
    except cli.NoJson:
        return AwsClientState(daemon="silent", old_profiles=old)
    except cli.Refused as refused:
        return AwsClientState(daemon="answers", old_profiles=old, error=refused.error)
    except cli.Malformed:
        failure = Failure(kind="malformed", detail="aws-vpn-client")
        return AwsClientState(daemon="unknown", old_profiles=old, failure=failure)
    except (OSError, subprocess.SubprocessError) as error:
        return AwsClientState(daemon="unknown", old_profiles=old, failure=failure_of(error))
    return AwsClientState(
        daemon="answers", profiles=profiles, connections=connections, old_profiles=old
    )


def _ask(program: Path, deadline: Deadline, read: Callable[[bytes], T], word: str) -> T:
    code, output, errors = _run(program, deadline, word)
    if code not in (0, 1):  # 2: it does not know this word
        raise subprocess.CalledProcessError(code, program)
    try:
        return read(output if output.strip() else errors)
    except cli.NoJson:
        if code == 0:  # it did answer, in a form that this version does not know
            raise cli.Malformed("no JSON") from None
        raise


def _run(program: Path, deadline: Deadline, word: str) -> tuple[int, bytes, bytes]:
    """Run it to its end. Raises TimeoutExpired: then it was killed, and its pipes are left alone.

    To read them to their ends would wait for a grandchild that holds them.
    """
    child = subprocess.Popen(  # noqa: S603 - absolute path, no shell
        (str(program), word),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=program.parent,
        creationflags=NO_WINDOW,
    )
    try:
        output, errors = child.communicate(timeout=deadline.left())
    except subprocess.TimeoutExpired:
        child.kill()
        raise
    return child.returncode, output, errors


def _old_profiles(environment: Mapping[str, str]) -> int | None:
    """Profiles that the client up to 5 left in this user's own folder."""
    try:
        found = profile_folders("windows", Path.home(), environment)
        return len(find_profiles(f for f in found if f.client == "aws-vpn-client-5"))
    except (OSError, RuntimeError):
        return None
