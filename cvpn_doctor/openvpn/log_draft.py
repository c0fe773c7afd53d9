"""An attempt while its lines are still being read."""

from dataclasses import dataclass, field
from typing import Literal

from cvpn_doctor.model.push import (
    AttemptStage,
    Ended,
    LogAttempt,
    LogClient,
    LogCode,
    LogDetail,
    LogError,
    PushReply,
    Refusal,
    RouteAction,
)
from cvpn_doctor.openvpn.log_time import Stamp

STAGES: tuple[AttemptStage, ...] = (
    "started",
    "answered",
    "server_verified",
    "peer_connected",
    "pushed",
    "interface",
    "completed",
)
_RANK = {stage: rank for rank, stage in enumerate(STAGES)}
MANY = 1_000  # of each list


@dataclass
class Draft:
    """`hint` is how it would have ended if the next thing that is said is that it has."""

    first_line: int
    stamp: Stamp | None = None
    new_process: bool = False
    stage: AttemptStage = "started"
    remote: str | None = None
    transport: Literal["udp", "tcp"] | None = None
    client: LogClient | None = None
    version: str | None = None
    push: PushReply | None = None
    interface: str | None = None
    routes: dict[str, bool] = field(default_factory=dict)
    last_route: str | None = None  # which the next lines may be about
    pulls_refused: dict[str, None] = field(default_factory=dict)
    push_requests: int = 0
    pending: bool = False  # the server said that it still asks somebody
    with_errors: bool = False
    closed: bool = False
    exited: bool = False  # ended in order, by nobody's failure
    hint: Ended | None = None
    ended: Ended | None = None
    refusal: Refusal | None = None
    refused_line: int = 0
    saml: Literal["asked", "answered"] | None = None
    identity_provider: str | None = None
    errors: dict[LogCode, LogError] = field(default_factory=dict)

    def reached(self, stage: AttemptStage) -> bool:
        """Whether it came that far."""
        return _RANK[self.stage] >= _RANK[stage]

    def reach(self, stage: AttemptStage) -> None:
        """It came that far, if it was not farther yet."""
        if not self.reached(stage):
            self.stage = stage

    def fault(
        self, code: LogCode, line: int, detail: LogDetail | None = None, number: int | None = None
    ) -> None:
        """The text proves this; said again it is the same."""
        self.errors.setdefault(code, LogError(code=code, detail=detail, number=number, line=line))

    def end(self, how: Ended | None, line: int) -> None:
        """It is over; the first word on how counts."""
        how = how or self.hint
        self.closed = True
        if self.ended is None and how is not None:
            self.ended = how
            self._conclude(how, line)

    def _conclude(self, how: Ended, line: int) -> None:
        """The codes that follow from where it ended."""
        before_peer = self.reached("server_verified") and not self.reached("peer_connected")
        if how == "connection_reset" and before_peer and not self.errors:
            self.fault("client-certificate-rejected", line, "reset_after_verify")
        elif how == "no_push_reply" and not self.pending:
            self.fault("address-pool-exhausted", line, "no_reply", self.push_requests)
        elif how in ("ping_restart", "ping_exit") and self.reached("pushed"):
            self.fault("path-lost", line, "keepalive")
        elif how == "inactive":
            self.fault("idle-timeout", line)
        elif how == "session_timeout":
            self.fault("session-expired", line, "timer")
        elif how == "lan_changed":
            self.fault("lan-changed-terminated", line)

    def record(self) -> LogAttempt:
        """What is kept of it."""
        return LogAttempt(
            stage=self.stage,
            started=self.stamp.text if self.stamp else None,
            started_in=self.stamp.zone if self.stamp else "local",
            remote=self.remote,
            transport=self.transport,
            client=self.client,
            version=self.version,
            push=self.push,
            interface=self.interface,
            routes=tuple(RouteAction(prefix=p, added=a) for p, a in self.routes.items()),
            pulls_refused=tuple(self.pulls_refused),
            push_requests=self.push_requests,
            with_errors=self.with_errors,
            closed=self.closed,
            ended=self.ended,
            errors=tuple(sorted(self.errors.values(), key=lambda error: error.line)),
            refusal=self.refusal,
            saml=self.saml,
            identity_provider=self.identity_provider,
        )
