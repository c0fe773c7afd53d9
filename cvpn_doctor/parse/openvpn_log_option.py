"""The log file that a readable OpenVPN configuration names.

A real line: ``log-append /var/log/openvpn/office.log``.
"""

import re

_LOG = re.compile(
    r"""^[ \t]*(?:--)?log(?:-append)?[ \t]+(?:"([^"\n]+)"|'([^'\n]+)'|([^\s#;]+))""", re.MULTILINE
)


def log_path(config: str) -> str | None:
    """The path of the last `log` or `log-append` directive outside inline blocks; None if none."""
    plain = re.sub(r"<([a-z0-9-]+)>.*?</\1>", "", config, flags=re.DOTALL)
    found = [next(part for part in match.groups() if part) for match in _LOG.finditer(plain)]
    return found[-1] if found else None
