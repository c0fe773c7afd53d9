"""The default routes, the witness, and in doubt an address that belongs to nobody."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from cvpn_checks.network.witness import is_internet
from cvpn_doctor.model.answers import HopAnswer, HttpAnswer
from cvpn_doctor.model.check import Look, Touch
from cvpn_doctor.model.facts import NetworkFacts
from cvpn_doctor.model.failure import Failure, Unsupported
from cvpn_doctor.model.network import Interface, Route, RouteTable

NOBODY = "192.0.2.1"  # RFC 5737 TEST-NET-1: no host has it, no provider routes it

HOP_PORT = 33434  # traceroute's first port

HOPS = (1, 2, 3, 4)

WITNESS_SECONDS = 2.0

DOUBT_AFTER = 0.4  # a healthy witness answers sooner; one that does not is looked into

DOUBT_SECONDS = 0.9


def plan(look: Look) -> Iterable[Touch]:
    """One HTTP request; eight small packets more where it does not come back."""
    url = look.expectation.witness
    yield Touch(kind="packet", what=url, why="HTTP GET: internet and captive portal")
    yield Touch(kind="packet", what=f"http://{NOBODY}/", why="only if the first is not answered")
    yield Touch(
        kind="packet",
        what=f"{NOBODY} udp/{HOP_PORT + HOPS[0]} to {HOP_PORT + HOPS[-1]},"
        f" living {HOPS[0]} to {HOPS[-1]} hops",
        why="only if the first is not answered: how far the way goes",
    )


def observe(look: Look) -> NetworkFacts:
    """The default routes from the table, then the witness, then, in doubt, the nobody."""
    interfaces, table = look.host.interfaces(), look.host.routes()
    outside = default_routes(table, interfaces)
    way = outside[0] if outside else None
    bound = way.interface if way and _tunnel_has_default(table, interfaces) else None
    witness, nobody, hops = _probe(look, bound)
    return NetworkFacts(
        default_routes=outside,
        underlay=way.interface if way else None,
        gateway=way.next_hop if way else None,
        gateway_reachable=_gateway_reachable(look, way),
        witness=witness,
        nobody=nobody,
        hops=hops,
    )


def default_routes(table: RouteTable, interfaces: Sequence[Interface]) -> tuple[Route, ...]:
    """The default routes that lead outside tunnels, best first, IPv4 before IPv6."""
    tunnels = {i.name for i in interfaces if i.kind == "tunnel"}
    found = [
        route
        for route in table.routes
        if route.destination in ("0.0.0.0/0", "::/0")
        and route.type == "unicast"
        and route.interface
        and route.interface not in tunnels
        and not route.dead
        and not route.scoped
    ]
    return tuple(sorted(found, key=lambda r: (r.destination == "::/0", r.metric)))


def _tunnel_has_default(table: RouteTable, interfaces: Sequence[Interface]) -> bool:
    tunnels = {i.name for i in interfaces if i.kind == "tunnel"}
    wide = {"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0", "::/1", "8000::/1"}
    return any(r.interface in tunnels and r.destination in wide for r in table.routes)


def _gateway_reachable(look: Look, way: Route | None) -> bool | None:
    if way is None or way.next_hop is None or way.interface is None:
        return None
    try:
        return look.host.neighbour_reachable(way.next_hop, way.interface)
    except (Unsupported, OSError):
        return None


def _probe(
    look: Look, bound: str | None
) -> tuple[HttpAnswer | None, HttpAnswer | None, tuple[HopAnswer, ...]]:
    host, url = look.host, look.expectation.witness
    first = look.ask([lambda: host.http_get(url, WITNESS_SECONDS, interface=bound)])
    early = first.wait(DOUBT_AFTER)[0]
    if isinstance(early, HttpAnswer) and is_internet(early, url):
        return early, None, ()
    nobody = look.ask(
        [lambda: host.http_get(f"http://{NOBODY}/", DOUBT_SECONDS, address=NOBODY, interface=bound)]
    )
    hops: list[Callable[[], HopAnswer]] = [
        partial(host.hop, NOBODY, "udp", HOP_PORT + ttl, ttl, DOUBT_SECONDS, bound) for ttl in HOPS
    ]
    answered = look.ask(hops).results()
    return (
        _http(first.results()[0], url),
        _http(nobody.results()[0], f"http://{NOBODY}/"),
        tuple(hop for hop in answered if isinstance(hop, HopAnswer)),
    )


def _http(answer: HttpAnswer | Failure, url: str) -> HttpAnswer:
    return HttpAnswer(url=url, failure=answer) if isinstance(answer, Failure) else answer
