"""The lines of OpenVPN 3: AWS client from 6, OpenVPN Connect. They were not seen from AWS's daemon
(docs/design/005-failure-modes.md), so only the core's own words are relied on."""

import re

from cvpn_doctor.model.push import AttemptStage, Ended
from cvpn_doctor.openvpn.log_timeline import Timeline
from cvpn_doctor.openvpn.log_verify import ALERT_EVENTS, FAULTS

_VERSION = re.compile(r"[.a-zA-Z_:-]{0,24}?(\d{1,3}\.\d{1,3}(?:\.\d{1,3})?)?(?![\d.])")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{1,40}")
_CONTACT = re.compile(r"\[?([0-9A-Fa-f.:]{2,45})\]?:(\d{1,5}) via (UDP|TCP)")
_CONNECTED = re.compile(
    r":(\d{1,5}) \(([0-9A-Fa-f.:]{2,45})\) via [^ ]{0,64}(UDP|TCP)[^ ]{0,8} on"
    r" ([A-Za-z][A-Za-z0-9_.-]{0,14})/"
)
_DEPTH = re.compile(r"depth=(\d{1,2})")

_STAGES: dict[str, AttemptStage] = {
    "RESOLVE": "started",
    "WAIT": "started",
    "WAIT_PROXY": "started",
    "CONNECTING": "answered",  # cliproto.hpp: logged with the first packet that comes back
    "GET_CONFIG": "peer_connected",
    "ASSIGN_IP": "pushed",
    "ADD_ROUTES": "interface",
}
_ENDS: dict[str, Ended] = {
    "CERT_VERIFY_FAIL": "tls_failed",
    "TLS_VERSION_MIN": "tls_failed",
    "TLS_ALERT_PROTOCOL_VERSION": "tls_failed",
    "TLS_ALERT_HANDSHAKE_FAILURE": "tls_failed",
    "TLS_ALERT_MISC": "tls_failed",
    "CLIENT_HALT": "server_halt",
    "CLIENT_RESTART": "server_restart",
    "CONNECTION_TIMEOUT": "connect_failed",
    "INACTIVE_TIMEOUT": "inactive",
    "PROXY_NEED_CREDS": "proxy_failed",
    "PROXY_ERROR": "proxy_failed",
    "TUN_SETUP_FAILED": "tun_failed",
    "TUN_IFACE_CREATE": "tun_failed",
    "TUN_IFACE_DISABLED": "tun_failed",
    "TUN_HALT": "tun_failed",
    "PAUSE": "paused",
    "RECONNECTING": "restarted",
    "DISCONNECTED": "stopped",
}
_HINTS: dict[str, Ended] = {"TUN_ERROR": "tun_failed"}
_SILENT = frozenset(
    (
        *("ECHO", "INFO", "WARN", "RESUME", "RELAY", "AUTH_PENDING", "TRANSPORT_ERROR"),
        *("COMPRESSION_ENABLED", "UNSUPPORTED_FEATURE", "CORE_THREAD_ACTIVE", "CLIENT_SETUP"),
        *("CORE_THREAD_INACTIVE", "CORE_THREAD_DONE", "CORE_THREAD_ERROR", "NEED_CREDS"),
    )
)
_TRANSPORT: tuple[tuple[str, Ended], ...] = (
    ("DNS resolve error", "resolve_failed"),
    ("Connection refused", "refused"),
    ("NETWORK_EOF_ERROR", "connection_reset"),
    ("Connection reset", "connection_reset"),
    ("unreachable", "network_unreachable"),
    ("certificate verify failed", "tls_failed"),
    ("connect error", "connect_failed"),
)


def banner(timeline: Timeline) -> bool:
    """`OpenVPN core 3.11.5 linux x86_64 64-bit`: a session begins."""
    draft = timeline.begin(new_process=True)
    timeline.client = draft.client = "openvpn3"
    match = _VERSION.match(timeline.line.rest)
    if match and match[1]:
        draft.version = f"3.{match[1]}"
    return True


def contacting(timeline: Timeline) -> bool:
    """`Contacting 203.0.113.10:443 via UDP`."""
    match = _CONTACT.match(timeline.line.rest)
    if match is None:
        return False
    draft = timeline.current
    draft.remote = f"{match[1]}:{match[2]}"
    draft.transport = "udp" if match[3] == "UDP" else "tcp"
    return True


