"""MIB_TCPTABLE_OWNER_PID and MIB_TCP6TABLE_OWNER_PID → listening sockets with their processes.

Source: tcpmib.h. u32 count, then rows of u32: IPv4 state, address, port, remote address, remote
port, process; IPv6 sixteen bytes address, scope, port, sixteen bytes remote address, scope, port,
state, process. Ports are in network byte order in the low half. A real IPv4 row, 127.0.0.1:35001
held by process 4242::

    02 00 00 00  7f 00 00 01  88 b9 00 00  00 00 00 00  00 00 00 00  92 10 00 00
"""

import struct
from collections.abc import Callable
from typing import Final, NamedTuple

from cvpn_doctor.parse.address import address_text

LISTEN: Final = 2  # MIB_TCP_STATE_LISTEN
_IPV4 = struct.Struct("<I4s2s2xI2s2xI")
_IPV6 = struct.Struct("<16sI2s2x16sI2s2xII")


class Listening(NamedTuple):
    """One listening socket; process 0: the system does not tell."""

    address: str
    port: int
    pid: int


def listening4(table: bytes) -> tuple[Listening, ...]:
    """The listeners of an IPv4 table."""
    return _read(table, _IPV4, lambda state, ip, port, _a, _p, pid: (state, ip, port, pid))


def listening6(table: bytes) -> tuple[Listening, ...]:
    """The listeners of an IPv6 table."""
    return _read(table, _IPV6, lambda ip, _s, port, _a, _rs, _p, state, pid: (state, ip, port, pid))


def _read(
    table: bytes, form: struct.Struct, pick: Callable[..., tuple[int, bytes, bytes, int]]
) -> tuple[Listening, ...]:
    if len(table) < 4:
        return ()
    (count,) = struct.unpack_from("<I", table)
    found = []
    for number in range(min(count, (len(table) - 4) // form.size)):
        state, packed, port, pid = pick(*form.unpack_from(table, 4 + number * form.size))
        address = address_text(packed)
        if state == LISTEN and address is not None:
            found.append(Listening(address, int.from_bytes(port, "big"), pid))
    return tuple(found)
