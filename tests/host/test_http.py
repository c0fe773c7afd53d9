"""Plain HTTP: witnesses, portals, and what only looks like them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from cvpn_doctor.host import http


def serve(servers: Any, response: bytes, pause: float = 0.0) -> int:
    def talk(connection: Any) -> None:
        servers.seen.append(connection.recv(4096))
        for part in response.split(b"|"):
            connection.sendall(part)
            time.sleep(pause)

    return int(servers.tcp(talk))


def test_witness(servers: Any) -> None:
    port = serve(
        servers,
        b"HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 17:42:00 GMT\r\nContent-Length: 13\r\n\r\n"
        b"198.51.100.7\n",
    )
    answer = http.ask(f"http://witness.invalid:{port}/x?y=1", 1.0, address="127.0.0.1")
    assert (answer.status, answer.body, answer.via) == (200, "address", False)
    assert answer.date == "2026-11-23T17:42:00Z"
    assert answer.failure is None
    assert servers.seen[0].startswith(b"GET /x?y=1 HTTP/1.1\r\nHost: witness.invalid:%d\r\n" % port)


def test_portal(servers: Any) -> None:
    port = serve(
        servers,
        b"HTTP/1.1 302 Found\r\nVia: 1.1 box\r\n|"
        b"Location: https://user:pw@portal.example:8443/login?mac=1#x\r\nContent-Length: 0\r\n\r\n",
        0.02,
    )
    answer = http.ask(f"http://127.0.0.1:{port}/", 1.0)
    assert (answer.status, answer.body, answer.via) == (302, "empty", True)
    assert answer.location == "https://portal.example:8443/login"


@pytest.mark.parametrize(
    ("response", "body"),
    [
        (b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nhi", "html"),
        (b"HTTP/1.0 200 OK\r\n\r\n <!DOCTYPE html><html>", "html"),
        (b"HTTP/1.0 200 OK\r\n\r\nNOT OK", "text"),
        (b"HTTP/1.0 200 OK\r\n\r\n\x00\x01\xff", "other"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "empty"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n198.51.100.7\r\n0\r\n\r\n",
            "address",
        ),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 100_000, "text"),
    ],
)
def test_bodies(servers: Any, response: bytes, body: str) -> None:
    assert http.ask(f"http://127.0.0.1:{serve(servers, response)}/", 1.0).body == body


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (b"SSH-2.0-x\r\n", "malformed"),
        (b"HTTP/2 nonsense\r\n\r\n", "malformed"),
        (b"", "connection_reset"),
    ],
)
def test_no_http(servers: Any, response: bytes, kind: str) -> None:
    answer = http.ask(f"http://127.0.0.1:{serve(servers, response)}/", 1.0)
    assert answer.failure is not None
    assert answer.failure.kind == kind


def test_silence_and_refusal(servers: Any) -> None:
    silent = servers.tcp(lambda c: time.sleep(2))
    answer = http.ask(f"http://127.0.0.1:{silent}/", 0.3)
    assert answer.failure is not None
    assert answer.failure.kind == "timed_out"
    assert answer.seconds < 0.6
    answer = http.ask("http://127.0.0.1:9/", 0.3)
    assert answer.failure is not None
    assert answer.failure.kind == "connection_refused"


@pytest.mark.parametrize(
    "url",
    ["https://a/", "ftp://a/", "http://", "http://a b/", "x", "http://[::1", "http://a:99999/"],
)
def test_addresses_that_are_not_plain_http(url: str) -> None:
    answer = http.ask(url, 0.2)
    assert answer.failure is not None
    assert answer.failure.kind == "malformed"
