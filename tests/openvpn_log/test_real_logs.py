"""Logs that a real OpenVPN client wrote while a real server, or the path to it, was broken.

All faults are made side by side, each in namespaces of its own; a test waits for the one it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import msgspec
import pytest

from cvpn_doctor.model.push import LogAttempt
from cvpn_doctor.openvpn.log import read_attempts
from tests.lab.requirements import missing
from tests.openvpn_log import faults
from tests.openvpn_log.faults import CLIENTS, SERVERS, Fault
from tests.openvpn_log.rig import rig

pytestmark = [pytest.mark.lab, pytest.mark.skipif(bool(missing()), reason=missing() or "-")]
AT_ONCE = 6


class Case(NamedTuple):
    """A fault, the codes that the log proves, how it ended, and how far it came."""

    fault: Fault
    codes: tuple[str, ...]
    ended: str
    stage: str


def _server(name: str, code: str) -> dict[str, Case]:
    return {
        f"server {name} {transport}": Case(
            faults.server_certificate(SERVERS[name], transport), (code,), "tls_failed", "answered"
        )
        for transport in ("udp", "tcp")
    }


def _client(name: str) -> dict[str, Case]:
    """Over UDP the client of 2.6 hears nothing at all, so its log proves nothing."""
    over_udp = faults.client_certificate(CLIENTS[name], "udp")
    over_tcp = faults.client_certificate(CLIENTS[name], "tcp")
    rejected = ("client-certificate-rejected",)
    return {
        f"client {name} udp": Case(over_udp, (), "tls_timeout", "server_verified"),
        f"client {name} tcp": Case(over_tcp, rejected, "connection_reset", "server_verified"),
    }


def _refused(
    *codes: str, reason: str = "", second: str | None = None, ended: str = "auth_failed"
) -> Case:
    return Case(faults.refusal(reason, second=second), codes, ended, "peer_connected")


ROUTE = "route 10.0.0.0 255.255.0.0"
CASES: dict[str, Case] = {
    **_server("expired", "server-certificate-expired"),
    **_server("future", "server-certificate-not-yet-valid"),
    **_server("other-ca", "server-certificate-untrusted"),
    **_server("other-name", "server-certificate-name-mismatch"),
    **_server("client-usage", "server-certificate-wrong-usage"),
    **_client("expired"),
    **_client("future"),
    **_client("other-ca"),
    **_client("server-usage"),
    "client revoked": Case(
        faults.revoked, ("client-certificate-rejected",), "connection_reset", "server_verified"
    ),
    "password": _refused("authentication-failed"),
    "handler": _refused("connect-handler-denied", reason=faults.HANDLER),
    "posture": _refused("device-posture-denied", reason=faults.POSTURE),
    "own words": _refused(reason="Words of an administrator"),
    "temporary": _refused(reason="TEMP[backoff 1]:later", second="TEMP:later"),
    "saml asked": _refused(reason=faults.QUESTION, ended="saml_asked"),
    "saml answered": Case(
        faults.refusal(faults.QUESTION, second="welcome"), (), "signal", "completed"
    ),
    "saml refused": _refused("saml-response-rejected", reason=faults.QUESTION, second=""),
    "saml asked again": _refused(
        "saml-not-finished", reason=faults.QUESTION, second=faults.QUESTION, ended="saml_asked"
    ),
    "no reply": Case(
        faults.no_reply, ("address-pool-exhausted",), "no_push_reply", "peer_connected"
    ),
    "pool empty": Case(faults.pool_empty, ("address-pool-exhausted",), "signal", "completed"),
    "cipher": Case(
        faults.client_option("--data-ciphers", "CHACHA20-POLY1305"),
        ("cipher-unsupported",),
        "auth_failed",
        "peer_connected",
    ),
    "frozen udp": Case(faults.frozen("udp"), ("path-lost",), "ping_restart", "completed"),
    "frozen tcp": Case(faults.frozen("tcp"), ("path-lost",), "ping_restart", "completed"),
    "frozen, exit": Case(
        faults.frozen("udp", "--ping", "1", "--ping-exit", "3"),
        ("path-lost",),
        "ping_exit",
        "completed",
    ),
    "inactive": Case(
        faults.client_option("--inactive", "2"), ("idle-timeout",), "inactive", "completed"
    ),
    "session": Case(
        faults.client_option("--session-timeout", "2"),
        ("session-expired",),
        "session_timeout",
        "completed",
    ),
    "token": Case(faults.token_expires, ("session-expired",), "auth_failed", "completed"),
    "loop": Case(faults.loop, ("route-loop",), "signal", "completed"),
    "name": Case(faults.unresolved, (), "resolve_failed", "started"),
    "nobody udp": Case(faults.nobody("udp"), (), "refused", "started"),
    "nobody tcp": Case(faults.nobody("tcp"), (), "refused", "started"),
    "dropped": Case(faults.dropped, (), "tls_timeout", "started"),
    "unreachable": Case(faults.unreachable, (), "network_unreachable", "started"),
    "server leaves": Case(faults.server_leaves, (), "server_restart", "completed"),
    "nopull": Case(
        faults.client_option("--route-nopull", pushes=(ROUTE, "dhcp-option DNS 10.0.0.2")),
        (),
        "signal",
        "completed",
    ),
    "filter": Case(
        faults.client_option("--pull-filter", "ignore", "route ", pushes=(ROUTE,)),
        (),
        "signal",
        "completed",
    ),
    "filter rejects": Case(
        faults.client_option("--pull-filter", "reject", "route ", pushes=(ROUTE,)),
        (),
        "push_refused",
        "pushed",
    ),
    "routes": Case(
        faults.client_option(
            pushes=(
                ROUTE,
                ROUTE,
                "route 10.7.0.0 255.255.0.0 10.77.0.1",
                "dhcp-option DNS 10.0.0.2",
            )
        ),
        (),
        "signal",
        "completed",
    ),
    "many routes": Case(
        faults.client_option(
            pushes=(
                *(f"route 10.{n}.0.0 255.255.0.0" for n in range(200)),
                "redirect-gateway def1 block-local",
                "dhcp-option DOMAIN corp.example",
                "block-ipv6",
            )
        ),
        (),
        "signal",
        "completed",
    ),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_management_interface(end: str) -> None:
    """Its times are seconds of the epoch; who asked for the end is said, too."""
    with rig() as one:
        told = faults.management(one)
    (only,) = read_attempts(end.join(told.splitlines())).attempts
    assert (only.stage, only.ended, only.started_in) == ("completed", "user", "utc")
    assert (only.remote, only.transport, only.errors) == ("203.0.113.10:443", "udp", ())
    assert only.push is not None
    assert [action.prefix for action in only.routes] == ["10.0.0.0/16"]


@pytest.fixture(scope="module")
def logs() -> Iterator[dict[str, Future[str]]]:
    def run(fault: Fault) -> str:
        with rig() as one:
            return fault(one)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(run, case.fault) for name, case in CASES.items()}


def attempts(logs: dict[str, Future[str]], name: str) -> tuple[LogAttempt, ...]:
    found = read_attempts(logs[name].result()).attempts
    assert found, name
    return found


@pytest.mark.parametrize("name", CASES)
def test_named_by_its_log(logs: dict[str, Future[str]], name: str) -> None:
    case, first = CASES[name], attempts(logs, name)[0]
    assert tuple(error.code for error in first.errors) == case.codes
    assert (first.ended, first.stage, first.closed) == (case.ended, case.stage, True)
    assert (first.client, first.started_in) == ("openvpn2", "local")
    assert first.started is not None
    lines = logs[name].result().split("\n")
    assert all(lines[error.line - 1].strip() for error in first.errors)


@pytest.mark.parametrize("name", CASES)
def test_no_later_attempt_proves_something_else(logs: dict[str, Future[str]], name: str) -> None:
    for attempt in attempts(logs, name)[1:]:
        assert {error.code for error in attempt.errors} <= set(CASES[name].codes)


@pytest.mark.parametrize("name", CASES)
def test_gives_nothing_away(logs: dict[str, Future[str]], name: str) -> None:
    encoded = msgspec.json.encode(attempts(logs, name)).decode()
    secrets = (faults.USER, faults.PASSWORD, faults.TOKEN, "SAMLRequest", "lab.example", "dXNlcg")
    assert not [secret for secret in secrets if secret in encoded]


def test_sign_in_is_one_attempt(logs: dict[str, Future[str]]) -> None:
    (only,) = attempts(logs, "saml answered")
    assert (only.saml, only.identity_provider) == ("answered", "login.example.com")


def test_what_the_client_would_not_pull(logs: dict[str, Future[str]]) -> None:
    assert attempts(logs, "nopull")[0].pulls_refused == ("route", "dhcp-option")
    assert attempts(logs, "filter")[0].pulls_refused == ("route",)
    assert attempts(logs, "filter rejects")[0].pulls_refused == ("route",)
    push = attempts(logs, "nopull")[0].push
    assert push is not None
    assert [route.prefix for route in push.routes] == ["10.0.0.0/16"]


def test_routes_that_failed(logs: dict[str, Future[str]]) -> None:
    (only,) = attempts(logs, "routes")
    assert [(a.prefix, a.added) for a in only.routes] == [
        ("10.0.0.0/16", True),
        ("10.7.0.0/16", False),
    ]


def test_reply_in_pieces(logs: dict[str, Future[str]]) -> None:
    assert logs["many routes"].result().count("PUSH_REPLY") > 1
    push = attempts(logs, "many routes")[0].push
    assert push is not None
    assert push.complete
    assert [r.prefix for r in push.routes] == [f"10.{n}.0.0/16" for n in range(200)]
    assert push.redirect_gateway == ("def1", "block-local")
    assert (push.domains, push.block_ipv6, push.unread) == (("corp.example",), True, 0)


def test_remote_and_transport(logs: dict[str, Future[str]]) -> None:
    for transport in ("udp", "tcp"):
        first = attempts(logs, f"frozen {transport}")[0]
        assert (first.remote, first.transport) == ("203.0.113.10:443", transport)
        assert (first.interface, first.version is not None) == ("tun0", True)
