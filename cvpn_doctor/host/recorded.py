"""A laptop that is written down while it is asked, and one that answers from what was written.

What it answered is kept with its time: a run asks side by side and stops waiting when it knows
enough, so a laptop that is asked again must answer as late as it did then, to be seen the same.
"""

import errno
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from cvpn_doctor.host.questions import (
    BUDGETS,
    BY_NAME,
    CLIENT_LOGS,
    CLOCK,
    LOG_ATTEMPTS,
    PLATFORM,
    RANDOM_LABEL,
    SECRET,
    Question,
    Questioned,
)
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.host import Host
from cvpn_doctor.model.recording import Argument, RecordedQuestion, Recording, Trouble

T = TypeVar("T")
NOT_RECORDED = "not in the recording"
NEVER = 600.0  # seconds: longer than any run
Key = tuple[object, ...]


@dataclass
class _Draft:
    """A question whose answer may still be on its way."""

    question: Question[Any]
    about: dict[str, Argument]
    asked: float
    seconds: float | None = None
    answer: Any = None
    trouble: Trouble | None = None

    def record(self) -> RecordedQuestion:
        answered = self.seconds is not None and self.trouble is None
        return RecordedQuestion(
            question=self.question.name,
            about=self.about,
            asked=self.asked,
            seconds=self.seconds,
            answer=msgspec.Raw(msgspec.json.encode(self.answer) if answered else b"null"),
            trouble=self.trouble,
        )


class Recorder(Questioned):
    """Asks a host, and writes down every question with its answer or its exception."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._drafts: list[_Draft] = []
        self._logs: dict[str, str] = {}

    def put(self, question: Question[T], *arguments: Any) -> T:
        """Ask the host itself."""
        about = dict(zip(question.arguments, arguments, strict=True))
        about.pop(SECRET, None)
        if question is LOG_ATTEMPTS:
            about["path"] = self.label(about["path"])
        with self._lock:
            draft = _Draft(question, about, self._elapsed())
            self._drafts.append(draft)
        try:
            answer: T = getattr(self._host, question.name)(*arguments)
        except Exception as error:
            self._close(draft, trouble=_trouble(error))
            raise
        self._close(draft, answer)
        return answer

    def questions(self) -> tuple[RecordedQuestion, ...]:
        """All questions until now, in the order in which they were asked."""
        with self._lock:
            return tuple(draft.record() for draft in self._drafts)

    def label(self, path: str) -> str:
        """What a log is called in the recording: its path may name a person."""
        with self._lock:
            return self._logs.setdefault(path, f"log-{len(self._logs) + 1}")

    def _close(self, draft: _Draft, answer: Any = None, trouble: Trouble | None = None) -> None:
        if draft.question is CLIENT_LOGS and trouble is None:
            answer = tuple(self.label(path) for path in answer)
        with self._lock:
            draft.answer, draft.trouble = answer, trouble
            draft.seconds = round(self._elapsed() - draft.asked, 4)

    def _elapsed(self) -> float:
        return round(time.monotonic() - self._began, 4)


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, Unsupported):
        return Trouble(kind="unsupported", detail=str(error))
    if isinstance(error, OSError):
        return Trouble(kind="os_error", detail=error.strerror or "", number=error.errno)
    return Trouble(kind="fault", detail=type(error).__name__)


@dataclass
class _Answers:
    """The answers to one and the same question, in order; the last one stays."""

    queue: deque[RecordedQuestion] = field(default_factory=deque)

    def take(self, *, once: bool) -> RecordedQuestion | None:
        if len(self.queue) > 1 or (once and self.queue):
            return self.queue.popleft()
        return self.queue[0] if self.queue else None


class RecordedHost(Questioned):
    """Answers as a recorded laptop did. What was not asked then raises `Unsupported`.

    The same question asked again gets the next of its answers, at the end always the last one;
    only random labels are given out once each. `pace`: how long an answer takes, as a part of the
    time that it took then; 0 answers at once. Raises ValueError for answers of the wrong type.
    """

    def __init__(self, recording: Recording, pace: float = 1.0) -> None:
        self._recording = recording
        self._pace = pace
        self._lock = threading.Lock()
        self._clock_began: float | None = None
        self._values = _decoded(recording.questions)
        self._exact: dict[Key, _Answers] = {}
        self._loose: dict[Key, _Answers] = {}
        for question in recording.questions:
            for index, key in zip((self._exact, self._loose), _keys(question), strict=True):
                index.setdefault(key, _Answers()).queue.append(question)

    def put(self, question: Question[T], *arguments: Any) -> T:
        """The recorded answer, after the time that it took, or the recorded exception."""
        fixed = self._fixed(question)
        if fixed is not None:
            return fixed
        found = self._find(question, dict(zip(question.arguments, arguments, strict=True)))
        if found is None:
            raise Unsupported(NOT_RECORDED)
        if found.seconds is None:
            time.sleep(NEVER)  # on a thread that the engine leaves behind, as then
            raise Unsupported(NOT_RECORDED)
        time.sleep(found.seconds * self._pace)
        if found.trouble is not None:
            raise _raised(found.trouble)
        answer: T = self._values[id(found)]
        return answer

    def _fixed(self, question: Question[T]) -> T | None:
        """What is known without having been asked: the system, and the time, which goes on."""
        answer: Any = None
        if question is PLATFORM:
            answer = self._recording.platform
        elif question is CLOCK:
            answer = self._now()
        return answer  # type: ignore[no-any-return]

    def _now(self) -> float:
        """The laptop's own time: at the first question that of the recording's beginning."""
        now = time.monotonic()
        with self._lock:
            if self._clock_began is None:
                self._clock_began = now
        return self._recording.started + max(0.0, now - self._clock_began) * self._pace

    def _find(self, question: Question[Any], about: dict[str, Any]) -> RecordedQuestion | None:
        """The same question with the same budget; else with any."""
        about.pop(SECRET, None)
        exact, loose = _key(question.name, about), _key(question.name, _without_budgets(about))
        once = question is RANDOM_LABEL
        with self._lock:
            for index, key in ((self._exact, exact), (self._loose, loose)):
                if key in index:
                    return index[key].take(once=once)
        return None


def _decoded(questions: Iterable[RecordedQuestion]) -> dict[int, Any]:
    """The answers by identity of their question, each as the type that the question has."""
    values: dict[int, Any] = {}
    for question in questions:
        if question.answered and question.question in BY_NAME:
            kind = BY_NAME[question.question].answer
            values[id(question)] = msgspec.json.decode(question.answer, type=kind)
    return values


def _keys(question: RecordedQuestion) -> tuple[Key, Key]:
    about = question.about
    return _key(question.question, about), _key(question.question, _without_budgets(about))


def _key(name: str, about: Mapping[str, Any]) -> Key:
    return (name, *sorted(about.items()))


def _without_budgets(about: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in about.items() if name not in BUDGETS}


def _raised(trouble: Trouble) -> Exception:
    match trouble.kind:
        case "unsupported":
            return Unsupported(trouble.detail)
        case "os_error":
            return OSError(trouble.number or errno.EIO, trouble.detail)
        case _:
            return RuntimeError(trouble.detail)
