"""Every healthy laptop of the registry stays without a problem."""

from __future__ import annotations

import pytest

from tests.lab.healthy import HEALTHY, Healthy
from tests.lab.lab import Lab
from tests.lab.report import diagnose


@pytest.mark.lab
@pytest.mark.parametrize("healthy", HEALTHY, ids=lambda healthy: healthy.name)
def test_healthy_laptop_has_no_problem(healthy: Healthy) -> None:
    with Lab(healthy.variant) as lab:
        healthy.prepare(lab)
        outcome = diagnose(lab, *healthy.doctor_args(lab))
    assert outcome.report.get("verdict") == healthy.verdict, outcome.printed
    assert not outcome.problems, outcome.printed
    assert outcome.root_cause is None, outcome.printed
    assert outcome.exit_code == 0, outcome.printed
