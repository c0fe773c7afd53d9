"""A recorded laptop: every question that a run asked of it, and what it answered.

The document holds no key, no certificate's bytes and no line of a log: of the profile its summary,
of its material the public half, of a log the attempts that were read from it.
"""

from typing import Annotated, Literal

import msgspec

from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.material import PublicMaterial
from cvpn_doctor.model.platform import Platform
from cvpn_doctor.model.profile import Profile
from cvpn_doctor.model.record import Record

SCHEMA: Literal["cvpn-doctor/recording/1"] = "cvpn-doctor/recording/1"

Argument = str | int | float | bool | tuple[str, ...] | None
Seconds = Annotated[float, msgspec.Meta(ge=0, le=600)]
# What `datetime` can hold on every system.
Moment = Annotated[float, msgspec.Meta(ge=0, le=32_000_000_000)]


class Trouble(Record, frozen=True, kw_only=True):
    """The exception that a question ended with, without names of files."""

    kind: Literal["unsupported", "os_error", "fault"]
    detail: str = ""
    number: int | None = None  # errno


class RecordedQuestion(Record, frozen=True, kw_only=True):
    """One question put to the laptop: answered, unless there is `trouble` or no `seconds`.

    `answer` is the JSON of the model's own record; its type follows from the question.
    """

    question: str  # a method of `cvpn_doctor.model.host.Host`
    about: dict[str, Argument] = {}  # its arguments
    asked: Seconds = 0.0  # after the beginning of the run
    seconds: Seconds | None = 0.0  # until the answer; None: none came before the run was over
    answer: msgspec.Raw = msgspec.Raw(b"null")
    trouble: Trouble | None = None

    @property
    def answered(self) -> bool:
        """Whether `answer` is one."""
        return self.trouble is None and self.seconds is not None


class RunOptions(Record, frozen=True, kw_only=True):
    """How the run was made: what it did not ask cannot be answered later."""

    deadline: Annotated[float, msgspec.Meta(ge=0.5, le=60)] = 4.5
    offline: bool = False
    deep: bool = False
    left_out: tuple[str, ...] = ()
    log_files: tuple[str, ...] = ()  # labels of logs that were named: "log-1"


class Recording(Record, frozen=True, kw_only=True):
    """A laptop at one moment, as it can be asked again."""

    schema: Literal["cvpn-doctor/recording/1"] = SCHEMA
    version: str  # of the program that recorded it
    started: Moment  # by the laptop's clock, seconds since 1970 UTC
    platform: Platform
    profile: Profile | None = None
    expectation: Expectation = Expectation()
    material: PublicMaterial = PublicMaterial()
    options: RunOptions = RunOptions()
    questions: tuple[RecordedQuestion, ...] = ()  # in the order in which they were asked
