"""Output: what was asked for to standard output, and nothing else."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from cvpn_doctor.cli.choices import UsageError
from cvpn_doctor.model.exits import ExitStyle, exit_code
from cvpn_doctor.model.report import Report
from cvpn_doctor.render.terminal import Line
from cvpn_doctor.words import Language

# Plain ANSI colours: every terminal of the last thirty years has them.
_COLOURS = {"good": "1;32", "bad": "1;31", "doubt": "1;33", "strong": "1", "faint": "2"}


@dataclass(frozen=True, kw_only=True)
class Show:
    """How a report is to be shown."""

    output: str
    language: Language | None
    exit_style: ExitStyle
    quiet: bool
    verbose: bool


def show(report: Report, json: str | None, how: Show) -> int:
    """Write the report where it was asked for; the exit code that says what it is."""
    from cvpn_doctor.report import to_json  # noqa: PLC0415

    if json is not None and json != "-":
        write_file(Path(json), to_json(report))
    if json == "-" or how.output == "json":
        write_bytes(to_json(report))
    elif how.output == "text":
        _write_text(report, how)
    else:
        from cvpn_doctor.render.device_management import FORMATS  # noqa: PLC0415

        sys.stdout.write(FORMATS[how.output](report))
    return exit_code(report.verdict, how.exit_style)


def _write_text(report: Report, how: Show) -> None:
    from cvpn_doctor.render.terminal import terminal  # noqa: PLC0415

    painted = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in terminal(report, verbose=how.verbose, quiet=how.quiet):
        sys.stdout.write(_paint(line) if painted else line.text)
        sys.stdout.write("\n")


def _paint(line: Line) -> str:
    colour = _COLOURS.get(line.style)
    return f"\x1b[{colour}m{line.text}\x1b[0m" if colour and line.text else line.text


def write_bytes(data: bytes) -> None:
    """Bytes to standard output, as they are: JSON is UTF-8 whatever the console's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_file(path: Path, data: bytes) -> None:
    """A new file with these bytes, or the old one with them in its place: never half a file.

    Raises UsageError with the path where that cannot be done.
    """
    from tempfile import NamedTemporaryFile  # noqa: PLC0415

    try:
        with NamedTemporaryFile(dir=path.parent, prefix=path.name + ".", delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                file.close()
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
