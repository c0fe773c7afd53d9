"""What Windows says, as values, and what is made of it; whatever comes, never an exception."""

from __future__ import annotations

import ipaddress
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.model.network import LoggedInUser, Process, Proxy, Resolver, Route
from cvpn_doctor.parse import (
    windows_address,
    windows_client,
    windows_echo,
    windows_names,
    windows_proxy,
    windows_route,
    windows_session,
    windows_tcp,
    windows_version,
)
from cvpn_doctor.parse.windows_adapter import Adapter, interface, kind
from cvpn_doctor.parse.windows_route import Link, Row, Unranked

WORDS = st.text(alphabet="abz.:;=, []0128/@%-", max_size=60)
ANYTHING = st.none() | st.integers() | WORDS | st.binary(max_size=40)


def inet(address: str) -> bytes:
    return windows_address.packed_socket_address(address)


# Addresses


@given(st.ip_addresses())
def test_an_address_comes_back(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    packed = inet(str(address).partition("%")[0])
    assert len(packed) == 28
    assert windows_address.socket_address(packed) == str(address).partition("%")[0]


def test_a_real_socket_address() -> None:
    data = bytes.fromhex("02000035c0a801170000000000000000")
    assert windows_address.socket_address(data) == "192.168.1.23"


@given(st.binary(max_size=32), st.integers(0, 255))
def test_any_bytes_are_no_address_or_one(data: bytes, length: int) -> None:
    windows_address.socket_address(data)
    prefix = windows_address.prefix_text(data, length)
    if prefix is not None:
        assert str(ipaddress.ip_network(prefix)) == prefix


# Adapters


def adapter(name: str, description: str, kind_of: int = 6, **more: Any) -> Adapter:
    values: dict[str, Any] = {"number": 7, "up": True, "running": True} | more
    return Adapter(name=name, description=description, type=kind_of, **values)


@pytest.mark.parametrize(
    ("name", "description", "kind_of", "wanted"),
    [
        ("Ethernet 2", "AWS VPN Client TAP-Windows Adapter V9", 6, "tunnel"),
        ("Local Area Connection", "TAP-Windows Adapter V9 #2", 6, "tunnel"),
        ("OpenVPN Wintun", "Wintun Userspace Tunnel", 53, "tunnel"),
        ("OpenVPN DCO", "OpenVPN Data Channel Offload", 53, "tunnel"),
        ("wg0", "WireGuard Tunnel #1", 53, "tunnel"),
        ("Ethernet 3", "PANGP Virtual Ethernet Adapter Secure", 6, "tunnel"),
        ("Work", "WAN Miniport (IKEv2)", 23, "tunnel"),
        ("Teredo", "Microsoft Teredo Tunneling Adapter", 131, "tunnel"),
        ("vEthernet (WSL (Hyper-V firewall))", "Hyper-V Virtual Ethernet Adapter", 6, "bridge"),
        ("vEthernet (Default Switch)", "Hyper-V Virtual Ethernet Adapter #2", 6, "bridge"),
        ("Ethernet 5", "VirtualBox Host-Only Ethernet Adapter", 6, "bridge"),
        ("VMnet8", "VMware Virtual Ethernet Adapter for VMnet8", 6, "bridge"),
        ("Wi-Fi", "Intel(R) Wi-Fi 6 AX201 160MHz", 71, "wifi"),
        ("WLAN", "Killer(R) Wi-Fi 7", 71, "wifi"),
        ("Cellular", "Quectel Wireless Ethernet Adapter", 243, "cellular"),
        ("イーサネット", "Realtek PCIe GbE Family Controller", 6, "ethernet"),
        ("Team", "Microsoft Network Adapter Multiplexor Driver", 53, "ethernet"),
        ("Loopback Pseudo-Interface 1", "Software Loopback Interface 1", 24, "loopback"),
        ("Strange", "Strange", 9, "other"),
    ],
)
def test_kinds(name: str, description: str, kind_of: int, wanted: str) -> None:
    assert kind(adapter(name, description, kind_of)) == wanted


def test_an_external_switch_is_the_way_out() -> None:
    switch = adapter(
        "vEthernet (External)", "Hyper-V Virtual Ethernet Adapter", gateways=("10.0.0.1",)
    )
    assert kind(switch) == "ethernet"


def test_no_mtu_of_loopback() -> None:
    assert interface(adapter("lo", "lo", 24, mtu=0xFFFFFFFF)).mtu is None
    found = interface(adapter("Wi-Fi", "x", 71, mtu=1500, addresses=(("10.0.0.2", 24),)))
    assert (found.mtu, found.addresses[0].prefix_length) == (1500, 24)


# Routes

NAMES = {4: "Wi-Fi", 9: "Ethernet 2"}
LINKS = {(4, 4): Link(35), (9, 4): Link(1), (4, 6): Link(35)}
OWN = (("192.168.1.23", 24), ("10.100.0.2", 27))


def row(destination: str, hop: str = "0.0.0.0", interface: int = 4, metric: int = 0) -> Row:
    address, _, length = destination.partition("/")
    return Row(interface, inet(address), int(length), inet(hop), metric, 3)


def one(line: Row) -> Route:
    found, unread = windows_route.routes([line], NAMES, LINKS, OWN)
    assert unread == 0
    return found[0]


def test_the_metric_is_the_whole_cost() -> None:
    route = one(row("0.0.0.0/0", "192.168.1.1", metric=5))
    assert (route.metric, route.next_hop, route.interface) == (40, "192.168.1.1", "Wi-Fi")
    assert one(row("10.20.0.0/16", "10.100.0.1", 9, 256)).metric == 257


@pytest.mark.parametrize(
    ("destination", "wanted"),
    [
        ("192.168.1.0/24", "unicast"),
        ("192.168.1.23/32", "local"),
        ("192.168.1.255/32", "broadcast"),
        ("255.255.255.255/32", "broadcast"),
        ("224.0.0.0/4", "multicast"),
        ("ff00::/8", "multicast"),
        ("127.0.0.0/8", "local"),
        ("203.0.113.10/32", "unicast"),
        ("::/0", "unicast"),
    ],
)
def test_what_windows_lists_besides_routes(destination: str, wanted: str) -> None:
    assert one(row(destination)).type == wanted


def test_a_row_of_a_disconnected_interface_is_dead() -> None:
    found, _ = windows_route.routes([row("10.0.0.0/8")], NAMES, {(4, 4): Link(5, False)}, ())
    assert found[0].dead


def test_rows_that_cannot_be_read_are_counted() -> None:
    broken = Row(4, b"\x02", 99, b"", 0, 3)
    found, unread = windows_route.routes([broken, row("10.0.0.0/8")], NAMES, LINKS, ())
    assert (len(found), unread) == (1, 1)


def test_an_interface_that_vanished_keeps_its_number() -> None:
    assert one(row("10.0.0.0/8", interface=77)).interface == "if77"


def test_without_metrics_two_interfaces_cannot_be_ranked() -> None:
    both = [row("0.0.0.0/0"), row("0.0.0.0/0", interface=9)]
    with pytest.raises(Unranked, match=r"0\.0\.0\.0/0"):
        windows_route.routes(both, NAMES, {}, ())
    windows_route.routes(both, NAMES, LINKS, ())
    windows_route.routes([both[0], both[0]], NAMES, {}, ())
    multicast = [row("224.0.0.0/4"), row("224.0.0.0/4", interface=9)]
    windows_route.routes(multicast, NAMES, {}, ())


@given(
    st.lists(
        st.builds(
            Row,
            interface=st.integers(0, 12),
            destination=st.binary(max_size=28) | st.ip_addresses().map(lambda a: inet(bare(a))),
            length=st.integers(0, 255),
            next_hop=st.binary(max_size=28),
            metric=st.integers(0, 2**32 - 1),
            protocol=st.integers(0, 2**31),
            loopback=st.booleans(),
        ),
        max_size=5,
    )
)
def test_no_row_is_lost(rows: list[Row]) -> None:
    try:
        found, unread = windows_route.routes(rows, NAMES, LINKS, OWN)
    except Unranked:
        return
    assert len(found) + unread == len(rows)


def bare(address: object) -> str:
    return str(address).partition("%")[0]


# Names

WIFI = adapter(
    "Wi-Fi", "x", 71, metric=35, dns_servers=("192.168.1.1",), dns_suffixes=("home.example",)
)
TAP = adapter(
    "Ethernet 2", "AWS VPN Client TAP-Windows Adapter V9", metric=1, dns_servers=("10.20.0.2",)
)
RULE = {"Name": [".corp.example"], "GenericDNSServers": "10.20.0.2;10.20.0.3", "ConfigOptions": 8}


def test_servers_by_metric_and_rules_first() -> None:
    config = windows_names.resolver_config([WIFI, TAP], [], [RULE], [])
    assert [(r.address, r.interface, r.domains, r.origin) for r in config.resolvers] == [
        ("10.20.0.2", None, ("corp.example",), "nrpt"),
        ("10.20.0.3", None, ("corp.example",), "nrpt"),
        ("10.20.0.2", "Ethernet 2", (), "adapter"),
        ("192.168.1.1", "Wi-Fi", (), "adapter"),
    ]
    assert (config.search, config.stub) == (("home.example",), None)


def test_rules_of_a_policy_take_the_place_of_local_ones() -> None:
    policy = {"Name": ["."], "GenericDNSServers": "10.0.0.9", "ConfigOptions": 8}
    config = windows_names.resolver_config([], [policy], [RULE], ["a.example"])
    assert config.resolvers == (Resolver(address="10.0.0.9", origin="nrpt-policy"),)
    assert config.search == ("a.example",)


def test_rules_without_servers_or_names_hold_for_nothing() -> None:
    rules: list[dict[str, object]] = [
        {},
        {"Name": [], "GenericDNSServers": "10.0.0.9"},
        {"Name": [".x.example"], "ConfigOptions": 2, "GenericDNSServers": "10.0.0.9"},
        {"Name": [".x.example"], "GenericDNSServers": "nonsense"},
        {"Name": 5, "GenericDNSServers": 7},
    ]
    assert windows_names.nrpt(rules, "nrpt") == ()


def test_what_is_no_name_server() -> None:
    quiet = adapter("Wi-Fi", "x", 71, dns_servers=("fec0:0:0:ffff::1", "127.0.0.1"))
    off = adapter("Ethernet", "x", running=False, dns_servers=("10.9.9.9",))
    loop = adapter("lo", "lo", 24, dns_servers=("10.9.9.9",))
    config = windows_names.resolver_config([quiet, off, loop], [], [], [])
    assert [r.address for r in config.resolvers] == ["127.0.0.1"]
    assert config.stub == "127.0.0.1"


@given(st.dictionaries(st.sampled_from(sorted(RULE)), ANYTHING | st.lists(ANYTHING, max_size=3)))
def test_any_rule(rule: dict[str, object]) -> None:
    windows_names.nrpt([rule], "nrpt")
    windows_names.search_list(rule.get("Name"))


# Listening sockets


def test_a_real_table() -> None:
    data = bytes.fromhex("01000000020000007f00000188b90000000000000000000092100000")
    listening = windows_tcp.Listening("127.0.0.1", 35001, 4242)
    assert windows_tcp.listening4(data + b"\0" * 90) == (listening,)


def test_a_table_of_ipv6() -> None:
    address = ipaddress.IPv6Address("::1").packed
    port = (8096).to_bytes(2, "big") + b"\0\0"
    line = address + bytes(4) + port + bytes(24) + struct.pack("<II", 2, 99)
    other = address + bytes(4) + port + bytes(24) + struct.pack("<II", 5, 98)
    found = windows_tcp.listening6(struct.pack("<I", 2) + line + other)
    assert found == (windows_tcp.Listening("::1", 8096, 99),)


@given(st.binary(max_size=150))
def test_any_table(data: bytes) -> None:
    windows_tcp.listening4(data)
    windows_tcp.listening6(data)


# Proxies


def blob(flags: int, text: str) -> bytes:
    return struct.pack("<IIII", 24, 0, flags, len(text)) + text.encode() + bytes(4)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, []),
        ({"ProxyEnable": 0, "ProxyServer": "proxy.example:8080"}, []),
        (
            {"ProxyEnable": 1, "ProxyServer": "proxy.example:8080"},
            [("system", "proxy.example", 8080, "")],
        ),
        (
            {"ProxyEnable": 1, "ProxyServer": "http=a.example:1;https=b.example:2"},
            [("system", "a.example", 1, "http"), ("system", "b.example", 2, "https")],
        ),
        (
            {"ProxyEnable": 1, "ProxyServer": "http://u:secret@p.example:3128"},
            [("system", "p.example", 3128, "http")],
        ),
        (
            {"AutoConfigURL": "https://pac.example/x.pac?a=b;c=d"},
            [("pac", "pac.example", None, "https")],
        ),
        ({"ProxyEnable": 1, "ProxyServer": "::::"}, []),
        ({"ProxyEnable": "1", "ProxyServer": 5, "AutoConfigURL": b"x"}, []),
    ],
)
def test_wininet(settings: dict[str, object], wanted: list[tuple[object, ...]]) -> None:
    found = windows_proxy.wininet(settings)
    assert [(p.origin, p.host, p.port, p.scheme) for p in found] == wanted


