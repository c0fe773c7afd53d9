"""One fact each: quoted lines, and what they prove."""

from __future__ import annotations

import pytest

from cvpn_doctor.model.push import LogAttempt
from cvpn_doctor.openvpn.log import read_attempts

VERIFIED = "VERIFY OK: depth=0, CN=server.example\n"
PEER = "[server.example] Peer Connection Initiated with [AF_INET]203.0.113.10:443\n"
PUSHED = "PUSH: Received control message: 'PUSH_REPLY,ifconfig 10.8.0.2 255.255.255.224'\n"
LINK = "UDPv4 link remote: [AF_INET]203.0.113.10:443\n"


def one(text: str) -> LogAttempt:
    (attempt,) = read_attempts(text).attempts
    return attempt


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        (LINK, "started"),
        ("TLS: Initial packet from [AF_INET]203.0.113.10:443, sid=1 2\n", "answered"),
        (VERIFIED, "server_verified"),
        (PEER, "peer_connected"),
        (PUSHED, "pushed"),
        ("TUN/TAP device tun0 opened\n", "interface"),
        ("Opened utun device utun4\n", "interface"),
        (r"TAP-WIN32 device [Ethernet 2] opened: \\.\Global\{F3}.tap" + "\n", "interface"),
        ("Initialization Sequence Completed\n", "completed"),
        (">STATE:1784222494,WAIT,,,,,,\n", "started"),
        (">STATE:1784222494,AUTH,,,,,,\n", "answered"),
        (">STATE:1784222494,GET_CONFIG,,,,,,\n", "peer_connected"),
        (">STATE:1784222494,ASSIGN_IP,,10.8.0.2,,,,\n", "pushed"),
        (">STATE:1784222494,ADD_ROUTES,,,,,,\n", "interface"),
        ("22:10:06.906 -- EVENT: RESOLVE\n", "started"),
        ("22:10:06.906 -- EVENT: CONNECTING\n", "answered"),
        ("11:12:56.163 -- Session is ACTIVE\n", "peer_connected"),
        ("11:12:56.166 -- EVENT: GET_CONFIG\n", "peer_connected"),
        ("EVENT: ASSIGN_IP\n", "pushed"),
        ("EVENT: ADD_ROUTES\n", "interface"),
    ],
)
def test_stage(text: str, stage: str) -> None:
    assert one(text).stage == stage


SERVER_CODES = [
    ("certificate has expired", "server-certificate-expired"),
    ("certificate is not yet valid", "server-certificate-not-yet-valid"),
    ("unable to get local issuer certificate", "server-certificate-untrusted"),
    ("self-signed certificate in certificate chain", "server-certificate-untrusted"),
    ("self signed certificate", "server-certificate-untrusted"),
    ("unsuitable certificate purpose", "server-certificate-wrong-usage"),
]


@pytest.mark.parametrize("depth", [0, 1])
@pytest.mark.parametrize(("reason", "code"), SERVER_CODES)
def test_server_certificate(reason: str, code: str, depth: int) -> None:
    detail = "issuer" if depth else "leaf"
    for text in (
        f"VERIFY ERROR: depth={depth}, error={reason}: CN=server.example, serial=1234\n",
        f"VERIFY ERROR: depth={depth}, error={reason}: C=US, O=Wm. K. Walthers, Inc., CN=a: b\n",
        f"⏎1/18/2021, 4:48:23 PM VERIFY FAIL: depth={depth}, /CN=server [{reason}]\n",
    ):
        (error,) = one(text).errors
        assert (error.code, error.detail, error.number) == (code, detail, depth)


