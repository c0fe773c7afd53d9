"""The attempts of one process, in the order of its lines."""

from dataclasses import dataclass, field

from cvpn_doctor.model.push import AttemptStage, Ended, LogClient
from cvpn_doctor.openvpn.log_draft import Draft
from cvpn_doctor.openvpn.log_line import Line
from cvpn_doctor.openvpn.log_refusal import refusal_of, sign_in_host
from cvpn_doctor.openvpn.log_time import read_stamp

OPTIONS = 2_000  # lines of OpenVPN 3's list of pushed options


@dataclass
class Timeline:
    """`line` is the line that is being read."""

    line: Line = field(default_factory=lambda: Line(0, "", "", ""))
    drafts: list[Draft] = field(default_factory=list)
    client: LogClient | None = None
    options: list[list[str]] | None = None  # of OpenVPN 3, while its list goes on

    @property
    def last(self) -> Draft | None:
        """The newest attempt, over or not."""
        return self.drafts[-1] if self.drafts else None

    @property
    def current(self) -> Draft:
        """The attempt that is going on; one that is over is followed by a new one."""
        last = self.last
        return self.begin() if last is None or last.closed else last

    def begin(self, *, new_process: bool = False) -> Draft:
        """A new attempt begins with this line."""
        line = self.line
        draft = Draft(
            first_line=line.number,
            stamp=read_stamp(line.head + line.words + line.rest[:16]),
            new_process=new_process,
            client=self.client,
        )
        before = self.last
        if before is not None:
            if not new_process:
                draft.version, draft.client = before.version, before.client
            if before.hint and not before.closed:
                before.end(before.hint, line.number)
        self.drafts.append(draft)
        return draft

    def reach(self, stage: AttemptStage) -> None:
        """The attempt that is going on came that far."""
        self.current.reach(stage)

    def end(self, how: Ended | None) -> None:
        """The newest attempt is over; words behind its end only explain it."""
        if self.last is not None:
            self.last.end(how, self.line.number)

    def refuse(self, text: str) -> None:
        """AUTH_FAILED came: over the control channel, so the peers were connected."""
        last = self.last
        if last is not None and last.refusal is not None and not last.closed:
            return  # the management interface says again what the log has said
        draft = self.current
        draft.reach("peer_connected")
        draft.refusal, draft.refused_line = refusal_of(text), self.line.number
        draft.hint = "auth_failed"
        if draft.refusal == "saml":
            draft.hint, draft.saml = "saml_asked", "asked"
            draft.identity_provider = sign_in_host(text)
        elif draft.refusal == "posture":
            draft.fault("device-posture-denied", self.line.number)
        elif draft.refusal == "handler":
            draft.fault("connect-handler-denied", self.line.number)
        elif draft.refusal == "session":
            draft.fault("session-expired", self.line.number, "token")
        elif draft.refusal == "cipher":
            draft.fault("cipher-unsupported", self.line.number, "not_shared")
