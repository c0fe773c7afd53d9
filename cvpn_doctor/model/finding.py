"""Problems that are declared, findings that occurred, and what was ruled out on the way."""

from enum import IntEnum
from typing import Literal

import msgspec

from cvpn_doctor.model.record import Record

Severity = Literal["info", "low", "medium", "high"]
Certainty = Literal["proven", "likely", "possible"]
Actor = Literal[
    "user",
    "helpdesk",
    "vpn-admin",
    "network-owner",
    "identity-admin",
    "endpoint-security",
    "app-owner",
]
ArgValue = str | int | float | bool | tuple[str, ...]
EvidenceValue = str | int | float | bool | None | tuple[str, ...]

CERTAINTIES: tuple[Certainty, ...] = ("proven", "likely", "possible")


class Stage(IntEnum):
    """The way of a packet, in the order in which things must work. Earlier causes win."""

    PROFILE = 0
    LAPTOP = 1
    LINK = 2
    NAME = 3
    TRANSPORT = 4
    TLS = 5
    SIGN_IN = 6
    TUNNEL = 7
    ROUTES = 8
    TUNNEL_DNS = 9
    BEYOND = 10
    QUALITY = 11


class Evidence(Record, frozen=True, kw_only=True):
    """A pointer to the fact that proves it: JSON Pointer `path` into the check's facts."""

    observation: str
    path: str
    value: EvidenceValue


class Finding(Record, frozen=True, kw_only=True):
    """A problem that was found on this laptop. Its words are made later, in any language."""

    code: str
    check: str
    severity: Severity
    certainty: Certainty
    actor: Actor
    args: dict[str, ArgValue] = {}
    evidence: tuple[Evidence, ...] = ()
    caused_by: str | None = None

    def but(
        self, certainty: Certainty | None = None, severity: Severity | None = None
    ) -> "Finding":
        """The same finding, less (or more) certain or severe."""
        return msgspec.structs.replace(
            self, certainty=certainty or self.certainty, severity=severity or self.severity
        )


class Exclusion(Record, frozen=True, kw_only=True):
    """A code that was considered and is not the cause, and the fact that excludes it."""

    code: str
    because: str  # language-free: what was seen, e.g. "203.0.113.10 udp/443: openvpn"


class Problem(Record, frozen=True, kw_only=True):
    """A problem that a check can name. One code names one cause (contract, section 6).

    severity: "high" the user cannot work, "medium" works in part, "low" a warning.
    explains: codes that are mere consequences where this one holds.
    voids: codes that say something untrue where this one holds; such findings are dropped.
    neighbours: codes that look alike, and that the check tells apart from this one.
    """

    code: str
    stage: Stage
    severity: Severity
    actor: Actor
    explains: tuple[str, ...] = ()
    voids: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()

    def found(self, check: str, *evidence: Evidence, **args: ArgValue) -> Finding:
        """This problem, seen by `check`, proven by `evidence`."""
        return Finding(
            code=self.code,
            check=check,
            severity=self.severity,
            certainty="proven",
            actor=self.actor,
            args=args,
            evidence=evidence,
        )
