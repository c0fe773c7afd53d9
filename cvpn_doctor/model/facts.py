"""The facts that each check records: all that a later judgement needs, nothing else.

They stand here and not beside their checks, because a judgement may look at what other checks
saw, while checks never import each other.
"""

from typing import Literal

from cvpn_doctor.model.answers import DnsAnswer, HopAnswer, HttpAnswer, PortAnswer, TlsAnswer
from cvpn_doctor.model.aws_client import AwsClientState
from cvpn_doctor.model.deep import InterfacePackets, PathMtu
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.handshake import Certificate, HandshakeAnswer
from cvpn_doctor.model.network import (
    HostsEntry,
    Interface,
    Listener,
    Process,
    Resolver,
    ResolverConfig,
    Route,
    RouteAnswer,
    RouteTable,
    VpnClient,
)
from cvpn_doctor.model.profile import LintIssue
from cvpn_doctor.model.push import LogAttempt
from cvpn_doctor.model.record import Record


class ProfileFacts(Record, frozen=True, kw_only=True):
    """Check `profile`: what is wrong in the file itself."""

    issues: tuple[LintIssue, ...] = ()
    warnings: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()  # products of the VPN clients installed here


class TunnelFacts(Record, frozen=True, kw_only=True):
    """Check `tunnel_interface`: all interfaces, and the VPN programs that run."""

    interfaces: tuple[Interface, ...]
    processes: tuple[Process, ...] = ()


class RoutesFacts(Record, frozen=True, kw_only=True):
    """Check `routes`: the whole table, and the system's own answers for a sample of addresses."""

    table: RouteTable
    answers: tuple[RouteAnswer, ...] = ()


class NetworkFacts(Record, frozen=True, kw_only=True):
    """Check `network`: the way out of the laptop, outside any tunnel."""

    default_routes: tuple[Route, ...] = ()  # all of both families, outside tunnels
    underlay: str | None = None  # the interface that leads outside
    gateway: str | None = None
    gateway_reachable: bool | None = None
    witness: HttpAnswer | None = None
    nobody: HttpAnswer | None = None  # HTTP asked of an address that belongs to nobody
    hops: tuple[HopAnswer, ...] = ()  # towards that address


class NameFacts(Record, frozen=True, kw_only=True):
    """Check `endpoint_name`: every question about the endpoint's name, and its answer."""

    zone: str  # the endpoint's name without any label in front
    pinned: str | None = None  # the remote is an address: nothing to resolve
    random: str = ""  # the two names with a random label in front
    second: str = ""
    nonsense: str = ""  # a name of an endpoint that cannot exist
    control: str = ""  # a name that exists wherever the public name system is reachable
    resolvers: tuple[Resolver, ...] = ()
    answers: tuple[DnsAnswer, ...] = ()
    hosts_entries: tuple[HostsEntry, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """What an application gets: the system's path first, else any resolver's answer."""
        if self.pinned:
            return (self.pinned,)
        asked = {self.random, self.second}
        system = [a for a in self.answers if a.server is None and a.name in asked]
        others = [a for a in self.answers if a.server is not None and a.name in asked]
        for group in (system, others):
            found = [address for answer in group for address in answer.addresses]
            if found:
                return tuple(dict.fromkeys(found))
        return ()


class WitnessFacts(Record, frozen=True, kw_only=True):
    """Check `name_witness`: what servers outside this laptop's configuration say of the name."""

    servers: tuple[Resolver, ...] = ()
    answers: tuple[DnsAnswer, ...] = ()
    ports: tuple[PortAnswer, ...] = ()  # addresses that only the witnesses gave


class PortsFacts(Record, frozen=True, kw_only=True):
    """Check `endpoint_ports`: the hard reset on each address, transport and port."""

    answers: tuple[PortAnswer, ...] = ()
    hops: tuple[HopAnswer, ...] = ()  # packets that die on the way, to place a refusal
    bound: str | None = None  # the interface that probes were bound to, past the tunnel


class ClientLogFacts(Record, frozen=True, kw_only=True):
    """Check `client_log`: the attempts that the VPN client's own logs tell of, oldest first."""

    files: int = 0
    named: bool = False  # on the command line: then it is about this very problem
    unreadable: tuple[Failure, ...] = ()
    attempts: tuple[LogAttempt, ...] = ()
    unknown_lines: int = 0  # counted, never copied


class HandshakeFacts(Record, frozen=True, kw_only=True):
    """Check `handshake`: how far each address went along, up to the end of TLS."""

    answers: tuple[HandshakeAnswer, ...] = ()
    certificate_elsewhere: bool = False  # in a store or on a token: the probe had none to show


class ServerCertificateFacts(Record, frozen=True, kw_only=True):
    """Check `server_certificate`: whom the profile trusts, and who else shows certificates."""

    authorities: tuple[Certificate, ...] = ()  # the profile's `ca`
    malformed: int = 0
    impostor: TlsAnswer | None = None  # an ordinary TLS server in the endpoint's place


class ClientCertificateFacts(Record, frozen=True, kw_only=True):
    """Check `client_certificate`: the profile's own certificate. Never the key."""

    certificate: Certificate | None = None
    key: Literal["matches", "other", "encrypted", "unreadable", "missing"] = "missing"


class ClockWitness(Record, frozen=True, kw_only=True):
    """What one witness says of the laptop's clock."""

    source: str
    offset: float  # seconds that the laptop is ahead
    error: float  # seconds, half of the round trip and of the Date header's resolution


class ClockFacts(Record, frozen=True, kw_only=True):
    """Check `clock`: the laptop's time, and what others say of it."""

    now: str  # by the laptop's clock, RFC 3339 UTC
    witnesses: tuple[ClockWitness, ...] = ()


class SamlFacts(Record, frozen=True, kw_only=True):
    """Check `saml_ready`: who listens where the browser's answer must arrive."""

    listeners: tuple[Listener, ...] = ()
    processes: tuple[Process, ...] = ()
    browser: bool | None = None  # a web page can be opened; None: that could not be seen


class IdentityProviderFacts(Record, frozen=True, kw_only=True):
    """Check `identity_provider`: whether the sign-in page's host is there."""

    host: str
    name: DnsAnswer | None = None
    page: TlsAnswer | None = None


class TunnelDnsFacts(Record, frozen=True, kw_only=True):
    """Check `tunnel_dns`: how this laptop resolves names now."""

    config: ResolverConfig


class VpnClientFacts(Record, frozen=True, kw_only=True):
    """Check `vpn_client`: the VPN clients installed here, and what AWS' own says of itself."""

    clients: tuple[VpnClient, ...] = ()
    aws: AwsClientState | None = None  # None: not version 6 or later, or it could not be asked
    aws_failure: Failure | None = None


class DeepFacts(Record, frozen=True, kw_only=True):
    """Check `deep`: packet sizes towards the endpoint, and where tunnel packets leave."""

    path: PathMtu | None = None
    path_failure: Failure | None = None
    packets: tuple[InterfacePackets, ...] = ()
    packets_failure: Failure | None = None
