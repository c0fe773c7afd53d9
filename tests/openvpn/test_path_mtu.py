"""Which sizes are tried: against imagined ways of every kind, never more than eight packets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.model.deep import MtuProbe, PathMtu
from cvpn_doctor.openvpn.path_mtu import LARGEST, PACKETS, SMALLEST, next_probe, path_mtu


class Way:
    """A way of some size. `told`: says so; `here`: the laptop's own; `cut`: fragments vanish."""

    def __init__(
        self,
        mtu: int,
        *,
        told: bool = False,
        here: int = 9000,
        cut: bool = False,
        server: int = 9000,
        losses: frozenset[int] = frozenset(),
    ) -> None:
        self.mtu, self.told, self.here, self.cut = mtu, told, here, cut
        self.server, self.losses = server, losses
        self.sent = 0

    def outcome(self, size: int, whole: bool) -> MtuProbe:
        if whole and size > self.here:
            return MtuProbe(size=size, outcome="too_big_here", mtu=self.here)
        self.sent += 1
        if self.sent in self.losses or size > self.server:
            return MtuProbe(size=size, outcome="silent", whole=whole)
        if size <= self.mtu or (not whole and not self.cut):
            return MtuProbe(size=size, outcome="answered", whole=whole)
        if self.told and whole:
            return MtuProbe(size=size, outcome="too_big", mtu=self.mtu)
        return MtuProbe(size=size, outcome="silent", whole=whole)

    def explore(self, *, fragments: bool = True) -> PathMtu:
        seen: list[MtuProbe] = []
        while (planned := next_probe(seen, fragments=fragments)) is not None:
            seen.append(self.outcome(*planned))
            assert len(seen) <= PACKETS + 2
        assert self.sent <= PACKETS
        return path_mtu("203.0.113.10", 443, seen)


def test_a_healthy_way_takes_one_packet() -> None:
    way = Way(1500)
    assert way.explore().largest == 1500
    assert way.sent == 1


@given(st.integers(SMALLEST, 1499))
def test_a_way_that_says_its_size_is_found_exactly(mtu: int) -> None:
    way = Way(mtu, told=True)
    found = way.explore()
    assert (found.largest, found.lost, found.bound) == (mtu, mtu + 1, "told")
    assert way.sent == 2


@given(st.integers(SMALLEST, 1499))
def test_the_own_interface_costs_no_packet(mtu: int) -> None:
    way = Way(1500, here=mtu)
    found = way.explore()
    assert (found.largest, found.lost, found.bound) == (mtu, mtu + 1, "here")
    assert way.sent == 1


@given(st.integers(SMALLEST, 1499), st.booleans())
def test_a_silent_way_is_bound_and_made_sure_of(mtu: int, cut: bool) -> None:
    found = Way(mtu, cut=cut).explore()
    assert found.largest is not None
    assert found.lost is not None
    assert found.largest <= mtu < found.lost
    assert (found.bound, found.silences, found.fragments_pass) == ("silent", 2, not cut)
    # the common sizes lie close together where ways are; below 1200 they need not
    assert found.lost - found.largest <= (50 if mtu >= 1200 else 424)


@given(st.integers(100, SMALLEST - 1))
def test_nothing_is_said_where_nothing_passes(mtu: int) -> None:
    assert Way(mtu).explore().largest is None


@given(st.integers(1000, 1400))
def test_an_old_server_is_not_taken_for_the_way(server: int) -> None:
    found = Way(1500, server=server).explore()
    assert found.fragments_pass is False


@given(st.integers(SMALLEST, 1500), st.sets(st.integers(1, PACKETS), max_size=PACKETS))
def test_lost_packets_never_make_the_lower_bound_wrong(mtu: int, losses: set[int]) -> None:
    found = Way(mtu, losses=frozenset(losses)).explore()
    assert found.largest is None or found.largest <= mtu
    if found.lost is not None and found.bound == "told":
        assert found.lost > mtu


@given(st.integers(1, PACKETS))
def test_one_lost_packet_never_bounds_a_healthy_way_surely(loss: int) -> None:
    found = Way(1500, losses=frozenset({loss})).explore()
    assert found.lost is None or found.silences < 2


def test_a_router_without_a_number_is_believed_at_that_size() -> None:
    seen = [MtuProbe(size=LARGEST, outcome="too_big")]
    assert next_probe(seen) == (1400, True)
    assert path_mtu("a", 1, seen).bound == "told"


def test_a_refusal_too_small_to_be_true_is_not_followed() -> None:
    assert path_mtu("a", 1, [MtuProbe(size=1500, outcome="too_big", mtu=68)]).lost == 1500


def test_routers_never_fragment_ipv6() -> None:
    assert Way(1350).explore(fragments=False).fragments_pass is None
