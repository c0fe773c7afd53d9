"""What speaks on an open TCP port that gave no answer to OpenVPN's first packet."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from cvpn_doctor.host import tcp
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.openvpn.reset import Speaks, recognise

# Each question gets at most this long: a server's first bytes come within a round trip or two.
QUESTION: Final = 1.0


def what_speaks(
    address: str, port: int, deadline: Deadline, interface: str | None = None
) -> tuple[Speaks | None, int]:
    """The protocol that answers, and how many connections were opened to learn it.

    A TLS ClientHello first, then an HTTP request, each on its own connection. A real OpenVPN
    server closes at once on a ClientHello and says nothing, and so does one with tls-crypt.
    """
    questions: tuple[Callable[[], bytes], ...] = (client_hello, lambda: http_question(address))
    for opened, question in enumerate(questions):
        remaining = len(questions) - opened
        limit = min(QUESTION, deadline.left() / remaining)
        if limit <= 0.0:
            return None, opened
        first = _first_bytes(address, port, question(), deadline.within(limit), interface)
        if first:
            return recognise(first), opened + 1
    return None, len(questions)


def client_hello() -> bytes:
    """A TLS ClientHello without a server name, as Python's own OpenSSL makes it."""
    import ssl  # noqa: PLC0415 - 20 ms that most runs never need

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # nothing is verified: only the first record is wanted
    context.verify_mode = ssl.CERT_NONE
    outgoing = ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing).do_handshake()
    return outgoing.read()


def http_question(address: str) -> bytes:
    """A plain GET; an address stands as the host, as a browser would send it."""
    host = f"[{address}]" if ":" in address else address
    return f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()


def _first_bytes(
    address: str, port: int, question: bytes, deadline: Deadline, interface: str | None
) -> bytes:
    attempt = tcp.connect(address, port, deadline, interface)
    if attempt.sock is None:
        return b""
    with attempt.sock as sock:
        tcp.send(sock, question, deadline)
        return tcp.receive(sock, deadline, 512).data
