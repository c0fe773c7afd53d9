"""Foreign text made harmless for a terminal.

Control characters (C0, C1), bidirectional overrides and invisible characters from a log, a name
server or a stored report could rewrite what the reader sees (terminal injection).
"""

import re

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def plain(text: str) -> str:
    """The same text with every character that a terminal would obey written as its number."""
    return _UNSAFE.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
