"""The lab is what it says: it comes up, works, breaks as told, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import access, proofs, state
from tests.lab.__main__ import main
from tests.lab.fault import Fault
from tests.lab.faults import FAULTS
from tests.lab.healthy import HEALTHY, Healthy
from tests.lab.lab import Lab
from tests.lab.network import LabError
from tests.lab.variant import ENDPOINT_NAME, Variant

pytestmark = pytest.mark.lab

INSIDE = (
    ("tcp 10.0.2.10 22", "open, b'SSH-2.0"),
    ("tcp 10.0.2.10 443", "open, "),
    ("tcp 10.1.0.10 22", "open, b'SSH-2.0"),
    ("dns 10.0.0.2 app.corp.example", r"10\.0\.2\.10"),
    (f"dns 10.0.0.2 {proofs.NAME}", proofs.BOTH),
    ("tcp 10.0.2.10 81", "Connection refused"),
    ("route 10.0.2.10", r"via 10\.100\.0\.1 dev tun0 src 10\.100\.0\.2"),
    ("link tun0", r"inet 10\.100\.0\.2/27"),
    ("resolvers", r"10\.0\.0\.2"),
)
OUTSIDE = (
    (proofs.HOME_DNS, proofs.BOTH),
    (proofs.TRUE_DNS, proofs.BOTH),
    (f"dns 192.168.1.1 {ENDPOINT_NAME}", "NXDOMAIN"),
    ("dns 192.168.1.1 checkip.amazonaws.com", r"198\.51\.100\.80"),
    ("dns 192.168.1.1 no-such-name.example.com", "NXDOMAIN"),
    proofs.ONLINE,
)


@contextlib.contextmanager
def faulty(fault: Fault) -> Iterator[Lab]:
    with Lab(fault.variant) as lab:
        fault.inject(lab)
        yield lab


def _traces(prefix: str) -> list[str]:
    """Namespaces, processes and folders which bear the lab's name."""
    spaces = [path.name for path in Path("/run/netns").glob(f"{prefix}*")]
    stem = prefix.rstrip("-") + "."
    folders = [path.name for path in Path(tempfile.gettempdir()).glob(f"{stem}*")]
    netns = [path.name for path in Path("/etc/netns").glob(f"{prefix}*")]
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if f"/{stem}" in (text := path.read_text()):
                commands.append(text)
    return [*spaces, *folders, *netns, *commands]


@pytest.mark.parametrize("healthy", HEALTHY, ids=lambda healthy: healthy.name)
def test_healthy_lab_works(healthy: Healthy) -> None:
    wanted = INSIDE if healthy.variant.connected else OUTSIDE
    with Lab(healthy.variant) as lab:
        healthy.prepare(lab)
        assert not proofs.unproven(lab, wanted)
        asked = f"{healthy.variant.transport} 203.0.113.11 {healthy.variant.port}"
        assert proofs.ask(lab, asked) == "openvpn"


def test_every_fault_has_a_proof() -> None:
    assert set(proofs.PROOFS) == {fault.name for fault in FAULTS}


def test_names_are_unique() -> None:
    names = [fault.name for fault in FAULTS] + [healthy.name for healthy in HEALTHY]
    assert len(names) == len(set(names))


def test_no_fault_forbids_its_own_code() -> None:
    assert [fault.name for fault in FAULTS if fault.code in fault.forbid] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_is_really_there(fault: Fault) -> None:
    with faulty(fault) as lab:
        assert not proofs.unproven(lab, proofs.PROOFS[fault.name])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_without_the_fault_there_is_no_proof_of_it(fault: Fault) -> None:
    with Lab(fault.variant) as lab:
        if not lab.connected and fault.code.startswith(("route", "full", "split", "tunnel")):
            lab.connect()
        assert proofs.unproven(lab, proofs.PROOFS[fault.name])


def test_clear_makes_it_healthy_again() -> None:
    with Lab(Variant()) as lab:
        lab.serve(pool="10.200.0.0/27")
        lab.clear()
        assert not proofs.unproven(lab, INSIDE)


def test_disconnect_and_connect_again() -> None:
    with Lab(Variant()) as lab:
        lab.disconnect()
        assert not proofs.unproven(lab, OUTSIDE)
        lab.connect()
        assert "dev tun0" in proofs.ask(lab, "route 10.0.2.10")


def test_labs_side_by_side_do_not_meet() -> None:
    with Lab(Variant()) as one, Lab(Variant(transport="tcp")) as two, Lab(Variant()) as three:
        one.stop("server")
        three.space("home").nft("add rule inet lab forward drop")
        assert not proofs.unproven(two, INSIDE)
        assert proofs.ask(one, "udp 203.0.113.10 443").startswith("icmp 3/3")


def test_labs_can_be_built_at_once() -> None:
    labs = [Lab(Variant()) for _ in range(4)]
    builders = [threading.Thread(target=lab.up) for lab in labs]
    try:
        for builder in builders:
            builder.start()
        for builder in builders:
            builder.join()
        assert [proofs.unproven(lab, INSIDE) for lab in labs] == [[]] * 4
    finally:
        for lab in labs:
            lab.down()
    assert [_traces(lab.prefix) for lab in labs] == [[]] * 4


