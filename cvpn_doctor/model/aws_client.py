"""What AWS' own client says of itself, by its command line (from version 6 on).

Source: AWS Client VPN User Guide, "CLI command syntax". The names of users (`owned-by`,
`initiated-by`) are never kept, nor is an error's text unless it is one of those that are known.
"""

from typing import Literal

from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.record import Record

AwsAuth = Literal["saml", "ma", "ad", "unknown"]  # single sign-on, mutual, Active Directory
AwsStatus = Literal[
    "not-connected",
    "connecting",
    "waiting-for-identity",  # the browser is open
    "connected",
    "reconnecting",
    "disconnecting",
    "unknown",  # a word that this version does not know
]
AwsError = Literal[
    "profile-not-found",
    "profile-not-connected",
    "permission-denied",
    "too-many-connections",
    "other",
]


class AwsProfile(Record, frozen=True, kw_only=True):
    """A profile that was imported into the client."""

    name: str
    auth: AwsAuth = "unknown"
    everyone: bool = False  # imported with --global, for all users of the laptop


class AwsConnection(Record, frozen=True, kw_only=True):
    """One of the client's connections. Bytes: None where the client did not say."""

    profile: str
    status: AwsStatus
    tunnel_bytes_in: int | None = None
    tunnel_bytes_out: int | None = None
    transport_bytes_in: int | None = None
    transport_bytes_out: int | None = None


class AwsClientState(Record, frozen=True, kw_only=True):
    """The state of the AWS client 6 or later. None in a field: it was not learned."""

    daemon: Literal["answers", "silent", "unknown"]  # silent: the CLI ended without any JSON
    profiles: tuple[AwsProfile, ...] | None = None
    connections: tuple[AwsConnection, ...] | None = None
    old_profiles: int | None = None  # left in the user's folder of the client up to 5
    error: AwsError | None = None  # the client answered with an error
    failure: Failure | None = None  # the client could not be asked
