"""Every fault of the registry, its exact root cause, found by an ordinary user."""

from __future__ import annotations

import pytest

from tests.lab.fault import Fault
from tests.lab.faults import FAULTS
from tests.lab.lab import Lab
from tests.lab.report import diagnose


@pytest.mark.lab
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_has_its_root_cause(fault: Fault) -> None:
    with Lab(fault.variant) as lab:
        fault.inject(lab)
        outcome = diagnose(lab, *fault.doctor_args(lab))
    assert outcome.root_cause == fault.code, outcome.printed
    assert not outcome.codes & fault.forbid, outcome.printed
    assert outcome.exit_code == 1, outcome.printed
