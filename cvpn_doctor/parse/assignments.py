"""Files of KEY=value lines: os-release(5), systemd's state files.

A real one, /etc/os-release::

    PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
    VERSION_ID="12"
    ID=debian
"""

import re

_ASSIGNMENT = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)


def parse(text: str) -> dict[str, str]:
    """Key → value without its quotes; other lines are left out, the last of equal keys wins."""
    found = {}
    for line in text.splitlines():
        match = _ASSIGNMENT.match(line)
        if match:
            found[match[1]] = _unquoted(match[2].strip())
    return found


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
        return re.sub(r'\\([\\"$`])', r"\1", value)
    return value
