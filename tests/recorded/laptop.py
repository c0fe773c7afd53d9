"""A Windows or macOS laptop made by hand, as values of the model, that answers every question.

Rows and interfaces are drawn as real ones look (metrics, own host rows, scoped and clone rows),
the system's own word on an address from the routing algebra, the network from a few settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import msgspec

from cvpn_doctor.host.questions import Question, Questioned
from cvpn_doctor.model.answers import DnsAnswer, HopAnswer, HttpAnswer, Icmp, PortAnswer
from cvpn_doctor.model.aws_client import AwsClientState
from cvpn_doctor.model.expectation import DEFAULT_WITNESS, Expectation
from cvpn_doctor.model.failure import Failure, FailureKind, Unsupported
from cvpn_doctor.model.handshake import HandshakeAnswer
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
from cvpn_doctor.model.platform import OperatingSystem, Platform
from cvpn_doctor.model.profile import Profile, Remote
from cvpn_doctor.model.push import LogAttempt, LogReading
from cvpn_doctor.model.record import Record
from cvpn_doctor.routing.forwarding import Flow, ForwardingMap

T = TypeVar("T", bound=Record)
ENDPOINT_ID = "cvpn-endpoint-0123456789abcdef0"
ZONE = f"{ENDPOINT_ID}.prod.clientvpn.eu-central-1.amazonaws.com"
ENDPOINT = "3.64.10.20"
STARTED = datetime(2026, 11, 23, 8, 30, tzinfo=UTC).timestamp()
DATE = "2026-11-23T08:30:00Z"

VPC, PEERED, POOL, VPC_DNS = "10.20.0.0/16", "172.31.0.0/16", "10.100.0.0/22", "10.20.0.2"
SPLIT = Expectation(tunnel="split", routes=(VPC, PEERED), client_cidr=POOL, dns=(VPC_DNS,))
FULL = Expectation(tunnel="full", client_cidr=POOL, dns=(VPC_DNS,))
PROFILE = Profile(
    name="work",
    endpoint_id=ENDPOINT_ID,
    region="eu-central-1",
    remotes=(Remote(host=ZONE, port=443, transport="udp", line=3),),
    random_hostname=True,
    auth=("mutual",),
)
AWS_5 = VpnClient(
    product="aws", name="AWS VPN Client", version="5.3.1", running=True, service_running=True
)
OPENVPN = Process(pid=4711, name="acvc-openvpn", state="running")


@dataclass(frozen=True)
class Laptop(Questioned):
    """What one laptop is like. Change it by `replace`, or with the small methods."""

    os: OperatingSystem
    release: str
    interfaces_: tuple[Interface, ...]
    routes_: tuple[Route, ...]
    resolvers_: tuple[Resolver, ...]
    expectation: Expectation = SPLIT
    profile: Profile | None = PROFILE
    processes: tuple[Process, ...] = ()
    clients: tuple[VpnClient, ...] = (AWS_5,)
    aws: AwsClientState | None = None
    hosts: tuple[HostsEntry, ...] = ()
    listeners_: tuple[Listener, ...] = ()
    attempts: tuple[LogAttempt, ...] = ()
    addresses: tuple[str, ...] = (ENDPOINT,)
    ports: Mapping[tuple[str, int], str] = field(
        default_factory=lambda: {("udp", 443): "openvpn"}  # all others are silent
    )
    dead_resolvers: Mapping[str, FailureKind] = field(default_factory=dict)
    online: bool = True
    unanswered: tuple[str, ...] = ()
    gateway_alive: bool | None = True
    labels: list[str] = field(default_factory=lambda: [f"{n:012x}" for n in range(161, 175)])

    # -- changes ------------------------------------------------------------------------------
    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def adding(self, *items: Interface | Route) -> Self:
        """Interfaces and rows more; rows go in front, as the newest often are."""
        routes = tuple(item for item in items if isinstance(item, Route))
        interfaces = tuple(item for item in items if isinstance(item, Interface))
        return self.but(
            routes_=(*routes, *self.routes_), interfaces_=(*self.interfaces_, *interfaces)
        )

    def without(self, *destinations: str, interface: str | None = None) -> Self:
        """Rows less."""
        kept = tuple(
            r
            for r in self.routes_
            if r.destination not in destinations or interface not in (None, r.interface)
        )
        assert len(kept) < len(self.routes_)
        return self.but(routes_=kept)

    def changed(self, name: str, **changes: Any) -> Self:
        """An interface in another state."""
        changed = tuple(
            msgspec.structs.replace(i, **changes) if i.name == name else i for i in self.interfaces_
        )
        assert changed != self.interfaces_
        return self.but(interfaces_=changed)

    # -- answers ------------------------------------------------------------------------------
    def put(self, question: Question[Any], *arguments: Any) -> Any:
        answer = getattr(self, f"_{question.name}", None)
        if answer is None or question.name in self.unanswered:
            raise Unsupported(f"{question.name} is no part of this laptop")
        return answer(**dict(zip(question.arguments, arguments, strict=True)))

    def _platform(self) -> Platform:
        return Platform(os=self.os, release=self.release, elevated=False)

    def _interfaces(self) -> tuple[Interface, ...]:
        return self.interfaces_

    def _routes(self) -> RouteTable:
        return RouteTable(routes=self.routes_)

    def _route_to(self, address: str, interface: str | None) -> RouteAnswer:
        way = ForwardingMap.of(self._routes(), Flow(interface=interface)).lookup(address)
        if way is None or way.winner is None:
            return RouteAnswer(address=address)
        won = way.winner
        return RouteAnswer(
            address=address,
            interface=won.interface,
            next_hop=won.next_hop,
            destination=won.destination,
            type=won.type,
        )

    def _neighbour_reachable(self, address: str, interface: str) -> bool | None:
        return self.gateway_alive

    def _resolvers(self) -> ResolverConfig:
        return ResolverConfig(resolvers=self.resolvers_)

    def _hosts_file(self) -> tuple[HostsEntry, ...]:
        return self.hosts

    def _listeners(self) -> tuple[Listener, ...]:
        return self.listeners_

    def _vpn_processes(self) -> tuple[Process, ...]:
        return self.processes

    def _vpn_clients(self) -> tuple[VpnClient, ...]:
        return self.clients

    def _aws_client(self) -> AwsClientState | None:
        return self.aws

    def _client_logs(self) -> tuple[str, ...]:
        return ("ovpn_aws_vpn_client_20261123.log",) if self.attempts else ()

    def _log_attempts(self, path: str) -> LogReading:
        return LogReading(attempts=self.attempts)

    def _clock(self) -> float:
        return STARTED

    def _random_label(self) -> str:
        return self.labels.pop(0)

    def _lookup(self, name: str, record: str, timeout: float) -> DnsAnswer:
        asked = [r for r in self.resolvers_ if not r.domains]
        answers = [self._dns(r.address, name, record) for r in asked]
        good = next((a for a in answers if a.failure is None), answers[0] if answers else None)
        kind: FailureKind = "dns_other"
        if good is None or good.failure is not None:
            failure = Failure(kind=kind)
            return DnsAnswer(server=None, name=name, record=good_record(record), failure=failure)
        return DnsAnswer(
            server=None, name=name, record=good_record(record), addresses=good.addresses
        )

    def _ask_dns(
        self, server: str, name: str, record: str, timeout: float, interface: str | None
    ) -> DnsAnswer:
        return self._dns(server, name, record)

    def _dns(self, server: str, name: str, record: str) -> DnsAnswer:
        answer = DnsAnswer(server=server, name=name, record=good_record(record))
        dead = self.dead_resolvers.get(server) or (None if self.online else "timed_out")
        wildcard = name.endswith(f".{ZONE}")
        kind: FailureKind | None = dead
        if kind is None and not wildcard and name != "amazonaws.com":
            kind = "dns_nxdomain"
        if kind is None and (record != "A" or not wildcard):
            kind = "dns_no_data"
        if kind is not None:
            return answer_with(answer, failure=Failure(kind=kind))
        return answer_with(answer, addresses=self.addresses)

    def _openvpn_reset(
        self, address: str, transport: Any, port: int, timeout: float, interface: str | None
    ) -> PortAnswer:
        outcome: Any = self.ports.get((transport, port), "silent") if self.online else "silent"
        return PortAnswer(
            address=address,
            transport=transport,
            port=port,
            outcome=outcome,
            icmp=Icmp(type=3, code=13, sender="192.0.2.77") if outcome == "rejected" else None,
            interface=interface or self._route_to(address, None).interface,
        )

    def _openvpn_handshake(
        self,
        address: str,
        transport: Any,
        port: int,
        timeout: float,
        interface: str | None,
        material: object,
    ) -> HandshakeAnswer:
        return HandshakeAnswer(
            address=address, transport=transport, port=port, outcome="accepted", stage="accepted"
        )

    def _hop(
        self,
        address: str,
        transport: Any,
        port: int,
        ttl: int,
        timeout: float,
        interface: str | None,
    ) -> HopAnswer:
        answer = HopAnswer(
            address=address, transport=transport, port=port, ttl=ttl, outcome="silent"
        )
        hops = ("192.168.1.1", "87.186.224.1") if self.online else ("192.168.1.1",)
        if ttl > len(hops) or not self.gateway_alive:
            return answer
        icmp = Icmp(type=11, code=0, sender=hops[ttl - 1])
        return answer_with(answer, outcome="expired", icmp=icmp)

    def _http_get(
        self, url: str, timeout: float, address: str | None, interface: str | None
    ) -> HttpAnswer:
        way = interface or self._route_to(address or "52.20.0.1", None).interface
        if url != DEFAULT_WITNESS or not self.online or way is None:
            return HttpAnswer(url=url, failure=Failure(kind="timed_out"))
        return HttpAnswer(
            url=url, address="52.20.0.1", status=200, body="address", date=DATE, interface=way
        )


def answer_with(answer: T, **changes: Any) -> T:
    return msgspec.structs.replace(answer, **changes)


def good_record(record: str) -> Any:
    return record
