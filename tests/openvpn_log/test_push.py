"""The push reply: recorded ones of AWS, each option, and what is none."""

from __future__ import annotations

import pytest

from cvpn_doctor.model.push import PushedRoute, PushReply
from cvpn_doctor.openvpn.log import read_attempts
from cvpn_doctor.openvpn.push import merge, read_push, words_of

AWS = (  # docs/design/005-failure-modes.md
    (
        "redirect-gateway def1 bypass-dhcp,dhcp-option DNS 192.168.0.2,route-gateway 10.0.0.97,"
        "topology subnet,ping 1,ping-restart 20,auth-token,ifconfig 10.0.0.98 255.255.255.224,"
        "peer-id 0",
        PushReply(
            redirect_gateway=("def1", "bypass-dhcp"),
            dns=("192.168.0.2",),
            route_gateway="10.0.0.97",
            topology="subnet",
            ping=1,
            ping_restart=20,
            address="10.0.0.98/27",
            auth_token=True,
        ),
    ),
    (
        "dhcp-option DNS 10.0.0.2,route 10.0.0.0 255.255.0.0,route 172.16.8.0 255.255.248.0,"
        "route-gateway 10.8.0.129,topology subnet,ping 1,ping-restart 20,echo,echo,echo,"
        "ifconfig 10.8.0.133 255.255.255.224,peer-id 1,cipher AES-256-GCM,"
        "protocol-flags cc-exit tls-ekm dyn-tls-crypt,tun-mtu 1500",
        PushReply(
            routes=(PushedRoute(prefix="10.0.0.0/16"), PushedRoute(prefix="172.16.8.0/21")),
            dns=("10.0.0.2",),
            route_gateway="10.8.0.129",
            topology="subnet",
            ping=1,
            ping_restart=20,
            address="10.8.0.133/27",
            cipher="AES-256-GCM",
            protocol_flags=("cc-exit", "tls-ekm", "dyn-tls-crypt"),
            tunnel_mtu=1500,
        ),
    ),
)


@pytest.mark.parametrize(("options", "reply"), AWS)
def test_as_aws_pushes(options: str, reply: PushReply) -> None:
    assert read_push(options) == reply
    text = f"PUSH: Received control message: 'PUSH_REPLY,{options}'"
    assert read_attempts(text).attempts[0].push == reply


@pytest.mark.parametrize(
    ("option", "reply"),
    [
        ("route 10.1.2.3", PushReply(routes=(PushedRoute(prefix="10.1.2.3/32"),))),
        ("route 0.0.0.0 0.0.0.0", PushReply(routes=(PushedRoute(prefix="0.0.0.0/0"),))),
        ("route 10.1.2.3 255.255.0.0", PushReply(routes=(PushedRoute(prefix="10.1.0.0/16"),))),
        (
            "route 10.1.0.0 255.255.0.0 net_gateway 5",
            PushReply(
                routes=(PushedRoute(prefix="10.1.0.0/16", next_hop="net_gateway", metric=5),)
            ),
        ),
        (
            "route 10.1.0.0 255.255.0.0 vpn_gateway",
            PushReply(routes=(PushedRoute(prefix="10.1.0.0/16", next_hop="vpn_gateway"),)),
        ),
        (
            "route 10.1.0.0 255.255.0.0 default 7",
            PushReply(routes=(PushedRoute(prefix="10.1.0.0/16", metric=7),)),
        ),
        (
            "route-ipv6 fd00:1::/48 fd00::1 9",
            PushReply(routes=(PushedRoute(prefix="fd00:1::/48", next_hop="fd00::1", metric=9),)),
        ),
        ("redirect-gateway", PushReply(redirect_gateway=())),
        ("redirect-gateway block-local", PushReply(redirect_gateway=("block-local",))),
        (
            "redirect-gateway def1 ipv6 !ipv4",
            PushReply(redirect_gateway=("def1", "ipv6", "!ipv4")),
        ),
        ("redirect-gateway def1 odd", PushReply(redirect_gateway=("def1",), unread=1)),
        ("redirect-private def1", PushReply(redirect_private=("def1",))),
        ("dhcp-option DNS6 fd00::53", PushReply(dns=("fd00::53",))),
        ("dhcp-option DNS fd00::53", PushReply(dns=("fd00::53",))),
        ("dhcp-option DOMAIN corp.example", PushReply(domains=("corp.example",))),
        ("dhcp-option DOMAIN-SEARCH a.example", PushReply(domains=("a.example",))),
        ("dhcp-option DOMAIN-ROUTE .", PushReply(routing_domains=(".",))),
        ("dhcp-option WINS 10.0.0.9", PushReply()),
        ("dns server 1 address 10.0.0.2 [fd00::2]:53", PushReply(dns=("10.0.0.2", "fd00::2"))),
        ("dns search-domains a.example b", PushReply(domains=("a.example", "b"))),
        ("ifconfig 10.8.0.6 10.8.0.5", PushReply(address="10.8.0.6/32", peer_address="10.8.0.5")),
        (
            "ifconfig-ipv6 fd00::2/64 fd00::1",
            PushReply(address_ipv6="fd00::2/64", route_gateway_ipv6="fd00::1"),
        ),
        ("route-gateway dhcp", PushReply(route_gateway="dhcp")),
        ("route-metric 50", PushReply(route_metric=50)),
        ("block-ipv6", PushReply(block_ipv6=True)),
        ("block-outside-dns", PushReply(block_outside_dns=True)),
        ("inactive 1200 1", PushReply(inactive=1200)),
        ("ping-exit 60", PushReply(ping_exit=60)),
        ("session-timeout 86400", PushReply(session_timeout=86400)),
        ("push-continuation 2", PushReply(complete=False)),
        ('"route" "10.1.0.0" 255.255.0.0', PushReply(routes=(PushedRoute(prefix="10.1.0.0/16"),))),
        ("auth-token SESS_ID_AT_c2VjcmV0", PushReply(auth_token=True)),
    ],
)
def test_option(option: str, reply: PushReply) -> None:
    assert read_push(option) == reply