@pytest.mark.parametrize(
    ("text", "code", "detail"),
    [
        ("VERIFY KU ERROR", "server-certificate-wrong-usage", "key_usage"),
        ("VERIFY EKU ERROR", "server-certificate-wrong-usage", "extended_key_usage"),
        (
            "VERIFY X509NAME ERROR: CN=a, must be b",
            "server-certificate-name-mismatch",
            "leaf",
        ),
        (
            VERIFIED + "Connection reset, restarting [0]",
            "client-certificate-rejected",
            "reset_after_verify",
        ),
        (
            VERIFIED + "Received fatal SSL alert: certificate expired",
            "client-certificate-rejected",
            "alert_expired",
        ),
        (
            VERIFIED + "OpenSSL: error:14094414:SSL routines:ssl3_read_bytes:"
            "sslv3 alert certificate revoked",
            "client-certificate-rejected",
            "alert_revoked",
        ),
        (
            VERIFIED + "OpenSSL: error:0A000418:SSL routines::tlsv1 alert unknown ca:"
            "SSL alert number 48",
            "client-certificate-rejected",
            "alert_unknown_ca",
        ),
        (
            VERIFIED + "EVENT: TLS_ALERT_CERTIFICATE_REVOKED info='revoked'",
            "client-certificate-rejected",
            "alert_revoked",
        ),
        ("Cipher algorithm 'AES-256-GCM' not found", "cipher-unsupported", "unknown_to_client"),
        (
            PEER + "AUTH: Received control message: AUTH_FAILED,"
            "Data channel cipher negotiation failed (no shared cipher)",
            "cipher-unsupported",
            "not_shared",
        ),
        (PEER + "AUTH: Received control message: AUTH_FAILED", "authentication-failed", None),
        (PEER + "EVENT: AUTH_FAILED  [FATAL-ERR]", "authentication-failed", None),
        (
            PEER + "AUTH: Received control message: AUTH_FAILED,SESSION: token expired",
            "session-expired",
            "token",
        ),
        (
            "Authorization policy evaluation failed",
            "device-posture-denied",
            None,
        ),
        (
            PEER + "AUTH: Received control message: AUTH_FAILED,"
            "Error establishing connection. Please contact your administrator.",
            "connect-handler-denied",
            None,
        ),
        (
            PEER
            + "SENT CONTROL [s]: 'PUSH_REQUEST' (status=1)\n" * 3
            + "No reply from server to push requests in 6s\n"
            "SIGUSR1[soft,no-push-reply] received, process restarting",
            "address-pool-exhausted",
            "no_reply",
        ),
        (PUSHED.replace("ifconfig", "route"), "address-pool-exhausted", "no_address"),
        (PUSHED + "Session timeout, exiting", "session-expired", "timer"),
        (PUSHED + "Inactivity timeout (--inactive), exiting", "idle-timeout", None),
        ("EVENT: INACTIVE_TIMEOUT", "idle-timeout", None),
        (
            PUSHED + "[server] Inactivity timeout (--ping-restart), restarting",
            "path-lost",
            "keepalive",
        ),
        (PUSHED + "Session invalidated: KEEPALIVE_TIMEOUT", "path-lost", "keepalive"),
        (
            PUSHED + "The VPN connection is being terminated because the address space of the local"
            " network your device is connected to has changed.",
            "lan-changed-terminated",
            None,
        ),
        (
            "Recursive routing detected, drop tun packet to [AF_INET]203.0.113.10:443",
            "route-loop",
            None,
        ),
        (
            "Options error: Unrecognized option or missing or extra parameter(s) in c.ovpn:14:"
            " auth-federate (2.4.7)",
            "saml-client-unsupported",
            "directive_unknown",
        ),
        (
            "Your credentials exceed the maximum supported size",
            "saml-response-rejected",
            "too_large",
        ),
    ],
)
def test_code(text: str, code: str, detail: str | None) -> None:
    (error,) = one(text).errors
    assert (error.code, error.detail) == (code, detail)
    assert 1 <= error.line <= text.count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        "Connection reset, restarting [0]",  # before the server's certificate was seen
        VERIFIED + PEER + "Connection reset, restarting [0]",  # after the client's was accepted
        VERIFIED + "TLS Error: TLS key negotiation failed to occur within 60 seconds (check)",
        "VERIFY ERROR: depth=0, error=certificate has expired CN",  # cut off
        "Sent fatal SSL alert: certificate expired",
        "VERIFY ERROR: depth=0, error=CRL has expired: CN=a",
        LINK + "[server] Inactivity timeout (--ping-restart), restarting",  # never connected
        PEER + "AUTH: Received control message: AUTH_FAILED,TEMP[backoff 1]:try later",
        PEER + "AUTH: Received control message: AUTH_FAILED,CRV1:R,E:s:dXNlcg==:Enter MFA code",
        PEER + "AUTH: Received control message: AUTH_FAILED,Words of an administrator",
        PEER + "AUTH: Received control message: AUTH_PENDING\n"
        "No reply from server to push requests in 60s\n"
        "SIGUSR1[soft,no-push-reply] received, process restarting",
        "PUSH: Received control message: 'PUSH_REPLY,route 10.0.0.0 255.0.0.0",  # cut off
        "The credentials received were incorrect. Contact your IT administrator.",
        "Unrecognized option or missing or extra parameter(s) in c:14: block-outside-dns (2.4.7)",
    ],
)
def test_nothing_is_proven(text: str) -> None:
    assert all(not attempt.errors for attempt in read_attempts(text).attempts)


