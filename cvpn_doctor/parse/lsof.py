"""`lsof -nP -iTCP -sTCP:LISTEN -F pctn` → listening sockets of the own processes.

A real one: per process a line each of number and command, per socket descriptor, type and name::

    p612
    cAWS\\x20VPN\\x20Client
    f24
    tIPv4
    n127.0.0.1:35001
    p655
    crapportd
    f8
    tIPv6
    n*:49152

Bytes that are not printable, and blanks, are written as \\xHH (lsof(8), "-F").
"""

import re
from typing import Final, Literal

from cvpn_doctor.model.network import Listener
from cvpn_doctor.parse.address import is_address

_ESCAPED: Final = re.compile(r"\\x([0-9a-fA-F]{2})")
_ANY: Final[dict[Literal["IPv4", "IPv6"], str]] = {"IPv4": "0.0.0.0", "IPv6": "::"}  # noqa: S104 - compared, not bound


def listeners(text: str) -> tuple[Listener, ...]:
    """Each address and port once for each program."""
    found: dict[Listener, None] = {}
    command, any_address = "", _ANY["IPv4"]
    for line in text.splitlines():
        field, value = line[:1], line[1:]
        if field == "p":
            command = ""
        elif field == "c":
            command = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
        elif field == "t":
            any_address = _ANY["IPv6"] if value == "IPv6" else _ANY["IPv4"]
        elif field == "n":
            socket = _socket(value, any_address)
            if socket is not None:
                address, port = socket
                found[Listener(address=address, port=port, process=command or None)] = None
    return tuple(found)


def _socket(text: str, any_address: str) -> tuple[str, int] | None:
    address, _, digits = text.rpartition(":")
    address = any_address if address == "*" else address.removeprefix("[").removesuffix("]")
    if not is_address(address) or not (digits.isascii() and digits.isdigit()) or len(digits) > 5:
        return None
    return address.partition("%")[0], int(digits)
