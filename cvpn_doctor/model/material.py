"""The certificates and the key that a profile holds: in memory for one run, never in a record."""

from dataclasses import dataclass, field
from typing import Literal

from cvpn_doctor.model.handshake import Certificate
from cvpn_doctor.model.record import Record

KeyState = Literal["matches", "other", "encrypted", "unreadable", "missing"]


class PublicMaterial(Record, frozen=True, kw_only=True):
    """What may be told of it: names and dates of the certificates, and whether the key fits."""

    authorities: tuple[Certificate, ...] = ()  # the profile's `ca`
    malformed: int = 0  # of these
    given: bool = False  # there is a client certificate, readable or not
    certificate: Certificate | None = None
    key: KeyState = "missing"
    elsewhere: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """PEM bytes as the profile has them. `repr` shows none of it."""

    ca: bytes | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    elsewhere: str | None = None  # the directive that keeps them out of reach: "cryptoapicert"
    public: PublicMaterial | None = None  # of a recorded laptop: all that is known of it

    @property
    def has_client_certificate(self) -> bool:
        """Whether there is anything to read: reading it costs an import of 40 ms."""
        return self.public.given if self.public is not None else self.certificate is not None