def event(timeline: Timeline) -> bool:
    """`EVENT: NAME text`; the text of CONNECTED begins with the user's name."""
    match = _NAME.match(timeline.line.rest)
    if match is None:
        return False
    name, text = match[0], timeline.line.rest[match.end() :]
    if timeline.client is None:
        timeline.client = "openvpn3"
    if name in _STAGES:
        _progress(timeline, name)
    elif name in ("AUTH_FAILED", "DYNAMIC_CHALLENGE"):
        timeline.refuse(text)
        timeline.end(None)
    elif name == "CONNECTED":
        _connected(timeline, text)
    elif name in ALERT_EVENTS:
        draft = timeline.current
        draft.fault("client-certificate-rejected", timeline.line.number, ALERT_EVENTS[name])
        timeline.end("tls_failed")
    elif name == "SESSION_EXPIRED":
        timeline.current.fault("session-expired", timeline.line.number, "token")
        timeline.end("session_timeout")
    elif name in _ENDS:
        _end(timeline, _ENDS[name])
    elif name in _HINTS:
        timeline.current.hint = _HINTS[name]
    else:
        _pending(timeline, name)
        return name in _SILENT
    return True


def _progress(timeline: Timeline, name: str) -> None:
    draft = timeline.current
    draft.client = draft.client or timeline.client
    draft.reach(_STAGES[name])


def _pending(timeline: Timeline, name: str) -> None:
    if name == "AUTH_PENDING":
        timeline.current.pending = True


def _end(timeline: Timeline, how: Ended) -> None:
    """An event that says why closes; one that only says that it is over leaves the reason."""
    plain = how in ("restarted", "stopped")
    last = timeline.last
    if last is None:
        if plain:
            return
        last = timeline.begin()
    if not last.closed:
        last.end(last.hint if plain and last.hint else how, timeline.line.number)
    elif how == "stopped" and last.ended == "saml_asked" and last.client is None:
        last.exited = True


def _connected(timeline: Timeline, text: str) -> None:
    draft = timeline.current
    draft.reach("completed")
    draft.hint = None
    matches = list(_CONNECTED.finditer(text))
    if matches:
        match = matches[-1]  # before it stands a user's name, which may hold anything
        draft.remote = f"{match[2]}:{match[1]}"
        draft.transport = "udp" if match[3] == "UDP" else "tcp"
        draft.interface = match[4]


def verify_fail(timeline: Timeline) -> bool:
    """`VERIFY FAIL: depth=0, /CN=… [certificate has expired]`, `VERIFY FAIL -- bad …`."""
    rest, draft, number = timeline.line.rest, timeline.current, timeline.line.number
    draft.hint = "tls_failed"
    reason = rest.rstrip("] \t").rpartition("[")[2]
    code = FAULTS.get(reason)
    depth = _DEPTH.search(rest[:32])
    if code is not None:
        at = int(depth[1]) if depth else None
        draft.fault(code, number, ("issuer" if at else "leaf") if depth else None, at)
    elif rest.startswith(" -- bad extended-key-usage"):
        draft.fault("server-certificate-wrong-usage", number, "extended_key_usage")
    elif rest.startswith(" -- bad key usage"):
        draft.fault("server-certificate-wrong-usage", number, "key_usage")
    return True


def push_request(timeline: Timeline) -> bool:
    """One more time asked for the configuration."""
    draft = timeline.current
    draft.reach("peer_connected")
    draft.push_requests += 1
    return True


def transport_error(timeline: Timeline) -> bool:
    """`Transport Error: DNS resolve error on '…' for UDP session: …`."""
    text = timeline.line.rest[:1024]
    how = next((how for words, how in _TRANSPORT if words in text), None)
    draft = timeline.current
    if how and draft.hint is None:
        draft.hint = how
    if how in ("connection_reset", "refused", "connect_failed"):
        draft.end(how, timeline.line.number)
    return True


def invalidated(timeline: Timeline) -> bool:
    """`Session invalidated: KEEPALIVE_TIMEOUT`."""
    timeline.end("ping_restart" if timeline.line.rest.startswith("KEEPALIVE_TIMEOUT") else None)
    return True
