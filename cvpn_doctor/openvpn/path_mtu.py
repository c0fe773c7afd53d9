"""Which packet size to try next, and what the answers bound. Pure: no socket, no clock.

A hard reset may have bytes behind it, and servers since 2.6 answer it at any size: a packet that
must not be fragmented thus tests the way towards the endpoint (docs/design/004-openvpn.md, 6).
Older servers (2.5) answer 1000 bytes and not 1400, so silence alone may be theirs. A router's
doing is told apart by one more packet of the lost size that may be fragmented: where that one is
answered, the server accepts the size and the way does not.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.model.deep import MtuProbe, PathMtu

PACKETS: Final = 8
SMALLEST: Final = 576  # every IPv4 host takes these (RFC 791)
LARGEST: Final = 1500
SURE: Final = 2  # silences of one size; one alone may be a lost packet
# MTUs as they occur: IPv6's least, other tunnels, LTE, DS-Lite, L2TP, PPPoE. Fifteen, so that
# halving them takes four packets.
COMMON: Final = (
    *(SMALLEST, 1000, 1200, 1280, 1300, 1350, 1380, 1400),
    *(1420, 1436, 1454, 1460, 1472, 1480, 1492),
)


def next_probe(seen: Sequence[MtuProbe], *, fragments: bool = True) -> tuple[int, bool] | None:
    """The next size, and whether it must stay whole. None: enough is known.

    `fragments`: whether routers may fragment (IPv4).
    """
    left = PACKETS - sum(probe.outcome != "too_big_here" for probe in seen)
    low, lost = _bounds(seen)
    if not seen:
        return LARGEST, True
    if left <= 0 or lost is None:
        return None
    size = _between(seen, low, lost, left)
    return (size, True) if size is not None else _make_sure(seen, lost, fragments=fragments)


def _make_sure(seen: Sequence[MtuProbe], lost: int, *, fragments: bool) -> tuple[int, bool] | None:
    """The lost size once more, then in fragments; where not even the smallest passed, nothing."""
    if _refusals(seen, lost) or lost <= SMALLEST:
        return None
    if _silences(seen, lost) < SURE:
        return lost, True
    was_tried = any(not probe.whole for probe in seen)
    return (lost, False) if fragments and not was_tried else None


def path_mtu(
    address: str, port: int, seen: Sequence[MtuProbe], icmp: Icmp | None = None
) -> PathMtu:
    """What the probes amount to."""
    low, lost = _bounds(seen)
    result = PathMtu(address=address, port=port, largest=low, lost=lost, probes=tuple(seen))
    if lost is None:
        return result
    refused = _refusals(seen, lost)
    control = [p for p in seen if not p.whole and p.size == lost]
    if refused:
        bound = "here" if refused[-1].outcome == "too_big_here" else "told"
        return msgspec.structs.replace(result, bound=bound, icmp=icmp if bound == "told" else None)
    return msgspec.structs.replace(
        result,
        bound="silent",
        silences=_silences(seen, lost),
        fragments_pass=control[-1].outcome == "answered" if control else None,
    )


def _bounds(seen: Sequence[MtuProbe]) -> tuple[int | None, int | None]:
    """The largest size that was answered, and the smallest above it that did not pass.

    A size below an answered one that met silence was a lost packet.
    """
    whole = [probe for probe in seen if probe.whole]
    low = max((probe.size for probe in whole if probe.outcome == "answered"), default=None)
    lost = [_limit(probe) for probe in whole if probe.outcome != "answered"]
    return low, min((size for size in lost if low is None or size > low), default=None)


def _limit(probe: MtuProbe) -> int:
    """The smallest size that this failure rules out. A refusal may name a smaller one."""
    named = probe.mtu
    is_sane = named is not None and SMALLEST <= named < probe.size
    return named + 1 if named is not None and is_sane else probe.size


def _between(seen: Sequence[MtuProbe], low: int | None, lost: int, left: int) -> int | None:
    """The size that a refusal named, else one that occurs, else any while packets last."""
    floor = low or 0
    if any(probe.mtu == lost - 1 for probe in seen) and floor < lost - 1:
        return lost - 1
    common = [size for size in COMMON if floor < size < lost]
    if common:
        return common[len(common) // 2]
    # the last packets are for making sure, the rest for coming closer
    is_wide = low is not None and lost - low > 1
    return (floor + lost) // 2 if is_wide and left > SURE else None


def _refusals(seen: Sequence[MtuProbe], lost: int) -> list[MtuProbe]:
    """Those that said by themselves that `lost` is too large."""
    said = ("too_big", "too_big_here")
    return [probe for probe in seen if probe.outcome in said and _limit(probe) == lost]


def _silences(seen: Sequence[MtuProbe], size: int) -> int:
    return sum(p.size == size and p.outcome == "silent" and p.whole for p in seen)
