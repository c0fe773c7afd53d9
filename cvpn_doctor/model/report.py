"""The report: the JSON of `run` and `diagnose`, the heart of a bundle (contract, section 4)."""

from typing import Any, Literal

from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.finding import Actor, ArgValue, Certainty, Evidence, Exclusion, Severity
from cvpn_doctor.model.observation import Observation
from cvpn_doctor.model.platform import Platform
from cvpn_doctor.model.profile import AuthMethod, NameRule, Remote, Transport
from cvpn_doctor.model.record import Record

SCHEMA: Literal["cvpn-doctor/report/1"] = "cvpn-doctor/report/1"

Verdict = Literal["healthy", "ready", "degraded", "broken", "undetermined"]
CheckStatus = Literal["pass", "warn", "fail", "not-applicable", "not-collected"]


class Tool(Record, frozen=True, kw_only=True):
    """Which program made the report."""

    name: str
    version: str


class ReportedProfile(Record, frozen=True, kw_only=True):
    """The profile, never a key, never a secret; and what should be true."""

    name: str
    endpoint_id: str | None
    region: str | None
    transport: Transport | None
    port: int | None
    auth: tuple[AuthMethod, ...]
    expectation: Expectation
    remotes: tuple[Remote, ...] = ()
    random_hostname: bool = False
    directives: tuple[str, ...] = ()
    server_name: str | None = None
    name_rule: NameRule | None = None
    pull_refused: tuple[str, ...] = ()


class ReportedFinding(Record, frozen=True, kw_only=True):
    """A finding with its words in the asked language."""

    code: str
    check: str
    severity: Severity
    certainty: Certainty
    actor: Actor
    args: dict[str, ArgValue]
    title: str
    text: str
    steps: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    caused_by: str | None


class ReportedCheck(Record, frozen=True, kw_only=True):
    """How one check ended."""

    id: str
    status: CheckStatus
    seconds: float
    reason: str | None = None


class Report(Record, frozen=True, kw_only=True):
    """Everything that is known, judged and worded, about one laptop at one moment."""

    schema: Literal["cvpn-doctor/report/1"] = SCHEMA
    tool: Tool
    started: str  # RFC 3339, UTC
    seconds: float
    platform: Platform
    profile: ReportedProfile | None
    verdict: Verdict
    root_cause: ReportedFinding | None
    findings: tuple[ReportedFinding, ...]
    ruled_out: tuple[Exclusion, ...]
    checks: tuple[ReportedCheck, ...]
    expectation: Expectation | None = None  # only where there is no profile to hold it
    observations: dict[str, Observation[Any]]
    language: str = "en"
    interrupted: bool = False
