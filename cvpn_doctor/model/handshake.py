"""What an OpenVPN handshake up to the end of TLS brought home: facts, never a key or a secret."""

from typing import Literal

from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.profile import Transport
from cvpn_doctor.model.record import Record

HandshakeStage = Literal[  # each one includes all before it
    "nothing",  # no answer to the hard reset
    "reset_answered",  # the server answered the hard reset
    "hello_acked",  # it acknowledged all of the TLS ClientHello
    "server_flight",  # the beginning of its own TLS flight came
    "finished",  # its certificate was accepted, all of our last flight was sent
    "client_flight_acked",  # it acknowledged all of that, but did not yet confirm it
    "accepted",  # it confirmed: Finished (TLS 1.2), ticket or settled ack (TLS 1.3)
]

HandshakeOutcome = Literal[
    "accepted",  # the server accepted all that is asked before a user signs in
    "untrusted",  # we refused the server's certificate: see `verification`
    "alert",  # the server ended TLS with a fatal alert: see `alerts`
    "tls_failed",  # TLS broke in another way: see `tls_error`
    "closed",  # TCP: the other side ended the connection, at `stage`
    "silent",  # nothing more came, at `stage`: see `silence`
    "other_protocol",  # something answered that is not OpenVPN
    "refused",  # TCP reset before it opened, or ICMP sent by the address itself
    "rejected",  # an ICMP error sent by something in between
    "no_route",  # refused by the laptop's own routing table
    "denied",  # refused by the laptop itself: a local firewall
    "failed",  # none of these: see `failure`
]

Silence = Literal[  # which packets are missing; docs/design/004-openvpn.md, 1.3 and 8
    "reset",  # no answer to the hard reset
    "hello",  # the ClientHello was never acknowledged: TLS refused, or cut after the reset
    "server_flight",  # ClientHello acknowledged, but no large packet of the server comes
    "large_client_packets",  # the server acknowledges our small packets, not the large ones
    "end_of_client_flight",  # it stopped acknowledging within it: it refused our certificate
    "server_finished",  # all acknowledged, but the server's last word is missing
    "mixed",  # none of these patterns: loss
]

ClientCertificateUse = Literal[
    "sent",  # the server asked for it and got it
    "not_requested",  # the server did not ask, or it did not come so far
    "not_given",  # the server asked, and there is none
    "withheld",  # there is one, but without a CA nobody knows who would get it
    "unusable",  # there is one, but it does not load: damaged, encrypted, or not of this key
]


class Certificate(Record, frozen=True, kw_only=True):
    """A certificate as far as it matters here. Names as OpenVPN prints them: `C=DE, CN=server`."""

    subject: str
    common_name: str | None  # the last one of the subject, as OpenVPN takes it
    issuer: str
    issuer_common_name: str | None
    not_before: str  # RFC 3339, UTC
    not_after: str
    sha256: str  # fingerprint, 64 hex digits
    key_type: str  # "rsa", "ec", "ed25519", ...; "unknown"
    key_bits: int | None = None
    extended_key_usage: tuple[str, ...] | None = None  # None: the extension is missing
    key_usage: tuple[str, ...] | None = None  # None: the extension is missing
    is_ca: bool = False
    self_signed: bool = False  # issued by its own name


class Verification(Record, frozen=True, kw_only=True):
    """OpenSSL's verdict on the server's chain against the CA given, by this laptop's clock."""

    code: int  # X509_V_ERR_*, 0: ok
    name: str  # "ok", "certificate_has_expired", ...; "code_N" where the name is not known
    depth: int | None = None  # of the certificate at fault, 0: the server's; None: not known


class Alert(Record, frozen=True, kw_only=True):
    """A TLS alert."""

    name: str  # as in RFC 8446 6: "unknown_ca", "protocol_version"; "alert_N"
    sender: Literal["client", "server"]
    fatal: bool


class HandshakeAnswer(Record, frozen=True, kw_only=True):
    """How one address went along with an OpenVPN handshake, to the end of TLS and no further.

    Several sessions may have been tried; what is told is that of the one which came furthest, the
    counters are the sums of all. `acked` and `unacked` are the sizes of our own packets after the
    hard reset, in order of first sending, as UDP payload.
    """

    address: str
    transport: Transport
    port: int
    outcome: HandshakeOutcome
    stage: HandshakeStage = "nothing"
    silence: Silence | None = None  # with outcome "silent", and "closed" over TCP
    tls_version: str | None = None  # "TLSv1.2", "TLSv1.3"
    cipher: str | None = None
    chain: tuple[Certificate, ...] = ()  # as the server sent it, its own first
    malformed_certificates: int = 0
    verification: Verification | None = None  # None: no CA was given, or no chain came
    certificate_requested: bool | None = None  # None: the server did not get that far
    accepted_issuers: tuple[str, ...] = ()  # CA names that the server accepts, if it tells
    client_certificate: ClientCertificateUse = "not_requested"
    alerts: tuple[Alert, ...] = ()
    tls_error: str | None = None  # OpenSSL's reason, lower case
    acked: tuple[int, ...] = ()
    unacked: tuple[int, ...] = ()
    held: int = 0  # packets of the server that wait for an earlier one
    unsent_bytes: int | None = None  # TCP on Linux: bytes that the peer's system did not confirm
    sessions: int = 1
    resets: int = 1
    retransmissions: int = 0
    duplicates: int = 0
    out_of_order: int = 0
    bogus: int = 0  # packets that are not of our session, or no packets at all
    round_trip: float | None = None  # seconds, of the hard reset
    icmp: Icmp | None = None
    failure: Failure | None = None
    seconds: float = 0.0
    interface: str | None = None

    @property
    def refused_client(self) -> bool:
        """Whether the server fell out with us only after our last flight: our certificate.

        Servers up to 2.6 say nothing (UDP) or close (TCP); 2.7 sends an alert over TCP.
        """
        if self.stage != "finished":
            return False
        # Over TCP silence is another thing: lost segments hold up all that follows them.
        by_silence = self.outcome == "silent" and self.transport == "udp"
        if by_silence:
            return self.silence == "end_of_client_flight"
        return self.outcome in ("closed", "alert")