def test_winhttp() -> None:
    wanted = Proxy(origin="system", host="proxy.example", port=8080)
    assert windows_proxy.winhttp(blob(3, "proxy.example:8080")) == (wanted,)
    assert windows_proxy.winhttp(blob(1, "")) == ()
    assert windows_proxy.winhttp(blob(3, "proxy.example:8080")[:20]) == ()
    assert windows_proxy.winhttp("text") == ()


@given(WORDS, st.binary(max_size=60), ANYTHING)
def test_any_proxy(text: str, data: bytes, value: object) -> None:
    settings = {"ProxyEnable": 1, "ProxyServer": text, "AutoConfigURL": text}
    for proxy in (*windows_proxy.wininet(settings), *windows_proxy.winhttp(data)):
        assert "@" not in proxy.host
    windows_proxy.wininet({"ProxyEnable": value, "ProxyServer": value, "AutoConfigURL": value})
    windows_proxy.winhttp(value)


# Clients, services, processes

ENTRIES: list[dict[str, object]] = [
    {"DisplayName": "OpenVPN 2.6.12-I001 amd64", "DisplayVersion": "2.6.1201"},
    {"DisplayName": "TAP-Windows 9.27.0", "DisplayVersion": "9.27.0"},
    {"DisplayName": "AWS VPN Client", "DisplayVersion": "5.3.1"},
    {"DisplayName": "OpenVPN Connect", "DisplayVersion": ""},
    {"DisplayName": "Cisco Secure Client - AnyConnect VPN", "DisplayVersion": "5.1.3"},
    {"DisplayName": 5},
    {},
]
SERVICE = r'"C:\Program Files\Amazon\AWS VPN Client\AWSVPNClient.Service.exe"'


