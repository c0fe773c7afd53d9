"""Time stamps of VPN clients' logs as ISO text, where their meaning is certain. Pure.

Certain: year first in any writing; the C library's `ctime` with a month name of a known language;
`05.08.2026`; day and month by number where one is above twelve. Not certain, hence None: syslog
(no year), a time alone, `10/07/2021` (July or October), years of another calendar.
"""

import re
from datetime import UTC, datetime
from typing import Literal, NamedTuple

_NAMES = (
    "jan january januar janvier janv enero ene gennaio gen janeiro januari",
    "feb february februar février fevrier févr fevr febrero febbraio fev fevereiro februari",
    "mar march märz mär mars marzo março marco mrt maart",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august août aout agosto ago augustus",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october oktober okt octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dezember dez décembre déc diciembre dic dicembre dezembro",
)
MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)"
_HALF = r"(?: ?(?P<half>[AaPp])\.?[Mm]\b\.?)?"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        # 2026-08-05 12:00:00, 2026/8/5T12:00:00.123+09:00, 2026年8月5日 12:00:00
        r"(?P<year>\d{4})(?:[-/.]|年 ?)(?P<month>\d{1,2})(?:[-/.]|月 ?)(?P<day>\d{1,2})日?"
        rf"(?:T|,? {{1,2}}){_CLOCK}(?P<utc>[.,]?\d{{0,9}}Z)?",
        # Mon Apr 15 21:26:55 2019, 月 4月 15 21:26:55 2019
        rf"(?P<month>[^\W_]{{1,10}})\.? {{1,2}}(?P<day>\d{{1,2}}) {_CLOCK} (?P<year>\d{{4}})",
        # Lun 15 avr 2019 21:26:55
        rf"(?P<day>\d{{1,2}})\.? (?P<month>[^\W\d_]{{3,10}})\.? (?P<year>\d{{4}}),? {_CLOCK}",
        # Apr 14, 2025, 11:49:24 AM
        rf"(?P<month>[^\W_]{{1,10}})\.? (?P<day>\d{{1,2}}), (?P<year>\d{{4}}),? {_CLOCK}{_HALF}",
        # 05.08.2026 12:00:00
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}),? {_CLOCK}{_HALF}",
    )
)
_SLASHED = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(?P<year>\d{{4}}),? {_CLOCK}{_HALF}")
_EPOCH = re.compile(r"(?:^|[:>]|\bSTATE:)(1\d{9})(?=[,.])")
_TWENTY_FIRST = range(2000, 2100)  # other years count from elsewhere: Persian, Buddhist, Reiwa
LOOKED_AT = 96  # a stamp stands at the beginning, behind some prefix at most


class Stamp(NamedTuple):
    """ISO text without zone, and whose time it is."""

    text: str
    zone: Literal["local", "utc"]


def read_stamp(line: str) -> Stamp | None:
    """The time at the beginning of a line, None where it is missing or uncertain."""
    head = line[:LOOKED_AT]
    epoch = _EPOCH.search(head)
    if epoch:
        moment = datetime.fromtimestamp(int(epoch[1]), UTC)
        return Stamp(moment.strftime("%Y-%m-%dT%H:%M:%S"), "utc")
    for shape in _SHAPES:
        match = shape.search(head)
        if match:
            return _stamp(match, _month(match["month"]), int(match["day"]))
    match = _SLASHED.search(head)
    if match:
        first, second = int(match[1]), int(match[2])
        if first > 12:
            return _stamp(match, second, first)
        if second > 12:
            return _stamp(match, first, second)
    return None


def _month(text: str) -> int | None:
    """By number, by name, or by number with the word for month behind it (4月, 4월)."""
    digits = text.rstrip("月월")
    return int(digits) if digits.isdecimal() else MONTHS.get(text.lower())


def _stamp(match: re.Match[str], month: int | None, day: int) -> Stamp | None:
    named = match.groupdict()
    hour, half = int(match["hour"]), (named.get("half") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    year = int(match["year"])
    if month is None or year not in _TWENTY_FIRST:
        return None
    try:
        moment = datetime(year, month, day, hour, int(match["minute"]), int(match["second"]))  # noqa: DTZ001 - the laptop's own time, whose zone a log does not tell
    except ValueError:
        return None
    return Stamp(moment.strftime("%Y-%m-%dT%H:%M:%S"), "utc" if named.get("utc") else "local")
