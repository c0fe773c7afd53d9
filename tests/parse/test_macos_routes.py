"""netstat and route of macOS; rows as real systems printed them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.parse import route_get
from cvpn_doctor.parse.bsd_prefix import prefix
from cvpn_doctor.parse.netstat_routes import routes
from cvpn_doctor.routing.prefix import parse_prefix

OLD = """Routing tables

Internet:
Destination        Gateway            Flags        Refs      Use    Mtu   Netif Expire
default            192.168.1.254      UGSc           83       24   1500     en0       
127                127.0.0.1          UCS             0        0  16384     lo0       
127.0.0.1          127.0.0.1          UH             18  1266231  16384     lo0       
192.168.1          link#10            UCS            12        0   1500     en0      !
192.168.1.72       f0:18:98:3:d8:39   UHLWIi          1     8878   1500     en0   1105
192.168.1.221      a4:83:e7:0:0:1     UHLWI           0        0  16384     lo0       
192.168.1.255      ff:ff:ff:ff:ff:ff  UHLWbI          0        4   1500     en0      !
224.0.0/4          link#10            UmCS            2        0   1500     en0      !
"""  # noqa: W291 - as printed
NEW = """Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            172.32.252.1       UGScg               utun6       
10/10              172.32.252.1       UGSc                utun6       
54.168.0.83/32     172.31.1.1         UGSc                  en0       
172.31.1/25        172.32.252.1       UGSc                utun6       
172.31.1/24        link#15            UCS                   en0      !
198.51.100/24      127.0.0.1          UGSR                  lo0       
203.0.113          127.0.0.1          UGSB                  lo0       
203.0.113.9        192.168.1.1        GHS                   en0       
"""  # noqa: W291 - as printed
SIX = """Internet6:
Destination                             Gateway                         Flags           Netif Expire
default                                 fe80::feae:34ff:fea1:3a80%en0   UGcg              en0       
default                                 fe80::%utun0                    UGcIg           utun0       
::1                                     ::1                             UHL               lo0       
2606:4700:7::a000:0/103                 utun5                           Uc              utun5       
fe80::%utun0/64                         fe80::30fe:52f1:103c:c66c%utun0 UcI             utun0       
fe80::1%lo0                             link#1                          UHLI              lo0       
ff01::%en0/32                           link#8                          UmCI              en0       
"""  # noqa: W291 - as printed


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("default", "0.0.0.0/0"), ("0/1", "0.0.0.0/1"), ("128.0/1", "128.0.0.0/1")),
        *(("10.243/27", "10.243.0.0/27"), ("127", "127.0.0.0/8"), ("169.254", "169.254.0.0/16")),
        *(("10.1/16", "10.1.0.0/16"), ("192.168.1", "192.168.1.0/24"), ("0/5", "0.0.0.0/5")),
        *(("192.0.2/23", "192.0.2.0/23"), ("10.0.0.5", "10.0.0.5/32"), ("162.0/9", "162.0.0.0/9")),
        *(("10/33", None), ("10.256", None), ("1.2.3.4.5", None), ("10/", None), ("&0x1", None)),
        *(("", None), ("01.2", None), ("10.1/-1", None), ("link#5", None), ("fe80::1", None)),
    ],
)
def test_abbreviated_prefixes(written, meant):
    assert prefix(written, 4) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("default", "::/0"), ("::1", "::1/128"), ("::/3", "::/3")),
        *(("fe80::%en0/64", "fe80::/64"), ("fe80::1%lo0", "fe80::1/128")),
        *(
            ("2606:4700:7::a000:0/103", "2606:4700:7::a000:0/103"),
            ("fe80::472:a", "fe80::472:a/128"),
        ),
        *(("::/129", None), ("2001:db8::1/32", "2001:db8::/32"), ("10/8", None), ("", None)),
    ],
)
def test_ipv6_prefixes(written, meant):
    assert prefix(written, 6) == meant


def netname(network: ipaddress.IPv4Network) -> str:
    """Apple's netname() and domask(), retold."""
    value, length = int(network.network_address), network.prefixlen
    if length == 0:
        return "default"
    classful = 8 if value < 1 << 31 else 16 if value < 3 << 30 else 24
    octets = str(network.network_address).split(".")
    host_bits = value & (1 << (32 - classful)) - 1
    shown = classful // 8
    if host_bits:
        shown = 4 if classful == 24 or value & 0xFF else 3 if value & 0xFF00 else 2
    return ".".join(octets[:shown]) + ("" if length == classful else f"/{length}")


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_every_prefix_comes_back(value, length):
    network = ipaddress.ip_network((value, length), strict=False)
    assert prefix(netname(network), 4) == str(network)


