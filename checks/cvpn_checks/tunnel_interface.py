"""Which network interface is the tunnel, and is it what the endpoint gave out?

The tunnel has no fixed name: tun0 on Linux, some utun on macOS, an adapter known by its
description on Windows. It is recognised by what it carries (`cvpn_doctor.routing.tunnel`).
"""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import Check, Look, Touch
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import TunnelFacts
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.finding import Certainty, Exclusion, Finding, Problem, Stage
from cvpn_doctor.model.network import Interface, InterfaceAddress
from cvpn_doctor.routing.connection import connected, tunnel, tunnel_interface

ID = "tunnel_interface"

INTERFACE_DOWN = Problem(
    code="tunnel-interface-down",
    stage=Stage.TUNNEL,
    severity="high",
    actor="helpdesk",
    explains=("route-removed", "route-not-pushed"),
    neighbours=("routes-stale", "tunnel-address-missing"),
)
ADDRESS_MISSING = Problem(
    code="tunnel-address-missing",
    stage=Stage.TUNNEL,
    severity="high",
    actor="helpdesk",
    explains=("route-removed", "route-not-installed", "route-not-pushed"),
    neighbours=("tunnel-interface-down",),
)
ADDRESS_OUTSIDE = Problem(
    code="tunnel-address-outside-client-cidr",
    stage=Stage.TUNNEL,
    severity="medium",
    actor="vpn-admin",
    neighbours=("tunnel-address-missing", "concurrent-tunnels-conflict"),
)
LINK_LOCAL = ip_network("169.254.0.0/16")  # what Windows takes when DHCP fails (mode 65)


def plan(_look: Look) -> Iterable[Touch]:
    """Reads the operating system's lists, sends nothing."""
    yield Touch(kind="system", what="network interfaces", why="to find the tunnel")
    yield Touch(kind="system", what="names of running VPN programs", why="who holds the tunnel")


def observe(look: Look) -> TunnelFacts:
    """All interfaces, and the VPN programs that run."""
    interfaces = look.host.interfaces()
    try:
        processes = look.host.vpn_processes()
    except Unsupported:
        processes = ()
    return TunnelFacts(interfaces=interfaces, processes=processes)


def judge(facts: TunnelFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """Up, with an address, and the address from the range that the endpoint gives out."""
    interface = tunnel_interface(case)
    if interface is None:
        return
    number = facts.interfaces.index(interface)
    name = cite(ID, facts, "interfaces", number, "name")
    if not interface.up and facts.processes:
        yield INTERFACE_DOWN.found(
            ID,
            name,
            cite(ID, facts, "interfaces", number, "up"),
            interface=interface.name,
        ).but(certainty=_ours(case))
    elif interface.running and not usable_addresses(interface):
        yield ADDRESS_MISSING.found(ID, name, interface=interface.name).but(certainty=_ours(case))
    else:
        yield from _judge_address(facts, case, number)


def _ours(case: Case) -> Certainty:
    """That there is no other tunnel while a VPN program runs does not prove that it is ours."""
    choice = tunnel(case)
    by_elimination = choice is None or choice.reasons == ("only-candidate-of-a-running-vpn",)
    return "likely" if by_elimination else "proven"


def _judge_address(facts: TunnelFacts, case: Case, number: int) -> Iterable[Finding | Exclusion]:
    expected, choice = case.expectation.client_cidr, tunnel(case)
    interface = facts.interfaces[number]
    if expected is None or choice is None or choice.certainty == "possible":
        return
    family = ip_network(expected).version
    own = [a for a in usable_addresses(interface) if ip_address(a.address).version == family]
    if not own or not connected(case):
        return
    inside = [a for a in own if ip_address(a.address) in ip_network(expected)]
    if inside:
        because = f"{interface.name}: {inside[0].address} in {expected}"
        yield Exclusion(code=ADDRESS_OUTSIDE.code, because=because)
        return
    position = interface.addresses.index(own[0])
    yield ADDRESS_OUTSIDE.found(
        ID,
        cite(ID, facts, "interfaces", number, "addresses", position, "address"),
        interface=interface.name,
        address=own[0].address,
        expected=expected,
    ).but(certainty=choice.certainty)


def usable_addresses(interface: Interface) -> tuple[InterfaceAddress, ...]:
    """Addresses that traffic can have as its source: not link-local ones."""
    return tuple(
        a
        for a in interface.addresses
        if not ip_address(a.address).is_link_local and ip_address(a.address) not in LINK_LOCAL
    )


def applies(_facts: TunnelFacts, case: Case) -> str | None:
    """Without a tunnel there is nothing to judge: the VPN is not connected."""
    return None if tunnel(case) else "no tunnel: the VPN is not connected"


CHECK = Check(
    id=ID,
    title="The tunnel",
    facts=TunnelFacts,
    problems=(INTERFACE_DOWN, ADDRESS_MISSING, ADDRESS_OUTSIDE),
    observe=observe,
    judge=judge,
    plan=plan,
    applies=applies,
    seconds=1.5,
)
