"""Sending by one interface: how each system binds a socket to it. Works unprivileged everywhere.

Linux: SO_BINDTODEVICE (unprivileged for an unbound socket since 5.7). macOS: IP_BOUND_IF,
IPV6_BOUND_IF. Windows: IP_UNICAST_IF, IPv4 in network byte order, IPv6 in the machine's.
"""

import socket
import struct
import sys
from typing import Final

SO_BINDTODEVICE: Final = 25
IP_BOUND_IF: Final = 25
IPV6_BOUND_IF: Final = 125
UNICAST_IF: Final = 31  # IP_UNICAST_IF and IPV6_UNICAST_IF


def bind_to_interface(sock: socket.socket, interface: str) -> None:
    """Make `sock` send by `interface` only. Raises OSError (ENODEV, ENXIO: no such interface)."""
    is_ipv6 = sock.family == socket.AF_INET6
    if sys.platform == "linux":
        sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, interface.encode() + b"\0")
    elif sys.platform == "darwin":
        level = socket.IPPROTO_IPV6 if is_ipv6 else socket.IPPROTO_IP
        option = IPV6_BOUND_IF if is_ipv6 else IP_BOUND_IF
        sock.setsockopt(level, option, socket.if_nametoindex(interface))
    else:
        from cvpn_doctor.host.windows_index import interface_index  # noqa: PLC0415 - Windows only

        index = interface_index(interface)
        level = socket.IPPROTO_IPV6 if is_ipv6 else socket.IPPROTO_IP
        sock.setsockopt(level, UNICAST_IF, struct.pack("=I" if is_ipv6 else "!I", index))


def scope_of(interface: str) -> str:
    """How a link-local address names the interface: by name, on Windows by number."""
    if sys.platform != "win32":
        return interface
    from cvpn_doctor.host.windows_index import interface_index  # noqa: PLC0415 - Windows only

    return str(interface_index(interface))
