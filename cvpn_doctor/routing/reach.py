"""How much of the public internet a tunnel really carries: full, half, split or nothing.

Judged by what happens to packets, never by which rows exist: a full tunnel may be a default
route, two halves (`redirect-gateway def1`), a table of its own, or a list of all that is public.
"""

from typing import Literal

from cvpn_doctor.model.network import Interface, Route
from cvpn_doctor.model.record import Record
from cvpn_doctor.routing.coverage import goes_inside
from cvpn_doctor.routing.forwarding import ForwardingMap
from cvpn_doctor.routing.hosts import Piece, networks
from cvpn_doctor.routing.overlap import is_link_local, networks_of
from cvpn_doctor.routing.prefix import HIGHEST, Family, parse_prefix, whole
from cvpn_doctor.routing.ranges import (
    Range,
    intersect,
    merge,
    of_prefixes,
    size,
    subtract,
    to_cidrs,
)

# IANA special-purpose registry, RFC 6890, and multicast and class E: never on the internet.
_NOT_PUBLIC_4 = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
)
_MULTICAST = (parse_prefix("224.0.0.0/4"), parse_prefix("ff00::/8"))

# A /8 is 0.45 % of what is public in IPv4. Bypasses for the endpoint, a campus LAN with public
# addresses or a company's own block stay below one in a hundred; a missing half is fifty.
_PRACTICALLY_ALL = 0.99

# What `redirect-gateway def1` installs (openvpn, src/openvpn/route.c; IPv6: init.c, ::/3 and on).
_HALVES: dict[Family, tuple[int, ...]] = {4: (1,), 6: (1, 3, 4)}


class TunnelMode(Record, frozen=True, kw_only=True):
    """What a tunnel carries of the public addresses of one family."""

    kind: Literal["full", "half", "split", "none"]
    how: Literal["default", "def1", "other"] | None  # how it is full or half
    share: float  # of the public addresses, 0 to 1
    # Public addresses that do not go through a full or half tunnel; of a split one, nearly all.
    missing: tuple[str, ...] = ()


def mode(
    forwarding: ForwardingMap,
    tunnel: Interface,
    family: Family = 4,
    bypass: tuple[str, ...] = (),
) -> TunnelMode:
    """Classify the tunnel by effective forwarding.

    "half" is a full tunnel of which practically one half is gone. "none" carries at most its
    own network. `bypass` names prefixes that may miss it, like the endpoint's address.
    Raises ValueError for a bypass that is no prefix.
    """
    pieces = networks(forwarding.segments(str(whole(family))))
    inside = [piece for piece in pieces if goes_inside(piece, frozenset({tunnel.name}))]
    held = merge((piece.first, piece.last) for piece in inside)
    public = public_ranges(family)
    kind = _kind(held, public, family)
    if kind is None:
        carries = any(_is_beyond(piece.winner, tunnel) for piece in inside)
        kind_of_rest: Literal["split", "none"] = "split" if carries else "none"
        return TunnelMode(kind=kind_of_rest, how=None, share=_share(held, public))
    allowed = of_prefixes(family, map(parse_prefix, bypass))
    return TunnelMode(
        kind=kind,
        how=_how(inside, family),
        share=_share(held, public),
        missing=to_cidrs(family, subtract(subtract(public, held), allowed)),
    )


def public_ranges(family: Family) -> list[Range]:
    """The addresses that can be on the internet; IPv6: 2000::/3, global unicast (RFC 4291)."""
    if family == 6:
        return of_prefixes(6, [parse_prefix("2000::/3")])
    return subtract([(0, HIGHEST[4])], of_prefixes(4, map(parse_prefix, _NOT_PUBLIC_4)))


def _share(held: list[Range], public: list[Range]) -> float:
    return size(intersect(held, public)) / size(public)


def _kind(held: list[Range], public: list[Range], family: Family) -> Literal["full", "half"] | None:
    """Whether practically all is held, or practically all of one half of the public range."""
    if _share(held, public) >= _PRACTICALLY_ALL:
        return "full"
    halves = _public_halves(public, family)
    return "half" if any(_share(held, half) >= _PRACTICALLY_ALL for half in halves) else None


def _public_halves(public: list[Range], family: Family) -> tuple[list[Range], list[Range]]:
    """IPv4 is cut at 128.0.0.0 and 2000::/3 at 3000::, as the rows of def1 do."""
    middle = 1 << 31 if family == 4 else 3 << 124
    low = intersect(public, [(0, middle - 1)])
    return low, intersect(public, [(middle, HIGHEST[family])])


def _how(inside: list[Piece], family: Family) -> Literal["default", "def1", "other"]:
    public = public_ranges(family)
    wide = {
        parse_prefix(piece.winner.destination).length
        for piece in inside
        if piece.winner is not None and intersect([piece[:2]], public)
    }
    if 0 in wide:
        return "default"
    return "def1" if wide and min(wide) in _HALVES[family] else "other"


def _is_beyond(route: Route | None, tunnel: Interface) -> bool:
    """Whether the row leads further than the tunnel's own network."""
    if route is None or route.type != "unicast":
        return False
    prefix = parse_prefix(route.destination)
    idle = is_link_local(prefix) or any(block.covers(prefix) for block in _MULTICAST)
    return not idle and not any(own.covers(prefix) for own in networks_of(tunnel))
