"""What can go wrong between a real OpenVPN client and a real server, and how it is made so.

Each fault is a function on a rig; it gives the client's log.
"""

from __future__ import annotations

import datetime
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from tests.lab import pki
from tests.lab.pki import CLIENT, SERVER, Subject
from tests.openvpn_log.rig import Rig, Transport

Fault = Callable[[Rig], str]

SERVERS = {
    "expired": replace(SERVER, name="log-expired", first_day=-300, last_day=-1),
    "future": replace(SERVER, name="log-future", first_day=3),
    "other-ca": replace(SERVER, name="log-other", issuer="other-authority"),
    "other-name": replace(SERVER, name="log-name", common_name="else.lab.example"),
    "client-usage": replace(SERVER, name="log-usage", usage="client"),
}
CLIENTS = {
    "expired": replace(CLIENT, name="log-client-expired", first_day=-300, last_day=-1),
    "future": replace(CLIENT, name="log-client-future", first_day=3),
    "other-ca": replace(CLIENT, name="log-client-other", issuer="other-authority"),
    "server-usage": replace(CLIENT, name="log-client-usage", usage="server"),
}
USER, PASSWORD, TOKEN = "planted.user", "planted-password", "planted-token"
QUESTION = (
    f"CRV1:R:instance-1/{TOKEN}/11111111-2222:dXNlcg==:"
    f"https://login.example.com/tenant/saml2?SAMLRequest={TOKEN}"
)
HANDLER = "Error establishing connection. Please contact your administrator."
POSTURE = "Authorization policy evaluation failed"


def server_certificate(subject: Subject, transport: Transport) -> Fault:
    def fault(rig: Rig) -> str:
        rig.serve(transport=transport, subject=subject)
        rig.connect(transport=transport)
        return rig.finish()

    return fault


def client_certificate(subject: Subject, transport: Transport) -> Fault:
    usage = ("--remote-cert-tls", "client") if subject.usage == "server" else ()

    def fault(rig: Rig) -> str:
        rig.serve(*usage, transport=transport)
        rig.connect(transport=transport, subject=subject)
        return rig.finish()

    return fault


def revoked(rig: Rig) -> str:
    authority = pki.identity(pki.AUTHORITY)
    rig.serve("--crl-verify", rig.file("crl.pem", _revoke(authority)), transport="tcp")
    rig.connect(transport="tcp")
    return rig.finish()


def _revoke(authority: pki.Identity) -> str:
    ca = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    key = serialization.load_pem_private_key(authority.key.read_bytes(), None)
    client = x509.load_pem_x509_certificate(pki.identity(CLIENT).certificate.read_bytes())
    now = datetime.datetime.now(datetime.UTC)
    gone = (
        x509.RevokedCertificateBuilder()
        .serial_number(client.serial_number)
        .revocation_date(now)
        .build()
    )
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.subject)
        .last_update(now - datetime.timedelta(days=1))
        .next_update(now + datetime.timedelta(days=9))
        .add_revoked_certificate(gone)
    )
    signed = builder.sign(key, hashes.SHA256())  # type: ignore[arg-type]
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def refusal(reason: str, *, second: str | None = None) -> Fault:
    """The server refuses with this reason; where there is a second, it then does otherwise."""

    def fault(rig: Rig) -> str:
        script = rig.script("verify", _verify(reason, second))
        rig.serve("--auth-user-pass-verify", script, "via-file", "--verify-client-cert", "none")
        again = ("--auth-retry", "nointeract", "--connect-retry-max", "2")
        credentials = rig.file("credentials", f"{USER}\n{PASSWORD}\n")
        rig.connect("--auth-user-pass", credentials, *(again if second is not None else ()))
        if second in (None, "welcome"):
            rig.wait("Initialization Sequence Completed", "process exiting")
        else:
            rig.wait_for("process restarting", times=2)
        return rig.stop("client")

    return fault


def _verify(reason: str, second: str | None) -> str:
    say = 'printf %s "{}" > "$auth_failed_reason_file"; exit 1'
    then = ""
    if second is not None:
        then = "exit 0" if second == "welcome" else say.format(second) if second else "exit 1"
        then = f"if [ -e second ]; then {then}; fi; touch second; "
    return then + (say.format(reason) if reason else "exit 1")


