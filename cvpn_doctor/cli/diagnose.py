"""`cvpn-doctor diagnose`: judge a stored report again."""

import sys
from pathlib import Path

from cvpn_doctor.cli.choices import UsageError
from cvpn_doctor.cli.show import Show, show
from cvpn_doctor.report import MOST_BYTES, judge_again, read_report


def diagnose(path: Path, json: str | None, how: Show) -> int:
    """Read, judge with today's checks, show."""
    from cvpn_checks import ALL  # noqa: PLC0415

    report = read_report(_read(path), ALL)
    return show(judge_again(report, ALL, how.language), json, how)


def _read(path: Path) -> bytes:
    """At most one byte more than a report may have: enough to see that it is too large."""
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        if not path.is_file():
            raise UsageError(f"{path}: no such file")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
