"""What stands behind AUTH_FAILED, as one closed word. Pure.

Source: openvpn/src/openvpn/push.c and doc/management-notes.txt (CRV1, TEMP, SESSION);
docs/design/005-failure-modes.md and modes 39 to 52.
"""

import re

from cvpn_doctor.model.push import Refusal

_URL = re.compile(r"https?://([^/?#\s'\"<>]{1,253})")
_HOST = re.compile(r"(?=.{4,253}$)(?:[A-Za-z0-9-]{1,63}\.){1,10}[A-Za-z][A-Za-z0-9-]{1,62}")
_KNOWN: tuple[tuple[str, Refusal], ...] = (
    ("TEMP", "temporary"),
    ("SESSION", "session"),
    ("Data channel cipher negotiation failed", "cipher"),
    ("Authorization policy evaluation failed", "posture"),
    ("Error establishing connection. Please contact your administrator", "handler"),
)
_TAGS = re.compile(r"\[(?:FATAL-)?ERR\]")


def refusal_of(text: str) -> Refusal:
    """The kind of a refusal, from the text behind AUTH_FAILED."""
    reason = _TAGS.sub("", text[:400]).strip(" ,'\"[]")
    if not reason:
        return "bare"
    challenge = reason.find("CRV1")
    if 0 <= challenge <= 8:
        return "saml" if _URL.search(text) else "challenge"
    for words, kind in _KNOWN:
        if reason.startswith(words):
            return kind
    return "own_text"


def sign_in_host(text: str) -> str | None:
    """The host of the sign-in page; never its path, its query or a name before an @."""
    match = _URL.search(text)
    if not match:
        return None
    host = match[1].rpartition("@")[2].partition(":")[0]
    return host.lower() if _HOST.fullmatch(host) else None