def no_reply(rig: Rig) -> str:
    """The server never finishes its decision, so it never answers the request."""
    script = rig.script("later", "exit 2")
    rig.serve("--auth-user-pass-verify", script, "via-file", "--verify-client-cert", "none")
    credentials = rig.file("credentials", f"{USER}\n{PASSWORD}\n")
    rig.connect("--auth-user-pass", credentials, "--hand-window", "8")
    return rig.finish(30)


def pool_empty(rig: Rig) -> str:
    """A pool of two, and a third client."""
    rig.serve_two()
    for role in ("first", "second"):
        rig.connect(role=role)
        rig.wait("Initialization Sequence Completed", role=role)
    rig.connect()
    rig.connected()
    return rig.stop("client")


def frozen(transport: Transport, *options: str) -> Fault:
    """The server stops in the middle of a session, as a path that breaks does."""

    def fault(rig: Rig) -> str:
        rig.serve(*(() if options else ("--keepalive", "1", "3")), transport=transport)
        rig.connect(*options, transport=transport)
        rig.connected()
        rig.send("server", signal.SIGSTOP)
        rig.wait("process restarting", "process exiting")
        return rig.stop("client")

    return fault


def client_option(*options: str, pushes: tuple[str, ...] = ()) -> Fault:
    """The client ends by itself, or is ended once it has connected."""

    def fault(rig: Rig) -> str:
        rig.serve(*(word for push in pushes for word in ("--push", push)))
        rig.connect(*options)
        if "--inactive" in options or "--session-timeout" in options:
            return rig.finish()
        rig.wait("Initialization Sequence Completed", "process exiting", "fatal error")
        time.sleep(0.1)
        return rig.stop("client")

    return fault


def loop(rig: Rig) -> str:
    rig.serve("--push", "route 203.0.113.10 255.255.255.255")
    rig.connect("--ping", "1", "--verb", "4")  # the line is not written at the usual 3
    rig.wait("Recursive routing detected", seconds=10)
    return rig.stop("client")


def unresolved(rig: Rig) -> str:
    rig.connect(remote="cvpn-endpoint-0a1b2c3d.invalid")
    return rig.finish()


def nobody(transport: Transport) -> Fault:
    def fault(rig: Rig) -> str:
        rig.connect(transport=transport)
        return rig.finish()

    return fault


def dropped(rig: Rig) -> str:
    rules = (
        "table inet t {\nchain c {\ntype filter hook input priority 0\nudp dport 443 drop\n}\n}\n"
    )
    rig.spaces["server"].nft(rules)
    rig.connect()
    return rig.finish()


def unreachable(rig: Rig) -> str:
    rig.connect(remote="198.51.100.9")
    return rig.finish()


def server_leaves(rig: Rig) -> str:
    rig.serve("--explicit-exit-notify", "1")
    rig.connect()
    rig.connected()
    rig.stop("server")
    rig.wait("process restarting")
    return rig.stop("client")


def token_expires(rig: Rig) -> str:
    """The session's token is too old at the next renegotiation."""
    script = rig.script("verify", "exit 0")
    tokens = ("--auth-gen-token", "3", "2", "--hand-window", "1", "--reneg-sec", "60")
    rig.serve("--auth-user-pass-verify", script, "via-file", *tokens)
    credentials = rig.file("credentials", f"{USER}\n{PASSWORD}\n")
    rig.connect("--auth-user-pass", credentials, "--reneg-sec", "5", "--auth-nocache")
    rig.wait_for("process restarting", times=1)
    return rig.stop("client")


def management(rig: Rig) -> str:
    """Not the log, but what a program on the management interface is told."""
    rig.serve("--push", "route 10.0.0.0 255.255.0.0")
    rig.connect("--management", str(rig.folder / "management"), "unix", "--management-hold")
    rig.wait("Need hold release")
    told = b""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5.0)
        client.connect(str(rig.folder / "management"))
        client.sendall(b"log on all\nstate on\nhold release\n")
        while b"CONNECTED,SUCCESS" not in told:
            told += client.recv(65536)
        client.sendall(b"signal SIGTERM\n")
        while piece := client.recv(65536):
            told += piece
    return told.decode()