@pytest.mark.parametrize(
    "option",
    [
        "route",
        "route corp.example 255.0.0.0",
        "route 10.0.0.0 255.0.255.0",
        "route 10.0.0.0 0.0.255.255",
        "route 10.0.0.0 24",
        "route 10.0.0.0 255.0.0.0 corp.example",
        "route 10.0.0.0 255.0.0.0 10.8.0.1 many",
        "route 10.0.0.256 255.0.0.0",
        "route fd00:: 255.0.0.0",
        "route-ipv6 10.0.0.0/8",
        "route-ipv6 fd00::/129",
        "route-ipv6 fe80::%eth0/64",
        "dhcp-option DNS corp.example",
        "dhcp-option DNS",
        "dhcp-option",
        "dhcp-option DNS fe80::1%eth0",
        "dhcp-option DOMAIN not/a/name",
        "ifconfig 10.8.0.6",
        "ifconfig a b",
        "ping x",
        "ping 99999999999",
        "topology ring",
        "cipher AES_256'",
        "never-heard-of 1",
    ],
)
def test_no_option(option: str) -> None:
    assert read_push(option) == PushReply(unread=1)


def test_two_hundred_routes_in_pieces() -> None:
    routes = [f"route 10.{n}.0.0 255.255.0.0" for n in range(200)]
    pieces = [routes[:80], routes[80:160], routes[160:]]
    lines = [
        f"PUSH: Received control message: 'PUSH_REPLY,{','.join(piece)},push-continuation {flag}'"
        for piece, flag in zip(pieces, (2, 2, 1), strict=True)
    ]
    lines[0] = lines[0].replace("PUSH_REPLY,", "PUSH_REPLY,ifconfig 10.8.0.2 255.255.255.0,")
    push = read_attempts("\n".join(lines)).attempts[0].push
    assert push is not None
    assert push.complete
    assert [route.prefix for route in push.routes] == [f"10.{n}.0.0/16" for n in range(200)]
    assert push.address == "10.8.0.2/24"
    cut = read_attempts("\n".join(lines[:2])).attempts[0].push
    assert cut is not None
    assert not cut.complete


def test_two_hundred_routes_in_one_line() -> None:
    routes = ",".join(f"route 10.{n}.0.0 255.255.0.0" for n in range(200))
    text = f"PUSH: Received control message: 'PUSH_REPLY,{routes}'"
    push = read_attempts(text).attempts[0].push
    assert push is not None
    assert len(push.routes) == 200


def test_a_second_reply_takes_the_place_of_the_first() -> None:
    line = "PUSH: Received control message: 'PUSH_REPLY,route 10.{}.0.0 255.255.0.0'\n"
    push = read_attempts(line.format(1) + line.format(2)).attempts[0].push
    assert push is not None
    assert [route.prefix for route in push.routes] == ["10.2.0.0/16"]


def test_a_quote_inside_does_not_end_the_reply() -> None:
    text = "PUSH: Received control message: 'PUSH_REPLY,echo it's,route 10.1.0.0 255.255.0.0'"
    push = read_attempts(text).attempts[0].push
    assert push is not None
    assert push.routes[0].prefix == "10.1.0.0/16"


def test_words() -> None:
    assert words_of("a \"b c\" 'd e' f") == ["a", "b c", "d e", "f"]


def test_merge_keeps_both() -> None:
    first = read_push("route 10.1.0.0 255.255.0.0,ping 1,redirect-gateway def1,push-continuation 2")
    second = read_push("route 10.2.0.0 255.255.0.0,cipher AES-256-GCM,push-continuation 1")
    whole = merge(first, second)
    assert [route.prefix for route in whole.routes] == ["10.1.0.0/16", "10.2.0.0/16"]
    assert (whole.ping, whole.cipher, whole.complete) == (1, "AES-256-GCM", True)
    assert whole.redirect_gateway == ("def1",)


def test_list_of_openvpn_3() -> None:
    text = """⏎10/07/2021 15:50:40 EVENT: GET_CONFIG ⏎10/07/2021 15:50:40 OPTIONS:
0 [route] [172.16.0.0] [255.240.0.0] 
1 [dhcp-option] [DNS] [172.16.3.1] 
2 [dhcp-option] [DOMAIN] [a.example b.example] 
3 [register-dns] 
11 [ifconfig] [172.16.112.9] [255.255.252.0] 
14 [block-ipv6] 

⏎10/07/2021 15:50:40 PROTOCOL OPTIONS:
  cipher: AES-256-GCM
⏎10/07/2021 15:50:40 EVENT: ASSIGN_IP
"""  # noqa: W291 - the core ends each of these lines with a blank
    (attempt,) = read_attempts(text).attempts
    assert attempt.push == PushReply(
        routes=(PushedRoute(prefix="172.16.0.0/12"),),
        dns=("172.16.3.1",),
        domains=("a.example", "b.example"),
        address="172.16.112.9/22",
        block_ipv6=True,
    )


def test_list_of_unused_options_is_none() -> None:
    text = "11:12:55.435 -- UNUSED OPTIONS\n4 [nobind] \n9 [verb] [4] \n11:12:55.436 -- EVENT: WAIT"
    reading = read_attempts(text)
    assert reading.attempts[0].push is None
    assert reading.unknown_lines == 3
