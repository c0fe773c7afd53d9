"""os-release(5) → the release as people say it.

A real one: see `cvpn_doctor.parse.assignments`; it becomes "Debian GNU/Linux 12".
"""

from cvpn_doctor.parse import assignments


def release(text: str) -> str:
    """Name and version, e.g. "Debian GNU/Linux 12"; "Linux" when the file does not say."""
    found = assignments.parse(text)
    name, version = found.get("NAME", ""), found.get("VERSION_ID", "")
    return f"{name} {version}".strip() or found.get("PRETTY_NAME") or "Linux"
