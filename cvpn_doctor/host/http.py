"""One plain HTTP GET over a connection of our own: no redirect, proxy or cookie, no body kept."""

import socket
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from cvpn_doctor.host import tcp
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.host.lookup import first_address
from cvpn_doctor.model.answers import HttpAnswer
from cvpn_doctor.model.failure import Failure, FailureKind
from cvpn_doctor.parse import http_response
from cvpn_doctor.parse.address import is_address

HEAD_LIMIT: Final = 16384
BODY_LIMIT: Final = 4096

AGENT: Final = "cvpn-doctor"


class _Target(NamedTuple):
    host: str  # as in the Host header
    name: str
    port: int
    path: str


def ask(
    url: str, timeout: float, address: str | None = None, interface: str | None = None
) -> HttpAnswer:
    """GET `url` from `address` (else from what its name resolves to). Never raises for a fault."""
    deadline = Deadline(timeout)
    answer = _ask(url, deadline, address, interface)
    return msgspec.structs.replace(answer, seconds=deadline.elapsed())


def _ask(url: str, deadline: Deadline, address: str | None, interface: str | None) -> HttpAnswer:
    target = _target(url)
    if target is None:
        return HttpAnswer(
            url=url, failure=Failure(kind="malformed", detail="not an http:// address")
        )
    where = address or (target.name if is_address(target.name) else None)
    found = where or first_address(target.name, deadline.left())
    if isinstance(found, Failure):
        return HttpAnswer(url=url, failure=found)
    attempt = tcp.connect(found, target.port, deadline, interface)
    if attempt.sock is None:
        return HttpAnswer(url=url, address=found, failure=_unopened(attempt))
    with attempt.sock as sock:
        error = tcp.send(sock, _request(target), deadline)
        data, ended = _read(sock, deadline)
    return _answer(url, found, data, error or ended)


def _target(url: str) -> _Target | None:
    try:
        parts = urlsplit(url)
        port, name = parts.port or 80, parts.hostname
    except ValueError:
        return None
    if parts.scheme != "http" or not name or any(ord(c) <= 32 for c in url):
        return None
    host = f"[{name}]" if ":" in name else name
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(host if port == 80 else f"{host}:{port}", name, port, path)


def _request(target: _Target) -> bytes:
    return (
        f"GET {target.path} HTTP/1.1\r\nHost: {target.host}\r\nUser-Agent: {AGENT}\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n"
    ).encode("utf-8", "replace")


def _read(sock: socket.socket, deadline: Deadline) -> tuple[bytes, OSError | None]:
    """The head and at most `BODY_LIMIT` of body, and the error that ended it early."""
    data = b""
    while not _is_enough(data):
        reply = tcp.receive(sock, deadline)
        data += reply.data
        if not reply.data:
            return data, reply.error or (None if reply.closed else TimeoutError())
    return data, None


def _is_enough(data: bytes) -> bool:
    found = http_response.head(data)
    if found is None:
        return len(data) >= HEAD_LIMIT or not http_response.may_be_http(data)
    length = http_response.body_length(found)
    wanted = BODY_LIMIT if length is None else min(length, BODY_LIMIT)
    return len(data) >= found.size + wanted


def _answer(url: str, address: str, data: bytes, error: OSError | None) -> HttpAnswer:
    found = http_response.head(data)
    if found is None:
        if error is not None:
            failure = failure_of(error)
        elif data:
            failure = Failure(kind="malformed", detail="not HTTP")
        else:
            failure = Failure(kind="connection_reset", detail="closed without an answer")
        return HttpAnswer(url=url, address=address, failure=failure)
    body = data[found.size : found.size + BODY_LIMIT]
    return HttpAnswer(
        url=url,
        address=address,
        status=found.status,
        location=http_response.location(found.headers.get("location")),
        body=http_response.body_kind(body, found),
        via="via" in found.headers,
        date=http_response.rfc3339(found.headers.get("date")),
    )


def _unopened(attempt: tcp.Attempt) -> Failure:
    if attempt.ending is None:
        return Failure(kind="timed_out", detail="no answer to the SYN")
    if attempt.ending.failure is not None:
        return attempt.ending.failure
    icmp = attempt.ending.icmp
    refused = attempt.ending.outcome == "refused"
    kind: FailureKind = "connection_refused" if refused else "host_unreachable"
    return Failure(kind=kind, detail=f"ICMP {icmp.type}/{icmp.code}" if icmp else "")
