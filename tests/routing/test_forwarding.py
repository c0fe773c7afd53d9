import ipaddress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvpn_doctor.model.network import Route, RouteTable, Rule
from cvpn_doctor.routing.forwarding import Flow, ForwardingMap
from tests.routing.naive import evaluate
from tests.routing.tables import addresses, flows, routes, tables

FAMILY = st.sampled_from((4, 6))


def route(destination, interface="eth0", **more):
    return Route(destination=destination, interface=interface, **more)


def table(*rows, rules=()):
    return RouteTable(routes=rows, rules=rules)


def outcomes(forwarding, family):
    return [forwarding.lookup(address) for address in addresses(family)]


@settings(max_examples=300, deadline=None)
@given(st.data(), FAMILY)
def test_every_address_has_the_outcome_that_brute_force_finds(data, family):
    whole = data.draw(tables(family))
    flow = data.draw(flows(family))
    forwarding = ForwardingMap.of(whole, flow)
    assert not forwarding.uncertain
    for address in addresses(family):
        segment = forwarding.lookup(address)
        found = segment and (segment.winners, segment.rule)
        assert found == evaluate(whole, flow, address), address


@settings(max_examples=100, deadline=None)
@given(st.data(), FAMILY)
def test_segments_are_sorted_disjoint_and_agree_with_lookup(data, family):
    forwarding = ForwardingMap.of(data.draw(tables(family)), data.draw(flows(family)))
    block = "10.0.0.64/26" if family == 4 else "2001:db8::40/122"
    segments = forwarding.segments(block)
    assert all(segment.first <= segment.last for segment in segments)
    assert all(a.last < b.first for a, b in pairwise(segments))
    held = {value for s in segments for value in range(s.first, s.last + 1)}
    for address in addresses(family)[64:128]:
        segment = forwarding.lookup(address)
        assert (segment is not None) == (int(ipaddress.ip_address(address)) in held)


@settings(max_examples=100, deadline=None)
@given(st.data(), FAMILY)
def test_a_route_that_loses_changes_nothing(data, family):
    whole = data.draw(tables(family, 10))
    loser = data.draw(routes(family))
    dead = Route(destination=loser.destination, interface="eth0", table=loser.table, dead=True)
    with_dead = RouteTable(routes=(*whole.routes, dead), rules=whole.rules)
    before = outcomes(ForwardingMap.of(whole), family)
    assert outcomes(ForwardingMap.of(with_dead), family) == before


@settings(max_examples=100, deadline=None)
@given(st.data(), FAMILY)
def test_the_order_of_rows_does_not_matter_where_there_are_no_ties(data, family):
    rows = data.draw(
        st.lists(
            routes(family), unique_by=lambda r: (r.destination, r.metric, r.table), max_size=15
        )
    )
    shuffled = data.draw(st.permutations(rows))
    one = ForwardingMap.of(RouteTable(routes=tuple(rows)))
    other = ForwardingMap.of(RouteTable(routes=tuple(shuffled)))
    assert outcomes(one, family) == outcomes(other, family)


def test_throw_goes_on_with_the_next_rule():
    rules = (Rule(family=4, priority=1, table=100), Rule(family=4, priority=2, table=254))
    rows = (
        route("0.0.0.0/0", "tun0", table=100),
        route("10.5.0.0/16", None, table=100, type="throw"),
        route("0.0.0.0/0"),
    )
    forwarding = ForwardingMap.of(table(*rows, rules=rules))
    assert forwarding.lookup("10.5.1.1").interfaces == {"eth0"}
    assert forwarding.lookup("10.6.1.1").interfaces == {"tun0"}


def test_wg_quick_sends_all_but_its_own_packets_and_known_networks_into_the_tunnel():
    rules = (
        Rule(family=4, priority=0, table=255),
        Rule(family=4, priority=1, table=254, suppress_prefix_length=0),
        Rule(family=4, priority=2, table=51820, mark=51820, inverted=True),
        Rule(family=4, priority=3, table=254),
    )
    rows = (
        route("0.0.0.0/0"),
        route("192.168.1.0/24"),
        route("0.0.0.0/0", "wg0", table=51820),
    )
    ordinary = ForwardingMap.of(table(*rows, rules=rules))
    assert ordinary.lookup("8.8.8.8").interfaces == {"wg0"}
    assert ordinary.lookup("192.168.1.9").interfaces == {"eth0"}
    own = ForwardingMap.of(table(*rows, rules=rules), Flow(mark=51820))
    assert own.lookup("8.8.8.8").interfaces == {"eth0"}


