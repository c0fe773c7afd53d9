"""Split or full: what the tunnel really carries of the internet, against what it should."""

from collections.abc import Iterator
from ipaddress import ip_network

from cvpn_checks.routes import problems
from cvpn_checks.routes.expected import shadowed
from cvpn_checks.routes.view import ID, View
from cvpn_doctor.model.facts import NameFacts
from cvpn_doctor.model.finding import ArgValue, Evidence, Exclusion, Finding
from cvpn_doctor.model.network import Route
from cvpn_doctor.routing.coverage import coverage
from cvpn_doctor.routing.overlap import networks_of
from cvpn_doctor.routing.prefix import parse_prefix
from cvpn_doctor.routing.reach import TunnelMode, mode


def judge(view: View) -> Iterator[Finding | Exclusion]:
    """A half is never right. Full and split are wrong only where the other was expected."""
    found = carried(view)
    expected = view.case.expectation.tunnel
    arguments: dict[str, ArgValue] = {"tunnel": view.tunnel.name, "share": round(found.share, 3)}
    if found.kind == "half" or (expected == "full" and found.kind != "full"):
        taken = _taken(view)
        if taken is not None:
            yield view.at_most(taken)
            return
    seen = f"{view.tunnel.name} carries {found.share:.0%} of the public IPv4 addresses"
    if found.kind == "half":
        yield view.at_most(
            problems.FULL_INCOMPLETE.found(
                ID,
                view.cite_tunnel(),
                *_cited(view),
                missing=found.missing[:4],
                **arguments,
            )
        )
        return
    yield Exclusion(code=problems.FULL_INCOMPLETE.code, because=seen)
    if expected == "split" and found.kind == "full":
        finding = problems.FULL_UNEXPECTED.found(ID, view.cite_tunnel(), *_cited(view), **arguments)
        if _lan_is_inside(view):
            finding = finding.but(certainty="likely")
        yield view.at_most(finding)
    elif expected == "full" and found.kind != "full":
        yield view.at_most(problems.SPLIT_UNEXPECTED.found(ID, view.cite_tunnel(), **arguments))
    else:
        for problem in (problems.FULL_UNEXPECTED, problems.SPLIT_UNEXPECTED):
            yield Exclusion(code=problem.code, because=seen)


def _taken(view: View) -> Finding | None:
    """The tunnel has rows for everything, but others win over them: its extent is not at fault."""
    own = {r.destination for r in _rows(view) if not (r.dead or r.scoped)}
    if not (own >= {"0.0.0.0/0"} or own >= {"0.0.0.0/1", "128.0.0.0/1"}):
        return None
    parts = [
        part
        for part in coverage(view.map, "0.0.0.0/0", frozenset({view.tunnel.name}))
        if part.winner is not None and part.runner_up is not None
    ]
    if not parts:
        return None
    widest = max(parts, key=lambda part: sum(ip_network(p).num_addresses for p in part.prefixes))
    assert widest.winner is not None  # it was asked for
    return shadowed(view, "0.0.0.0/0", widest, widest.winner, "medium")


def _lan_is_inside(view: View) -> bool:
    """Parts of a network of the laptop's own go into the tunnel: `redirect-gateway block-local`.

    The endpoint forces that where such a network is not private; it may well be a split one.
    """
    own = [n for i in view.interfaces if i.kind != "tunnel" for n in networks_of(i)]
    rows = [r for r in view.facts.table.routes if r.interface == view.tunnel.name]
    inside = [parse_prefix(r.destination) for r in rows if r.type == "unicast" and not r.scoped]
    return any(n.covers(p) and p.length > n.length for n in own for p in inside)


def carried(view: View) -> TunnelMode:
    """What the tunnel carries; the endpoint itself must be let past it."""
    names = view.case.facts(NameFacts)
    past = tuple(f"{a}/32" for a in names.addresses if ":" not in a) if names else ()
    return mode(view.map, view.tunnel, 4, past)


def _rows(view: View) -> list[Route]:
    """The tunnel's rows for everything."""
    wide = ("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1")
    return [
        route
        for route in view.facts.table.routes
        if route.interface == view.tunnel.name and route.destination in wide
    ]


def _cited(view: View) -> list[Evidence]:
    return [view.cite_route(route) for route in _rows(view)]
