"""hosts(5) → entries, on every system.

A real one::

    127.0.0.1       localhost
    127.0.1.1       laptop.example laptop   # by the installer
    203.0.113.10    cvpn-endpoint-0123456789abcdef0.prod.clientvpn.eu-west-1.amazonaws.com
"""

from cvpn_doctor.model.network import HostsEntry
from cvpn_doctor.parse.address import is_address


def parse(text: str) -> tuple[HostsEntry, ...]:
    """The lines that map an address to names. Others (comments, garbage) map nothing."""
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        address, *names = line.partition("#")[0].split() or [""]
        if names and is_address(address):
            entries.append(HostsEntry(address=address, names=tuple(names), line=number))
    return tuple(entries)