def brief(table):
    return [(r.destination, r.interface, r.next_hop, r.type, r.scoped) for r in table.routes]


def test_old_columns():
    table = routes(OLD)
    assert table.unread == 0
    assert brief(table) == [
        ("0.0.0.0/0", "en0", "192.168.1.254", "unicast", False),
        ("127.0.0.0/8", "lo0", None, "local", False),
        ("127.0.0.1/32", "lo0", None, "local", False),
        ("192.168.1.0/24", "en0", None, "unicast", False),
        ("192.168.1.72/32", "en0", None, "unicast", True),
        ("192.168.1.221/32", "lo0", None, "local", True),
        ("192.168.1.255/32", "en0", None, "broadcast", True),
        ("224.0.0.0/4", "en0", None, "multicast", False),
    ]


def test_new_columns_reject_blackhole_and_down():
    table = routes(NEW)
    assert table.unread == 0
    assert brief(table) == [
        ("0.0.0.0/0", "utun6", "172.32.252.1", "unicast", False),
        ("10.0.0.0/10", "utun6", "172.32.252.1", "unicast", False),
        ("54.168.0.83/32", "en0", "172.31.1.1", "unicast", False),
        ("172.31.1.0/25", "utun6", "172.32.252.1", "unicast", False),
        ("172.31.1.0/24", "en0", None, "unicast", False),
        ("198.51.100.0/24", "lo0", "127.0.0.1", "unreachable", False),
        ("203.0.113.0/24", "lo0", "127.0.0.1", "blackhole", False),
        ("203.0.113.9/32", "en0", "192.168.1.1", "unicast", False),
    ]
    assert [route.dead for route in table.routes] == [False] * 7 + [True]


def test_ipv6_rows():
    table = routes(SIX)
    assert table.unread == 0
    assert brief(table) == [
        ("::/0", "en0", "fe80::feae:34ff:fea1:3a80", "unicast", False),
        ("::/0", "utun0", "fe80::", "unicast", True),
        ("::1/128", "lo0", None, "local", False),
        ("2606:4700:7::a000:0/103", "utun5", None, "unicast", False),
        ("fe80::/64", "utun0", None, "unicast", True),
        ("fe80::1/128", "lo0", None, "local", True),
        ("ff01::/32", "en0", None, "multicast", True),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "192.168.1          link#10",  # cut off
        "ff01::%utun3/32    fe80::1188:a032:c478:4b13%utun3 UmCI            0        0   1380",
        "<redacted>         192.168.1.1        UGSc  en0",
        "10.300/16          192.168.1.1        UGSc  en0",
        "10/8               192.168.1.1        ????  en0",
        "10/8               192.168.1.1        UGSc  9",
    ],
)
def test_a_row_that_cannot_be_read_is_counted(row):
    table = routes(f"{OLD}{row}\n")
    assert (len(table.routes), table.unread) == (8, 1)


def test_rows_of_no_known_family_are_counted():
    assert routes("Netgraph:\n10/8 192.168.1.1 UGSc en0\n") == ((), 1)


def test_a_row_without_gateway():
    table = routes("Internet:\n10/8               UCS  en0      !\n")
    assert brief(table) == [("10.0.0.0/8", "en0", None, "unicast", False)]


def test_names_that_old_systems_cut():
    text = "Internet:\n192.168.64 link#20 UC 2 0 bridge10 !\n"
    (one,) = routes(text, ["en0", "bridge100"]).routes
    assert one.interface == "bridge100"
    both = ["bridge100", "bridge101"]
    (two,) = routes(text, both, {19: "bridge100", 20: "bridge101"}).routes
    assert two.interface == "bridge101"
    (three,) = routes(text, both).routes
    assert three.interface == "bridge10"
    (short,) = routes("Internet:\n10/8 link#4 UC en1\n", ["en10"]).routes
    assert short.interface == "en1"


def test_thousands_of_rows():
    rows = [f"10.{n >> 8}.{n & 255}/24 10.8.0.1 UGSc utun4" for n in range(20_000)]
    rows = [row for row in rows if not row.startswith("10.256")]
    table = routes("Internet:\n" + "\n".join(rows))
    assert (len(table.routes), table.unread) == (len(rows), 0)


