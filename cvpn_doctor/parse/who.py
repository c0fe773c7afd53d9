"""`who` of macOS → interactive sessions, without anyone's name.

A real one: a user in front of the screen with a terminal window, a second one switched away, a
third by ssh::

    alice    console      Nov 20 09:12
    bob      console      Nov 21 18:03
    alice    ttys000      Nov 20 09:15
    carol    ttys003      Nov 22 11:40  (192.168.1.5)
"""

from cvpn_doctor.model.network import LoggedInUser


def sessions(text: str) -> tuple[LoggedInUser, ...]:
    """One entry a screen session and one a remote terminal; windows of a session are not counted.

    Names that begin with "_" are the system's (`_mbsetupuser` stays after an installation).
    """
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) < 2 or words[0].startswith("_"):
            continue
        if words[1] == "console":
            found.append(LoggedInUser(seat="console"))
        elif words[1].startswith("tty") and words[-1].startswith("("):
            found.append(LoggedInUser(seat="pts"))
    return tuple(found)
