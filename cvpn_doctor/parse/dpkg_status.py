"""/var/lib/dpkg/status → the version of an installed package, without running dpkg.

A real paragraph::

    Package: openvpn
    Status: install ok installed
    Priority: optional
    Architecture: amd64
    Version: 2.6.14-0+deb12u1
"""


def version_of(status: bytes, package: str) -> str | None:
    """The version of `package`; None when it is not installed (removed, never there)."""
    start = (b"\n" + status).find(f"\nPackage: {package}\n".encode())
    if start < 0:
        return None
    paragraph = status[start:].split(b"\n\n", 1)[0].decode("utf-8", "replace")
    fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line)
    if not fields.get("Status", "").endswith(" installed"):
        return None
    return fields.get("Version")
