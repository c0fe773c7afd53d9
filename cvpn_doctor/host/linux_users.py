"""Interactive sessions of a Linux laptop, without anyone's name."""

from cvpn_doctor.host.tree import Tree
from cvpn_doctor.model.network import LoggedInUser
from cvpn_doctor.parse.logind_session import session, terminal_kind

SESSIONS = "/run/systemd/sessions"


def logged_in_users(tree: Tree) -> tuple[LoggedInUser, ...]:
    """One entry a session: of systemd-logind where it has any, else of utmp.

    utmp alone is not enough: new distributions no longer write it.
    """
    texts = (tree.text_or_none(f"{SESSIONS}/{name}") for name in tree.names(SESSIONS))
    found = tuple(s for text in texts if text and (s := session(text)) is not None)
    return found or _of_utmp(tree)


def _of_utmp(tree: Tree) -> tuple[LoggedInUser, ...]:
    if not tree.is_live:
        return ()
    import psutil  # noqa: PLC0415 - 40 ms, and rarely needed

    return tuple(LoggedInUser(seat=terminal_kind(user.terminal)) for user in psutil.users())
