"""Runs the checks' `observe` side by side, each on a daemon thread, none past its deadline.

Threads and not asyncio: docs/design/003-threads.md. A probe may hang in a C call that nothing can
cancel (getaddrinfo); a daemon thread is left behind and the run goes on without it.
"""

import queue
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from cvpn_doctor.model.check import AnyCheck, CannotObserve
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.failure import Failure, Unsupported
from cvpn_doctor.model.host import Host
from cvpn_doctor.model.material import Material
from cvpn_doctor.model.observation import Observation
from cvpn_doctor.model.profile import Profile
from cvpn_doctor.model.record import Record

R = TypeVar("R")
F = TypeVar("F", bound=Record)
Phase = Literal["started", "finished"]
Observer = Callable[[str, Phase], None]
Observed = Observation[Any]

# Longer than the slowest check's budget after its needs, shorter than a person's patience.
DEFAULT_DEADLINE = 4.5


class Questions(Generic[R]):
    """Questions asked side by side; the answers arrive in the order in which they were asked."""

    def __init__(self, questions: Sequence[Callable[[], R]], deadline: float) -> None:
        self._deadline = deadline
        self._answers: list[R | Failure | None] = [None] * len(questions)
        self._open = len(questions)
        self._changed = threading.Condition()
        for number, question in enumerate(questions):
            threading.Thread(target=self._ask, args=(number, question), daemon=True).start()

    def _ask(self, number: int, question: Callable[[], R]) -> None:
        answer: R | Failure
        try:
            answer = question()
        except Exception as error:
            answer = failure_of(error)
        with self._changed:
            self._answers[number] = answer
            self._open -= 1
            self._changed.notify_all()

    def wait(
        self,
        seconds: float,
        enough: Callable[[Sequence[R | Failure | None]], bool] = lambda _answers: False,
    ) -> Sequence[R | Failure | None]:
        """The answers after at most `seconds`, or once they are `enough`; None for open ones."""
        until = min(time.monotonic() + seconds, self._deadline)
        with self._changed:
            self._changed.wait_for(
                lambda: not self._open or enough(self._answers), max(0.0, until - time.monotonic())
            )
            return tuple(self._answers)

    def results(self, seconds: float | None = None) -> Sequence[R | Failure]:
        """All answers; a question still open then, or at the deadline, becomes a failure."""
        late = Failure(kind="timed_out", detail="not answered in time")
        answers = self.wait(self._deadline if seconds is None else seconds)
        return tuple(late if answer is None else answer for answer in answers)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run is about: the machine, what it should be like, which checks, how long."""

    host: Host
    checks: Sequence[AnyCheck]
    profile: Profile | None
    expectation: Expectation
    log_files: tuple[str, ...] = ()
    material: Material = field(default_factory=Material)
    deadline: float = DEFAULT_DEADLINE
    offline: bool = False
    left_out: frozenset[str] = frozenset()
    deep: bool = False


@dataclass(frozen=True, kw_only=True)
class CheckLook:
    """What one check's `observe` is given (`cvpn_doctor.model.check.Look`)."""

    run: Run
    seen: Mapping[str, Observed]
    until: float

    @property
    def host(self) -> Host:
        """The machine and the network, to be asked."""
        return self.run.host

    @property
    def profile(self) -> Profile | None:
        """The profile in question."""
        return self.run.profile

    @property
    def expectation(self) -> Expectation:
        """What should be true."""
        return self.run.expectation

    @property
    def log_files(self) -> tuple[str, ...]:
        """Client logs named on the command line."""
        return self.run.log_files

    @property
    def material(self) -> Material:
        """The profile's certificates and key; never to be put into facts."""
        return self.run.material

    @property
    def deep(self) -> bool:
        """Whether questions that need privileges are wanted."""
        return self.run.deep

    def facts(self, kind: type[F]) -> F | None:
        """Facts that another check has gathered before this one started."""
        for observation in self.seen.values():
            if isinstance(observation.facts, kind):
                return observation.facts
        return None

    def ask(self, questions: Sequence[Callable[[], R]]) -> Questions[R]:
        """Ask all at once. A little of the budget is kept for putting the facts together."""
        return Questions(questions, self.until - 0.05)

    def remaining(self) -> float:
        """Seconds until this check must be done."""
        return max(0.0, self.until - time.monotonic() - 0.05)


@dataclass(kw_only=True)
class Outcome:
    """Everything that was observed, complete even when the run was cut short."""

    observations: dict[str, Observed]
    seconds: float
    interrupted: bool = False


