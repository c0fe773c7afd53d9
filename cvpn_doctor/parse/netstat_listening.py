"""`netstat -an -p tcp` of macOS → every listening socket, whoever holds it, without its program.

A real one::

    Active Internet connections (including servers)
    Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
    tcp4       0      0  127.0.0.1.35001        *.*                    LISTEN
    tcp46      0      0  *.5000                 *.*                    LISTEN
    tcp6       0      0  fe80::1%lo0.8021       *.*                    LISTEN
    tcp4       0      0  192.168.1.72.51412     203.0.113.10.443       ESTABLISHED
"""

from cvpn_doctor.model.network import Listener
from cvpn_doctor.parse.address import is_address


def listeners(text: str) -> tuple[Listener, ...]:
    """The sockets in state LISTEN; lines that are not understood are left out."""
    found: dict[Listener, None] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) < 6 or not words[0].startswith("tcp") or words[5] != "LISTEN":
            continue
        address, _, digits = words[3].rpartition(".")
        if address == "*":
            address = "0.0.0.0" if words[0] == "tcp4" else "::"  # noqa: S104 - compared, not bound
        address = address.partition("%")[0]
        if is_address(address) and digits.isascii() and digits.isdigit() and len(digits) < 6:
            found[Listener(address=address, port=int(digits))] = None
    return tuple(found)
