"""/run/systemd/sessions/ID → one interactive session, without its user.

A real file::

    # This is private data. Do not parse.
    UID=1000
    USER=alice
    ACTIVE=1
    TYPE=wayland
    CLASS=user
    REMOTE=0
    SEAT=seat0
    TTY=tty2
"""

from cvpn_doctor.model.network import LoggedInUser
from cvpn_doctor.parse import assignments


def session(text: str) -> LoggedInUser | None:
    """The session; None for greeters, background managers and closing sessions."""
    found = assignments.parse(text)
    if not found.get("CLASS", "").startswith("user") or found.get("STATE") == "closing":
        return None
    if found.get("TYPE") == "unspecified" and not found.get("TTY"):
        return None  # cron, sudo, systemd --user
    return LoggedInUser(
        seat="console" if found.get("SEAT") else terminal_kind(found.get("TTY", "pts")),
        active=found.get("ACTIVE", "1") == "1",
    )


def terminal_kind(terminal: str | None) -> str:
    """ "console" for a seat in front of the laptop, "pts" for a pseudo terminal (ssh, window)."""
    return "pts" if (terminal or "").startswith("pts") else "console"