def test_installed_clients() -> None:
    versions = windows_client.installed(ENTRIES)
    assert versions == {
        "AWS VPN Client": "5.3.1",
        "OpenVPN Connect": None,
        "OpenVPN": "2.6.1201",
        "Cisco Secure Client": "5.1.3",
    }
    running = [Process(pid=9, name="acvc-openvpn", state="running")]
    services = [windows_client.Service("whatever", SERVICE, True)]
    found = windows_client.clients(versions, running, services)
    assert [(c.product, c.running, c.service_running) for c in found] == [
        ("aws", True, True),
        ("openvpn-connect", False, None),
        ("openvpn", False, None),
        ("other", False, None),
    ]
    assert windows_client.clients(versions, (), None)[0].service_running is None
    assert windows_client.clients(versions, (), [])[0].service_running is False


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        (SERVICE, True),
        (SERVICE.strip('"'), True),
        (r"D:\VPN\aws-client-vpn-daemon.exe --service", True),
        (r"C:\Windows\System32\svchost.exe -k LocalService", False),
        (r'"C:\x\openvpnserv.exe" --for AWSVPNClient.Service.exe', False),
        ("", False),
    ],
)
def test_the_service_is_known_by_its_program(command: str, wanted: bool) -> None:
    assert windows_client.is_aws_service(command) is wanted


