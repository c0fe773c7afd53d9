"""What a packet capture says, flow by flow: facts and findings, never a payload.

Times are seconds after the first packet of the capture. Of what passed, only the handshake's own
clear parts are kept: sizes, numbers, names in certificates of the server, names of endpoints.
"""

from typing import Literal

from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.model.finding import Finding
from cvpn_doctor.model.handshake import Alert, Certificate, HandshakeStage
from cvpn_doctor.model.profile import Transport
from cvpn_doctor.model.record import Record

SCHEMA = "cvpn-doctor/capture/1"

Sender = Literal["client", "server", "other"]
EventKind = Literal[
    "tcp_syn",
    "tcp_syn_ack",
    "tcp_reset",
    "tcp_fin",
    "icmp",
    "hard_reset",  # the first packet of a client, each time that it was sent
    "hard_reset_answer",
    "soft_reset",
    "client_hello",
    "server_hello",
    "certificates",
    "certificate_request",
    "server_hello_done",
    "client_certificate",
    "encrypted",  # from here on this side's handshake cannot be read
    "alert",
    "control",  # a control packet, its content is not readable or already told
    "again",  # a control packet that was sent before
    "ack",
    "data",
    "keepalive",  # a data packet too small to carry anything of a user
    "foreign",  # bytes that are not OpenVPN
]
Recognised = Literal[
    "handshake",  # its packets are OpenVPN's
    "data",  # the capture began later: only data packets, of one form throughout
    "endpoint",  # not a byte of it was seen, but the server's address is an endpoint's
    "port",  # not a byte of it was seen, it only goes to a port that OpenVPN may use
]
ResetOrigin = Literal["endpoint", "between", "unknown"]


class CaptureEvent(Record, frozen=True, kw_only=True):
    """Something that happened, once or `count` times until `until`."""

    at: float
    kind: EventKind
    by: Sender
    size: int | None = None  # bytes of the IP packet
    packet_id: int | None = None
    ttl: int | None = None
    icmp: Icmp | None = None
    detail: str = ""  # language-free: "TLSv1.3", "nxdomain", a name
    count: int = 1
    until: float | None = None


class TcpReset(Record, frozen=True, kw_only=True):
    """A TCP reset in the server's name, and by its time-to-live, who sent it."""

    at: float
    ttl: int
    usual_ttls: tuple[int, ...] = ()  # of the other packets from that address
    origin: ResetOrigin
    hops: int  # how far away its sender is, by the nearest usual first value above


class DataCount(Record, frozen=True, kw_only=True):
    """Data packets of one side."""

    packets: int = 0
    bytes: int = 0
    keepalives: int = 0  # of these packets: OpenVPN's own messages
    first: float | None = None
    last: float | None = None


class CaptureFlow(Record, frozen=True, kw_only=True):
    """One session attempt between a client's port and a server's port."""

    client: str
    client_port: int
    server: str
    server_port: int
    transport: Transport
    recognised: Recognised
    name: str | None = None  # by which the server was found, where the capture tells
    started: float
    ended: float
    waited: float  # from the first packet that was never answered to the end of the capture
    stage: HandshakeStage = "nothing"
    resets: int = 0
    reset_answered: float | None = None  # seconds between the first reset and its answer
    wrapped: bool = False  # tls-auth or tls-crypt: nothing of the handshake is readable
    tls_version: str | None = None
    cipher: str | None = None
    chain: tuple[Certificate, ...] = ()  # TLS 1.2 only: TLS 1.3 sends it encrypted
    malformed_certificates: int = 0
    server_flight_complete: bool | None = None  # None: cannot be read (TLS 1.3)
    server_packets_missing: bool = False  # a later one came, an earlier one did not
    certificate_requested: bool | None = None
    client_certificate: bool | None = None  # whether the client sent one, where readable
    alerts: tuple[Alert, ...] = ()
    hello_sizes: tuple[int, ...] = ()  # of the client's first TLS packets, as IP packets
    acked: tuple[int, ...] = ()  # sizes of the client's control packets that were acknowledged
    unacked: tuple[int, ...] = ()
    last_unacked_only: bool = False  # those not acknowledged are the last ones of its last flight
    retransmissions_client: int = 0
    retransmissions_server: int = 0
    largest_from_client: int | None = None  # bytes, of those that are known to have arrived
    largest_from_server: int | None = None
    data_from_client: DataCount = DataCount()
    data_from_server: DataCount = DataCount()
    icmp: tuple[Icmp, ...] = ()  # errors that came back and were not followed by an answer
    opened: bool | None = None  # TCP
    connects: int = 0  # TCP: how often the first packet was sent
    tcp_resets: tuple[TcpReset, ...] = ()
    closed_by: Literal["client", "server"] | None = None  # TCP: who ended it first
    speaks: Literal["http", "tls", "ssh", "unknown"] | None = None  # what came in OpenVPN's place
    malformed: int = 0
    gaps: int = 0  # TCP: places where the capture lacks a piece of the stream
    events: tuple[CaptureEvent, ...] = ()
    events_left_out: int = 0

    @property
    def carried_data(self) -> bool:
        """Whether data packets passed both ways."""
        return bool(self.data_from_client.packets and self.data_from_server.packets)


class CaptureName(Record, frozen=True, kw_only=True):
    """A question for the name of an endpoint, and its answers."""

    name: str
    server: str
    asked: float
    answered: float | None = None
    rcode: str | None = None  # "noerror", "nxdomain", ...
    addresses: tuple[str, ...] = ()


class CaptureReport(Record, frozen=True, kw_only=True):
    """A capture, read."""

    schema: str = SCHEMA
    started: str | None = None  # of the first packet, RFC 3339 UTC, by the capturer's clock
    seconds: float = 0.0  # that the capture spans
    packets: int = 0
    skipped: int = 0  # of a kind that is not read: other link types, other protocols
    malformed: int = 0
    cut: int = 0  # packets that were not captured whole
    truncated: bool = False  # the file ends in the middle, or is damaged from there on
    stopped: Literal["packets", "seconds"] | None = None  # which limit ended the reading
    names: tuple[CaptureName, ...] = ()
    flows: tuple[CaptureFlow, ...] = ()
    flows_left_out: int = 0
    findings: tuple[Finding, ...] = ()  # the most telling first

    @property
    def carried_data(self) -> bool:
        """Whether any session carried data both ways."""
        return any(flow.carried_data for flow in self.flows)
