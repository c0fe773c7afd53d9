"""Which system the laptop runs."""

from typing import Literal

from cvpn_doctor.model.record import Record

OperatingSystem = Literal["windows", "macos", "linux"]


class Platform(Record, frozen=True, kw_only=True):
    """The operating system, and whether the run had administrator rights."""

    os: OperatingSystem
    release: str
    elevated: bool
