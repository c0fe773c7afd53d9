"""The JSON of AWS' client: the guide's own examples, and whatever bytes come."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.model.aws_client import AwsConnection, AwsProfile
from cvpn_doctor.parse import aws_client_cli as cli

PROFILES = b"""
[
  {
    "profile-name": "Production-VPN",
    "owned-by": "jdoe",
    "auth-type": "saml",
    "imported-at": "2026-07-21T13:04:42-07:00"
  },
  {
    "profile-name": "Company-VPN",
    "auth-type": "ma",
    "imported-at": "2026-07-22T10:30:00-07:00"
  }
]
"""
CONNECTIONS = b"""
[{"profile-name": "Production-VPN", "initiated-by": "jdoe", "connection-status": "Connected",
  "last-updated-at": "2026-07-24T15:50:36-07:00"}]
"""
STATUS = b"""
{
  "connection-status": "Connected",
  "latest-connection-attempt": {
    "initiated-by": "jdoe",
    "updated-at": "2026-07-24T15:50:36-07:00",
    "details": {
      "tunnel-bytes-in": 0,
      "tunnel-bytes-out": 0,
      "transport-bytes-in": 9674,
      "transport-bytes-out": 11413
    }
  }
}
"""
READERS: dict[str, Callable[[bytes], Any]] = {
    "list-profiles": cli.profiles,
    "list-connections": cli.connections,
    "get-connection-status": lambda data: cli.connection(data, "office"),
}
every_reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS)


def test_profiles() -> None:
    found = cli.profiles(PROFILES)
    assert found == (
        AwsProfile(name="Production-VPN", auth="saml"),
        AwsProfile(name="Company-VPN", auth="ma", everyone=True),
    )
    assert cli.profiles(b"[]\n") == ()


def test_connections_without_names_of_users() -> None:
    found = cli.connections(CONNECTIONS)
    assert found == (AwsConnection(profile="Production-VPN", status="connected"),)
    assert "jdoe" not in repr((found, cli.profiles(PROFILES), cli.connection(STATUS, "p")))


def test_status_with_details() -> None:
    assert cli.connection(STATUS, "p") == AwsConnection(
        profile="p",
        status="connected",
        tunnel_bytes_in=0,
        tunnel_bytes_out=0,
        transport_bytes_in=9674,
        transport_bytes_out=11413,
    )
    bare = cli.connection(b'{"connection-status": "WaitingForIdentity"}', "p")
    assert bare == AwsConnection(profile="p", status="waiting-for-identity")


def test_words_of_the_future_are_unknown() -> None:
    row = {"profile-name": "p", "auth-type": "passkey", "connection-status": "Dreaming"}
    data = json.dumps([row]).encode()
    assert cli.profiles(data)[0].auth == "unknown"
    assert cli.connections(data)[0].status == "unknown"


@pytest.mark.parametrize("count", [-1, True, 1.5, "9", None, 2**70])
def test_a_counter_that_is_none(count: object) -> None:
    details = {"details": {"tunnel-bytes-in": count}}
    data = json.dumps({"connection-status": "Connected", "latest-connection-attempt": details})
    assert cli.connection(data.encode(), "p").tunnel_bytes_in is None


@every_reader
@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Profile not found", "profile-not-found"),
        ("Maximum number of connections reached", "too-many-connections"),
        ("cannot open /home/jdoe/secret.ovpn", "other"),
        (7, "other"),
    ],
)
def test_errors(read: Callable[[bytes], Any], message: object, error: str) -> None:
    with pytest.raises(cli.Refused) as caught:
        read(json.dumps({"status": "Error", "message": message}).encode())
    assert caught.value.error == error
    assert "jdoe" not in str(caught.value)


@every_reader
@pytest.mark.parametrize("data", [b"", b"\n", b"cannot connect to daemon\n", b"\xff\xfe", b"7"])
def test_no_json(read: Callable[[bytes], Any], data: bytes) -> None:
    with pytest.raises(cli.NoJson):
        read(data)


@every_reader
@pytest.mark.parametrize(
    "data",
    [
        b'[{"profile-na',
        b"[7]",
        b'[{"profile-name": 7}]',
        b'[{"profile-name": "a\\u0000b"}]',
        b'[{"profile-name": ""}]',
        b'{"connection-status',
        b'{"latest-connection-attempt": 7, "connection-status": "Connected"}',
        b"[" * 100_000,
    ],
)
def test_malformed(read: Callable[[bytes], Any], data: bytes) -> None:
    with pytest.raises(cli.Malformed):
        read(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("profile-name", "auth-type", "connection-status", "status", "message"),
                    *("latest-connection-attempt", "details", "tunnel-bytes-in", "owned-by"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@every_reader
@given(data=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_only_documented_errors(read: Callable[[bytes], Any], data: bytes) -> None:
    with contextlib.suppress(cli.NoJson, cli.Malformed, cli.Refused):
        read(data)
