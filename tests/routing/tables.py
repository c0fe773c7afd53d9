"""Hypothesis strategies: random tables in a universe of 256 addresses of either family."""

import ipaddress

from hypothesis import strategies as st

from cvpn_doctor.model.network import Route, RouteTable, Rule
from cvpn_doctor.routing.forwarding import Flow

UNIVERSE = {4: ipaddress.ip_network("10.0.0.0/24"), 6: ipaddress.ip_network("2001:db8::/120")}
INTERFACES = ("eth0", "tun0", "tun1")


def addresses(family: int) -> list[str]:
    return [str(address) for address in UNIVERSE[family]]


@st.composite
def prefixes(draw: st.DrawFn, family: int) -> str:
    bits = 32 if family == 4 else 128
    if draw(st.integers(0, 15)) == 0:
        return "0.0.0.0/0" if family == 4 else "::/0"
    length = draw(st.integers(bits - 8, bits))
    first = int(UNIVERSE[family].network_address) + draw(st.integers(0, 255))
    return str(ipaddress.ip_network((first, length), strict=False))


def routes(family: int) -> st.SearchStrategy[Route]:
    kinds = ("unicast",) * 8 + ("local", "blackhole", "unreachable", "prohibit", "throw")
    return st.builds(
        Route,
        destination=prefixes(family),
        interface=st.sampled_from(INTERFACES),
        metric=st.sampled_from((0, 100, 600)),
        table=st.sampled_from((254, 254, 254, 255, 253, 100)),
        type=st.sampled_from(kinds),
        multipath=st.sampled_from((False, False, True)),
        dead=st.sampled_from((False,) * 7 + (True,)),
        scoped=st.sampled_from((False,) * 7 + (True,)),
    )


def rules(family: int) -> st.SearchStrategy[Rule]:
    maybe = st.sampled_from((None, None, True))
    source = "10.0.0.0/28" if family == 4 else "2001:db8::/124"
    return st.builds(
        Rule,
        family=st.just(family),
        priority=st.integers(0, 12),
        action=st.sampled_from(("lookup",) * 6 + ("goto", "nop", "blackhole", "prohibit")),
        table=st.sampled_from((255, 254, 254, 253, 100, 99)),
        goto=st.integers(0, 12),
        destination=st.none() | prefixes(family),
        mark=maybe.map(lambda value: 0x105 if value else None),
        mark_mask=st.sampled_from((0xFFFFFFFF, 0xFF)),
        incoming_interface=st.sampled_from((None, None, None, "lo", "eth0")),
        outgoing_interface=st.sampled_from((None, None, None, "tun0")),
        uid_range=maybe.map(lambda value: (500, 1000) if value else None),
        source=maybe.map(lambda value: source if value else None),
        suppress_prefix_length=st.sampled_from((None, None, None, 0, 26, 122)),
        inverted=st.sampled_from((False, False, False, True)),
    )


def tables(family: int, most: int = 25) -> st.SearchStrategy[RouteTable]:
    return st.builds(
        RouteTable,
        routes=st.lists(routes(family), max_size=most).map(tuple),
        rules=st.just(()) | st.lists(rules(family), min_size=1, max_size=6).map(tuple),
    )


def flows(family: int) -> st.SearchStrategy[Flow]:
    source = "10.0.0.5" if family == 4 else "2001:db8::5"
    return st.builds(
        Flow,
        mark=st.sampled_from((0, 0x105, 0x505)),
        uid=st.sampled_from((0, 777)),
        source=st.sampled_from((None, source)),
        interface=st.sampled_from((None, None, "tun0")),
    )
