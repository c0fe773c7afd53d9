"""Interactive sessions of Windows, by WTSEnumerateSessionsW (wtsapi32.h)."""

import ctypes
from collections.abc import Iterator
from typing import Final

from cvpn_doctor.host.windows_api import function, last_error, wide_text, windows_error
from cvpn_doctor.host.windows_layout import SessionInfo
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.network import LoggedInUser
from cvpn_doctor.parse.windows_session import logged_in

THIS_SERVER: Final = None  # WTS_CURRENT_SERVER_HANDLE
VERSION: Final = 1
MANY: Final = 10_000


def logged_in_users() -> tuple[LoggedInUser, ...]:
    """One entry a session. Raises Unsupported where none at all is listed, not even services."""
    sessions = tuple(_sessions())
    if not sessions:
        raise Unsupported("WTSEnumerateSessionsW lists no session, not even the services'")
    return logged_in(sessions)


def _sessions() -> Iterator[tuple[int, str, int]]:
    ask = function(
        "wtsapi32",
        "WTSEnumerateSessionsW",
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p),
    )
    free = function("wtsapi32", "WTSFreeMemory", ctypes.c_void_p)
    first, count = ctypes.c_void_p(), ctypes.c_uint32()
    if not ask(THIS_SERVER, 0, VERSION, ctypes.byref(first), ctypes.byref(count)):
        raise windows_error("WTSEnumerateSessionsW", last_error())
    try:
        for number in range(min(count.value, MANY) if first.value else 0):
            at = (first.value or 0) + number * ctypes.sizeof(SessionInfo)
            one = SessionInfo.from_address(at)
            yield one.id, wide_text(one.station), one.state
    finally:
        free(first)
