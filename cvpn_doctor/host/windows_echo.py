"""Who on the way says that a packet died: Windows' sockets do not tell, its echo API does.

IcmpSendEcho2Ex of iphlpapi (icmpapi.h) works without administrator rights. IPv4 only.
"""

import ctypes
import socket
from typing import Final

from cvpn_doctor.host import windows_adapters
from cvpn_doctor.host.windows_api import function
from cvpn_doctor.host.windows_layout import IpOptions
from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.parse.windows_adapter import Adapter
from cvpn_doctor.parse.windows_echo import icmp_of

ROOM: Final = 512  # ICMP_ECHO_REPLY, our bytes, an ICMP error and an IO_STATUS_BLOCK
PAYLOAD: Final = bytes(16)


def heard(
    address: str, ttl: int, seconds: float, interface: str | None
) -> tuple[Icmp | None, str | None]:
    """The ICMP error for an echo request, and the own address where we sent that error ourselves.

    Never raises: what cannot be asked was not heard.
    """
    try:
        source = _ipv4_of(interface) if interface is not None else None
        icmp = echo(address, ttl, seconds, source)
        own = _own_addresses() if icmp is not None else frozenset()
    except (Unsupported, OSError):
        return None, None
    return icmp, icmp.sender if icmp is not None and icmp.sender in own else None


def _own_addresses() -> frozenset[str]:
    adapters = windows_adapters.adapters()
    return frozenset(address for adapter in adapters for address, _length in adapter.addresses)


def _ipv4_of(name: str) -> str | None:
    """The address to send from, which makes Windows take this interface."""
    named = (a for a in windows_adapters.adapters() if a.name == name)
    return next((_ipv4(adapter) for adapter in named), None)


def _ipv4(adapter: Adapter) -> str | None:
    return next((address for address, _ in adapter.addresses if ":" not in address), None)


def echo(address: str, ttl: int, seconds: float, source: str | None = None) -> Icmp | None:
    """Send one echo request that may live for `ttl` hops. Raises Unsupported, OSError.

    None: an answer, silence, or an error of this laptop itself.
    """
    send = function(
        "iphlpapi",
        "IcmpSendEcho2Ex",
        *(ctypes.c_void_p,) * 4,
        *(ctypes.c_uint32, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_uint16),
        *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32),
    )
    handle = _open()
    try:
        reply = ctypes.create_string_buffer(ROOM)
        options = IpOptions(ttl=ttl)
        send(
            *(handle, None, None, None),
            *(_number(source or "0.0.0.0"), _number(address)),  # noqa: S104 - any source
            *(PAYLOAD, len(PAYLOAD), ctypes.byref(options)),
            *(reply, ROOM, max(1, int(seconds * 1000))),
        )
        return icmp_of(reply.raw)
    finally:
        function("iphlpapi", "IcmpCloseHandle", ctypes.c_void_p)(handle)


def _open() -> ctypes.c_void_p:
    create = function("iphlpapi", "IcmpCreateFile", answers=ctypes.c_void_p)
    handle = ctypes.c_void_p(create())
    if handle.value in (None, ctypes.c_void_p(-1).value):
        raise Unsupported("IcmpCreateFile gives no handle")
    return handle


def _number(address: str) -> int:
    """IPAddr: the four bytes as they lie in memory."""
    return int.from_bytes(socket.inet_aton(address), "little")
