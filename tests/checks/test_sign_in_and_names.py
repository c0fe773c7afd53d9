"""saml_ready, tunnel_dns, client_log, network, endpoint_name: by values."""

from typing import Any

import pytest
from cases import case, named, profile

from cvpn_doctor.model.answers import DnsAnswer, HopAnswer, HttpAnswer, Icmp
from cvpn_doctor.model.facts import (
    ClientLogFacts,
    NameFacts,
    NetworkFacts,
    RoutesFacts,
    SamlFacts,
    TunnelDnsFacts,
    TunnelFacts,
)
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.network import (
    Interface,
    InterfaceAddress,
    Listener,
    Process,
    Resolver,
    ResolverConfig,
    Route,
    RouteTable,
)
from cvpn_doctor.model.push import LogAttempt, LogError, PushReply

TUNNEL = Interface(
    index=7,
    name="tun0",
    kind="tunnel",
    up=True,
    running=True,
    addresses=(InterfaceAddress(address="10.100.0.2", prefix_length=27),),
)
ETHERNET = Interface(
    index=2,
    name="eth0",
    kind="ethernet",
    up=True,
    running=True,
    addresses=(InterfaceAddress(address="192.168.1.23", prefix_length=24),),
)
CONNECTED = (
    TunnelFacts(interfaces=(ETHERNET, TUNNEL)),
    RoutesFacts(
        table=RouteTable(
            routes=(
                Route(destination="0.0.0.0/0", interface="eth0", next_hop="192.168.1.1"),
                Route(destination="10.20.0.0/16", interface="tun0", next_hop="10.100.0.1"),
            )
        )
    ),
)


def log(push: PushReply | None = None, *errors: str, **fields: Any) -> ClientLogFacts:
    told = tuple(LogError(code=code, line=1) for code in errors)  # type: ignore[arg-type]
    attempt = LogAttempt(stage="completed", push=push, errors=told)
    return ClientLogFacts(files=1, attempts=(attempt,), **fields)


@pytest.mark.parametrize(
    ("port", "process", "expected"),
    [
        (35001, "node", {"saml-port-busy": "proven"}),
        (35001, None, {"saml-port-busy": "likely"}),
        (35001, "AWS VPN Client", {}),
        (8096, "node", {}),  # nineteen others are free
        (443, "nginx", {}),
    ],
)
def test_saml_port(port: int, process: str | None, expected: dict[str, str]) -> None:
    facts = SamlFacts(listeners=(Listener(address="127.0.0.1", port=port, process=process),))
    assert named(SamlFacts, case(facts, of=profile(auth=("saml",)))) == expected


def test_a_nameless_listener_beside_the_aws_client_may_be_its_own() -> None:
    facts = SamlFacts(
        listeners=(Listener(address="127.0.0.1", port=35001),),
        processes=(Process(pid=1, name="acvc-openvpn"),),
    )
    assert named(SamlFacts, case(facts, of=profile(auth=("saml",)))) == {}


def test_all_newer_saml_ports_taken() -> None:
    taken = tuple(Listener(address="127.0.0.1", port=p, process="x") for p in range(8096, 8116))
    made = case(SamlFacts(listeners=taken), of=profile(auth=("saml",)))
    assert named(SamlFacts, made) == {"saml-port-busy": "proven"}


@pytest.mark.parametrize(
    ("pushed", "in_force", "expected"),
    [
        (("10.20.0.2",), "10.20.0.2", {}),
        (("10.20.0.2",), "192.168.1.1", {"tunnel-dns-not-applied": "proven"}),
        ((), "192.168.1.1", {"tunnel-dns-not-pushed": "proven"}),
        (("10.20.0.9",), "10.20.0.9", {"tunnel-dns-not-pushed": "proven"}),
    ],
)
def test_tunnel_dns(pushed: tuple[str, ...], in_force: str, expected: dict[str, str]) -> None:
    facts = TunnelDnsFacts(config=ResolverConfig(resolvers=(Resolver(address=in_force),)))
    session = log(PushReply(address="10.100.0.2/27", dns=pushed))
    made = case(facts, session, *CONNECTED, dns=("10.20.0.2",), client_cidr="10.100.0.0/22")
    assert named(TunnelDnsFacts, made) == expected


def test_tunnel_dns_of_another_days_log_says_nothing() -> None:
    facts = TunnelDnsFacts(config=ResolverConfig(resolvers=()))
    session = log(PushReply(address="10.100.0.9/27", dns=("10.20.0.2",)))
    made = case(facts, session, *CONNECTED, client_cidr="10.100.0.0/22")
    assert named(TunnelDnsFacts, made) == {}


