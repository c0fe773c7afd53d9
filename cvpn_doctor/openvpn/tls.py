"""The client's side of TLS over memory: bytes in, bytes out, and all that can be learned from it.

OpenVPN's own settings (docs/design/004-openvpn.md, 11.3): at least TLS 1.2, the security level
of its legacy profile, no server name. Nothing is ever written into the session: what a client
says after TLS would be the user's secret.
"""

import re
import ssl
from contextlib import suppress
from typing import Any, Final, Literal

from cvpn_doctor.model.handshake import Alert, ClientCertificateUse
from cvpn_doctor.openvpn import credentials, tls_messages
from cvpn_doctor.openvpn.packet import ProtocolError

CIPHERS: Final = "DEFAULT:@SECLEVEL=1"
_PEM_CERTIFICATE: Final = re.compile(
    rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----.+?-----END [A-Z0-9 ]+-----", re.DOTALL
)
_ALERT_REASON: Final = re.compile(r"^(?:SSLV3|TLSV1|TLSV13)_ALERT_([A-Z_]+)$")

HANDSHAKE: Final = 22
ALERT: Final = 21
FINISHED: Final = 20
FATAL: Final = 2
MOST_ALERTS: Final = 16


class Tls:
    """One TLS session. `ca`, `certificate`, `key`: PEM.

    Without a CA the server is not verified, and then it does not get the client's certificate.
    Raises ProtocolError for a CA that holds no certificate.
    """

    def __init__(
        self, ca: bytes | None = None, certificate: bytes | None = None, key: bytes | None = None
    ) -> None:
        self.finished = False  # OpenSSL: the handshake is over (TLS 1.3: for our side)
        self.sent_finished = False
        self.tickets = 0
        self.chain: tuple[bytes, ...] = ()
        self.requested = False
        self.accepted_issuers: tuple[str, ...] = ()
        self.alerts: list[Alert] = []
        self.verify_code: int | None = None  # None: not verified, or not so far
        self.error: str | None = None  # why it is over; "close_notify" for an orderly end
        self.version: str | None = None
        self.cipher: str | None = None
        self.is_verified = ca is not None
        self._given: ClientCertificateUse = "not_given"
        self._context = self._make_context(ca)
        if certificate is not None or key is not None:
            self._give(certificate or b"", key or b"")
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = self._context.wrap_bio(self._incoming, self._outgoing)

    @property
    def client_certificate(self) -> ClientCertificateUse:
        """What became of the client's certificate."""
        return self._given if self.requested else "not_requested"

    @property
    def alert_from_server(self) -> bool:
        """Whether the server ended it with a fatal alert."""
        return any(alert.fatal and alert.sender == "server" for alert in self.alerts)

    def start(self) -> None:
        """Make the ClientHello."""
        self._advance()

    def receive(self, data: bytes) -> None:
        """Take bytes of the server."""
        if self.error is None:
            self._incoming.write(data)
            self._advance()

    def to_send(self) -> bytes:
        """Bytes for the server, empty when there are none."""
        return self._outgoing.read()

    def _advance(self) -> None:
        try:
            if not self.finished:
                self._tls.do_handshake()
                self._finish()
            # In TLS 1.3 the server judges our certificate only now, and says so here. What else
            # it may say is not for us and thrown away.
            while self._tls.read(4096):
                pass
            self.error = "close_notify"
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.error = "close_notify"
        except ssl.SSLCertVerificationError as error:
            self.verify_code = error.verify_code
            self._fail(error)
        except (ssl.SSLError, ValueError) as error:
            self._fail(error)
        self._fall_back()

    def _finish(self) -> None:
        self.finished = self.sent_finished = True
        self.version = self._tls.version()
        cipher = self._tls.cipher()
        self.cipher = cipher[0] if cipher else None
        self._verified()

    def _verified(self) -> None:
        if self.is_verified and self.verify_code is None:
            self.verify_code = 0

    def _fail(self, error: Exception) -> None:
        reason = getattr(error, "reason", None) or type(error).__name__
        self.error = str(reason).lower()
        alert = _ALERT_REASON.match(str(reason))
        if alert is not None and not self.alert_from_server:
            self._note_alert(Alert(name=alert[1].lower(), sender="server", fatal=True))

    def _fall_back(self) -> None:
        """The chain where the message callback did not show it: public since Python 3.13."""
        get_chain = getattr(self._tls, "get_unverified_chain", None)
        if self.chain or get_chain is None:
            return
        with suppress(ssl.SSLError, ValueError, TypeError):
            self.chain = tuple(bytes(one) for one in get_chain() or ())

    # -- the context --------------------------------------------------------------------------

    def _make_context(self, ca: bytes | None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False  # OpenVPN compares names itself: verify-x509-name
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        with suppress(ssl.SSLError):  # a libssl without security levels
            context.set_ciphers(CIPHERS)
        if ca is None:
            context.verify_mode = ssl.CERT_NONE
        else:
            context.verify_mode = ssl.CERT_REQUIRED
            _load_ca(context, ca)
        # Private, but the only way to CertificateRequest and to the chain of a failed
        # verification; where it is gone, there is less to tell.
        with suppress(AttributeError, TypeError):
            context._msg_callback = self._on_message  # type: ignore[attr-defined]  # noqa: SLF001
        return context

    def _give(self, certificate: bytes, key: bytes) -> None:
        if not self.is_verified:
            self._given = "withheld"
        elif credentials.load(self._context, certificate, key):
            self._given = "sent"
        else:
            self._given = "unusable"

    # -- messages -----------------------------------------------------------------------------

    def _on_message(
        self, _conn: Any, direction: str, _version: int, content: int, kind: int, data: bytes
    ) -> None:
        sender_is_server = direction == "read"
        if content == ALERT and len(data) >= 2:
            name = getattr(kind, "name", None) or f"alert_{data[1]}"
            sender: Literal["client", "server"] = "server" if sender_is_server else "client"
            self._note_alert(Alert(name=name.lower(), sender=sender, fatal=data[0] == FATAL))
        elif content == HANDSHAKE and sender_is_server:
            self._on_server_message(kind, data[4:])
        elif content == HANDSHAKE and kind == FINISHED:
            self.sent_finished = True
            self._verified()

    def _note_alert(self, alert: Alert) -> None:
        if len(self.alerts) < MOST_ALERTS:
            self.alerts.append(alert)

    def _on_server_message(self, kind: int, body: bytes) -> None:
        match int(kind):
            case 2:  # SERVER_HELLO
                self._on_server_hello(body)
            case 11:  # CERTIFICATE
                self.chain = tls_messages.certificates(body)
            case 13:  # CERTIFICATE_REQUEST
                self.requested = True
                is_13 = self.version == "TLSv1.3"
                self.accepted_issuers = tls_messages.accepted_issuers(body, is_13=is_13)
            case 4:  # NEW_SESSION_TICKET
                self.tickets += 1

    def _on_server_hello(self, body: bytes) -> None:
        hello = tls_messages.server_hello(body)
        self.version = hello.version
        known = {one["id"] & 0xFFFF: one["name"] for one in self._context.get_ciphers()}
        self.cipher = known.get(hello.cipher)


def _load_ca(context: ssl.SSLContext, ca: bytes) -> None:
    blocks = _PEM_CERTIFICATE.findall(ca)
    try:
        context.load_verify_locations(cadata=b"\n".join(blocks).decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise ProtocolError("no CA certificate that can be read") from None
