"""Split or full: what the tunnel really carries of the internet, against what it should."""

from collections.abc import Iterator

from cvpn_checks.routes import problems
from cvpn_checks.routes.view import ID, View
from cvpn_doctor.model.facts import NameFacts
from cvpn_doctor.model.finding import ArgValue, Evidence, Exclusion, Finding
from cvpn_doctor.routing.reach import TunnelMode, mode


def judge(view: View) -> Iterator[Finding | Exclusion]:
    """A half is never right. Full and split are wrong only where the other was expected."""
    found = carried(view)
    expected = view.case.expectation.tunnel
    arguments: dict[str, ArgValue] = {"tunnel": view.tunnel.name, "share": round(found.share, 3)}
    seen = f"{view.tunnel.name} carries {found.share:.0%} of the public IPv4 addresses"
    if found.kind == "half":
        yield view.at_most(
            problems.FULL_INCOMPLETE.found(
                ID,
                view.cite_tunnel(),
                *_rows(view),
                missing=found.missing[:4],
                **arguments,
            )
        )
        return
    yield Exclusion(code=problems.FULL_INCOMPLETE.code, because=seen)
    if expected == "split" and found.kind == "full":
        yield view.at_most(
            problems.FULL_UNEXPECTED.found(ID, view.cite_tunnel(), *_rows(view), **arguments)
        )
    elif expected == "full" and found.kind != "full":
        yield view.at_most(problems.SPLIT_UNEXPECTED.found(ID, view.cite_tunnel(), **arguments))
    else:
        for problem in (problems.FULL_UNEXPECTED, problems.SPLIT_UNEXPECTED):
            yield Exclusion(code=problem.code, because=seen)


def carried(view: View) -> TunnelMode:
    """What the tunnel carries; the endpoint itself must be let past it."""
    names = view.case.facts(NameFacts)
    past = tuple(f"{a}/32" for a in names.addresses if ":" not in a) if names else ()
    return mode(view.map, view.tunnel, 4, past)


def _rows(view: View) -> list[Evidence]:
    wide = ("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1")
    return [
        view.cite_route(route)
        for route in view.facts.table.routes
        if route.interface == view.tunnel.name and route.destination in wide
    ]
