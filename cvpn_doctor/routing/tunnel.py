"""Which interface is *our* VPN tunnel.

Nothing in a name says so: AWS Client VPN is `tun0`, `utun7` or "Ethernet 2", and other VPNs use
the same names. So each candidate collects evidence, and the strongest evidence wins.
Sources: docs/design/005-failure-modes.md.
"""

import re
from collections.abc import Iterable
from typing import Literal

from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.network import Interface, Process, Route, RouteTable
from cvpn_doctor.model.record import Record
from cvpn_doctor.routing.overlap import is_link_local
from cvpn_doctor.routing.prefix import Prefix, parse_address, parse_prefix
from cvpn_doctor.routing.reach import TunnelMode, mode
from cvpn_doctor.routing.underlay import host_route, underlay

__all__ = [
    "Candidate",
    "Evidence",
    "TunnelChoice",
    "TunnelMode",
    "candidates",
    "choose_tunnel",
    "host_route",
    "leads_somewhere",
    "mode",
    "underlay",
]

Evidence = Literal[  # strongest first
    "address-in-client-cidr",
    "carries-expected-prefix",
    "carries-everything",
    "gateway-is-first-host",
    "aws-description",
    "only-candidate-of-a-running-vpn",
]
_STRENGTH: tuple[Evidence, ...] = (
    "address-in-client-cidr",
    "carries-expected-prefix",
    "carries-everything",
    "gateway-is-first-host",
    "aws-description",
    "only-candidate-of-a-running-vpn",
)
_PROOF = _STRENGTH[0]
_WEAKEST = _STRENGTH[-1]

_AWS = re.compile(r"AWS VPN Client", re.IGNORECASE)
_VPN_ADAPTER = re.compile(
    r"AWS VPN Client|TAP-Windows|Wintun|OpenVPN Data Channel Offload", re.IGNORECASE
)
_FOREIGN = re.compile(  # names, descriptions and Linux link kinds of other products
    r"^tailscale|^wg\d|wireguard|cloudflare|^zcc|zscaler|^gpd\d|pangp|globalprotect"
    r"|^cscotun|anyconnect|cisco secure client|nordlynx|^ppp|mullvad|proton|zerotier|^zt"
    r"|fortinet|^(ipsec|vti|gre|sit|ip6tnl)(\d|$)",
    re.IGNORECASE,
)
_EVERYTHING = (
    frozenset({"0.0.0.0/0"}),
    frozenset({"0.0.0.0/1", "128.0.0.0/1"}),
    frozenset({"::/0"}),
)
_AWS_BLOCK = 27  # the client CIDR is carved in /27s, the first host of each is the gateway


class Candidate(Record, frozen=True, kw_only=True):
    """An interface that may be a VPN tunnel, and what speaks for ours."""

    interface: str
    in_use: bool  # it has an address or routes
    foreign: bool  # it bears the name of another product
    evidence: tuple[Evidence, ...] = ()  # strongest first
    elsewhere: bool = False  # the client range is known, and its address is not in it


class TunnelChoice(Record, frozen=True, kw_only=True):
    """The interface that is most likely our tunnel."""

    interface: str
    certainty: Literal["proven", "likely", "possible"]
    reasons: tuple[Evidence, ...]
    others: tuple[str, ...] = ()  # other tunnels in use
    rivals: tuple[str, ...] = ()  # of these, the ones for which just as much speaks


def candidates(
    interfaces: tuple[Interface, ...],
    table: RouteTable,
    expectation: Expectation | None = None,
    vpn_processes: tuple[Process, ...] = (),
) -> tuple[Candidate, ...]:
    """All interfaces that may be a VPN tunnel, as listed, with their evidence.

    macOS's own utun interfaces, which have nothing but fe80::, are none.
    """
    rows = _rows_by_interface(table)
    possible = [i for i in interfaces if _is_candidate(i, rows.get(i.name, ()))]
    ours = [i for i in possible if not _is_foreign(i)]
    alone = len(ours) == 1 and any(p.state != "zombie" for p in vpn_processes)
    return tuple(
        Candidate(
            interface=interface.name,
            in_use=_is_in_use(interface, rows.get(interface.name, ())),
            foreign=_is_foreign(interface),
            evidence=_evidence(
                interface,
                rows.get(interface.name, ()),
                expectation or Expectation(),
                alone and interface is ours[0],
            ),
            elsewhere=_is_elsewhere(interface, expectation.client_cidr if expectation else None),
        )
        for interface in possible
    )


