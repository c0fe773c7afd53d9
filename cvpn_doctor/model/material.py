"""The certificates and the key that a profile holds: in memory for one run, never in a record."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """PEM bytes as the profile has them. `repr` shows none of it."""

    ca: bytes | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    elsewhere: str | None = None  # the directive that keeps them out of reach: "cryptoapicert"
