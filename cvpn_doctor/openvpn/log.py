"""Logs of VPN clients as a timeline of attempts. Pure: text in, records out.

Reads what OpenVPN 2 writes (AWS client up to 5, OpenVPN, Tunnelblick, NetworkManager), OpenVPN 3
(AWS client from 6, OpenVPN Connect), and the management interface, behind any prefix. Events are
recognised by the programs' own fixed English words (log_events.py). A line that is not recognised
is counted, never kept; of one that is, only addresses, numbers and words of closed lists are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cvpn_doctor.model.push import LogReading
from cvpn_doctor.openvpn.log_draft import STAGES
from cvpn_doctor.openvpn.log_events import ACTIONS, recognised
from cvpn_doctor.openvpn.log_line import LINE_LENGTH, count, numbered
from cvpn_doctor.openvpn.log_options import end_of_options, option_line
from cvpn_doctor.openvpn.log_signin import joined
from cvpn_doctor.openvpn.log_timeline import Timeline

__all__ = ["LINE_LENGTH", "STAGES", "LogReading", "read_attempts", "read_logs"]


@dataclass
class _Reader:
    """One timeline for each process that a prefix names, and one for lines without."""

    processes: dict[str | None, Timeline] = field(default_factory=dict)
    last: Timeline = field(default_factory=Timeline)
    unknown: int = 0

    def take(self, number: int, text: str) -> None:
        if option_line(self.last, text):
            return
        line = recognised(number, text)
        if line is None or line.of_a_server:
            self.unknown += 1
            return
        timeline = self._of(line.process)
        if timeline is not self.last:
            end_of_options(self.last)
            self.last = timeline
        timeline.line = line
        if not ACTIONS[line.words](timeline):
            self.unknown += 1

    def _of(self, process: str | None) -> Timeline:
        if process not in self.processes:
            self.processes[process] = Timeline()
        return self.processes[process]

    def reading(self) -> LogReading:
        end_of_options(self.last)
        drafts = joined([timeline.drafts for timeline in self.processes.values()])
        attempts = tuple(draft.record() for draft in drafts)
        return LogReading(attempts=attempts, unknown_lines=self.unknown)


def read_attempts(text: str) -> LogReading:
    """The timeline that a log tells, whole or cut off at either end."""
    return read_logs((text,))


def read_logs(texts: Iterable[str]) -> LogReading:
    """The timeline of rotated logs, oldest first: an attempt may go on in the next text."""
    reader, first = _Reader(), 1
    for text in texts:
        for number, line in numbered(text, first):
            reader.take(number, line)
        first += count(text)
    return reader.reading()
