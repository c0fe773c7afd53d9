import ipaddress

from hypothesis import given, settings
from hypothesis import strategies as st

from cvpn_doctor.model.network import Route, RouteTable, Rule
from cvpn_doctor.routing.coverage import carried, coverage, coverage_of_all
from cvpn_doctor.routing.forwarding import Flow, ForwardingMap
from tests.routing.naive import STOPS, evaluate
from tests.routing.tables import UNIVERSE, addresses, flows, prefixes, tables

FAMILY = st.sampled_from((4, 6))
TUNNEL = frozenset({"tun0"})
# The naive evaluator knows no unknown user: a rule for some users must hold or not.
KNOWN = Flow(uid=0)


def route(destination, interface="en0", **more):
    return Route(destination=destination, interface=interface, **more)


def parts_of(prefix, *rows, rules=(), interfaces=TUNNEL):
    forwarding = ForwardingMap.of(RouteTable(routes=rows, rules=rules))
    return coverage(forwarding, prefix, interfaces)


def hosts(parts):
    return [host for part in parts for text in part.prefixes for host in ipaddress.ip_network(text)]


@settings(max_examples=150, deadline=None)
@given(st.data(), FAMILY)
def test_parts_partition_the_prefix_and_tell_the_truth(data, family):
    whole, flow = data.draw(tables(family)), data.draw(flows(family))
    block = data.draw(prefixes(family).filter(lambda text: not text.endswith("/0")))
    parts = coverage(ForwardingMap.of(whole, flow), block, TUNNEL)
    assert sorted(hosts(parts)) == list(ipaddress.ip_network(block))
    for part in parts:
        for host in hosts([part]):
            outcome = evaluate(whole, flow, str(host))
            winners = outcome[0] if outcome else ()
            inside = bool(winners) and winners[0].type not in STOPS
            inside = inside and all(winner.interface in TUNNEL for winner in winners)
            assert part.inside == inside
            assert part.inside == (part.reason == "carried")
            # A lone host on the same link may be told as part of the network around it.
            first = winners[0] if winners else None
            assert part.winner == first or part.winner.interface == first.interface
            if part.runner_up is not None:
                assert part.runner_up.interface in TUNNEL
                assert host in ipaddress.ip_network(part.runner_up.destination)


@settings(max_examples=100, deadline=None)
@given(st.data(), FAMILY)
def test_parts_are_minimal_and_each_fate_is_one_part(data, family):
    whole = data.draw(tables(family))
    parts = coverage(ForwardingMap.of(whole, KNOWN), str(UNIVERSE[family]), TUNNEL)
    for part in parts:
        networks = [ipaddress.ip_network(text) for text in part.prefixes]
        assert list(ipaddress.collapse_addresses(networks)) == networks
    fates = [(p.inside, p.winner, p.runner_up, p.reason, p.rule) for p in parts]
    assert len(set(fates)) == len(fates)


@settings(max_examples=100, deadline=None)
@given(st.data(), FAMILY)
def test_carried_is_what_leaves_by_the_interface(data, family):
    whole = data.draw(tables(family))
    nets = [ipaddress.ip_network(text) for text in carried(ForwardingMap.of(whole, KNOWN), "tun0")]
    for address in addresses(family):
        outcome = evaluate(whole, KNOWN, address)
        winners = outcome[0] if outcome else ()
        leaves = any(w.interface == "tun0" and w.type == "unicast" for w in winners)
        here = ipaddress.ip_address(address)
        if leaves:
            assert any(here.version == net.version and here in net for net in nets)
        elif not any(w.interface == "tun0" for w in winners):
            assert not any(here.version == net.version and here in net for net in nets)