def test_what_a_server_says_of_its_clients_is_no_attempt() -> None:
    text = (
        "Nov  2 15:38:53 pi ovpn-server[308]: 98.202.184.5:49169 TLS: Initial packet from"
        " [AF_INET]98.202.184.5:49169, sid=ef9c7e43 5993f51b\n"
        "Nov  2 15:38:53 pi ovpn-server[308]: 98.202.184.5:49169 VERIFY ERROR: depth=0,"
        " error=certificate has expired: CN=someone\n"
        "client1/98.202.184.5:49169 SENT CONTROL [client1]: 'PUSH_REPLY,route 10.0.0.0 255.0.0.0'\n"
    )
    reading = read_attempts(text)
    assert (reading.attempts, reading.unknown_lines) == ((), 3)


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("TCP: connect to [AF_INET]1.2.3.4:443 failed: Connection refused\n", "refused"),
        ("TCP: connect to [AF_INET]1.2.3.4:443 failed: Connection timed out\n", "connect_failed"),
        ("Network unreachable, restarting\n", "network_unreachable"),
        ("RESOLVE: Cannot resolve host address: a.example:443 (x)\n", "resolve_failed"),
        ("TLS Error: TLS key negotiation failed to occur within 60 seconds (c)\n", "tls_timeout"),
        ("read UDPv4 [ECONNREFUSED]: Connection refused (fd=3,code=111)\n", "refused"),
        ("Halt command was pushed by server ('why')\n", "server_halt"),
        ("Connection reset command was pushed by server ('')\n", "server_restart"),
        ("MANAGEMENT: CMD 'signal SIGTERM'\n", "user"),
        ("Pushed option rejected by filter: 'route 10.0.0.0'. Restarting.\n", "push_refused"),
    ],
)
def test_end_of_openvpn_2(text: str, ended: str) -> None:
    signals = ["SIGUSR1[soft,tls-error] received, process restarting", "Exiting due to fatal error"]
    for last in (*signals, "SIGTERM[soft,x] received, process exiting"):
        attempt = one(LINK + text + last)
        assert (attempt.ended, attempt.closed) == (ended, True)


@pytest.mark.parametrize(
    ("signal", "ended"),
    [
        ("SIGTERM[hard,] received, process exiting", "signal"),
        ("SIGINT[hard,] received, process exiting", "user"),
        ("SIGUSR1[hard,] received, process restarting", "signal"),
        ("SIGUSR1[soft,connection-reset] received, process restarting", "connection_reset"),
        ("SIGTERM[soft,remote-exit] received, process exiting", "server_exit"),
        ("SIGTERM[soft,auth-failure (auth-token)] received, process exiting", "auth_failed"),
        (
            "SIGUSR1[connection failed(soft),connection-failed] received, process restarting",
            "connect_failed",
        ),
        ("Exiting due to fatal error", "fatal"),
        (">STATE:1784222494,RECONNECTING,ping-restart,,,,,", "ping_restart"),
    ],
)
def test_signal(signal: str, ended: str) -> None:
    assert one(LINK + signal).ended == ended


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("Transport Error: DNS resolve error on 'a.example' for UDP session: no", "resolve_failed"),
        ("Transport Error: TCP connect error on 'a.example': Connection refused", "refused"),
        ("Transport Error: Transport error on 'a': NETWORK_EOF_ERROR", "connection_reset"),
        ("EVENT: CLIENT_HALT why", "server_halt"),
        ("EVENT: CLIENT_RESTART why", "server_restart"),
        ("EVENT: CONNECTION_TIMEOUT  [FATAL-ERR]", "connect_failed"),
        ("EVENT: TUN_SETUP_FAILED why", "tun_failed"),
        ("EVENT: TUN_IFACE_DISABLED why", "tun_failed"),
        ("EVENT: CERT_VERIFY_FAIL why", "tls_failed"),
        ("EVENT: PROXY_ERROR why", "proxy_failed"),
        ("EVENT: PAUSE why", "paused"),
        ("Server poll timeout, trying next remote entry...", "poll_timeout"),
    ],
)
def test_end_of_openvpn_3(text: str, ended: str) -> None:
    assert one(f"EVENT: WAIT\n{text}\nEVENT: DISCONNECTED").ended == ended


