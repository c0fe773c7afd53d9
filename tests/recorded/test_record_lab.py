"""A real laptop of the lab, recorded and judged again elsewhere: the same answer."""

from pathlib import Path
from typing import Any

import pytest

from tests.lab.fault import client_log
from tests.lab.faults import FAULTS
from tests.lab.lab import Lab
from tests.lab.report import diagnose
from tests.lab.variant import Variant
from tests.recorded.program import replayed, same

pytestmark = pytest.mark.lab

NAMES = ("udp-dropped", "resolver-dead", "route-shadowed", "routes-stale")
CHOSEN = tuple(fault for fault in FAULTS if fault.name in NAMES)


@pytest.mark.parametrize("fault", CHOSEN, ids=lambda fault: fault.name)
def test_fault_recorded_and_replayed(fault: Any, tmp_path: Path) -> None:
    with Lab(fault.variant) as lab:
        fault.inject(lab)
        live, recording = _recorded(lab, *fault.doctor_args(lab))
    assert live["root_cause"]["code"] == fault.code
    assert same(live, replayed(recording, tmp_path)) == []


def test_healthy_with_its_log_recorded_and_replayed(tmp_path: Path) -> None:
    with Lab(Variant()) as lab:
        live, recording = _recorded(lab, *client_log(lab))
        secrets = _secrets(lab)
    assert live["verdict"] == "healthy"
    assert live["observations"]["client_log"]["facts"]["attempts"]
    assert live["observations"]["client_certificate"]["facts"]
    assert same(live, replayed(recording, tmp_path)) == []
    for secret in secrets:
        assert secret not in recording


def _recorded(lab: Lab, *arguments: str) -> tuple[dict[str, Any], bytes]:
    """The live report, and the recording of the same run."""
    folder = lab.folder / "recorded"
    folder.mkdir()
    folder.chmod(0o777)
    outcome = diagnose(lab, "--record", str(folder / "laptop.json"), *arguments)
    assert outcome.report, outcome.printed
    return outcome.report, (folder / "laptop.json").read_bytes()


def _secrets(lab: Lab) -> list[bytes]:
    """Lines of the profile's key and certificates, and of the client's log."""
    profile = lab.profile.read_bytes().splitlines()
    long_lines = [line for line in profile if len(line) == 64]
    log = [line for line in lab.client_log.read_bytes().splitlines() if len(line) > 40]
    assert long_lines
    assert log
    return [*long_lines, *log, str(lab.client_log).encode()]
