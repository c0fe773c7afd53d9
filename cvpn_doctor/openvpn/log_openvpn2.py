"""The lines of OpenVPN 2: AWS client up to 5, OpenVPN, Tunnelblick, NetworkManager."""

import re

from msgspec.structs import replace

from cvpn_doctor.model.push import AttemptStage, Ended, LogDetail, PushReply
from cvpn_doctor.openvpn.log_actions import Action
from cvpn_doctor.openvpn.log_timeline import Timeline
from cvpn_doctor.openvpn.log_verify import ALERTS, FAULTS
from cvpn_doctor.openvpn.push import merge, read_push

_BANNER = re.compile(
    r"(\d{1,3}(?:\.\d{1,3})?)[^\s\]]{0,40} (?:\[|x86|aarch|arm|amd|i\d86|apple|mingw|Windows|univ)"
)
_REMOTE = re.compile(r"(?:\[AF_INET6?\])?(?P<remote>(?=\S*[.:])[0-9A-Fa-f.:]{2,45}:\d{1,5})(?!\S)")
_DEPTH = re.compile(r"(\d{1,2}), error=([a-zA-Z -]{1,80}):")
_RECEIVED = re.compile(r"alert ([a-z ]{1,40}[a-z])(?=$|[:\s])")
_SECONDS = re.compile(r"(\d{1,6}) ?s")
_DEVICE = re.compile(r"([A-Za-z][A-Za-z0-9_.-]{0,14})(?=\]| opened|$| \[)")
_OPTION = re.compile(r"[a-z][a-z0-9-]{0,39}(?=[\s'])")
_REASON = re.compile(r"([a-z]{4}|[a-z ]{1,20}\(soft\))?,?([A-Za-z0-9 ()_-]{0,60})\]")
_STATE = re.compile(r"\d{1,12},([A-Z_]{2,16}),([A-Za-z_-]{0,32})")
_CONNECTED = re.compile(r"\d{1,12},CONNECTED,[A-Z]*,[^,]{0,45},([0-9A-Fa-f.:]{2,45}),(\d{1,5}),")

_STATES: dict[str, AttemptStage] = {
    "AUTH": "answered",
    "GET_CONFIG": "peer_connected",
    "ASSIGN_IP": "pushed",
    "ADD_ROUTES": "interface",
    "CONNECTED": "completed",
}
_SIGNALS: dict[str, Ended] = {
    "connection-reset": "connection_reset",
    "connection-failed": "connect_failed",
    "network-unreachable": "network_unreachable",
    "ping-restart": "ping_restart",
    "ping-exit": "ping_exit",
    "inactive": "inactive",
    "session-timeout": "session_timeout",
    "auth-failure": "auth_failed",
    "no-push-reply": "no_push_reply",
    "process-push-msg-failed": "push_refused",
    "Offending option received from server": "push_refused",
    "server-pushed-halt": "server_halt",
    "server-pushed-connection-reset": "server_restart",
    "server_poll": "poll_timeout",
    "remote-exit": "server_exit",
    "tls-error": "tls_failed",
}


def banner(timeline: Timeline) -> bool:
    """A process begins; the text stands in the middle of other lines, too."""
    match = _BANNER.match(timeline.line.rest)
    if match is None or "ersion" in timeline.line.head[-12:]:
        return False
    if "nm-openvpn" in timeline.line.head:
        timeline.client = "networkmanager"
    draft = timeline.begin(new_process=True)
    draft.version, draft.client = f"2.{match[1]}", timeline.client or "openvpn2"
    return True


def tunnelblick(timeline: Timeline) -> bool:
    """Its own lines stand between those of OpenVPN."""
    timeline.client = "tunnelblick"
    return True


def remote(timeline: Timeline) -> bool:
    """`UDPv4 link remote: [AF_INET]203.0.113.10:443`."""
    match = _REMOTE.match(timeline.line.rest)
    draft = timeline.current
    if "nm-openvpn" in timeline.line.head:
        draft.client = timeline.client = "networkmanager"
    if match:
        draft.remote = match["remote"]
    last = timeline.line.head[-16:]
    if "UDP" in last and timeline.line.words.startswith("link"):
        draft.transport = "udp"
    elif "TCP" in last and timeline.line.words.startswith("link"):
        draft.transport = "tcp"
    return True


