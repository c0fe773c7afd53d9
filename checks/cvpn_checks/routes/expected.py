"""Expected prefixes: which of their parts miss the tunnel, and why."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from cvpn_checks.routes import problems
from cvpn_checks.routes.view import ID, View
from cvpn_doctor.model.finding import ArgValue, Evidence, Exclusion, Finding, Severity
from cvpn_doctor.model.network import Interface, Route
from cvpn_doctor.model.push import LogAttempt
from cvpn_doctor.routing.coverage import Part, coverage_of_all
from cvpn_doctor.routing.overlap import networks_of
from cvpn_doctor.routing.prefix import parse_prefix


def judge(view: View, extent_is_wrong: bool) -> Iterator[Finding | Exclusion]:
    """Each cause once, with all the parts that it takes from the tunnel.

    Where the tunnel's whole extent is wrong already, single missing routes are no cause of their
    own; what takes parts away from it still is.
    """
    parts_of = coverage_of_all(view.map, required(view), frozenset({view.tunnel.name}))
    missed = [
        (prefix, part) for prefix, parts in parts_of.items() for part in parts if not part.inside
    ]
    nothing_arrives = bool(parts_of) and all(
        not part.inside for parts in parts_of.values() for part in parts
    )
    seen: set[tuple[str, str | None]] = set()
    for prefix, part in missed:
        finding = _finding(view, prefix, part, "high" if nothing_arrives else "medium")
        if extent_is_wrong and finding.code in problems.MISSING:
            continue
        key = (finding.code, str(finding.args.get("interface", "")))
        if key not in seen:
            seen.add(key)
            yield view.at_most(finding)
    yield from _exclusions(parts_of, {code for code, _ in seen})


def required(view: View) -> tuple[str, ...]:
    """What must go through the tunnel: what is expected, and what the endpoint pushed."""
    expected = view.case.expectation.routes
    pushed = view.session.push.routes if view.session and view.session.push else ()
    inside = [r.prefix for r in pushed if r.next_hop != "net_gateway"]
    return tuple(dict.fromkeys((*expected, *inside)))


def _finding(view: View, prefix: str, part: Part, severity: Severity) -> Finding:
    winner = part.winner
    if winner is not None and part.reason not in ("no-route", "dead-route"):
        owner = view.interface(winner.interface)
        if owner is not None and _is_own_network(owner, winner):
            return _overlap(view, prefix, part, winner, owner, severity)
        if part.runner_up is not None:
            return shadowed(view, prefix, part, winner, severity)
    return _missing(view, prefix, part, severity)


def _is_own_network(interface: Interface, route: Route) -> bool:
    """The row is the interface's own on-link network, not a way to somewhere else."""
    if interface.kind == "tunnel" or route.next_hop is not None:
        return False
    destination = parse_prefix(route.destination)
    return any(network.covers(destination) for network in networks_of(interface))


def _overlap(
    view: View, prefix: str, part: Part, winner: Route, owner: Interface, severity: Severity
) -> Finding:
    problem = problems.VIRTUAL_OVERLAPS if owner.kind == "bridge" else problems.LAN_OVERLAPS
    network = next(str(n) for n in networks_of(owner) if n.covers(parse_prefix(winner.destination)))
    return problem.found(
        ID,
        view.cite_route(winner),
        view.cite_tunnel(),
        prefix=prefix,
        lost=part.prefixes[:8],
        network=network,
        interface=owner.name,
        tunnel=view.tunnel.name,
    ).but(severity=severity)


def shadowed(view: View, prefix: str, part: Part, winner: Route, severity: Severity) -> Finding:
    """Another row wins over the tunnel's. Between equals only the system itself knows."""
    evidence = [view.cite_route(winner)]
    if part.runner_up is not None:
        evidence.append(view.cite_route(part.runner_up))
    return problems.SHADOWED.found(
        ID,
        *evidence,
        view.cite_tunnel(),
        prefix=prefix,
        lost=part.prefixes[:8],
        winner=winner.destination,
        loser=part.runner_up.destination if part.runner_up else "",
        reason=part.reason,
        interface=winner.interface or winner.type,
        next_hop=winner.next_hop or "",
        tunnel=view.tunnel.name,
    ).but(severity=severity, certainty="likely" if _is_untold_tie(view, part) else "proven")