def test_the_sentence_of_the_design():
    docker = route("10.20.0.0/21", "docker0")
    expected = route("10.20.0.0/16", "utun4")
    outside, inside = parts_of(
        "10.20.0.0/16", docker, expected, route("0.0.0.0/0"), interfaces=frozenset({"utun4"})
    )
    assert outside.prefixes == ("10.20.0.0/21",)
    assert (outside.winner, outside.runner_up) == (docker, expected)
    assert (outside.inside, outside.reason) == (False, "longer-prefix")
    assert inside.inside
    assert inside.prefixes[0] == "10.20.8.0/21"


def test_the_reasons():
    ten = "10.0.0.0/8"
    tunnel = route(ten, "tun0", metric=50)
    fresh = {
        "no-route": (),
        "only-route": (route("0.0.0.0/0"),),
        "lower-metric": (tunnel, route(ten, metric=10)),
        "listed-first": (route(ten, metric=50), tunnel),
        "special-type": (tunnel, Route(destination=ten, type="blackhole")),
        "dead-route": (route(ten, "tun0", dead=True), route("0.0.0.0/0")),
        "scoped-route": (route(ten, "tun0", scoped=True), route("0.0.0.0/0")),
        "multipath": (route(ten, "tun0", multipath=True), route(ten, multipath=True)),
    }
    for reason, rows in fresh.items():
        (part,) = parts_of(ten, *rows)
        assert part.reason == reason
        assert not part.inside
    (own,) = parts_of("10.0.0.7", tunnel, route("10.0.0.7/32", table=255, type="local"))
    assert own.reason == "own-address"


def test_a_rule_that_leads_elsewhere_is_the_reason():
    rules = (
        Rule(family=4, priority=1, table=100),
        Rule(family=4, priority=2, table=254),
    )
    (part,) = parts_of(
        "10.0.0.0/8", route("0.0.0.0/0", table=100), route("10.0.0.0/8", "tun0"), rules=rules
    )
    assert (part.reason, part.rule) == ("policy-rule", rules[0])
    assert part.runner_up is not None
    stop = (Rule(family=4, priority=1, action="prohibit"), rules[1])
    (stopped,) = parts_of("10.0.0.0/8", route("10.0.0.0/8", "tun0"), rules=stop)
    assert (stopped.reason, stopped.winner) == ("policy-rule", None)


def test_the_laptops_own_addresses_do_not_cut_its_networks():
    lan = route("192.168.1.0/24")
    parts = parts_of(
        "192.168.0.0/16",
        route("192.168.0.0/16", "tun0"),
        lan,
        route("192.168.1.23/32", table=255, type="local"),
        route("192.168.1.255/32", table=255, type="broadcast"),
        route("192.168.1.0/32", table=255, type="broadcast"),
    )
    outside = [part for part in parts if not part.inside]
    assert [part.prefixes for part in outside] == [("192.168.1.0/24",)]
    assert outside[0].winner == lan


def test_a_lone_host_that_is_treated_otherwise_stays_visible():
    ten = route("10.0.0.0/8", "tun0")
    for row in (
        route("10.0.0.0/32", "tun0", type="blackhole"),
        route("10.0.0.0/32", "tun0", next_hop="10.9.9.9", metric=3),
    ):
        parts = parts_of("10.0.0.0/8", ten, row)
        assert ("10.0.0.0/32",) in [part.prefixes for part in parts]


def test_many_prefixes_at_once_give_the_same():
    forwarding = ForwardingMap.of(RouteTable(routes=(route("10.0.0.0/9", "tun0"),)))
    both = coverage_of_all(forwarding, ["10.0.0.0/8", "fd00::/8"], TUNNEL)
    assert both == {text: coverage(forwarding, text, TUNNEL) for text in both}


def test_carried_tells_a_full_tunnel_as_one_prefix():
    rows = (
        route("0.0.0.0/1", "tun0"),
        route("128.0.0.0/1", "tun0"),
        route("10.8.0.128/27", "tun0"),
        route("10.8.0.133/32", "tun0", table=255, type="local"),
    )
    assert carried(ForwardingMap.of(RouteTable(routes=rows)), "tun0") == ("0.0.0.0/0",)