def test_connected_with_openvpn_3_keeps_no_user() -> None:
    text = (
        "[Apr 14, 2025, 11:49:24] EVENT: CONNECTED anna@corp:x@vpn.example:443 (203.0.113.10)"
        " via /UDPv4 on utun4/10.8.0.133/ gw=[10.8.0.129/]"
    )
    attempt = one(text)
    assert (attempt.remote, attempt.transport) == ("203.0.113.10:443", "udp")
    assert (attempt.interface, attempt.started) == ("utun4", "2025-04-14T11:49:24")


ROUTES = [
    "net_route_v4_add: 10.0.0.0/16 via 10.8.0.1 dev [NULL] table 0 metric -1",
    "/sbin/ip route add 10.0.0.0/16 via 10.8.0.1",
    "/sbin/route add -net 10.0.0.0 netmask 255.255.0.0 gw 10.8.0.1",
    "/sbin/route add -net 10.0.0.0 10.8.0.1 255.255.0.0",
    r"C:\WINDOWS\system32\route.exe ADD 10.0.0.0 MASK 255.255.0.0 10.8.0.1",
]
FAILURES = [
    "ERROR: Linux route add command failed",
    "RTNETLINK answers: File exists",
    "sitnl_send: rtnl: generic error (-101): Network is unreachable",
    "ERROR: route addition failed using CreateIpForwardEntry: The parameter is incorrect.",
    "ERROR: route addition failed using service: The object already exists. [status=5010]",
    "Route addition via service failed",
    "NOTE: Linux route add command failed because route exists",
    "add net 10.0.0.0: gateway 10.8.0.1: File exists",
]


@pytest.mark.parametrize("route", ROUTES)
def test_route(route: str) -> None:
    (action,) = one(route).routes
    assert (action.prefix, action.added) == ("10.0.0.0/16", True)


@pytest.mark.parametrize("failure", FAILURES)
def test_route_that_failed(failure: str) -> None:
    text = f"{ROUTES[0]}\n{ROUTES[0].replace('10.0', '10.1')}\n{failure}"
    assert [(a.prefix, a.added) for a in one(text).routes] == [
        ("10.0.0.0/16", True),
        ("10.1.0.0/16", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "net_route_v6_add: fd00:1::/48 via :: dev tun0 table 0 metric -1",
        "add_route_ipv6(fd00:1::/48 -> fd00::1 metric -1) dev tun0",
        "/sbin/route add -inet6 fd00:1:: -prefixlen 48 fd00::1",
    ],
)
def test_route_of_ipv6(text: str) -> None:
    assert one(text).routes[0].prefix == "fd00:1::/48"


def test_pushed_twice_is_there_once() -> None:
    """The second of two equal routes fails because of the first."""
    text = "\n".join([ROUTES[0], ROUTES[0], FAILURES[-2]])
    assert [(a.prefix, a.added) for a in one(text).routes] == [("10.0.0.0/16", True)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Pushed option removed by filter: 'route 10.0.0.0 255.0.0.0'", ("route",)),
        (
            "Options error: option 'dhcp-option' cannot be used in this context ([PUSH-OPTIONS])",
            ("dhcp-option",),
        ),
    ],
)
def test_pull_refused(text: str, names: tuple[str, ...]) -> None:
    assert one(text).pulls_refused == names
