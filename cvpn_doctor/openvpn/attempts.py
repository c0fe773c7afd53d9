"""Several sessions with one address: when to begin another, when to stop, which one to believe.

Where packets are lost a new session beats waiting: a server sends its own again after 2 s only
(docs/design/004-openvpn.md, 5). And one silence is chance; equal ones are an answer.
"""

from collections.abc import Callable
from typing import Final

from cvpn_doctor.openvpn.control import Control

# Hard resets of the first, second and third session: 6 together, as a server allows all its
# clients together 100 in 10 s (`connect-freq-initial`). Section 11.8.
RESETS: Final = (3, 2, 1)
# Without news for this long (or two round trips), another session begins.
STALLED: Final = 0.7
# Without any answer at all a hard reset sent again is as good as a new session, for longer.
UNANSWERED: Final = 1.4
ROUND_TRIPS: Final = 2.0
# Equal silences of all sessions are an answer from here on: in a healthy session with 20 % loss
# the server's own packets come again at 2 s, and within 4 s there must be a verdict.
DECIDED: Final = 3.6
QUIET: Final = 1.3  # how long a session must have been silent to count
REFUSALS: Final = 2  # equal refusals by silence; section 8


class Attempts:
    """`make(resets)` gives a session that has not begun; `limit`: when to stop, on the clock."""

    def __init__(self, make: Callable[[int], Control], now: float, limit: float) -> None:
        self.sessions: list[Control] = []
        self._make = make
        self._start = now
        self._limit = limit

    def begin(self, now: float) -> Control | None:
        """Another session, if it is time for one; the caller connects it."""
        if self._pauses_until(now) > now:
            return None
        session = self._make(RESETS[len(self.sessions)])
        session.progress = now
        self.sessions.append(session)
        return session

    def verdict(self, now: float) -> Control | None:
        """The session to believe, once there is nothing more to learn."""
        ended = [session for session in self.sessions if session.end is not None]
        if ended:
            return max(ended, key=lambda session: (session.end == "accepted", session.rank))
        if now >= self._limit or self._refused(now) or self._silent_alike(now):
            return self.best()
        return None

    def best(self) -> Control:
        """The session that came furthest, of equals the first that is not just loss."""
        return max(self.sessions, key=lambda one: (one.rank, one.silence() != "mixed"))

    def timer(self, now: float) -> float:
        """When to look again at the latest."""
        marks = [self._start + DECIDED, self._limit, self._pauses_until(now), now + STALLED]
        marks += [time for one in self.sessions if (time := one.timer()) is not None]
        return min(mark for mark in marks if mark > now or mark == self._limit)

    def _pauses_until(self, now: float) -> float:
        """When the next session may begin."""
        if not self.sessions:
            return now
        refusals = sum(one.silence() == "end_of_client_flight" for one in self.sessions)
        if len(self.sessions) == len(RESETS) or refusals >= REFUSALS:
            return self._limit + 1.0
        ready = max(session.progress + _patience(session) for session in self.sessions)
        # A refusal is sure after a second one, not after a third session.
        return ready + STALLED if refusals and len(self.sessions) == REFUSALS else ready

    def _refused(self, now: float) -> bool:
        return sum(one.refused_by_silence(now) for one in self.sessions) >= REFUSALS

    def _silent_alike(self, now: float) -> bool:
        if now < self._start + DECIDED or len(self.sessions) < 2:
            return False
        silences = {session.silence() for session in self.sessions}
        # The ack of the ClientHello may travel in the large packet that does not get through.
        if len(silences - {"hello"}) > 1 or silences & {"mixed", "reset"}:
            return False
        if "hello" in silences and not silences <= {"hello", "server_flight"}:
            return False
        return all(now >= one.progress + max(QUIET, _patience(one)) for one in self.sessions)


def _patience(session: Control) -> float:
    least = UNANSWERED if session.stage == "nothing" else STALLED
    return max(least, ROUND_TRIPS * (session.sender.round_trip or 0.0))
