"""A check: what it may name, what it asks, how it judges. One module of `cvpn_checks` each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.failure import Failure, FailureKind
from cvpn_doctor.model.finding import Exclusion, Finding, Problem
from cvpn_doctor.model.host import Host
from cvpn_doctor.model.material import Material
from cvpn_doctor.model.profile import Profile
from cvpn_doctor.model.record import Record

F = TypeVar("F", bound=Record)
R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)


class CannotObserve(Exception):  # noqa: N818 - a statement about the case, not an error
    """Raised by `observe` where there is nothing to look at, or not enough to look with."""

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(detail)
        self.failure = Failure(kind=kind, detail=detail)


class Batch(Protocol[T_co]):
    """Questions that are being asked side by side."""

    def wait(
        self, seconds: float, enough: Callable[[Sequence[T_co | Failure | None]], bool] = ...
    ) -> Sequence[T_co | Failure | None]:
        """The answers after at most `seconds`, or once they are `enough`: None for open ones."""
        ...

    def results(self, seconds: float | None = None) -> Sequence[T_co | Failure]:
        """All answers; questions still open then, or at the deadline, become failures."""
        ...


class Look(Protocol):
    """What `observe` is given: the host to ask, what is expected, what others have seen."""

    @property
    def host(self) -> Host:
        """The machine and the network, to be asked."""
        ...

    @property
    def profile(self) -> Profile | None:
        """The profile in question."""
        ...

    @property
    def expectation(self) -> Expectation:
        """What should be true."""
        ...

    @property
    def log_files(self) -> tuple[str, ...]:
        """Client logs named on the command line."""
        ...

    @property
    def material(self) -> Material:
        """The profile's certificates and key; never to be put into facts."""
        ...

    @property
    def deep(self) -> bool:
        """Whether --deep was given: questions that need privileges may be asked."""
        ...

    def facts(self, kind: type[F]) -> F | None:
        """Facts of a check that this one needs; None where they were not collected."""
        ...

    def ask(self, questions: Sequence[Callable[[], R]]) -> Batch[R]:
        """Ask all questions at once, each on a thread of its own."""
        ...

    def remaining(self) -> float:
        """Seconds until this check must be done."""
        ...


class Touch(Record, frozen=True, kw_only=True):
    """A packet destination, command or file that a check would touch, for `plan`."""

    kind: str  # "packet", "file", "command", "system"
    what: str
    why: str


def always(_facts: object, _case: Case) -> str | None:
    """Default of `Check.applies`: applicable everywhere."""
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Check(Generic[F]):
    """Facts are gathered by `observe`; `judge` is a pure function of them and of the case.

    needs: ids of checks whose facts `observe` uses. They run first, or this one is not collected.
    seconds: the budget of `observe`; what is not answered by then is reported as timed out.
    sends: whether it sends packets (left out with --offline).
    applies: None, or the reason why there is nothing to judge here.
    """

    id: str
    title: str
    facts: type[F]
    problems: tuple[Problem, ...]
    observe: Callable[[Look], F]
    judge: Callable[[F, Case], Iterable[Finding | Exclusion]]
    plan: Callable[[Look], Iterable[Touch]]
    needs: tuple[str, ...] = ()
    seconds: float = 2.0
    sends: bool = False
    applies: Callable[[F, Case], str | None] = always


AnyCheck = Check[Any]
