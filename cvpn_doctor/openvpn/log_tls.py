"""The lines of OpenVPN 2 on TLS: certificates, alerts, silence."""

import re

from cvpn_doctor.model.push import LogDetail
from cvpn_doctor.openvpn.log_actions import Action
from cvpn_doctor.openvpn.log_timeline import Timeline
from cvpn_doctor.openvpn.log_verify import ALERTS, FAULTS

_DEPTH = re.compile(r"(\d{1,2}), error=([a-zA-Z -]{1,80}):")
_RECEIVED = re.compile(r"alert ([a-z ]{1,40}[a-z])(?=$|[:\s])")


def verify_error(timeline: Timeline) -> bool:
    """The server's chain does not hold, at this depth, for this reason."""
    match = _DEPTH.match(timeline.line.rest)
    if match is None:
        return False
    code, depth = FAULTS.get(match[2]), int(match[1])
    draft = timeline.current
    draft.reach("answered")
    draft.hint = "tls_failed"
    if code is not None:
        draft.fault(code, timeline.line.number, "issuer" if depth else "leaf", depth)
    return True


def wrong_usage(detail: LogDetail) -> Action:
    """The certificate is not one for a server."""

    def act(timeline: Timeline) -> bool:
        draft = timeline.current
        draft.hint = "tls_failed"
        draft.fault("server-certificate-wrong-usage", timeline.line.number, detail)
        return True

    return act


def wrong_name(timeline: Timeline) -> bool:
    """`verify-x509-name` and the certificate differ; neither name is kept."""
    draft = timeline.current
    draft.hint = "tls_failed"
    draft.fault("server-certificate-name-mismatch", timeline.line.number, "leaf")
    return True


def alert(timeline: Timeline) -> bool:
    """`Received fatal SSL alert: …`: what the server says; `Sent` is our own opinion."""
    if timeline.line.head.endswith("Received "):
        _alerted(timeline, timeline.line.rest.strip().lower())
    return True


def openssl(timeline: Timeline) -> bool:
    """`OpenSSL: error:…:sslv3 alert certificate expired`: an alert that was received."""
    match = _RECEIVED.search(timeline.line.rest[:400])
    if match:
        _alerted(timeline, match[1])
    return True


def _alerted(timeline: Timeline, words: str) -> None:
    detail, draft = ALERTS.get(words), timeline.current
    if detail is not None and not draft.errors:
        draft.hint = "tls_failed"
        draft.fault("client-certificate-rejected", timeline.line.number, detail)


def tls_timeout(timeline: Timeline) -> bool:
    """Where the port answered with an ICMP error, that is why."""
    draft = timeline.current
    if draft.hint != "refused" or draft.reached("answered"):
        draft.hint = "tls_timeout"
    return True