def test_a_profile_is_a_file_name_only() -> None:
    words = ("openvpn.exe", "--config", r"C:\Users\jane\OpenVPN\config\work.ovpn")
    assert windows_client.profile_name(words) == "work.ovpn"
    assert windows_client.profile_name(("openvpn.exe",)) is None
    assert windows_client.is_vpn_program(windows_client.program_name("OpenVPN.EXE"))
    assert not windows_client.is_vpn_program("explorer")


@given(
    st.text(max_size=60),
    st.dictionaries(st.sampled_from(["DisplayName", "DisplayVersion"]), ANYTHING),
)
def test_any_client(text: str, entry: dict[str, object]) -> None:
    windows_client.is_aws_service(text)
    windows_client.is_vpn_program(windows_client.program_name(text))
    windows_client.clients(windows_client.installed([entry]), (), ())


# Sessions and versions


def test_sessions() -> None:
    listed = [(0, "Services", 4), (1, "Console", 0), (2, "", 4), (3, "RDP-Tcp#5", 0)]
    found = windows_session.logged_in([*listed, (65536, "RDP-Tcp", 6), (4, "Console", 1)])
    assert found == (
        LoggedInUser(seat="console"),
        LoggedInUser(seat="console", active=False),
        LoggedInUser(seat="rdp"),
    )