@dataclass
class _Progress:
    """The state of a run: what is waiting, what is running, what is done."""

    run: Run
    observer: Observer
    started: float
    done: queue.SimpleQueue[tuple[str, Observed]] = field(default_factory=queue.SimpleQueue)
    waiting: dict[str, AnyCheck] = field(default_factory=dict)
    running: dict[str, float] = field(default_factory=dict)  # id -> when it must be done
    seen: dict[str, Observed] = field(default_factory=dict)


def observe(run: Run, observer: Observer = lambda _check, _phase: None) -> Outcome:
    """Let every check look. Ends at the deadline or on Ctrl-C with what was seen by then.

    Raises ValueError for an empty list of checks: a doctor that looks at nothing must not
    report that all is well.
    """
    if not run.checks:
        raise ValueError("no checks to run")
    progress = _Progress(run, observer, time.monotonic())
    for check in run.checks:
        left_out = _left_out(run, check)
        if left_out:
            progress.seen[check.id] = Observation(failure=left_out)
        else:
            progress.waiting[check.id] = check
    interrupted = False
    try:
        while progress.waiting or progress.running:
            _start_ready(progress)
            _collect_one(progress)
    except KeyboardInterrupt:
        interrupted = True
        _give_up(progress, Failure(kind="cancelled", detail="interrupted"))
    in_order = {check.id: progress.seen[check.id] for check in run.checks}
    return Outcome(
        observations=in_order,
        seconds=time.monotonic() - progress.started,
        interrupted=interrupted,
    )


def failure_of(error: Exception) -> Failure:
    """What a check's or question's exception means; an unforeseen one is a fault of ours."""
    match error:
        case CannotObserve():
            return error.failure
        case Unsupported():
            return Failure(kind="unsupported_platform", detail=str(error))
        case PermissionError():
            return Failure(kind="permission_denied", detail=error.strerror or "")
        case FileNotFoundError():
            return Failure(kind="not_found", detail=error.strerror or "")
        case _:
            place = traceback.extract_tb(error.__traceback__)[-1]
            module = place.filename.replace("\\", "/").rsplit("/", 1)[-1]
            return Failure(
                kind="crashed", detail=f"{type(error).__name__} in {module}:{place.lineno}"
            )


def _left_out(run: Run, check: AnyCheck) -> Failure | None:
    if check.id in run.left_out:
        return Failure(kind="not_asked", detail="left out by --check or --skip")
    if run.offline and check.sends:
        return Failure(kind="not_asked", detail="left out by --offline")
    return None


def _start_ready(progress: _Progress) -> None:
    for check in tuple(progress.waiting.values()):
        if any(need in progress.waiting or need in progress.running for need in check.needs):
            continue
        del progress.waiting[check.id]
        now = time.monotonic()
        until = min(now + check.seconds, progress.started + progress.run.deadline)
        progress.running[check.id] = until
        look = CheckLook(run=progress.run, seen=dict(progress.seen), until=until)
        progress.observer(check.id, "started")
        threading.Thread(
            target=_observe_one, args=(check, look, progress.done), daemon=True, name=check.id
        ).start()


def _observe_one(
    check: AnyCheck, look: CheckLook, done: "queue.SimpleQueue[tuple[str, Observed]]"
) -> None:
    started = time.monotonic()
    observation: Observed
    try:
        facts = check.observe(look)
        observation = Observation(facts=facts, seconds=_since(started))
    except Exception as error:
        observation = Observation(failure=failure_of(error), seconds=_since(started))
    done.put((check.id, observation))


def _collect_one(progress: _Progress) -> None:
    """Wait for the next check that ends, or for the next deadline."""
    if not progress.running:
        return
    until = min(progress.running.values())
    try:
        check_id, observation = progress.done.get(timeout=max(0.001, until - time.monotonic()))
    except queue.Empty:
        now = time.monotonic()
        late = [check_id for check_id, by in progress.running.items() if by <= now]
        for check_id in late:
            _finish(progress, check_id, _too_late(now - progress.started))
        return
    if check_id in progress.running:  # else it was given up already
        _finish(progress, check_id, observation)


def _too_late(seconds: float) -> Observed:
    failure = Failure(kind="timed_out", detail="the check did not end in its time")
    return Observation(failure=failure, seconds=round(seconds, 3))


def _finish(progress: _Progress, check_id: str, observation: Observed) -> None:
    del progress.running[check_id]
    progress.seen[check_id] = observation
    progress.observer(check_id, "finished")


def _give_up(progress: _Progress, failure: Failure) -> None:
    while not progress.done.empty():
        check_id, observation = progress.done.get()
        progress.seen.setdefault(check_id, observation)
    for check_id in (*progress.running, *progress.waiting):
        progress.seen.setdefault(check_id, Observation(failure=failure))


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)
