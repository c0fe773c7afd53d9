import ipaddress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.routing.prefix import Prefix, format_address, parse_address, parse_prefix, whole
from cvpn_doctor.routing.ranges import intersect, merge, size, subtract, to_cidrs, to_prefixes

POINTS = st.integers(0, 255)
RANGES = st.lists(st.tuples(POINTS, POINTS).map(lambda pair: (min(pair), max(pair))), max_size=8)


def members(ranges):
    return {value for first, last in ranges for value in range(first, last + 1)}


@given(st.ip_addresses())
def test_addresses_read_and_write_like_the_standard_library(address):
    assert parse_address(str(address)) == (address.version, int(address))
    assert format_address(address.version, int(address)) == str(address)


@given(st.ip_addresses(), st.integers(0, 128))
def test_prefixes_read_and_write_like_the_standard_library(address, length):
    length = min(length, address.max_prefixlen)
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    prefix = parse_prefix(f"{address}/{length}")
    assert str(prefix) == str(network)
    assert prefix.last == int(network.broadcast_address)
    assert parse_prefix(str(address)).is_host


@pytest.mark.parametrize(
    "text",
    [
        *("", "default", "10.0.0", "10.0.0.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.+1"),
        *("1０.0.0.1", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/255.0.0.0"),
        *("::/129", ":::", "1::g/8"),
    ],
)
def test_what_is_no_prefix_is_refused_with_its_text(text):
    with pytest.raises(ValueError, match=r".") as refusal:
        parse_prefix(text)
    assert text.partition("/")[0] in str(refusal.value)


def test_a_zone_is_ignored():
    assert parse_prefix("fe80::1%en0/64") == parse_prefix("fe80::/64")


def test_overlap_is_the_smaller_block():
    ten, inner = parse_prefix("10.0.0.0/8"), parse_prefix("10.7.0.0/16")
    assert ten.overlap(inner) == inner.overlap(ten) == inner
    assert inner.overlap(parse_prefix("10.8.0.0/16")) is None
    assert not whole(4).covers(parse_prefix("::1"))


@given(RANGES, RANGES)
def test_range_algebra_is_set_algebra(left, right):
    a, b = merge(left), merge(right)
    assert members(a) == members(left)
    assert members(intersect(a, b)) == members(left) & members(right)
    assert members(subtract(a, b)) == members(left) - members(right)
    assert size(a) == len(members(left))
    assert all(one[1] + 1 < two[0] for one, two in pairwise(a))


@given(RANGES)
def test_prefixes_hold_exactly_the_ranges_and_are_the_fewest(ranges):
    prefixes = to_prefixes(4, ranges)
    assert members((p.first, p.last) for p in prefixes) == members(ranges)
    as_networks = [ipaddress.ip_network(str(p)) for p in prefixes]
    assert list(ipaddress.collapse_addresses(as_networks)) == as_networks


def test_a_whole_family_is_one_prefix():
    assert to_cidrs(4, [(0, 2**32 - 1)]) == ("0.0.0.0/0",)
    assert to_cidrs(6, [(1, 2**128 - 1), (0, 0)]) == ("::/0",)
    assert Prefix(4, 0, 1) < Prefix(4, 1 << 31, 1)
