"""The classifier is total, and goes by numbers."""

from __future__ import annotations

import errno
import socket
import subprocess
import typing

import dns.exception
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.model.failure import FailureKind, Unsupported

KINDS = typing.get_args(FailureKind)


@pytest.mark.parametrize(
    ("error", "kind", "detail"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "connection_refused", "ECONNREFUSED"),
        (OSError(errno.EHOSTUNREACH, "x"), "host_unreachable", "EHOSTUNREACH"),
        (OSError(errno.ENETUNREACH, "x"), "network_unreachable", "ENETUNREACH"),
        (OSError(errno.EPERM, "x"), "permission_denied", "EPERM"),
        (OSError(errno.EMSGSIZE, "x"), "message_too_long", "EMSGSIZE"),
        (OSError(errno.ENODEV, "x"), "not_found", "ENODEV"),
        (FileNotFoundError(errno.ENOENT, "x", "/home/alice"), "not_found", "ENOENT"),
        (TimeoutError("timed out"), "timed_out", ""),
        (OSError(10061, "x"), "connection_refused", "WSAECONNREFUSED"),
        (OSError(10013, "x"), "permission_denied", "WSAEACCES"),
        (OSError(errno.EIO, "x"), "unknown", "EIO"),
        (socket.gaierror(socket.EAI_NONAME, "x"), "dns_other", "EAI_NONAME"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "dns_other", "EAI_AGAIN"),
        (socket.gaierror(11004, "x"), "dns_no_data", "WSANO_DATA"),
        (subprocess.TimeoutExpired("x", 1), "timed_out", "TimeoutExpired"),
        (subprocess.CalledProcessError(1, "x"), "command_failed", "CalledProcessError"),
        (Unsupported("routes is not built"), "unsupported_platform", "routes is not built"),
        (dns.exception.FormError(), "malformed", "FormError"),
        (ZeroDivisionError("secret"), "unknown", "ZeroDivisionError"),
    ],
)
def test_kinds(error: BaseException, kind: str, detail: str) -> None:
    found = failure_of(error)
    assert (found.kind, found.detail) == (kind, detail)


@given(st.integers(-200, 12000))
def test_every_number_has_a_kind(number: int) -> None:
    for error in (OSError(number, "text of alice"), socket.gaierror(number, "text of alice")):
        found = failure_of(error)
        assert found.kind in KINDS
        assert "alice" not in found.detail
