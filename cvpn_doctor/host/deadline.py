"""Time that is left: every blocking call of this room takes its limit from here."""

import time


class Deadline:
    """A span of seconds that began when this was made."""

    def __init__(self, seconds: float) -> None:
        self._start = time.monotonic()
        self._end = self._start + max(0.0, seconds)

    def left(self) -> float:
        """Seconds until the end, never negative."""
        return max(0.0, self._end - time.monotonic())

    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._start

    def passed(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self._end

    def within(self, seconds: float) -> "Deadline":
        """A shorter span that does not outlive this one."""
        return Deadline(min(seconds, self.left()))
