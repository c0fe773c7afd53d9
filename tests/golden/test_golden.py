"""Recorded reports of real labs, judged again: on any system, without any privilege."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from cvpn_checks import ALL
from cvpn_doctor.report import judge_again, read_report, schema, to_json
from tests.lab import faults, faults_tls
from tests.lab.healthy import HEALTHY

FAULTS = (*faults.FAULTS, *faults_tls.FAULTS)
FOLDER = Path(__file__).parent / "reports"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
CODES = {fault.name: fault.code for fault in FAULTS}
FORBIDDEN = {fault.name: fault.forbid for fault in FAULTS}
VERDICTS = {f"healthy-{variant.name}": variant.verdict for variant in HEALTHY}


def _bytes(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


def test_every_scenario_has_a_golden() -> None:
    assert set(NAMES) == set(CODES) | set(VERDICTS)


@pytest.mark.parametrize("name", NAMES)
def test_judged_again_is_the_same_bytes(name: str) -> None:
    data = _bytes(name)
    assert to_json(judge_again(read_report(data, ALL), ALL, None)) == data


@pytest.mark.parametrize("name", sorted(CODES))
def test_fault_has_its_root_cause(name: str) -> None:
    report = read_report(_bytes(name), ALL)
    assert report.root_cause is not None
    assert report.root_cause.code == CODES[name]
    assert not FORBIDDEN[name] & {finding.code for finding in report.findings}


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_healthy_has_no_problem(name: str) -> None:
    report = read_report(_bytes(name), ALL)
    assert report.verdict == VERDICTS[name]
    assert report.root_cause is None
    assert [f for f in report.findings if f.severity in ("medium", "high")] == []


@pytest.mark.parametrize("name", NAMES)
def test_evidence_points_at_what_it_says(name: str) -> None:
    document = json.loads(_bytes(name))
    for finding in document["findings"]:
        assert finding["evidence"], finding["code"]
        for evidence in finding["evidence"]:
            found = _follow(document["observations"][evidence["observation"]], evidence["path"])
            assert found == evidence["value"]


def _follow(document: Any, pointer: str) -> Any:
    for step in pointer.strip("/").split("/"):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


@pytest.mark.parametrize("name", NAMES)
def test_valid_by_the_published_schema(name: str) -> None:
    published = json.loads(msgspec.json.encode(schema(ALL)))
    errors = list(Draft202012Validator(published).iter_errors(json.loads(_bytes(name))))
    assert errors == []


@pytest.mark.parametrize("name", NAMES)
def test_no_judgement_crashed(name: str) -> None:
    report = judge_again(read_report(_bytes(name), ALL), ALL, None)
    assert [c for c in report.checks if "crashed" in (c.reason or "")] == []


@pytest.mark.parametrize("name", sorted(CODES))
def test_less_evidence_never_names_another_certain_cause(name: str) -> None:
    """Each single observation taken away: less certain at most, never a different proven cause."""
    report = read_report(_bytes(name), ALL)
    for removed in report.observations:
        observations = {k: v for k, v in report.observations.items() if k != removed}
        again = judge_again(msgspec.structs.replace(report, observations=observations), ALL, None)
        root = again.root_cause
        known = {finding.code for finding in report.findings}
        assert root is None or root.certainty != "proven" or root.code in known, removed


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_less_evidence_never_makes_a_healthy_laptop_ill(name: str) -> None:
    report = read_report(_bytes(name), ALL)
    for removed in report.observations:
        observations = {k: v for k, v in report.observations.items() if k != removed}
        again = judge_again(msgspec.structs.replace(report, observations=observations), ALL, None)
        assert again.root_cause is None, removed