def _is_untold_tie(view: View, part: Part) -> bool:
    """Of two equal rows Linux takes the first; what Windows takes must have been asked."""
    if part.reason != "listed-first" or view.case.platform.os == "linux":
        return False
    lost = [parse_prefix(prefix) for prefix in part.prefixes]
    asked = (parse_prefix(answer.address) for answer in view.facts.answers)
    return not any(prefix.covers(address) for address in asked for prefix in lost)


def _missing(view: View, prefix: str, part: Part, severity: Severity) -> Finding:
    """No route of the tunnel for this part: refused, not pushed, not installed, or removed."""
    where = part.winner.interface if part.winner else None
    args: dict[str, ArgValue] = {
        "prefix": prefix,
        "lost": part.prefixes[:8],
        "interface": where or "",
        "tunnel": view.tunnel.name,
    }
    way = (view.cite_route(part.winner),) if part.winner else ()
    refusals = _refusals(view, part)
    if refusals:
        finding = problems.PULL_REFUSED.found(
            ID, *way, view.cite_tunnel(), refusal=refusals, **args
        )
    elif view.session is None or view.session.push is None:
        finding = problems.NOT_PUSHED.found(ID, *way, view.cite_tunnel(), log=False, **args)
        finding = finding.but(certainty="likely")
    else:
        finding = _against_push(view, part, view.session, args, *way)
    return finding.but(severity=severity)


def _refusals(view: View, part: Part) -> tuple[str, ...]:
    """Lines of the profile that refuse this very route when it is pushed.

    OpenVPN compares a filter's text with the beginning of the pushed option.
    """
    profile = view.case.profile
    option = _as_option(part.prefixes[0])
    return tuple(
        line
        for line in (profile.pull_refused if profile else ())
        if line == "route-nopull" or option.startswith(_filter_text(line))
    )


def _as_option(prefix: str) -> str:
    network = ip_network(prefix)
    if network.version == 6:
        return f"route-ipv6 {prefix}"
    return f"route {network.network_address} {network.netmask}"


def _filter_text(line: str) -> str:
    """The text of `pull-filter ignore "route 10.1"`; one that matches nothing if there is none."""
    words = line.split(None, 2)
    return words[2].strip("\"'") if len(words) == 3 else "\0"


def _against_push(
    view: View, part: Part, current: LogAttempt, args: dict[str, ArgValue], *way: Evidence
) -> Finding:
    """The client's log tells what was pushed, and what became of it."""
    push = current.push
    pushed = (
        next((r.prefix for r in push.routes if _covers(r.prefix, part)), None) if push else None
    )
    if pushed is None:
        return problems.NOT_PUSHED.found(ID, *view.cite_push(), *way, log=True, **args)
    added = [action.added for action in current.routes if action.prefix == pushed]
    problem = problems.REMOVED if added and added[-1] else problems.NOT_INSTALLED
    return problem.found(ID, *view.cite_push(pushed), *way, **args)


def _covers(pushed: str, part: Part) -> bool:
    return all(parse_prefix(pushed).covers(parse_prefix(p)) for p in part.prefixes)


def _exclusions(parts_of: dict[str, tuple[Part, ...]], named: set[str]) -> Iterable[Exclusion]:
    """Every way to lose a prefix is excluded where all prefixes arrive; else the unnamed ones."""
    inside = [prefix for prefix, parts in parts_of.items() if all(p.inside for p in parts)]
    if not inside and not named:
        return
    winners = sorted(
        {
            f"{part.prefixes[0]} -> {(part.winner.interface if part.winner else None) or 'nowhere'}"
            for parts in parts_of.values()
            for part in parts
        }
    )
    for problem in (
        problems.LAN_OVERLAPS,
        problems.VIRTUAL_OVERLAPS,
        problems.SHADOWED,
        problems.NOT_PUSHED,
        problems.NOT_INSTALLED,
        problems.REMOVED,
    ):
        if problem.code not in named:
            yield Exclusion(code=problem.code, because=", ".join(winners[:6]))
