"""All services of a lab in one process, each bound in the namespace where it belongs.

`python -m tests.lab.services SPECIFICATION.json` prints one line when all sockets are bound. The
files which a specification names are read again for each request, so that a fault changes a zone
by writing a file.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

from tests.lab import kernel, zone

if TYPE_CHECKING:
    import ssl

Kind = Literal["dns", "checkip", "web", "https", "portal", "portal-tls", "banner", "hole"]
PORTAL_URL = "http://portal.example/"
_IDLE_SECONDS = 20.0


class Service(TypedDict):
    """One listening service: what it does, and where."""

    namespace: str
    kind: Kind
    address: str
    port: int


class Specification(TypedDict):
    """What a process of services needs to know."""

    services: list[Service]
    zone: str
    certificate: str
    key: str


def http(status: str, body: str, *extra: str) -> bytes:
    """A whole HTTP/1.1 answer with a correct date."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Date: {formatdate(time.time(), usegmt=True)}",
        "Server: lab",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body.encode())}",
        "Connection: close",
        *extra,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def _page(kind: Kind, caller: str) -> bytes:
    if kind == "checkip":
        return http("200 OK", caller + "\n")
    if kind.startswith("portal"):
        return http("302 Found", "Sign in first.\n", f"Location: {PORTAL_URL}")
    return http("200 OK", "a web server\n")


def _serve_http(connection: socket.socket, kind: Kind, caller: str) -> None:
    """Like an ordinary web server: waits for a whole request, refuses what is none."""
    request = b""
    while b"\r\n\r\n" not in request and b"\n\n" not in request:
        data = connection.recv(4096)
        if not data:
            return
        request += data
        if not request[:1].isalpha():
            connection.sendall(http("400 Bad Request", "400\n"))
            return
    connection.sendall(_page(kind, caller))


def _tls_context(specification: Specification) -> ssl.SSLContext:
    # Imported late: most labs are never asked for TLS, and this is half of the starting time.
    import ssl  # noqa: PLC0415

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(specification["certificate"], specification["key"])
    return context


def _converse(
    connection: socket.socket, kind: Kind, caller: str, specification: Specification
) -> None:
    connection.settimeout(_IDLE_SECONDS)
    if kind == "banner":
        connection.sendall(b"SSH-2.0-OpenSSH_9.2 lab\r\n")
        connection.recv(256)
    elif kind == "hole":
        while connection.recv(4096):
            pass
    elif kind == "dns":
        _serve_dns_stream(connection, Path(specification["zone"]))
    elif kind in ("https", "portal-tls"):
        with _tls_context(specification).wrap_socket(connection, server_side=True) as secure:
            _serve_http(secure, kind, caller)
    else:
        _serve_http(connection, kind, caller)


def _serve_dns_stream(connection: socket.socket, path: Path) -> None:
    with connection.makefile("rwb") as stream:
        while len(head := stream.read(2)) == 2:
            query = stream.read(int.from_bytes(head, "big"))
            reply = zone.answer(query, json.loads(path.read_text()))
            stream.write(len(reply).to_bytes(2, "big") + reply)
            stream.flush()


def _handle(
    connection: socket.socket, kind: Kind, caller: str, specification: Specification
) -> None:
    with connection:
        try:
            _converse(connection, kind, caller, specification)
        except OSError:
            return


def _accept(listener: socket.socket, kind: Kind, specification: Specification) -> None:
    while True:
        connection, address = listener.accept()
        arguments = (connection, kind, str(address[0]), specification)
        threading.Thread(target=_handle, args=arguments, daemon=True).start()


def _serve_dns_datagrams(listener: socket.socket, path: Path) -> None:
    while True:
        query, address = listener.recvfrom(4096)
        reply = zone.answer(query, json.loads(path.read_text()))
        if reply:
            listener.sendto(reply, address)


def _open(service: Service, kind: socket.SocketKind) -> socket.socket:
    kernel.enter_network(service["namespace"])
    listener = socket.socket(socket.AF_INET, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((service["address"], service["port"]))
    if kind == socket.SOCK_STREAM:
        listener.listen(64)
    return listener


def _loops(specification: Specification) -> list[Callable[[], None]]:
    """Bind everything first; what is returned serves for ever."""
    loops: list[Callable[[], None]] = []
    for service in specification["services"]:
        stream = _open(service, socket.SOCK_STREAM)
        loops.append(partial(_accept, stream, service["kind"], specification))
        if service["kind"] == "dns":
            datagram = _open(service, socket.SOCK_DGRAM)
            loops.append(partial(_serve_dns_datagrams, datagram, Path(specification["zone"])))
    return loops


def main(path: str) -> None:
    specification: Specification = json.loads(Path(path).read_text())
    threads = [threading.Thread(target=loop) for loop in _loops(specification)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
