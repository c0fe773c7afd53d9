import pytest

from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.network import Interface, InterfaceAddress, Process, Route, RouteTable
from cvpn_doctor.routing.forwarding import ForwardingMap
from cvpn_doctor.routing.overlap import overlaps
from cvpn_doctor.routing.tunnel import candidates, choose_tunnel, host_route, mode, underlay

OPENVPN = (Process(pid=7, name="openvpn", state="running"),)
LAN = Route(destination="0.0.0.0/0", interface="eth0", next_hop="192.168.1.1", metric=100)


def interface(name, *addresses, kind="tunnel", description="", up=True):
    split = (text.partition("/") for text in addresses)
    return Interface(
        index=1,
        name=name,
        kind=kind,
        description=description,
        up=up,
        running=True,
        addresses=tuple(
            InterfaceAddress(address=address, prefix_length=int(length))
            for address, _, length in split
        ),
    )


def table(*destinations, via="tun0", next_hop=None, more=(LAN,)):
    rows = (Route(destination=d, interface=via, next_hop=next_hop) for d in destinations)
    return RouteTable(routes=(*rows, *more))


TUN0 = interface("tun0", "10.8.0.133/27")
TUN1 = interface("tun1", "10.9.0.5/24")


def choose(*interfaces, routes=None, processes=(), **expected):
    return choose_tunnel(interfaces, routes or table(), Expectation(**expected), processes)


def test_an_address_in_the_client_cidr_proves_it():
    choice = choose(TUN1, TUN0, client_cidr="10.8.0.0/16")
    assert (choice.interface, choice.certainty) == ("tun0", "proven")
    assert choice.reasons == ("address-in-client-cidr",)
    assert choice.others == ("tun1",)


def test_evidence_is_named_strongest_first():
    routes = table("10.20.0.0/16", "0.0.0.0/1", "128.0.0.0/1", next_hop="10.8.0.129")
    choice = choose_tunnel((TUN0,), routes, Expectation(routes=("10.20.0.0/16",)), OPENVPN)
    assert choice.certainty == "likely"
    assert choice.reasons == (
        "carries-expected-prefix",
        "carries-everything",
        "gateway-is-first-host",
        "only-candidate-of-a-running-vpn",
    )


@pytest.mark.parametrize(
    ("name", "description"),
    [
        *(("tailscale0", ""), ("wg0", "wireguard"), ("CloudflareWARP", ""), ("zcctun0", "")),
        *(("gpd0", ""), ("cscotun0", ""), ("nordlynx", ""), ("ppp0", "")),
        *(("Ethernet 3", "Cisco AnyConnect Virtual Miniport"), ("x", "PANGP Virtual Ethernet")),
    ],
)
def test_other_products_are_ours_only_with_proof(name, description):
    foreign = interface(name, "100.64.0.1/32", description=description)
    routes = table("0.0.0.0/0", via=name)
    assert choose(foreign, routes=routes, processes=OPENVPN) is None
    assert choose(foreign, client_cidr="100.64.0.0/16").certainty == "proven"
    choice = choose(foreign, TUN0, routes=routes, processes=OPENVPN)
    assert (choice.interface, choice.others) == ("tun0", (name,))


def test_apples_own_utun_is_never_a_candidate():
    apple = interface("utun0", "fe80::1/64")
    own = Route(destination="::/0", interface="utun0", next_hop="fe80::", scoped=True)
    assert candidates((apple,), RouteTable(routes=(own,))) == ()


def test_two_equally_good_ones_are_only_possible():
    routes = RouteTable(
        routes=tuple(Route(destination="10.20.0.0/16", interface=n) for n in ("tun0", "tun1"))
    )
    choice = choose_tunnel((TUN0, TUN1), routes, Expectation(routes=("10.20.0.0/16",)), ())
    assert choice.certainty == "possible"
    assert (choice.interface, choice.rivals) == ("tun0", ("tun1",))


@pytest.mark.parametrize("number", ["", " #2"])
def test_an_aws_adapter_without_an_address_is_only_possible(number):
    name = f"AWS VPN Client TAP-Windows Adapter V9{number}"
    idle = interface("Ethernet 2", "169.254.7.7/16", kind="ethernet", description=name)
    used = interface("Ethernet 2", "10.8.0.133/27", kind="ethernet", description=name)
    assert choose(idle).certainty == "possible"
    assert choose(used).certainty == "likely"


def test_a_tunnel_without_any_evidence_is_not_taken_for_ours():
    assert choose(TUN1) is None
    assert choose(TUN1, processes=OPENVPN).certainty == "possible"


