"""What is going on, in one line that vanishes; on a terminal only."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cvpn_doctor.engine import Observer, Phase
from cvpn_doctor.model.check import AnyCheck


@contextmanager
def progress(checks: Sequence[AnyCheck]) -> Iterator[Observer]:
    """An observer for the engine; it writes nothing where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _check, _phase: None
        return
    titles = {check.id: check.title for check in checks}
    running: list[str] = []

    def observer(check: str, phase: Phase) -> None:
        if phase == "started":
            running.append(titles[check])
        elif titles[check] in running:
            running.remove(titles[check])
        _line(", ".join(running))

    try:
        yield observer
    finally:
        _line("")


def _line(text: str) -> None:
    shown = f"Looking at: {text}"[:78] if text else ""
    sys.stderr.write(f"\r\x1b[K{shown}")
    sys.stderr.flush()
