"""The program as a user meets it: a terminal, Ctrl-C, a deadline; in a real lab."""

import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path
from typing import Literal

import pytest

from tests.lab import handshake_room
from tests.lab.lab import Lab
from tests.lab.variant import ENDPOINT_ADDRESSES, Variant

pytestmark = pytest.mark.lab


def test_ctrl_c_still_writes_what_was_seen() -> None:
    with Lab(Variant(connected=False)) as lab:
        lab.space("home").nft(
            "table ip cut { chain f { type filter hook forward priority 0; udp dport 443 drop; }; }"
        )
        argv = lab.laptop.doctor_argv("run", "--profile", str(lab.profile), "--json", "-")
        started = time.monotonic()
        process = subprocess.Popen(
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=lab.laptop.environment(),
        )
        time.sleep(1.2)
        _interrupt(process)
        out, _ = process.communicate(timeout=20)
        assert time.monotonic() - started < 5
        report = json.loads(out)
        assert report["interrupted"] is True
        assert process.returncode == 130
        seen = {c["id"] for c in report["checks"] if c["status"] != "not-collected"}
        assert "profile" in seen


def _interrupt(process: "subprocess.Popen[bytes]") -> None:
    """To the program itself, as a terminal does; again where the first signal met a wrapper."""
    for _ in range(3):
        for pid in _children(process.pid):
            os.kill(pid, signal.SIGINT)
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            continue
        return


def _children(pid: int) -> list[int]:
    """The innermost processes below one."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    children = [int(word) for word in text.split()]
    return [leaf for child in children for leaf in (_children(child) or [child])]


def test_progress_is_shown_on_a_terminal_and_vanishes() -> None:
    with Lab(Variant(connected=False)) as lab:
        argv = lab.laptop.doctor_argv("run", "--profile", str(lab.profile))
        leader, follower = pty.openpty()
        subprocess.run(
            argv,
            stdout=follower,
            stderr=follower,
            timeout=60,
            check=False,
            env=lab.laptop.environment(),
        )
        os.close(follower)
        shown = os.read(leader, 65536).decode()
        os.close(leader)
        assert "Looking at" in shown
        assert shown.rpartition("Looking at")[2].count("\x1b[K") >= 1


def test_a_short_deadline_holds() -> None:
    with Lab(Variant(connected=False)) as lab:
        lab.space("home").nft(
            "table ip cut { chain f { type filter hook forward priority 0; policy drop; }; }"
        )
        result = lab.run_doctor(
            "run", "--profile", str(lab.profile), "--deadline", "1", "--json", "-"
        )
        report = json.loads(result.stdout)
        assert report["seconds"] < 2
        assert report["verdict"] in ("broken", "undetermined")


def test_nothing_on_standard_error_in_a_pipe() -> None:
    with Lab(Variant(connected=False)) as lab:
        result = lab.run_doctor("run", "--profile", str(lab.profile))
        assert (result.returncode, result.stderr) == (0, "")


def test_one_of_two_addresses_that_stays_silent_is_degraded() -> None:
    with Lab(Variant(connected=False)) as lab:
        lab.space("home").nft(
            "table ip cut { chain f { type filter hook forward priority 0;"
            f" ip daddr {ENDPOINT_ADDRESSES[1]} drop; }}; }}"
        )
        report = json.loads(
            lab.run_doctor("run", "--profile", str(lab.profile), "--json", "-").stdout
        )
        assert report["verdict"] == "degraded"
        assert report["root_cause"]["code"] == "endpoint-silent"
        assert report["root_cause"]["args"]["address"] == ENDPOINT_ADDRESSES[1]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_server_is_left_with_nothing_half_open(transport: Literal["udp", "tcp"]) -> None:
    with Lab(Variant(transport=transport, connected=False)) as lab:
        handshake_room.serve(lab)
        lab.run_doctor("run", "--profile", str(lab.profile))
        assert handshake_room.none_left(lab, seconds=0.5)


def test_a_running_tunnel_is_not_disturbed() -> None:
    with Lab(Variant()) as lab:
        before = lab.exec("ping", "-c1", "-W2", "10.0.2.10")
        pings = subprocess.Popen(
            lab.argv("ping", "-q", "-i", "0.2", "-c", "20", "10.0.2.10"),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3):
            lab.run_doctor("run", "--profile", str(lab.profile))
        out, _ = pings.communicate(timeout=30)
        assert before.returncode == 0
        assert " 0% packet loss" in out
