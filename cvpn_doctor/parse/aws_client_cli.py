"""The JSON of `aws-vpn-client` (AWS client 6 and later) → records.

Source: AWS Client VPN User Guide, "CLI command syntax". `list-profiles`; a profile for all users
has no `owned-by`::

    [{"profile-name": "Production-VPN", "owned-by": "jdoe", "auth-type": "saml",
      "imported-at": "2026-07-21T13:04:42-07:00"}]

`list-connections`; without any connection, `[]`::

    [{"profile-name": "Production-VPN", "initiated-by": "jdoe", "connection-status": "Connected",
      "last-updated-at": "2026-07-24T15:50:36-07:00"}]

`get-connection-status --profile-name P --show-details`::

    {"connection-status": "Connected", "latest-connection-attempt": {"initiated-by": "jdoe",
     "updated-at": "2026-07-24T15:50:36-07:00", "details": {"tunnel-bytes-in": 0,
     "tunnel-bytes-out": 0, "transport-bytes-in": 9674, "transport-bytes-out": 11413}}}

An error, with exit code 1::

    {"status": "Error", "message": "Profile not found"}

Without its daemon the CLI ends without any JSON (seen by the authors of wrappers; not documented).
"""

from typing import Final

import msgspec

from cvpn_doctor.model.aws_client import AwsAuth, AwsConnection, AwsError, AwsProfile, AwsStatus

MANY: Final = 200  # profiles; nobody has so many
LONGEST_NAME: Final = 200

_AUTH: Final[dict[str, AwsAuth]] = {"saml": "saml", "ma": "ma", "ad": "ad"}
# The guide shows Connected; the others were seen by the authors of wrappers.
_STATUS: Final[dict[str, AwsStatus]] = {
    "NotConnected": "not-connected",
    "Connecting": "connecting",
    "WaitingForIdentity": "waiting-for-identity",
    "Connected": "connected",
    "Reconnecting": "reconnecting",
    "Disconnecting": "disconnecting",
}
_ERRORS: Final[dict[str, AwsError]] = {
    "Profile not found": "profile-not-found",
    "Profile is not connected": "profile-not-connected",
    "Permission denied: admin privileges required": "permission-denied",
    "Maximum number of connections reached": "too-many-connections",
}
_BYTES: Final = (
    "tunnel-bytes-in",
    "tunnel-bytes-out",
    "transport-bytes-in",
    "transport-bytes-out",
)


class NoJson(ValueError):  # noqa: N818 - a statement about the client
    """There is no JSON at all: the daemon is not there."""


class Malformed(ValueError):  # noqa: N818 - a statement about the client
    """JSON, but not of the documented form."""


class Refused(ValueError):  # noqa: N818 - a statement about the client
    """The client answered with an error."""

    def __init__(self, error: AwsError) -> None:
        super().__init__(error)
        self.error: AwsError = error


def profiles(output: bytes) -> tuple[AwsProfile, ...]:
    """`list-profiles`. Raises NoJson, Malformed, Refused; so do the others below."""
    return tuple(
        AwsProfile(
            name=_name(row),
            auth=_AUTH.get(_text(row, "auth-type"), "unknown"),
            everyone="owned-by" not in row,
        )
        for row in _rows(output)
    )


def connections(output: bytes) -> tuple[AwsConnection, ...]:
    """`list-connections`, without the byte counters."""
    return tuple(AwsConnection(profile=_name(row), status=_status(row)) for row in _rows(output))


def connection(output: bytes, profile: str) -> AwsConnection:
    """`get-connection-status --show-details` of one profile."""
    row = _object(_decode(output))
    if "connection-status" not in row:
        raise Malformed("no connection-status")
    details = _below(_below(row, "latest-connection-attempt"), "details")
    inside, outside, carried_in, carried_out = (_count(details.get(name)) for name in _BYTES)
    return AwsConnection(
        profile=profile,
        status=_status(row),
        tunnel_bytes_in=inside,
        tunnel_bytes_out=outside,
        transport_bytes_in=carried_in,
        transport_bytes_out=carried_out,
    )


def _decode(output: bytes) -> object:
    try:
        value: object = msgspec.json.decode(output)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # cut off in the middle is something else than nothing at all
        is_json = output.lstrip()[:1] in (b"{", b"[")
        raise (Malformed("broken JSON") if is_json else NoJson("no JSON")) from None
    if not isinstance(value, dict | list):
        raise NoJson("a bare word")
    if isinstance(value, dict) and value.get("status") == "Error":
        raise Refused(_ERRORS.get(_text(value, "message"), "other"))
    return value


def _rows(output: bytes) -> list[dict[str, object]]:
    value = _decode(output)
    if not isinstance(value, list):
        raise Malformed("not a list")
    return [_object(row) for row in value[:MANY]]


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def _below(row: dict[str, object], name: str) -> dict[str, object]:
    """An object that may be left out."""
    value = row.get(name)
    return {} if value is None else _object(value)


def _name(row: dict[str, object]) -> str:
    name = _text(row, "profile-name")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Malformed("no usable profile-name")
    return name


def _text(row: dict[str, object], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _status(row: dict[str, object]) -> AwsStatus:
    return _STATUS.get(_text(row, "connection-status"), "unknown")


def _count(value: object) -> int | None:
    """A counter of bytes; True is an int in Python, and none here."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < 2**63 else None