def remote_tcp(timeline: Timeline) -> bool:
    """A connection over TCP is made before there is a link."""
    remote(timeline)
    timeline.current.transport = "tcp"
    return True


def connect_failed(timeline: Timeline) -> bool:
    """`TCP: connect to [AF_INET]… failed: Connection refused`."""
    refused_ = "refused" in timeline.line.rest[:200]
    timeline.current.hint = "refused" if refused_ else "connect_failed"
    return True


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
    reply = _with(reply, complete=whole)
    draft = timeline.current
    before = draft.push
    draft.push = merge(before, reply) if before and not before.complete else reply
    draft.reach("pushed")
    address = draft.push.address or draft.push.address_ipv6
    if whole and address is None:
        # openvpn/src/openvpn/multi.c: a server whose pool is empty pushes all but an address.
        draft.fault("address-pool-exhausted", timeline.line.number, "no_address")
    return True


def _with(reply: PushReply, *, complete: bool) -> PushReply:
    return reply if reply.complete == complete else replace(reply, complete=complete)


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
    if match is None:
        return False
    draft = timeline.current
    draft.pulls_refused[match[0]] = None
    if "rejected" in timeline.line.words:
        draft.hint = "push_refused"
    return True


def not_pulled(timeline: Timeline) -> bool:
    """`option 'route' cannot be used in this context ([PUSH-OPTIONS])`: `route-nopull`."""
    return "([PUSH-OPTIONS])" in timeline.line.rest[:128] and filtered(timeline)


def interface(timeline: Timeline) -> bool:
    """The tunnel's interface; a name that is no interface's stays where it is."""
    draft = timeline.current
    draft.reach("interface")
    match = _DEVICE.match(timeline.line.rest)
    if match:
        draft.interface = match[1]
    return True


def completed(timeline: Timeline) -> bool:
    """The tunnel stands."""
    draft = timeline.current
    draft.reach("completed")
    draft.last_route = draft.hint = None
    draft.with_errors |= timeline.line.rest.startswith(" With Errors")
    return True


def route_loop(timeline: Timeline) -> bool:
    """Packets to the endpoint go into the tunnel that they carry."""
    draft = timeline.current
    draft.reach("interface")
    draft.fault("route-loop", timeline.line.number)
    return True


def signalled(timeline: Timeline) -> bool:
    """`SIGUSR1[soft,ping-restart] received, process restarting`."""
    return _signal(timeline, "signal")


def interrupted(timeline: Timeline) -> bool:
    """Somebody pressed the keys for it."""
    return _signal(timeline, "user")


def _signal(timeline: Timeline, hard: Ended) -> bool:
    match, last = _REASON.match(timeline.line.rest), timeline.last
    if match is None:
        return False
    if last is None:
        last = timeline.begin()
    reason = match[2].partition(" (")[0]
    how = _SIGNALS.get(match[2]) or _SIGNALS.get(reason)
    if reason == "auth-temp-failure":
        how = "auth_failed"
    if match[1] == "hard":
        how = last.hint if last.hint == "user" else hard
        last.exited = last.exited or ("exiting" in timeline.line.rest and last.closed)
    elif last.hint is not None:
        how = last.hint
    last.end(how or "fatal", timeline.line.number)
    return True


def closing(timeline: Timeline) -> bool:
    """What was set up is taken down; why stands elsewhere."""
    if timeline.last is not None:
        timeline.last.closed = True
    return True


def state(timeline: Timeline) -> bool:
    """`>STATE:1784222495,CONNECTED,SUCCESS,10.8.0.133,203.0.113.10,443,,`."""
    match = _STATE.match(timeline.line.rest)
    if match is None:
        return False
    name, last = match[1], timeline.last
    if name in ("RECONNECTING", "EXITING"):
        if last is not None and not last.closed:
            last.end(last.hint or _SIGNALS.get(match[2]), timeline.line.number)
        elif last is not None and name == "EXITING" and last.ended == "saml_asked":
            last.exited = True
        return True
    draft = timeline.current
    if name in _STATES:
        draft.reach(_STATES[name])
    if name == "CONNECTED":
        draft.with_errors |= match[2] == "ERROR"
        where = _CONNECTED.match(timeline.line.rest)
        if where:
            draft.remote = draft.remote or f"{where[1]}:{where[2]}"
    return True


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
