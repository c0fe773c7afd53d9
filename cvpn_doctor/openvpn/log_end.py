"""The lines of OpenVPN 2 on the end of an attempt, and the states of the management interface."""

import re

from cvpn_doctor.model.push import AttemptStage, Ended
from cvpn_doctor.openvpn.log_timeline import Timeline

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
