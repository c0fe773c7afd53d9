"""The engine: needs, deadlines, crashes, interruption."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from cvpn_doctor.engine import Run, observe
from cvpn_doctor.model.check import AnyCheck, CannotObserve, Check, Look
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.record import Record


class Seen(Record, frozen=True, kw_only=True):
    """Facts of these tests."""

    value: str = ""


class Other(Record, frozen=True, kw_only=True):
    """Facts of another kind."""

    value: str = ""


def check(name: str, look: Callable[[Look], Any], **fields: Any) -> AnyCheck:
    return Check(
        id=name,
        title=name,
        facts=fields.pop("facts", Seen),
        problems=(),
        observe=look,
        judge=lambda _facts, _case: (),
        plan=lambda _look: (),
        **fields,
    )


def run(*checks: AnyCheck, **fields: Any) -> Run:
    return Run(host=None, checks=checks, profile=None, expectation=Expectation(), **fields)  # type: ignore[arg-type]


def test_refuses_to_look_at_nothing() -> None:
    with pytest.raises(ValueError, match="no checks"):
        observe(run())


def test_checks_run_side_by_side() -> None:
    barrier = threading.Barrier(3, timeout=3)

    def meet(_look: Look) -> Seen:
        barrier.wait()
        return Seen()

    outcome = observe(run(*(check(name, meet) for name in "abc")))
    assert all(o.facts == Seen() for o in outcome.observations.values())


def test_a_check_sees_the_facts_that_it_needs() -> None:
    first = check("first", lambda _look: Other(value="x"), facts=Other)

    def second(look: Look) -> Seen:
        other = look.facts(Other)
        return Seen(value=other.value if other else "missing")

    outcome = observe(run(check("second", second, needs=("first",)), first))
    assert outcome.observations["second"].facts == Seen(value="x")


def test_order_of_observations_is_that_of_the_checks() -> None:
    outcome = observe(run(*(check(name, lambda _look: Seen()) for name in "cab")))
    assert list(outcome.observations) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Unsupported("no"), "unsupported_platform"),
        (CannotObserve("needs_missing", "x"), "needs_missing"),
        (PermissionError(13, "no"), "permission_denied"),
        (ZeroDivisionError("secret"), "crashed"),
    ],
)
def test_an_exception_becomes_a_failure(error: Exception, kind: str) -> None:
    def fail(_look: Look) -> Seen:
        raise error

    outcome = observe(run(check("bad", fail), check("good", lambda _look: Seen())))
    failure = outcome.observations["bad"].failure
    assert failure is not None
    assert failure.kind == kind
    assert "secret" not in failure.detail
    assert outcome.observations["good"].facts == Seen()


def test_a_check_that_hangs_is_left_behind() -> None:
    hanging = threading.Event()
    started = time.monotonic()
    outcome = observe(
        run(
            check("hangs", lambda _look: hanging.wait(20), seconds=0.2),
            check("b", lambda _l: Seen()),
        )
    )
    assert time.monotonic() - started < 5
    failure = outcome.observations["hangs"].failure
    assert failure is not None
    assert failure.kind == "timed_out"
    hanging.set()


def test_the_deadline_of_the_run_beats_the_budget_of_the_check() -> None:
    hanging = threading.Event()
    outcome = observe(run(check("hangs", lambda _l: hanging.wait(20), seconds=30), deadline=0.3))
    assert outcome.seconds < 5
    hanging.set()


def test_questions_answer_in_order_and_late_ones_fail() -> None:
    hanging = threading.Event()

    def look(look: Look) -> Seen:
        answers = look.ask([lambda: 1, lambda: hanging.wait(20), lambda: 3]).results(0.2)
        return Seen(value=",".join(getattr(a, "kind", str(a)) for a in answers))

    outcome = observe(run(check("asks", look)))
    assert outcome.observations["asks"].facts == Seen(value="1,timed_out,3")
    hanging.set()


def test_enough_answers_end_the_wait() -> None:
    hanging = threading.Event()

    def look(look: Look) -> Seen:
        batch = look.ask([lambda: 1, lambda: hanging.wait(20)])
        started = time.monotonic()
        batch.wait(10, lambda answers: answers[0] == 1)
        return Seen(value="soon" if time.monotonic() - started < 5 else "late")

    outcome = observe(run(check("asks", look, seconds=10), deadline=12))
    assert outcome.observations["asks"].facts == Seen(value="soon")
    hanging.set()


def test_interruption_keeps_what_was_seen() -> None:
    hanging = threading.Event()

    def observer(name: str, phase: str) -> None:
        if (name, phase) == ("quick", "finished"):
            raise KeyboardInterrupt

    outcome = observe(
        run(check("quick", lambda _l: Seen(value="x")), check("slow", lambda _l: hanging.wait(20))),
        observer,
    )
    assert outcome.interrupted
    assert outcome.observations["quick"].facts == Seen(value="x")
    failure = outcome.observations["slow"].failure
    assert failure is not None
    assert failure.kind == "cancelled"
    hanging.set()


def test_left_out_and_offline_are_not_collected() -> None:
    outcome = observe(
        run(
            check("skipped", lambda _l: Seen()),
            check("sends", lambda _l: Seen(), sends=True),
            check("local", lambda _l: Seen()),
            left_out=frozenset({"skipped"}),
            offline=True,
        )
    )
    kinds = {k: v.failure.kind if v.failure else None for k, v in outcome.observations.items()}
    assert kinds == {"skipped": "not_asked", "sends": "not_asked", "local": None}
