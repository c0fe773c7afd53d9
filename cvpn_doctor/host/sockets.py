"""Opening a socket towards one address, with all that must be said before the first packet."""

import selectors
import socket
from typing import Any

from cvpn_doctor.host import errqueue
from cvpn_doctor.host.binding import bind_to_interface, scope_of

SocketAddress = tuple[Any, ...]  # as `socket` gives it: 2 fields for IPv4, 4 for IPv6


def open_socket(
    kind: socket.SocketKind,
    address: str,
    port: int,
    interface: str | None = None,
    ttl: int | None = None,
) -> tuple[socket.socket, SocketAddress]:
    """A non-blocking socket and where to connect it. Raises OSError; sends nothing yet.

    `address` is an IP address, IPv6 link-local ones with a scope or with `interface`.
    """
    family, where = _socket_address(address, port, interface)
    sock = socket.socket(family, kind)
    try:
        sock.setblocking(False)
        errqueue.watch(sock)
        if interface is not None:
            bind_to_interface(sock, interface)
        if ttl is not None:
            set_ttl(sock, ttl)
    except BaseException:
        sock.close()
        raise
    return sock, where


def set_ttl(sock: socket.socket, ttl: int) -> None:
    """How many hops packets of this socket may live."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)


def wait(sock: socket.socket, event: int, seconds: float) -> bool:
    """Whether the socket became ready within `seconds`. `event`: of `selectors`.

    Not select(): that one ends at descriptor 1024; and on Windows a failed connect counts as ready.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(sock, event)
        return bool(selector.select(seconds))


def local_address(sock: socket.socket) -> str | None:
    """The own address of a connected socket."""
    try:
        return str(sock.getsockname()[0])
    except OSError:
        return None


def _socket_address(
    address: str, port: int, interface: str | None
) -> tuple[socket.AddressFamily, SocketAddress]:
    if interface is not None and address.lower().startswith("fe80:") and "%" not in address:
        address = f"{address}%{scope_of(interface)}"
    # AI_NUMERICHOST: parses the address and its scope, never asks anyone
    found = socket.getaddrinfo(address, port, flags=socket.AI_NUMERICHOST)
    return found[0][0], found[0][4]
