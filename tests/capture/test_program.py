"""The command: what it prints, its exit codes, and that it leaves no trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cvpn_doctor.capture.model import SCHEMA
from tests.capture.builder import ROUTER, Tape, begin, data, reset


def run(
    *arguments: str, home: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, **environment}
    if home is not None:
        given = {n: v for n, v in given.items() if not n.startswith("XDG_")}
        given["HOME"] = str(home)
    return subprocess.run(
        [sys.executable, "-m", "cvpn_doctor", "read-capture", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=given,
        encoding="utf-8",
    )


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    tape = Tape()
    tape.udp(0, reset())
    tape.icmp(0.01, ROUTER, 3, 13)
    return tape.write(tmp_path / "refused.pcap")


def test_problem(refused: Path) -> None:
    done = run(str(refused), "--lang", "en")
    assert done.returncode == 1
    assert "[endpoint-udp-blocked]" in done.stdout.splitlines()[0]
    assert ROUTER in done.stdout
    assert done.stderr == ""


def test_japanese(refused: Path) -> None:
    done = run(str(refused), "--lang", "ja", PYTHONUTF8="1")
    assert done.returncode == 1
    assert "ハードリセット" in done.stdout


def test_json(refused: Path, tmp_path: Path) -> None:
    done = run(str(refused), "--json", "-")
    told = json.loads(done.stdout)
    assert told["schema"] == SCHEMA
    assert told["findings"][0]["code"] == "endpoint-udp-blocked"
    target = tmp_path / "out.json"
    done = run(str(refused), "--json", str(target))
    assert json.loads(target.read_text()) == told
    assert done.stdout


def test_exit_codes(tmp_path: Path) -> None:
    tape = Tape()
    begin(tape)
    assert run(str(tape.write(tmp_path / "little.pcap"))).returncode == 3
    for number in range(6):
        tape.udp(1 + number, data(), up=number % 2 == 0)
    assert run(str(tape.write(tmp_path / "good.pcap"))).returncode == 0


@pytest.mark.parametrize("content", [None, b"", b"GIF89a nothing of the kind"])
def test_unreadable(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    done = run(str(path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_leaves_nothing_behind(refused: Path, tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    assert run(str(refused), home=home, TMPDIR=str(temporary)).returncode == 1
    assert list(home.rglob("*")) == []
    assert list(temporary.rglob("*")) == []


def test_loads_no_network_layer(refused: Path) -> None:
    """scapy's network layers ask the system for its interfaces, and may start a service."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom cvpn_doctor.capture import read_capture\n"
        f"assert 'scapy' not in sys.modules\nread_capture(Path({str(refused)!r}))\n"
        "print([n for n in sys.modules if n.startswith(('scapy.layers', 'scapy.arch.', "
        "'scapy.route', 'scapy.all'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_layer_by_hand() -> None:
    """What `bind()` is for: scapy shows OpenVPN in what it dissects itself."""
    program = (
        "from cvpn_doctor.capture.loading import load_scapy\nload_scapy()\n"
        "from cvpn_doctor.capture.layer import OpenVPN, bind\n"
        "from scapy.layers.inet import IP, TCP, UDP\n"
        "raw = bytes(IP()/UDP(sport=5, dport=443)/OpenVPN(session_id=b'12345678'))\n"
        "assert OpenVPN not in IP(raw)\nbind()\n"
        "assert IP(raw)[OpenVPN].session_id == b'12345678'\n"
        "assert bytes(OpenVPN(session_id=b'12345678')) == b'8' + b'12345678' + bytes(5)\n"
        "from cvpn_doctor.capture.layer import OpenVPNoverTCP\n"
        "raw = bytes(IP()/TCP(dport=1194)/OpenVPNoverTCP()/OpenVPN(opcode=5, acks=[1, 2]))\n"
        "assert IP(raw)[OpenVPN].acks == [1, 2]\n"
        "assert IP(raw)[OpenVPNoverTCP].length == 26\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
