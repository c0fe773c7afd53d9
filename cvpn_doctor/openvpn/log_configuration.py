"""The lines of OpenVPN 2 on sign-in and configuration, and what the AWS client shows of them."""

import re

from msgspec.structs import replace

from cvpn_doctor.model.push import LogDetail
from cvpn_doctor.openvpn.log_actions import Action
from cvpn_doctor.openvpn.log_timeline import Timeline
from cvpn_doctor.openvpn.push import KNOWN, merge, read_push

_OPTION = re.compile(r"[a-z][a-z0-9-]{0,39}(?=[\s'])")


def refused(timeline: Timeline) -> bool:
    """AUTH_FAILED, with its reason or the question behind it."""
    timeline.refuse(timeline.line.rest)
    return True


def pending(timeline: Timeline) -> bool:
    """The server asks somebody else first."""
    timeline.current.pending = True
    return True


def sent(timeline: Timeline) -> bool:
    """`SENT CONTROL [server]: 'PUSH_REQUEST' (status=1)`."""
    if "'PUSH_REQUEST'" in timeline.line.rest[-64:]:
        draft = timeline.current
        draft.reach("peer_connected")
        draft.push_requests += 1
    return True


def push(timeline: Timeline) -> bool:
    """A reply that is too long for one message is continued in the next ("push-continuation")."""
    options, quote, _ = timeline.line.rest.rpartition("'")
    reply = read_push(options if quote else timeline.line.rest)
    whole = bool(quote) and reply.complete
    reply = replace(reply, complete=whole)
    draft = timeline.current
    before = draft.push
    draft.push = merge(before, reply) if before and not before.complete else reply
    draft.reach("pushed")
    address = draft.push.address or draft.push.address_ipv6
    if whole and address is None:
        # openvpn/src/openvpn/multi.c: a server whose pool is empty pushes all but an address.
        draft.fault("address-pool-exhausted", timeline.line.number, "no_address")
    return True


def cipher_not_found(timeline: Timeline) -> bool:
    """`Cipher algorithm 'AES-256-GCM' not found`."""
    return "' not found" in timeline.line.rest[:64] and cipher_unsupported(timeline)


def cipher_unsupported(timeline: Timeline) -> bool:
    """The client does not know the cipher of its profile."""
    draft = timeline.current
    draft.hint = "options"
    draft.fault("cipher-unsupported", timeline.line.number, "unknown_to_client")
    return True


def cipher_not_shared(timeline: Timeline) -> bool:
    """The two have none in common."""
    timeline.current.fault("cipher-unsupported", timeline.line.number, "not_shared")
    return True


def directive(timeline: Timeline) -> bool:
    """A profile for SAML in a client that has never heard of it."""
    if ": auth-federate " in f"{timeline.line.rest} ":
        draft = timeline.current
        draft.hint = "options"
        draft.fault("saml-client-unsupported", timeline.line.number, "directive_unknown")
        draft.end("options", timeline.line.number)
    return True


def filtered(timeline: Timeline) -> bool:
    """`Pushed option removed by filter: 'route 10.0.0.0 255.255.0.0'`; its name is enough."""
    match = _OPTION.match(timeline.line.rest)
    if match is None or match[0] not in KNOWN:
        return False
    draft = timeline.current
    draft.pulls_refused[match[0]] = None
    if "rejected" in timeline.line.words:
        draft.hint = "push_refused"
    return True


def not_pulled(timeline: Timeline) -> bool:
    """`option 'route' cannot be used in this context ([PUSH-OPTIONS])`: `route-nopull`."""
    return "([PUSH-OPTIONS])" in timeline.line.rest[:128] and filtered(timeline)


def posture_denied(timeline: Timeline) -> bool:
    """The AWS client shows it; the connection's own line says it, too."""
    timeline.current.fault("device-posture-denied", timeline.line.number)
    return True


def handler_denied(timeline: Timeline) -> bool:
    """The text of a client connect handler that failed."""
    timeline.current.fault("connect-handler-denied", timeline.line.number)
    return True


def saml_refused(detail: LogDetail) -> Action:
    """Only of a SAML sign-in: a password can be incorrect, too."""

    def act(timeline: Timeline) -> bool:
        asked = any(draft.saml for draft in timeline.drafts[-2:])
        if asked or detail == "too_large":
            timeline.current.fault("saml-response-rejected", timeline.line.number, detail)
        return True

    return act
