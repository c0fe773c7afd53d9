"""Faults of TLS and of certificates, each over UDP and TCP where it can be."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

from tests.lab import handshake_room, pki, pki_tls
from tests.lab.fault import BEFORE, ROUTES, Fault, others
from tests.lab.lab import Lab
from tests.lab.network import wait_until
from tests.lab.pki import Identity, Subject
from tests.lab.variant import ENDPOINT_NAME, Variant

UDP = Variant(connected=False)
TCP = Variant(transport="tcp", connected=False)
TLS = frozenset(
    {
        "server-certificate-expired",
        "server-certificate-not-yet-valid",
        "server-certificate-untrusted",
        "server-certificate-name-mismatch",
        "server-certificate-wrong-usage",
        "client-certificate-rejected",
        "endpoint-handshake-cut",
        "clock-skewed",
        "tls-intercepted",
    }
)


def _both(
    name: str,
    sentence: str,
    code: str,
    inject: Callable[[Lab], object],
    forbid: frozenset[str] | None = None,
) -> tuple[Fault, Fault]:
    refused = others(code, BEFORE, ROUTES, TLS if forbid is None else forbid)
    return tuple(  # type: ignore[return-value]
        Fault(
            name=f"{name}-{variant.transport}",
            sentence=sentence,
            code=code,
            inject=inject,
            variant=variant,
            forbid=refused,
        )
        for variant in (UDP, TCP)
    )


def _server(which: str) -> Callable[[Lab], None]:
    return lambda lab: handshake_room.serve(lab, pki_tls.SERVERS[which])


def _client(subject: Subject, *, with_key_of: Subject | None = None) -> Callable[[Lab], None]:
    def inject(lab: Lab) -> None:
        identity = pki.identity(subject)
        other = pki.identity(with_key_of) if with_key_of else identity
        _put_client(lab, identity, other)

    return inject


def _put_client(lab: Lab, certificate: Identity, key: Identity) -> None:
    own = pki.identity(pki.CLIENT)
    text = lab.profile.read_text()
    text = text.replace(own.certificate_text.strip(), certificate.certificate_text.strip())
    lab.profile.write_text(text.replace(own.key_text.strip(), key.key_text.strip()))


def _revoked(lab: Lab) -> None:
    subject = pki_tls.CLIENTS["revoked"]
    crl = pki_tls.revocation_list(pki.identity(subject))
    handshake_room.serve(lab, pki.SERVER, "--crl-verify", str(crl))
    _client(subject)(lab)


def _filter(*rules: str) -> Callable[[Lab], None]:
    """Rules of the router for packets in both directions."""
    body = "; ".join(rules)
    return lambda lab: lab.space("home").nft(
        f"table ip tls {{ chain f {{ type filter hook forward priority 0; {body}; }}; }}"
    )


def _cut(lab: Lab) -> None:
    """The hard reset passes, the ClientHello does not."""
    port = f"{lab.variant.transport} dport {lab.variant.port}"
    _filter(f"{port} ip length > 200 drop")(lab)


def _impostor(kind: str) -> Callable[[Lab], None]:
    def inject(lab: Lab) -> None:
        lab.stop("server")
        which = f"{kind}-{lab.variant.transport}" if kind == "mute" else kind
        argv = [sys.executable, "-m", "tests.lab.impostor", which, str(lab.variant.port)]
        lab._start("impostor", lab.space("endpoint").argv(*argv, ENDPOINT_NAME))
        family = "-lun" if lab.variant.transport == "udp" else "-ltn"
        wait_until(
            lambda: f":{lab.variant.port} " in lab.exec("ss", family, where="endpoint").stdout,
            "the impostor",
        )

    return inject


_CLIENT_OTHER_KEY = replace(pki.CLIENT, name="client-other-key")

FAULTS: tuple[Fault, ...] = (
    *_both(
        "server-expired",
        "The server's certificate has expired.",
        "server-certificate-expired",
        _server("expired"),
    ),
    *_both(
        "server-future",
        "The server's certificate begins tomorrow.",
        "server-certificate-not-yet-valid",
        _server("future"),
    ),
    *_both(
        "server-other-ca",
        "The server's certificate is of an authority that the profile does not know.",
        "server-certificate-untrusted",
        _server("other-ca"),
    ),
    *_both(
        "server-other-name",
        "The server's certificate has another name than the profile demands.",
        "server-certificate-name-mismatch",
        _server("other-name"),
    ),
    *_both(
        "server-client-eku",
        "The server shows a certificate for clients.",
        "server-certificate-wrong-usage",
        _server("client-eku"),
    ),
    *_both(
        "client-expired",
        "The client certificate in the profile has expired.",
        "client-certificate-expired",
        _client(pki_tls.CLIENTS["expired"]),
        TLS - {"client-certificate-rejected", "endpoint-handshake-cut"},
    ),
    *_both(
        "client-revoked",
        "The server's revocation list names the client certificate.",
        "client-certificate-rejected",
        _revoked,
    ),
    *_both(
        "client-other-ca",
        "The client certificate is of an authority that the server does not know.",
        "client-certificate-rejected",
        _client(pki_tls.CLIENTS["other-ca"]),
    ),
    *_both(
        "client-server-eku",
        "The profile holds a server's certificate as the client's.",
        "client-certificate-wrong-usage",
        _client(pki_tls.CLIENTS["server-eku"]),
        TLS - {"client-certificate-rejected", "endpoint-handshake-cut"},
    ),
    *_both(
        "client-other-key",
        "The key in the profile belongs to another certificate.",
        "client-key-mismatch",
        _client(pki.CLIENT, with_key_of=_CLIENT_OTHER_KEY),
        TLS - {"client-certificate-rejected", "endpoint-handshake-cut"},
    ),
    *_both(
        "handshake-cut",
        "The router lets the hard reset pass and drops the ClientHello.",
        "endpoint-handshake-cut",
        _cut,
    ),
    *_both(
        "large-dropped",
        "Packets above 900 bytes vanish in both directions.",
        "endpoint-handshake-cut",
        _filter("ip length > 900 drop"),
    ),
    *_both(
        "server-mute",
        "The server answers hard resets and nothing after them.",
        "endpoint-handshake-cut",
        _impostor("mute"),
    ),
    Fault(
        name="tls-proxy",
        sentence="An inspecting proxy answers TLS under the endpoint's name.",
        code="tls-intercepted",
        inject=_impostor("proxy"),
        variant=TCP,
        forbid=others("tls-intercepted", BEFORE, ROUTES, TLS),
    ),
)