@pytest.mark.parametrize(
    ("numbers", "update", "name", "wanted"),
    [
        ((10, 0, 26100, 1), 2314, "24H2", "Windows 11 24H2 10.0.26100.2314"),
        ((10, 0, 22000, 1), None, None, "Windows 11 10.0.22000"),
        ((10, 0, 19045, 1), 1, "22H2", "Windows 10 22H2 10.0.19045.1"),
        ((10, 0, 20348, 3), b"x", 7, "Windows Server 10.0.20348"),
        ((6, 1, 7601, 1), None, "", "Windows 6.1.7601"),
    ],
)
def test_releases(
    numbers: tuple[int, int, int, int], update: object, name: object, wanted: str
) -> None:
    assert windows_version.release(*numbers, update, name) == wanted


# Echo replies


def test_a_router_that_ends_a_packet() -> None:
    icmp = windows_echo.icmp_of(bytes.fromhex("c0a80101052b00000100000000000000"))
    assert icmp is not None
    assert (icmp.type, icmp.code, icmp.sender) == (11, 0, "192.168.1.1")


@pytest.mark.parametrize("status", [0, 11004, 11005, 11010, 11050])
def test_what_is_no_word_of_a_router(status: int) -> None:
    assert windows_echo.icmp_of(bytes([192, 168, 1, 1]) + struct.pack("<I", status)) is None


@given(st.binary(max_size=40))
def test_any_echo(data: bytes) -> None:
    windows_echo.icmp_of(data)
