"""The registry is complete and consistent: what is declared is what exists."""

import pkgutil
import re
from pathlib import Path

import pytest

import cvpn_checks
from cvpn_checks import ALL
from cvpn_doctor.model.finding import Problem

PROBLEMS: dict[str, Problem] = {p.code: p for check in ALL for p in check.problems}
CODE = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)+$")


def test_every_module_is_in_the_tuple() -> None:
    modules = {module.name for module in pkgutil.iter_modules(cvpn_checks.__path__)}
    assert modules == {check.id for check in ALL}


def test_codes_are_unique_and_kebab_case() -> None:
    codes = [problem.code for check in ALL for problem in check.problems]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if not CODE.match(code)] == []


def test_needs_are_checks_and_have_no_circle() -> None:
    needs = {check.id: check.needs for check in ALL}
    done: set[str] = set()
    while len(done) < len(needs):
        ready = {name for name, of in needs.items() if name not in done and set(of) <= done}
        assert ready, f"a circle or an unknown check among {set(needs) - done}"
        done |= ready


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_explains_has_no_circle(code: str) -> None:
    reached: set[str] = set()
    open_codes = list(PROBLEMS[code].explains)
    while open_codes:
        one = open_codes.pop()
        assert one != code
        if one not in reached:
            reached.add(one)
            open_codes += PROBLEMS[one].explains if one in PROBLEMS else ()


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_cause_explains_nothing_that_comes_before_it(code: str) -> None:
    for other in PROBLEMS[code].explains:
        if other in PROBLEMS:
            assert PROBLEMS[code].stage <= PROBLEMS[other].stage, other


def test_facts_are_one_kind_a_check() -> None:
    kinds = [check.facts for check in ALL]
    assert len(kinds) == len(set(kinds))


def test_every_module_has_a_docstring() -> None:
    root = Path(cvpn_checks.__file__).parents[2]
    files = [*root.glob("cvpn_doctor/**/*.py"), *root.glob("checks/**/*.py")]
    assert files
    assert [str(f) for f in files if not f.read_text(encoding="utf-8").startswith('"""')] == []