def choose_tunnel(
    interfaces: tuple[Interface, ...],
    table: RouteTable,
    expectation: Expectation,
    vpn_processes: tuple[Process, ...],
) -> TunnelChoice | None:
    """The candidate for which the strongest evidence speaks; None: none of them is ours.

    A tunnel of another product is ours only if its address is in our client CIDR.
    """
    found = candidates(interfaces, table, expectation, vpn_processes)
    eligible = [c for c in found if c.evidence and (not c.foreign or _PROOF in c.evidence)]
    if not eligible:
        return None
    best = min(eligible, key=_weakness)
    rivals = [c for c in eligible if c is not best and _weakness(c) == _weakness(best)]
    return TunnelChoice(
        interface=best.interface,
        certainty="possible" if rivals else _certainty(best),
        reasons=best.evidence,
        others=tuple(c.interface for c in found if c.in_use and c is not best),
        rivals=tuple(c.interface for c in rivals),
    )


def _weakness(candidate: Candidate) -> tuple[bool, ...]:
    """Sorts the strongest evidence first; what is stronger is never outweighed by many."""
    return (*(word not in candidate.evidence for word in _STRENGTH), not candidate.in_use)


def _certainty(candidate: Candidate) -> Literal["proven", "likely", "possible"]:
    if _PROOF in candidate.evidence:
        return "proven"
    if candidate.elsewhere and candidate.evidence == ("carries-everything",):
        return "possible"  # so does any other VPN
    return "likely" if candidate.in_use and candidate.evidence[0] != _WEAKEST else "possible"


def _rows_by_interface(table: RouteTable) -> dict[str, tuple[Route, ...]]:
    """The rows that lead somewhere, by interface."""
    rows: dict[str, list[Route]] = {}
    for route in table.routes:
        if route.interface is not None and route.type == "unicast" and not route.scoped:
            rows.setdefault(route.interface, []).append(route)
    return {name: tuple(routes) for name, routes in rows.items()}


def _is_candidate(interface: Interface, rows: tuple[Route, ...]) -> bool:
    if _VPN_ADAPTER.search(interface.description):
        return True
    return interface.kind == "tunnel" and _is_in_use(interface, rows)


def _is_in_use(interface: Interface, rows: tuple[Route, ...]) -> bool:
    if _addresses(interface):
        return True
    return not interface.name.startswith("utun") and any(map(leads_somewhere, rows))


def _addresses(interface: Interface) -> list[Prefix]:
    """Its addresses as single hosts, without those that an interface gives itself."""
    hosts = (parse_prefix(a.address) for a in interface.addresses)
    return [host for host in hosts if not is_link_local(host)]


def leads_somewhere(route: Route) -> bool:
    """Whether the row is none that every interface has: link-local, multicast, broadcast."""
    return not route.destination.startswith(("fe80:", "ff", "169.254.", "224.", "255."))


def _is_foreign(interface: Interface) -> bool:
    if _AWS.search(interface.description):
        return False
    return any(map(_FOREIGN.search, (interface.name, interface.description)))


def _evidence(
    interface: Interface, rows: tuple[Route, ...], expectation: Expectation, alone: bool
) -> tuple[Evidence, ...]:
    destinations = {route.destination for route in rows}
    holds: dict[Evidence, bool] = {
        "address-in-client-cidr": _is_in_client_cidr(interface, expectation.client_cidr),
        "carries-expected-prefix": not destinations.isdisjoint(expectation.routes),
        "carries-everything": any(whole <= destinations for whole in _EVERYTHING),
        "gateway-is-first-host": _is_gateway_first_host(interface, rows),
        "aws-description": _AWS.search(interface.description) is not None,
        "only-candidate-of-a-running-vpn": alone,
    }
    return tuple(word for word in _STRENGTH if holds[word])


def _is_in_client_cidr(interface: Interface, client_cidr: str | None) -> bool:
    if client_cidr is None:
        return False
    pool = parse_prefix(client_cidr)
    return any(pool.covers(host) for host in _addresses(interface))


def _is_elsewhere(interface: Interface, client_cidr: str | None) -> bool:
    known = client_cidr is not None and bool(_addresses(interface))
    return known and not _is_in_client_cidr(interface, client_cidr)


def _is_gateway_first_host(interface: Interface, rows: Iterable[Route]) -> bool:
    """Whether its routes go to the first host of its own /27."""
    blocks = (parse_prefix(f"{a.address}/{a.prefix_length}") for a in interface.addresses)
    gateways = {(4, b.first + 1) for b in blocks if b.family == 4 and b.length == _AWS_BLOCK}
    next_hops = {route.next_hop for route in rows if route.next_hop is not None}
    return not gateways.isdisjoint(map(parse_address, next_hops))
