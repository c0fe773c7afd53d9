"""The words that OpenVPN programs begin their lines with, and what each means. Pure.

Sources: openvpn/src/openvpn (init.c, push.c, ssl.c, ssl_verify.c, forward.c, ping.c, sig.c, tun.c),
doc/management-notes.txt; openvpn3/openvpn (client/clievent.hpp, client/cliproto.hpp,
client/cliconnect.hpp); docs/design/005-failure-modes.md for what the AWS client shows.
"""

import re

from cvpn_doctor.openvpn import log_configuration as config
from cvpn_doctor.openvpn import log_end as end
from cvpn_doctor.openvpn import log_openvpn2 as two
from cvpn_doctor.openvpn import log_openvpn3 as three
from cvpn_doctor.openvpn import log_options as options
from cvpn_doctor.openvpn import log_routes as routes
from cvpn_doctor.openvpn import log_tls as tls
from cvpn_doctor.openvpn.log_actions import Action, ended, hint, known, stage
from cvpn_doctor.openvpn.log_line import PREFIX_LENGTH, Line

ACTIONS: dict[str, Action] = {
    # A process, a connection
    "OpenVPN 2.": two.banner,
    "*Tunnelblick": two.tunnelblick,
    "link remote: ": two.remote,
    "Preserving recently used remote address: ": two.remote,
    "Attempting to establish TCP connection with ": two.remote_tcp,
    "TCP connection established with ": two.remote_tcp,
    "TCP: connect to ": two.connect_failed,
    "[ECONNREFUSED]": hint("refused"),
    "RESOLVE: Cannot resolve host address: ": hint("resolve_failed"),
    "Network unreachable, restarting": ended("network_unreachable"),
    "Server poll timeout, restarting": ended("poll_timeout"),
    # TLS
    "TLS: Initial packet from": stage("answered"),
    "VERIFY OK: depth=0": stage("server_verified"),
    "VERIFY OK: ": known,
    "VERIFY ERROR: depth=": tls.verify_error,
    "VERIFY KU ERROR": tls.wrong_usage("key_usage"),
    "VERIFY EKU ERROR": tls.wrong_usage("extended_key_usage"),
    "VERIFY nsCertType ERROR": tls.wrong_usage("extended_key_usage"),
    "VERIFY X509NAME ERROR": tls.wrong_name,
    "fatal SSL alert: ": tls.alert,
    "OpenSSL: error:": tls.openssl,
    "TLS_ERROR: BIO read": tls.openssl,
    "TLS key negotiation failed to occur within ": tls.tls_timeout,
    "TLS handshake failed": hint("tls_failed"),
    "Connection reset, restarting": ended("connection_reset"),
    "Peer Connection Initiated with": stage("peer_connected"),
    # Sign-in, configuration
    "Received control message: AUTH_FAILED": config.refused,
    "Received control message: AUTH_PENDING": config.pending,
    "SENT CONTROL [": config.sent,
    "PUSH_REPLY,": config.push,
    "No reply from server to push requests in ": hint("no_push_reply"),
    "Cipher algorithm '": config.cipher_not_found,
    "Unsupported cipher in --data-ciphers: ": config.cipher_unsupported,
    "failed to negotiate cipher with peer": config.cipher_not_shared,
    "negotiated cipher not allowed": config.cipher_not_shared,
    "Unrecognized option or missing or extra parameter(s)": config.directive,
    "Pushed option removed by filter: '": config.filtered,
    "Pushed option rejected by filter: '": config.filtered,
    "Options error: option '": config.not_pulled,
    # Interface and routes
    "TUN/TAP device ": two.interface,
    "DCO device ": two.interface,
    "Opened utun device ": two.interface,
    "tun/tap device [": two.interface,
    "TAP-WIN32 device [": stage("interface"),
    "tap-windows6 device [": stage("interface"),
    "wintun device [": stage("interface"),
    "ovpn-dco device [": stage("interface"),
    "net_route_v4_add: ": routes.with_length,
    "net_route_v6_add: ": routes.with_length,
    "ip route add ": routes.with_length,
    "ip -6 route add ": routes.with_length,
    "add_route_ipv6(": routes.with_length,
    "/route add ": routes.with_mask,
    "route.exe ADD ": routes.with_mask,
    "ROUTE ADD ": routes.with_mask,
    "because route exists": routes.failed,
    "route add command failed": routes.failed,
    "RTNETLINK answers": routes.failed,
    "sitnl_send: rtnl": routes.failed,
    "route addition failed": routes.failed,
    "oute addition via service failed": routes.failed,
    ": File exists": routes.failed,
    "Initialization Sequence Completed": two.completed,
    "Recursive routing detected": two.route_loop,
    # The end
    "Inactivity timeout (--ping-restart)": ended("ping_restart"),
    "Inactivity timeout (--ping-exit)": ended("ping_exit"),
    "Inactivity timeout (--inactive)": ended("inactive"),
    "Session timeout, exiting": ended("session_timeout"),
    "Halt command was pushed by server": ended("server_halt"),
    "Connection reset command was pushed by server": ended("server_restart"),
    "SIGUSR1[": end.signalled,
    "SIGTERM[": end.signalled,
    "SIGINT[": end.interrupted,
    "SIGHUP[": end.signalled,
    "CMD 'signal SIG": hint("user"),
    "Exiting due to fatal error": ended("fatal"),
    "Closing TUN/TAP interface": end.closing,
    "net_route_v4_del: ": end.closing,
    "net_route_v6_del: ": end.closing,
    "Restart pause, ": known,
    "All connections have been connect-retry-max": known,
    # The management interface
    ">STATE:": end.state,
    ">PASSWORD:Verification Failed: 'Auth'": config.refused,
    ">PASSWORD:": known,
    ">HOLD:": known,
    # OpenVPN 3
    "OpenVPN core 3": three.banner,
    "Contacting ": three.contacting,
    "EVENT: ": three.event,
    "VERIFY FAIL": three.verify_fail,
    "Session is ACTIVE": stage("peer_connected"),
    "Sending PUSH_REQUEST to server": three.push_request,
    "OPTIONS:": options.listed,
    "Transport Error: ": three.transport_error,
    "TUN Error: ": hint("tun_failed"),
    "Session invalidated: ": three.invalidated,
    "Server poll timeout, trying next remote": ended("poll_timeout"),
    "Client terminated, re": known,
    # The AWS client's own windows
    "address space of the local network your device is connected to has changed": ended(
        "lan_changed"
    ),
    "Authorization policy evaluation failed": config.posture_denied,
    "Error establishing connection. Please contact your administrator": config.handler_denied,
    "The credentials received were incorrect": config.saml_refused("incorrect"),
    "credentials exceed the maximum supported size": config.saml_refused("too_large"),
    "credentials received exceed the maximum": config.saml_refused("too_large"),
}
_WORDS = re.compile("|".join(re.escape(word) for word in sorted(ACTIONS, key=len, reverse=True)))


def recognised(number: int, text: str) -> Line | None:
    """The line by its first known words, where they stand near its beginning."""
    match = _WORDS.search(text, 0, PREFIX_LENGTH)
    if match is None:
        return None
    return Line(number, text[: match.start()], match[0], text[match.end() :])