def test_nothing_is_left() -> None:
    lab = Lab(Variant(ipv6=True, latency_ms=4))
    lab.up()
    lab.add_second_lan()
    lab.add_bridge("docker0", "172.17.0.1/16")
    subprocess.Popen(lab.argv("sleep", "600"), start_new_session=True)
    subprocess.Popen(lab.argv("sleep", "600", where="vpc"), start_new_session=True)
    assert _traces(lab.prefix)
    lab.down()
    assert _traces(lab.prefix) == []


def test_failed_up_leaves_nothing_and_takes_nothing_from_another() -> None:
    with Lab(Variant(connected=False)) as lab:
        with pytest.raises(LabError, match="in use"):
            Lab(Variant(connected=False), prefix=lab.prefix).up()
        assert not proofs.unproven(lab, OUTSIDE)


def test_failed_connection_is_told_and_can_be_cleared() -> None:
    with Lab(Variant(connected=False)) as lab:
        lab.stop("server")
        with pytest.raises(LabError, match="connection"):
            lab.connect(seconds=0.5)
    assert _traces(lab.prefix) == []


def test_the_laptop_sees_its_own_processes_only() -> None:
    with Lab(Variant()) as lab, Lab(Variant()):
        seen = lab.exec("pgrep", "-c", "-x", "openvpn").stdout.strip()
    assert seen == "1"


def test_the_user_is_an_ordinary_one() -> None:
    question = (
        "import os, re; s = open('/proc/self/status').read();"
        "print(os.getresuid(), os.getgroups(), re.findall(r'Cap\\w+:\\s*(\\w+)', s),"
        "re.findall(r'NoNewPrivs:\\s*(\\d)', s), os.listdir(os.environ['HOME']))"
    )
    with Lab(Variant(connected=False)) as lab:
        done = lab.laptop.run_as_user(sys.executable, "-S", "-c", question)
    zero = "0" * 16
    assert done.stdout.strip() == (f"(65534, 65534, 65534) [] {[zero] * 5} ['1'] []")


def test_what_does_not_end_is_killed() -> None:
    with Lab(Variant(connected=False)) as lab, pytest.raises(subprocess.TimeoutExpired):
        lab.laptop.run_as_user("sleep", "60", timeout=0.3)


def test_paths_below_a_closed_folder_are_let_through(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    for folder in ("wanted/deep", "secret"):
        (closed / folder).mkdir(parents=True)
    (closed / "wanted/deep/file").write_text("seen")
    (closed / "secret/file").write_text("hidden")
    for barrier in (closed, closed / "wanted"):
        barrier.chmod(0o700)
    covered, kept = access.cover_plan([closed / "wanted/deep"])
    first_closed = next(one for one in covered if one != access.ALWAYS_COVERED)
    assert closed.is_relative_to(first_closed)
    assert kept == [closed / "wanted/deep"]


def test_a_closed_folder_itself_is_opened_entry_by_entry(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "open").mkdir(parents=True)
    (closed / "open").chmod(0o755)
    closed.chmod(0o700)
    assert access.cover_plan([closed])[1] == [closed / "open"]


def test_a_python_below_a_closed_folder_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The home of root is 0700, and a Python may live there; the machine itself stays as it is."""
    closed = tmp_path / "closed"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", closed / "venv"], check=True)
    closed.chmod(0o700)
    monkeypatch.setattr(sys, "prefix", str(closed / "venv"))
    with Lab(Variant(connected=False)) as lab:
        python = str(closed / "venv/bin/python")
        done = lab.laptop.run_as_user(python, "-c", "import sys, ssl; print(sys.prefix)")
        assert done.stdout.strip() == str(closed / "venv"), done.stderr
    assert closed.stat().st_mode & 0o777 == 0o700
    assert (closed / "venv/pyvenv.cfg").exists()


def test_commands_for_people(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(state, "folder", lambda: tmp_path)
    name = f"test{os.getpid()}"

    def command(*words: str) -> int:
        return main(["--name", name, *words])

    assert command("down") == 1
    try:
        assert command("up", "--transport", "tcp") == 0
        assert json.loads(capsys.readouterr().out)["running"]["server"]
        assert command("up") == 1
        assert command("connect") == 0
        assert command("exec", "laptop", "ping", "-c1", "-W2", "10.0.2.10") == 0
        assert command("disconnect") == 0
        assert command("fault", "name-unknown") == 0
        assert "endpoint-name-unknown" in capsys.readouterr().out
        assert command("fault", "no-such-fault") == 1
        assert command("clear") == 0
        assert command("list") == 0
    finally:
        assert command("down") == 0
    assert _traces(f"cvd-{name}-") == []


def test_another_process_takes_a_lab_down(tmp_path: Path) -> None:
    """As `down` in a later shell does: nothing there is a child of the process that ends it."""
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(access.CHECKOUT)}
    name = f"other{os.getpid()}"

    def command(*words: str) -> None:
        argv = [sys.executable, "-m", "tests.lab", "--name", name, *words]
        subprocess.run(argv, env=environment, check=True, cwd=access.CHECKOUT)

    command("up", "--connected")
    command("down")
    assert _traces(f"cvd-{name}-") == []
    assert list(tmp_path.glob(f"cvd-{name}*")) == []
