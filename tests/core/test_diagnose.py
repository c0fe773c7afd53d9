"""From findings to one cause: the rules by themselves, with problems made for the test."""

import itertools
from typing import Any

import pytest

from cvpn_doctor.diagnose import diagnose, fold
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import Check
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.finding import Exclusion, Finding, Problem, Stage
from cvpn_doctor.model.observation import Observation
from cvpn_doctor.model.platform import Platform
from cvpn_doctor.model.record import Record

LINK = Problem(
    code="link",
    stage=Stage.LINK,
    severity="high",
    actor="user",
    explains=("name",),
    neighbours=("name", "route"),
)
NAME = Problem(code="name", stage=Stage.NAME, severity="high", actor="user", explains=("port",))
PORT = Problem(code="port", stage=Stage.TRANSPORT, severity="high", actor="user")
ROUTE = Problem(code="route", stage=Stage.ROUTES, severity="medium", actor="user")
NOTE = Problem(code="note", stage=Stage.PROFILE, severity="low", actor="user")
PROBLEMS = {p.code: p for p in (LINK, NAME, PORT, ROUTE, NOTE)}


class Nothing(Record, frozen=True, kw_only=True):
    """Facts that say nothing."""


def found(*problems: Problem, **change: Any) -> list[Finding]:
    return [problem.found("test").but(**change) for problem in problems]


def case_of(*named: Finding | Exclusion, failure: Failure | None = None) -> Any:
    check = Check(
        id="test",
        title="Test",
        facts=Nothing,
        problems=tuple(PROBLEMS.values()),
        observe=lambda _look: Nothing(),
        judge=lambda _facts, _case: named,
        plan=lambda _look: (),
    )
    observation = Observation(failure=failure) if failure else Observation(facts=Nothing())
    case = Case(
        Platform(os="linux", release="", elevated=False), None, Expectation(), {"test": observation}
    )
    return diagnose([check], case)


@pytest.mark.parametrize("order", list(itertools.permutations((LINK, NAME, PORT))))
def test_a_chain_has_one_root_in_any_order(order: tuple[Problem, ...]) -> None:
    folded = fold(found(*order), PROBLEMS)
    assert [(f.code, f.caused_by) for f in folded] == [
        ("link", None),
        ("name", "link"),
        ("port", "link"),
    ]


def test_a_chain_holds_where_its_middle_was_not_seen() -> None:
    folded = fold(found(PORT, LINK), PROBLEMS)
    assert [(f.code, f.caused_by) for f in folded] == [("link", None), ("port", "link")]


def test_of_two_causes_the_earlier_is_the_root() -> None:
    diagnosis = case_of(*found(ROUTE, PORT))
    assert diagnosis.root.code == "port"
    assert {f.code for f in diagnosis.findings if f.caused_by is None} == {"port", "route"}


def test_a_possible_cause_explains_nothing_and_comes_last() -> None:
    diagnosis = case_of(*found(LINK, certainty="possible"), *found(PORT))
    assert diagnosis.root.code == "port"
    assert all(f.caused_by is None for f in diagnosis.findings)


def test_a_warning_is_never_the_root() -> None:
    diagnosis = case_of(*found(NOTE))
    assert diagnosis.root is None
    assert [check.status for check in diagnosis.checks] == ["warn"]


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        (found(PORT), "broken"),
        (found(ROUTE), "degraded"),
        (found(PORT, certainty="possible"), "undetermined"),
        ([], "undetermined"),  # no profile: nothing says that a connection would work
    ],
)
def test_verdict(findings: list[Finding], verdict: str) -> None:
    assert case_of(*findings).verdict == verdict


def test_what_was_not_observed_is_not_collected() -> None:
    diagnosis = case_of(failure=Failure(kind="timed_out"))
    assert diagnosis.checks[0].status == "not-collected"
    assert diagnosis.verdict == "undetermined"


def test_a_judgement_that_crashes_is_not_collected() -> None:
    def crash(_facts: Nothing, _case: Case) -> Any:
        raise ZeroDivisionError

    check = Check(
        id="test",
        title="",
        facts=Nothing,
        problems=(),
        observe=lambda _l: Nothing(),
        judge=crash,
        plan=lambda _l: (),
    )
    case = Case(
        Platform(os="linux", release="", elevated=False),
        None,
        Expectation(),
        {"test": Observation(facts=Nothing())},
    )
    assert diagnose([check], case).checks[0].status == "not-collected"


def test_only_neighbours_of_the_root_that_were_not_named_are_ruled_out() -> None:
    diagnosis = case_of(
        *found(LINK, NAME),
        Exclusion(code="name", because="named all the same"),
        Exclusion(code="route", because="seen"),
        Exclusion(code="port", because="no neighbour"),
    )
    assert [e.code for e in diagnosis.ruled_out] == ["route"]


def test_two_checks_with_the_same_code_make_one_finding() -> None:
    diagnosis = case_of(*found(PORT, certainty="likely"), *found(PORT))
    assert [(f.code, f.certainty) for f in diagnosis.findings] == [("port", "proven")]


def test_what_is_untrue_beside_a_cause_is_dropped() -> None:
    forger = Problem(
        code="forged", stage=Stage.NAME, severity="high", actor="user", voids=("port",)
    )
    PROBLEMS["forged"] = forger
    try:
        diagnosis = case_of(*found(forger, PORT))
        doubtful = case_of(*found(forger, certainty="possible"), *found(PORT))
    finally:
        del PROBLEMS["forged"]
    assert [f.code for f in diagnosis.findings] == ["forged"]
    assert {f.code for f in doubtful.findings} == {"forged", "port"}