def test_a_rule_that_is_not_understood_makes_the_map_uncertain_only_where_it_may_hold():
    unread = Rule(family=4, priority=1, table=100, unread=True)
    foreign = Rule(family=4, priority=1, table=100, unread=True, mark=7)
    main = Rule(family=4, priority=2, table=254)
    rows = (route("0.0.0.0/0"), route("0.0.0.0/0", "tun0", table=100))
    doubtful = ForwardingMap.of(table(*rows, rules=(unread, main)))
    assert doubtful.uncertain
    assert doubtful.doubtful == (unread,)
    assert doubtful.lookup("8.8.8.8").interfaces == {"eth0"}
    assert not ForwardingMap.of(table(*rows, rules=(foreign, main))).uncertain
    too_late = Rule(family=4, priority=3, table=100, unread=True)
    assert not ForwardingMap.of(table(*rows, rules=(main, too_late))).uncertain


def test_an_unknown_user_makes_a_rule_for_users_doubtful():
    rules = (
        Rule(family=4, priority=1, table=100, uid_range=(1000, 1000)),
        Rule(family=4, priority=2, table=254),
    )
    whole = table(route("0.0.0.0/0"), route("0.0.0.0/0", "tun0", table=100), rules=rules)
    assert ForwardingMap.of(whole).uncertain
    known = ForwardingMap.of(whole, Flow(uid=1000))
    assert not known.uncertain
    assert known.lookup("8.8.8.8").interfaces == {"tun0"}


def test_a_row_that_is_no_prefix_is_counted():
    forwarding = ForwardingMap.of(table(route("default"), route("10.0.0.0/8")))
    assert forwarding.unread_rows == 1
    assert forwarding.uncertain


def test_a_scoped_row_serves_only_sockets_bound_to_its_interface():
    whole = table(route("0.0.0.0/0", "en0"), route("0.0.0.0/0", "en1", scoped=True))
    assert ForwardingMap.of(whole).lookup("8.8.8.8").interfaces == {"en0"}
    assert ForwardingMap.of(whole, Flow(interface="en1")).lookup("8.8.8.8").interfaces == {"en1"}


def test_lost_carrier_is_visible_but_still_used():
    whole = table(route("10.0.0.0/8", "docker0", link_down=True), route("0.0.0.0/0"))
    segment = ForwardingMap.of(whole).lookup("10.1.1.1")
    assert segment.interfaces == {"docker0"}
    assert segment.link_down


def test_neighbours_with_one_outcome_are_one_segment():
    rules = (
        Rule(family=4, priority=1, table=99, destination="10.0.0.0/9"),
        Rule(family=4, priority=2, table=254),
    )
    forwarding = ForwardingMap.of(table(route("0.0.0.0/0"), rules=rules))
    assert len(forwarding.segments("0.0.0.0/0")) == 1


def test_a_bad_address_is_a_value_error():
    with pytest.raises(ValueError, match="not an IP address"):
        ForwardingMap.of(table()).lookup("nowhere")


def test_a_goto_never_leads_back():
    rules = (
        Rule(family=4, priority=1, table=99),
        Rule(family=4, priority=2, action="goto", goto=1),
        Rule(family=4, priority=3, table=254),
    )
    forwarding = ForwardingMap.of(table(route("0.0.0.0/0"), rules=rules))
    assert forwarding.lookup("8.8.8.8").rule == rules[2]


def test_multipath_is_made_of_rows_of_one_type():
    feet = (route("10.0.0.0/8", "tun0", multipath=True), route("10.0.0.0/8", multipath=True))
    other = route("10.0.0.0/8", "lo", type="local", multipath=True)
    assert ForwardingMap.of(table(*feet, other)).lookup("10.1.1.1").winners == feet
