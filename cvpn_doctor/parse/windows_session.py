"""WTSEnumerateSessionsW → the sessions in which somebody is logged in, without anyone's name.

Source: wtsapi32.h WTS_CONNECTSTATE_CLASS. A real list: (0, "Services", disconnected),
(1, "Console", active), (2, "", disconnected), (65536, "RDP-Tcp", listening).
"""

from collections.abc import Iterable
from typing import Final

from cvpn_doctor.model.network import LoggedInUser

ACTIVE: Final = 0
DISCONNECTED: Final = 4  # fast user switching, or a closed remote desktop


def logged_in(sessions: Iterable[tuple[int, str, int]]) -> tuple[LoggedInUser, ...]:
    """From number, station and state. Session 0 is the services'."""
    return tuple(
        LoggedInUser(seat=_seat(station), active=state == ACTIVE)
        for number, station, state in sessions
        if number != 0 and state in (ACTIVE, DISCONNECTED)
    )


def _seat(station: str) -> str:
    return "rdp" if station.lower().startswith("rdp") else "console"
