"""What is said of recorded Windows and macOS laptops: these codes and no other."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cvpn_checks import ALL
from cvpn_doctor.diagnose import diagnose
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.facts import RoutesFacts
from cvpn_doctor.model.network import Route, RouteTable
from tests.recorded.replaying import judged_with_table, recorded_once, replay
from tests.recorded.scenarios import macos, windows
from tests.recorded.scenarios.scenario import Scenario

SCENARIOS = (*windows.SCENARIOS, *macos.SCENARIOS)
EVERY = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
CODES = frozenset(problem.code for check in ALL for problem in check.problems)


@EVERY
def test_names_exactly_its_codes(scenario: Scenario) -> None:
    seen = replay(recorded_once(scenario.name)[1])
    told = [(f.code, f.certainty, f.severity, f.args) for f in seen.diagnosis.findings]
    assert sorted(seen.codes) == sorted((*scenario.must, *scenario.low)), told
    assert seen.diagnosis.verdict == scenario.verdict, told
    root = seen.diagnosis.root
    assert (root.code if root else None) == (scenario.must[0] if scenario.must else None)
    assert root is None or root.certainty == scenario.certainty
    assert all(f.severity == "low" for f in seen.diagnosis.findings if f.code in scenario.low)


@EVERY
def test_replay_sees_what_was_seen(scenario: Scenario) -> None:
    seen, data = recorded_once(scenario.name)
    again = replay(data)
    assert again.diagnosis == seen.diagnosis
    for check, observation in seen.case.observations.items():
        other = again.case.observations[check]
        assert (other.facts, other.failure) == (observation.facts, observation.failure), check


@EVERY
def test_no_check_crashed(scenario: Scenario) -> None:
    seen = recorded_once(scenario.name)[0]
    failures = {c: o.failure for c, o in seen.case.observations.items() if o.failure}
    assert {c for c, f in failures.items() if f.kind in ("crashed", "timed_out")} == set()
    assert [c for c in seen.diagnosis.checks if "crashed" in (c.reason or "")] == []


@EVERY
@pytest.mark.parametrize("kept", [("unicast",), ("unicast", "local")])
def test_own_rows_said_otherwise_change_nothing(scenario: Scenario, kept: Any) -> None:
    """Systems differ in what they call a row for an own, broadcast or multicast address."""
    seen = recorded_once(scenario.name)[0]
    facts = seen.case.facts(RoutesFacts)
    assert facts is not None
    table = RouteTable(routes=tuple(_called(route, kept) for route in facts.table.routes))
    again = judged_with_table(seen, table)
    assert [(f.code, f.certainty) for f in again.diagnosis.findings] == [
        (f.code, f.certainty) for f in seen.diagnosis.findings
    ]


def _called(route: Route, kept: tuple[str, ...]) -> Route:
    return route if route.type in kept else msgspec.structs.replace(route, type="unicast")


@EVERY
def test_less_evidence_names_no_other_certain_cause(scenario: Scenario) -> None:
    seen = recorded_once(scenario.name)[0]
    for removed in seen.case.observations:
        left = {k: v for k, v in seen.case.observations.items() if k != removed}
        case = Case(seen.case.platform, seen.case.profile, seen.case.expectation, left)
        root = diagnose(ALL, case).root
        assert root is None or root.certainty != "proven" or root.code in seen.codes, removed


def test_there_are_enough() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names) >= 30
    assert {s.laptop.os for s in SCENARIOS} == {"windows", "macos"}
    assert {code for s in SCENARIOS for code in (*s.must, *s.low)} <= CODES