WORDS = st.sampled_from(
    ["default", "10/8", "link#4", "UGSc", "U", "en0", "!", "12", "fe80::%en0/64", "%", "/", "a:b"]
)


@given(st.lists(st.lists(WORDS | st.text(max_size=8), max_size=8).map(" ".join), max_size=8))
def test_garbage_becomes_routes_or_is_counted(lines):
    table = routes("\n".join(["Internet:", *lines]), ["en0"], {4: "en0"})
    assert table.unread >= 0
    for route in table.routes:
        parse_prefix(route.destination)


GET = """   route to: 162.159.138.105
destination: 162.159.138.0
       mask: 255.255.254.0
  interface: utun5
      flags: <UP,DONE,PRCLONING>
 recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire
       0         0         0         0         0         0      1280         0 
"""  # noqa: W291 - as printed
VERBOSE = """
locks:  inits: 
sockaddrs: <DST,GATEWAY,NETMASK,IFP,IFA>
 162.159.138.0 utun5 255.255.254.0 utun5 172.16.0.2
"""  # noqa: W291 - as printed


def test_route_get():
    plain = route_get.answer(GET, "162.159.138.105")
    assert (plain.interface, plain.next_hop, plain.source) == ("utun5", None, None)
    assert (plain.destination, plain.type) == ("162.159.138.0/23", "unicast")
    assert route_get.answer(GET + VERBOSE, "162.159.138.105").source == "172.16.0.2"


@pytest.mark.parametrize(
    ("fields", "address", "expected"),
    [
        (
            "destination: default\n       mask: default\n    gateway: 192.168.1.1\n"
            "  interface: en0\n      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING>",
            "8.8.8.8",
            ("0.0.0.0/0", "en0", "192.168.1.1", "unicast"),
        ),
        (
            "destination: default\n       mask: default\n    gateway: fe80::1%en0\n"
            "  interface: en0\n      flags: <UP,GATEWAY,DONE>",
            "2001:db8::1",
            ("::/0", "en0", "fe80::1", "unicast"),
        ),
        (
            "destination: ::\n       mask: e000::\n  interface: utun5\n      flags: <UP,DONE>",
            "2001:db8::1",
            ("::/3", "utun5", None, "unicast"),
        ),
        (
            "destination: 192.168.1.221\n  interface: lo0\n      flags: <UP,HOST,DONE,LOCAL>",
            "192.168.1.221",
            ("192.168.1.221/32", "lo0", None, "local"),
        ),
        (
            "destination: 10.0.0.0\n       mask: 255.0.0.0\n    gateway: 127.0.0.1\n"
            "  interface: lo0\n      flags: <UP,GATEWAY,REJECT,DONE,STATIC>",
            "10.1.1.1",
            ("10.0.0.0/8", "lo0", "127.0.0.1", "unreachable"),
        ),
        (
            "destination: 10.0.0.0\n       mask: 255.0.255.0\n  interface: en0",
            "10.1.1.1",
            (None, "en0", None, "unicast"),
        ),
        ("destination: x\n  interface: en0", "10.1.1.1", (None, "en0", None, "unicast")),
    ],
)
def test_route_get_forms(fields, address, expected):
    found = route_get.answer(f"   route to: {address}\n{fields}\n", address)
    assert (found.destination, found.interface, found.next_hop, found.type) == expected


def test_a_gateway_that_is_a_link_is_printed_as_nothing():
    text = GET + VERBOSE.replace(" utun5 255", "  255", 1)
    assert route_get.answer(text, "162.159.138.105").source == "172.16.0.2"


def test_no_answer():
    assert route_get.answer("route: writing to routing socket: not in table\n", "8.8.8.8") is None


FIELD_VALUES = st.sampled_from(["default", "10.0.0.0", "::", "255.0.0.0", "e000::", "en0", "<UP>"])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["destination", "mask", "gateway", "interface", "flags", "sockaddrs"]),
            FIELD_VALUES | st.text(max_size=12),
        ).map(": ".join)
    ).map("\n".join),
    st.sampled_from(["10.0.0.1", "2001:db8::1"]),
)
def test_route_get_of_garbage(text, address):
    found = route_get.answer(text, address)
    if found is not None and found.destination is not None:
        parse_prefix(found.destination)
