"""AWS' client asked by its command line: a program planted below a root."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cvpn_doctor.host import bounded
from cvpn_doctor.host.linux import LinuxHost
from cvpn_doctor.model.aws_client import AwsClientState, AwsConnection, AwsProfile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the client's place on Linux")

PROFILES = (
    '[{"profile-name": "office vpn", "owned-by": "jdoe", "auth-type": "saml"},'
    ' {"profile-name": "--version", "auth-type": "ma"}]'
)
CONNECTIONS = '[{"profile-name": "office vpn", "connection-status": "Connected"}]'
STATUS = (
    '{"connection-status": "Connected", "latest-connection-attempt": {"details":'
    ' {"tunnel-bytes-in": 0, "transport-bytes-in": 9674}}}'
)
ANSWERS = f"""
case "$1" in
  list-profiles) echo '{PROFILES}' ;;
  list-connections) echo '{CONNECTIONS}' ;;
  get-connection-status) [ "$2" = "--profile-name=office vpn" ] && echo '{STATUS}' ;;
  *) exit 2 ;;
esac
"""
OLD = ".config/AWSVPNClient/OpenVpnConfigs"


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Plants a program, and asks."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))

    def ask(script: str | None, mode: int = 0o755) -> AwsClientState | None:
        if script is not None:
            program = tmp_path / "opt/awsvpnclient/aws-vpn-client"
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(f"#!/bin/sh\n{script}")
            program.chmod(mode)
        return LinuxHost(tmp_path).aws_client()

    return ask


def asked(laptop: Any, script: str) -> AwsClientState:
    found: AwsClientState = laptop(script)
    assert found is not None
    return found


def test_not_installed(laptop: Any) -> None:
    assert laptop(None) is None


def test_everything(laptop: Any) -> None:
    assert laptop(ANSWERS) == AwsClientState(
        daemon="answers",
        profiles=(
            AwsProfile(name="office vpn", auth="saml"),
            AwsProfile(name="--version", auth="ma", everyone=True),
        ),
        connections=(
            AwsConnection(
                profile="office vpn",
                status="connected",
                tunnel_bytes_in=0,
                transport_bytes_in=9674,
            ),
        ),
        old_profiles=0,
    )


def test_counters_may_fail_alone(laptop: Any) -> None:
    found = asked(laptop, ANSWERS.replace("get-connection-status)", "other)"))
    assert found.connections == (AwsConnection(profile="office vpn", status="connected"),)


@pytest.mark.parametrize("script", ["exit 1", "echo 'no such daemon' >&2; exit 1"])
def test_without_its_daemon(laptop: Any, script: str) -> None:
    assert asked(laptop, script).daemon == "silent"


@pytest.mark.parametrize("stream", ["1", "2"])
def test_an_error_is_an_answer(laptop: Any, stream: str) -> None:
    error = '{"status": "Error", "message": "Permission denied: admin privileges required"}'
    found = asked(laptop, f"echo '{error}' >&{stream}; exit 1")
    assert (found.daemon, found.error) == ("answers", "permission-denied")


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("exit 2", "command_failed"),
        ("kill -9 $$", "command_failed"),
        ("exit 0", "malformed"),
        ("echo '[{'; exit 1", "malformed"),
        ("while :; do echo 0123456789012345678901234567890123456789; done", "malformed"),
        ("/bin/sleep 30 & wait", "timed_out"),
    ],
)
def test_what_proves_nothing(laptop: Any, script: str, kind: str) -> None:
    started = time.monotonic()
    found = asked(laptop, script)
    assert time.monotonic() - started < 3
    assert found.daemon == "unknown"
    assert found.failure is not None
    assert found.failure.kind == kind


def test_a_program_that_may_not_be_run(laptop: Any) -> None:
    found = laptop(ANSWERS, mode=0o644)
    assert found.failure.kind == "permission_denied"


def test_profiles_of_version_5(laptop: Any, tmp_path: Path) -> None:
    folder = tmp_path / "home" / OLD
    folder.mkdir(parents=True)
    (folder / "office").write_text("client\nremote vpn.example 443\n")
    (folder / "notes").write_text("milk, bread\n")
    none = ANSWERS.replace(PROFILES, "[]")
    assert asked(laptop, none).profiles == ()
    assert asked(laptop, none).old_profiles == 1
    if os.geteuid() == 0:  # another user's home says nothing of this user's client
        os.chown(tmp_path / "home", 65534, 65534)
        assert asked(laptop, none).old_profiles is None


def test_nothing_of_the_environment_and_no_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    ended = bounded.run("/usr/bin/env", timeout=2)
    assert sorted(ended.output.split()) == [b"LC_ALL=C", b"PATH=/nonexistent"]
    assert bounded.run("/bin/echo", "$HOME; id", timeout=2).output == b"$HOME; id\n"
    with pytest.raises(ValueError, match="absolute"):
        bounded.run("env", timeout=1)


def test_children_end_with_it(tmp_path: Path) -> None:
    script = tmp_path / "parent"
    script.write_text("#!/bin/sh\n/bin/sleep 30 >/dev/null 2>&1 &\necho $!\n")
    script.chmod(0o755)
    child = int(bounded.run(str(script), timeout=2).output)
    end = time.monotonic() + 2
    while Path(f"/proc/{child}/stat").exists() and time.monotonic() < end:
        state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":  # dead, not yet collected by its new parent
            break
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{child}/stat").exists()
