"""What the endpoint pushed, and how far a client's attempt came, read from the client's log.

Nothing here is copied from a log as it stands: words are from closed lists, addresses and numbers
were parsed, and of a sign-in page only the host is kept.
"""

from typing import Literal

from cvpn_doctor.model.record import Record

AttemptStage = Literal[
    "started", "answered", "server_verified", "peer_connected", "pushed", "interface", "completed"
]
Ended = Literal[
    "resolve_failed",
    "network_unreachable",
    "refused",  # by a TCP reset or an ICMP error
    "connect_failed",
    "proxy_failed",
    "poll_timeout",  # no answer to the first packet, the next remote is tried
    "tls_timeout",
    "tls_failed",
    "connection_reset",
    "saml_asked",  # not a failure: the browser's turn
    "auth_failed",
    "no_push_reply",
    "push_refused",  # by a pull-filter of the client's own
    "tun_failed",
    "ping_restart",
    "ping_exit",
    "inactive",
    "session_timeout",
    "server_halt",
    "server_restart",
    "server_exit",
    "lan_changed",
    "options",  # the client does not understand its profile
    "fatal",
    "paused",
    "restarted",
    "stopped",  # by whom the log does not say
    "user",
    "signal",
]
LogClient = Literal["openvpn2", "openvpn3", "networkmanager", "tunnelblick"]
Refusal = Literal[
    "bare",  # AUTH_FAILED and nothing more
    "saml",  # the first half of a SAML sign-in
    "challenge",  # any other question
    "temporary",
    "session",
    "cipher",
    "posture",
    "handler",
    "own_text",  # the administrator's own words, which are not copied
]
LogCode = Literal[  # the codes of contract §6 that a log can prove
    "server-certificate-expired",
    "server-certificate-not-yet-valid",
    "server-certificate-untrusted",
    "server-certificate-name-mismatch",
    "server-certificate-wrong-usage",
    "client-certificate-rejected",
    "cipher-unsupported",
    "authentication-failed",
    "saml-client-unsupported",
    "saml-not-finished",
    "saml-response-rejected",
    "connect-handler-denied",
    "device-posture-denied",
    "address-pool-exhausted",
    "session-expired",
    "idle-timeout",
    "path-lost",
    "lan-changed-terminated",
    "route-loop",
]
LogDetail = Literal[
    "leaf",
    "issuer",
    "key_usage",
    "extended_key_usage",
    "reset_after_verify",
    "alert_expired",
    "alert_revoked",
    "alert_unknown_ca",
    "alert_bad",
    "alert_unsupported",
    "alert_unknown",
    "alert_required",
    "unknown_to_client",
    "not_shared",
    "directive_unknown",
    "asked_again",
    "ended_while_waiting",
    "too_large",
    "incorrect",
    "no_reply",
    "no_address",
    "token",
    "timer",
    "keepalive",
]


class PushedRoute(Record, frozen=True, kw_only=True):
    """A `route` or `route-ipv6` of the push reply, as prefix and next hop."""

    prefix: str
    next_hop: str | None = None
    metric: int | None = None


class PushReply(Record, frozen=True, kw_only=True):
    """The endpoint's options for this session."""

    routes: tuple[PushedRoute, ...] = ()
    redirect_gateway: tuple[str, ...] | None = None  # its flags: ("def1", "bypass-dhcp")
    dns: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    route_gateway: str | None = None
    address: str | None = None  # "10.100.0.2/27"
    topology: str | None = None
    ping: int | None = None
    ping_restart: int | None = None
    cipher: str | None = None
    tunnel_mtu: int | None = None
    block_outside_dns: bool = False
    unread: int = 0  # options that were not understood
    redirect_private: tuple[str, ...] | None = None  # as redirect-gateway, without the default
    routing_domains: tuple[str, ...] = ()  # names for these servers only: DOMAIN-ROUTE
    route_gateway_ipv6: str | None = None
    address_ipv6: str | None = None
    peer_address: str | None = None  # the far end, where the topology has one
    block_ipv6: bool = False
    route_metric: int | None = None  # of the routes that have none of their own
    ping_exit: int | None = None  # seconds, as all of these
    inactive: int | None = None
    session_timeout: int | None = None
    auth_token: bool = False  # one was given out; its value is not kept
    protocol_flags: tuple[str, ...] = ()
    complete: bool = True  # False: cut off, or its continuation did not follow


class RouteAction(Record, frozen=True, kw_only=True):
    """A route that the client tried to install."""

    prefix: str
    added: bool  # False: the log tells of an error


class LogError(Record, frozen=True, kw_only=True):
    """A cause that the log's text proves."""

    code: LogCode
    detail: LogDetail | None = None
    number: int | None = None  # depth in the chain, seconds, or requests, as the code has it
    line: int  # counted from 1 over all texts that were read together


class LogAttempt(Record, frozen=True, kw_only=True):
    """One connection attempt."""

    stage: AttemptStage = "started"
    started: str | None = None  # "2026-04-15T21:26:55", None where the text is not certain
    remote: str | None = None  # address and port of the endpoint
    push: PushReply | None = None
    interface: str | None = None  # the tunnel's interface, where the log names it
    routes: tuple[RouteAction, ...] = ()
    with_errors: bool = False  # "Initialization Sequence Completed With Errors"
    closed: bool = False  # the log says that the client ended or restarted
    pulls_refused: tuple[str, ...] = ()  # options that the client's own settings ignored
    started_in: Literal["local", "utc"] = "local"  # the laptop's own time, or seconds of the epoch
    transport: Literal["udp", "tcp"] | None = None
    client: LogClient | None = None
    version: str | None = None  # of OpenVPN: "2.6.14"
    ended: Ended | None = None  # None: the log stops, or does not say
    errors: tuple[LogError, ...] = ()
    refusal: Refusal | None = None
    saml: Literal["asked", "answered"] | None = None
    identity_provider: str | None = None  # the host of the sign-in page, nothing else of it
    push_requests: int = 0


class LogReading(Record, frozen=True, kw_only=True):
    """What a log tells: the attempts, oldest first, and how many lines said nothing known."""

    attempts: tuple[LogAttempt, ...] = ()
    unknown_lines: int = 0