def test_the_last_attempts_error_counts_only_while_there_is_no_tunnel() -> None:
    failed = log(None, "authentication-failed", named=True)
    assert named(ClientLogFacts, case(failed)) == {"authentication-failed": "proven"}
    found = log(None, "authentication-failed")
    assert named(ClientLogFacts, case(found)) == {"authentication-failed": "likely"}
    made = case(failed, *CONNECTED, client_cidr="10.100.0.0/22")
    assert named(ClientLogFacts, made) == {}


WAY = Route(destination="0.0.0.0/0", interface="eth0", next_hop="192.168.1.1")
SILENT = HttpAnswer(url="http://checkip.amazonaws.com/", failure=Failure(kind="timed_out"))


def network(**fields: Any) -> NetworkFacts:
    return NetworkFacts(
        **{"default_routes": (WAY,), "underlay": "eth0", "gateway": "192.168.1.1", **fields}
    )


def http(status: int, body: Any = None, location: str | None = None) -> HttpAnswer:
    url = "http://checkip.amazonaws.com/"
    return HttpAnswer(url=url, status=status, body=body, location=location)


def refused_by(sender: str, code: int = 0) -> tuple[HopAnswer, ...]:
    icmp = Icmp(type=3, code=code, sender=sender)
    return (
        HopAnswer(
            address="192.0.2.1", transport="udp", port=33435, ttl=1, outcome="rejected", icmp=icmp
        ),
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (network(witness=http(200, "address")), {}),
        (network(witness=http(302, None, "http://portal.example/")), {"captive-portal": "proven"}),
        (network(witness=http(200, "html")), {"captive-portal": "proven"}),
        (network(witness=http(511)), {"captive-portal": "proven"}),
        (network(witness=http(301, None, "https://checkip.amazonaws.com/")), {}),
        (
            network(witness=SILENT, nobody=http(302, None, "http://p/")),
            {"captive-portal": "proven"},
        ),
        (network(witness=SILENT, nobody=http(503)), {}),  # a proxy without a way on
        (network(witness=SILENT), {}),  # silence alone proves nothing
        (
            network(witness=SILENT, hops=refused_by("192.168.1.1")),
            {"internet-unreachable": "proven"},
        ),
        (network(witness=SILENT, hops=refused_by("198.51.100.1")), {}),
        (network(default_routes=(), underlay=None, gateway=None), {"network-down": "likely"}),
        (network(gateway_reachable=False, witness=SILENT), {"network-down": "proven"}),
        (network(gateway_reachable=False, witness=http(200, "address")), {}),
    ],
)
def test_network(facts: NetworkFacts, expected: dict[str, str]) -> None:
    assert named(NetworkFacts, case(facts)) == expected


def names(system: Any = (), server: Any = (), failure: Any = None, **fields: Any) -> NameFacts:
    told = Failure(kind=failure) if failure else None
    asked = fields.pop("control", failure)
    return NameFacts(
        zone="zone",
        random="a.zone",
        second="b.zone",
        nonsense="a.nowhere",
        control="parent",
        resolvers=(Resolver(address="192.168.1.1"),),
        answers=(
            DnsAnswer(server=None, name="a.zone", record="A", addresses=system),
            DnsAnswer(
                server="192.168.1.1", name="a.zone", record="A", addresses=server, failure=told
            ),
            DnsAnswer(
                server="192.168.1.1",
                name="parent",
                record="A",
                failure=Failure(kind=asked) if asked else None,
            ),
            *fields.pop("more", ()),
        ),
        **fields,
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (names(("203.0.113.10",), ("203.0.113.10",)), {}),
        (names(failure="timed_out"), {"resolver-unreachable": "proven"}),
        (names(failure="connection_refused"), {"resolver-unreachable": "proven"}),
        (names(failure="dns_servfail"), {"resolver-failing": "proven"}),
        (names(failure="dns_refused"), {"resolver-failing": "proven"}),
        (names(failure="dns_nxdomain", control=""), {"endpoint-name-unknown": "likely"}),
        (names(failure="dns_nxdomain"), {"endpoint-name-filtered": "likely"}),
        (names(failure="dns_servfail", control=""), {"endpoint-name-filtered": "likely"}),
        (names(("0.0.0.0",), ("0.0.0.0",)), {"endpoint-name-hijacked": "proven"}),
        (names(("10.1.2.3",), ("10.1.2.3",)), {"endpoint-name-hijacked": "likely"}),
        (
            names(
                ("203.0.113.80",),
                more=(
                    DnsAnswer(
                        server="192.168.1.1",
                        name="a.nowhere",
                        record="A",
                        addresses=("203.0.113.80",),
                    ),
                ),
            ),
            {"endpoint-name-hijacked": "proven"},
        ),
    ],
)
def test_names(facts: NameFacts, expected: dict[str, str]) -> None:
    assert named(NameFacts, case(facts)) == expected
