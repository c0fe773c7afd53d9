"""The system's own path to a name."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from cvpn_doctor.host import lookup


def test_localhost() -> None:
    answer = lookup.ask("localhost", "A", 2.0)
    assert "127.0.0.1" in answer.addresses
    assert (answer.server, answer.failure) == (None, None)


def test_an_address_of_the_other_family_has_no_data() -> None:
    answer = lookup.ask("127.0.0.1", "AAAA", 2.0)
    assert answer.failure is not None
    assert answer.failure.kind in ("dns_no_data", "dns_other")


def test_name_that_cannot_be() -> None:
    answer = lookup.ask("x" * 70 + ".example", "A", 2.0)
    assert answer.failure is not None
    assert answer.failure.kind in ("malformed", "dns_other")


def test_other_records() -> None:
    answer = lookup.ask("localhost", "NS", 1.0)
    assert answer.failure is not None
    assert answer.failure.kind == "dns_other"


def test_limit_holds_although_getaddrinfo_does_not_return(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()

    def stuck(*_: Any) -> list[Any]:
        stop.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    begin = time.monotonic()
    answer = lookup.ask("dead.example", "A", 0.2)
    assert time.monotonic() - begin < 0.5
    assert answer.failure is not None
    assert answer.failure.kind == "timed_out"
    stop.set()