def mode_of(*destinations, more=(LAN,), **options):
    routes = table(*destinations, "10.8.0.128/27", more=more)
    return mode(ForwardingMap.of(routes), TUN0, **options)


def test_full_by_def1_with_a_host_route_to_the_endpoint():
    endpoint = Route(destination="54.1.2.3/32", interface="eth0", next_hop="192.168.1.1")
    full = mode_of("0.0.0.0/1", "128.0.0.0/1", more=(LAN, endpoint))
    assert (full.kind, full.how, full.missing) == ("full", "def1", ("54.1.2.3/32",))
    allowed = mode_of("0.0.0.0/1", "128.0.0.0/1", more=(LAN, endpoint), bypass=("54.1.2.3",))
    assert allowed.missing == ()


def test_full_by_default_route_or_by_a_list():
    assert mode_of("0.0.0.0/0").how == "default"
    listed = mode_of("0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2")
    assert (listed.kind, listed.how) == ("full", "other")


def test_a_company_may_keep_its_own_block_out_of_a_full_tunnel():
    block = Route(destination="17.0.0.0/8", interface="eth0")
    full = mode_of("0.0.0.0/0", more=(block,))
    assert (full.kind, full.missing) == ("full", ("17.0.0.0/8",))


def test_one_half_of_def1():
    half = mode_of("0.0.0.0/1", "10.20.0.0/16")
    assert (half.kind, half.how) == ("half", "def1")
    assert half.missing[0] == "128.0.0.0/3"
    assert 0.4 < half.share < 0.6


@pytest.mark.parametrize("prefix", ["10.0.0.0/8", "52.95.0.0/16", "10.20.7.9/32", "64.0.0.0/2"])
def test_split(prefix):
    assert mode_of(prefix).kind == "split"


def test_a_tunnel_with_nothing_but_its_own_network_carries_nothing():
    assert mode_of().kind == "none"
    beaten = Route(destination="0.0.0.0/0", interface="tun0", metric=900)
    assert mode_of(more=(LAN, beaten)).kind == "none"


def test_the_halves_of_ipv6():
    whole = mode_of("2000::/3", family=6)
    assert (whole.kind, whole.how) == ("full", "def1")
    assert mode_of("2000::/4", family=6).kind == "half"
    assert mode_of("2001:db8::/32", family=6).kind == "split"


def test_the_underlay_is_the_cheapest_live_default_outside_the_tunnels():
    rows = (
        Route(destination="0.0.0.0/0", interface="tun0"),
        Route(destination="0.0.0.0/0", interface="eth1", metric=5, dead=True),
        Route(destination="0.0.0.0/0", interface="wlan0", metric=600),
        LAN,
    )
    whole = RouteTable(routes=rows)
    assert underlay(whole, frozenset({"tun0"})) == LAN
    assert underlay(whole, frozenset({"tun0"}), 6) is None


def test_the_host_route_to_the_endpoint():
    row = Route(destination="54.1.2.3/32", interface="eth0", next_hop="192.168.1.1")
    forwarding = ForwardingMap.of(RouteTable(routes=(LAN, row)))
    assert host_route(forwarding, "54.1.2.3") == row
    assert host_route(forwarding, "54.1.2.4") is None


def test_overlaps_are_told_with_what_both_hold():
    found = overlaps(
        (
            interface("lo", "127.0.0.1/8", kind="loopback"),
            interface("wlan0", "172.31.1.7/24", "fe80::1/64", kind="wifi"),
            interface("docker0", "172.17.0.1/16", kind="bridge"),
            interface("off0", "172.18.0.1/16", kind="bridge", up=False),
            TUN0,
        ),
        "172.16.0.0/12",
        ignore=frozenset({"tun0"}),
    )
    assert [(o.interface, o.kind, o.network, o.overlap) for o in found] == [
        ("wlan0", "wifi", "172.31.1.0/24", "172.31.1.0/24"),
        ("docker0", "bridge", "172.17.0.0/16", "172.17.0.0/16"),
    ]
    (wide,) = overlaps((interface("eth0", "10.1.1.1/8", kind="ethernet"),), "10.20.0.0/16")
    assert (wide.network, wide.overlap) == ("10.0.0.0/8", "10.20.0.0/16")


def test_a_full_tunnel_with_an_address_from_elsewhere_may_be_any_vpn():
    routes = table("0.0.0.0/0", via="tun1")
    choice = choose(TUN1, routes=routes, client_cidr="10.8.0.0/16")
    assert (choice.interface, choice.certainty) == ("tun1", "possible")
    assert choose(TUN1, routes=routes).certainty == "likely"
    running = choose(TUN1, routes=routes, processes=OPENVPN, client_cidr="10.8.0.0/16")
    assert running.certainty == "likely"
