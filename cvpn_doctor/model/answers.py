"""What probes bring home: facts about one question asked on the network, never a judgement."""

from typing import Literal

from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.profile import Transport
from cvpn_doctor.model.record import Record


class DnsAnswer(Record, frozen=True, kw_only=True):
    """The answer of one name server (or of the system's own path) to one question."""

    server: str | None  # None: the system's path (hosts file, cache, stub, everything)
    name: str
    record: Literal["A", "AAAA", "NS"]
    addresses: tuple[str, ...] = ()  # A, AAAA
    names: tuple[str, ...] = ()  # NS: server names
    aliases: tuple[str, ...] = ()  # CNAME chain
    failure: Failure | None = None
    authoritative: bool = False  # the AA bit
    bogus_packets: int = 0  # packets that did not answer our question: a sign of forgery
    seconds: float = 0.0
    interface: str | None = None  # by which interface the question left


class Icmp(Record, frozen=True, kw_only=True):
    """An ICMP error that came back for our packet."""

    type: int
    code: int
    sender: str  # the address that sent the error, not the one we asked
    mtu: int | None = None


PortOutcome = Literal[
    "openvpn",  # answered a hard reset with a hard reset
    "silent",  # nothing came back (TCP: no answer to the SYN)
    "refused",  # TCP reset, or ICMP port unreachable sent by the address itself
    "rejected",  # an ICMP error sent by something in between
    "no_route",  # refused by the laptop's own routing table
    "denied",  # refused by the laptop itself (EPERM, EACCES): a local firewall
    "other_protocol",  # TCP: open, but what came back is not OpenVPN; UDP: a foreign datagram
    "closed",  # TCP: open, then closed or reset without a byte
    "mute",  # TCP: open, but no answer to the hard reset
    "failed",  # none of these: see failure
]


class PortAnswer(Record, frozen=True, kw_only=True):
    """What one address said on one transport and port to the OpenVPN hard reset."""

    address: str
    transport: Transport
    port: int
    outcome: PortOutcome
    icmp: Icmp | None = None
    failure: Failure | None = None
    speaks: Literal["http", "tls", "ssh", "unknown"] | None = None  # with other_protocol
    seconds: float = 0.0
    attempts: int = 1  # packets (UDP) or connections (TCP) that were sent
    interface: str | None = None  # by which interface it left


class HopAnswer(Record, frozen=True, kw_only=True):
    """What came back for a packet with a small time-to-live."""

    address: str  # where the packet was going
    transport: Transport
    port: int
    ttl: int
    outcome: Literal["expired", "reached", "refused", "rejected", "silent", "failed"]
    icmp: Icmp | None = None
    seconds: float = 0.0


class TlsAnswer(Record, frozen=True, kw_only=True):
    """What an ordinary TLS server called itself when it was asked for a name."""

    address: str
    port: int
    server_name: str
    subject: str | None = None
    issuer: str | None = None
    names: tuple[str, ...] = ()  # common name and DNS alternative names
    failure: Failure | None = None


class HttpAnswer(Record, frozen=True, kw_only=True):
    """One plain HTTP request. The body is never kept, only what kind it was."""

    url: str
    address: str | None = None  # the address that was asked
    status: int | None = None
    location: str | None = None  # host and path of a redirect, without its query
    body: Literal["empty", "address", "html", "text", "other"] | None = None
    via: bool = False  # a proxy announced itself
    date: str | None = None  # the server's Date header, RFC 3339
    failure: Failure | None = None
    seconds: float = 0.0
    interface: str | None = None
