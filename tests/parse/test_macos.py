"""The other commands of macOS; texts as real systems printed them."""

from __future__ import annotations

import plistlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.model.network import LoggedInUser, Proxy
from cvpn_doctor.parse import (
    bsd_neighbour,
    hardware_ports,
    ifconfig,
    info_plist,
    launchctl,
    lsof,
    macos_interface_kind,
    macos_process,
    netstat_listening,
    scutil_dns,
    scutil_proxy,
    who,
)

IFCONFIG = """lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
\toptions=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>
\tinet 127.0.0.1 netmask 0xff000000
\tinet6 ::1 prefixlen 128 
\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x1 
\tnd6 options=201<PERFORMNUD,DAD>
gif0: flags=8010<POINTOPOINT,MULTICAST> mtu 1280
en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
\tether a4:83:e7:00:00:01 
\tinet6 fe80::cf9:ca6f:7d7a:50a2%en0 prefixlen 64 secured scopeid 0xa 
\tinet 192.168.1.221 netmask 0xffffff00 broadcast 192.168.1.255
\tmedia: autoselect
\tstatus: active
en7: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 22
\tmedia: autoselect (none)
\tstatus: inactive
bridge0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
\tmember: en1 flags=3<LEARNING,DISCOVER>
\t        ifmaxaddr 0 port 9 priority 0 path cost 0
\tstatus: inactive
bridge100: flags=8a63<UP,BROADCAST,SMART,RUNNING,ALLMULTI,SIMPLEX,MULTICAST> mtu 1500
\tinet 198.19.249.3 netmask 0xfffffe00 broadcast 198.19.249.255
\tmember: vmenet0 flags=10003<LEARNING,DISCOVER,CSUM>
\tstatus: active
awdl0: flags=8943<UP,BROADCAST,RUNNING,PROMISC,SIMPLEX,MULTICAST> mtu 1484
\tstatus: active
utun0: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 2000
\tinet6 fe80::30fe:52f1:103c:c66c%utun0 prefixlen 64 scopeid 0x12 
utun7: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1500
\tinet 10.243.0.7 --> 10.243.0.7 netmask 0xffffffe0 
utun8: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1280
\tinet 100.96.0.9 --> 100.96.0.1 netmask 0xffffffff
\tinet6 fd00::2 --> fd00::1 prefixlen 128 
"""  # noqa: W291 - as printed
PORTS = """
Hardware Port: Wi-Fi
Device: en0
Ethernet Address: a4:83:e7:00:00:01

Hardware Port: iPhone USB
Device: en6
Ethernet Address: N/A

Hardware Port: Thunderbolt Bridge
Device: bridge0
Ethernet Address: 82:0b:12:00:00:01

VLAN Configurations
===================
"""


def test_ifconfig():
    listing = ifconfig.links(IFCONFIG)
    assert listing.unread == 0
    links = {link.name: link for link in listing.links}
    assert [link.name for link in listing.links[:3]] == ["lo0", "gif0", "en0"]
    en0 = links["en0"]
    assert (en0.up, en0.running, en0.mtu, en0.ifindex) == (True, True, 1500, 10)
    assert [(a.address, a.prefix_length) for a in en0.addresses] == [
        ("fe80::cf9:ca6f:7d7a:50a2", 64),
        ("192.168.1.221", 24),
    ]
    assert (links["gif0"].up, links["gif0"].running) == (False, False)
    assert (links["en7"].up, links["en7"].running, links["en7"].ifindex) == (True, False, 22)
    own = links["utun7"].addresses[0]
    assert (own.address, own.prefix_length, own.peer) == ("10.243.0.7", 27, None)
    warp = links["utun8"].addresses
    assert [(a.prefix_length, a.peer) for a in warp] == [(32, "100.96.0.1"), (128, "fd00::1")]
    assert (links["utun7"].running, links["bridge100"].members) == (True, ("vmenet0",))


@pytest.mark.parametrize(
    ("line", "length"),
    [
        *(("inet 10.0.0.1 netmask 255.255.0.0", 16), ("inet 10.0.0.1/12", 12)),
        *(("inet 10.0.0.1 netmask 0x00000000", 0), ("inet6 2001:db8::1 prefixlen 56 autoconf", 56)),
        *(("inet6 2001:db8::1", 128), ("inet 10.0.0.1 netmask 0xff00ff00", None)),
        *(("inet", None), ("inet x netmask 0xff000000", None), ("inet 10.0.0.1/33", None)),
        *(("inet6 ::1 prefixlen 129", 128), ("inet 10.0.0.1 netmask", None)),
    ],
)
def test_forms_of_addresses(line, length):
    listing = ifconfig.links(f"en0: flags=1<UP> mtu 9\n\t{line}\n")
    (link,) = listing.links
    assert [a.prefix_length for a in link.addresses] == ([] if length is None else [length])
    assert listing.unread == (length is None)


def test_a_head_that_cannot_be_read_takes_its_lines_along():
    listing = ifconfig.links(f"???\n\tinet 10.0.0.1 netmask 0xff000000\n{IFCONFIG}")
    assert (listing.links[0].name, listing.unread) == ("lo0", 1)


def test_kinds():
    ports = hardware_ports.ports(PORTS)
    assert ports == {"en0": "Wi-Fi", "en6": "iPhone USB", "bridge0": "Thunderbolt Bridge"}
    kinds = {
        link.name: macos_interface_kind.kind(link, ports) for link in ifconfig.links(IFCONFIG).links
    }
    assert kinds == {
        "lo0": "loopback",
        "gif0": "other",
        "en0": "wifi",
        "en7": "ethernet",
        "bridge0": "ethernet",
        "bridge100": "bridge",
        "awdl0": "other",
        "utun0": "tunnel",
        "utun7": "tunnel",
        "utun8": "tunnel",
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("vmenet0", "bridge"), ("vmnet8", "bridge"), ("vnic0", "bridge"), ("feth5", "bridge")),
        *(("ipsec0", "tunnel"), ("ppp0", "tunnel"), ("tap0", "tunnel"), ("llw0", "other")),
        *(("anpi1", "other"), ("ap1", "other"), ("stf0", "other"), ("pdp_ip0", "cellular")),
        *(("en6", "cellular"), ("en9", "ethernet"), ("bridge1", "bridge"), ("XHC20", "other")),
    ],
)
def test_kinds_by_name(name, kind):
    link = ifconfig.Link(name, frozenset({"UP"}))
    assert macos_interface_kind.kind(link, hardware_ports.ports(PORTS)) == kind


@pytest.mark.parametrize("port", ["Wi-Fi", "AirPort", "WLAN"])
def test_wifi_by_any_name(port):
    assert hardware_ports.is_wifi(port)


SPLIT = """DNS configuration

resolver #1
  search domain[0] : home.example
  search domain[1] : corp.example
  nameserver[0] : 192.168.1.1
  nameserver[1] : fe80::1%en0
  if_index : 4 (en0)
  flags    : Request A records
  reach    : 0x00020002 (Reachable,Directly Reachable Address)

resolver #2
  domain   : corp.example
  nameserver[0] : 10.20.0.2
  port     : 5353
  if_index : 14 (utun4)
  flags    : Supplemental, Request A records
  reach    : 0x00000003 (Reachable,Transient Connection)
  order    : 101800

resolver #3
  domain   : local
  options  : mdns
  timeout  : 5
  order    : 300000

DNS configuration (for scoped queries)

resolver #1
  nameserver[0] : 192.168.1.1
  if_index : 4 (en0)
  flags    : Scoped, Request A records

resolver #2
  nameserver[0] : 10.20.0.9
  if_index : 14 (utun4)
  flags    : Scoped, Request A records
"""


def test_split_dns():
    found = scutil_dns.configuration(SPLIT)
    assert {(r.address, r.port, r.interface, r.domains) for r in found.resolvers} == {
        ("192.168.1.1", 53, "en0", ()),
        ("fe80::1%en0", 53, "en0", ()),
        ("10.20.0.2", 5353, "utun4", ("corp.example",)),
    }
    assert [(r.address, r.interface) for r in found.scoped] == [
        ("192.168.1.1", "en0"),
        ("10.20.0.9", "utun4"),
    ]
    assert (found.search, found.unread) == (("home.example", "corp.example"), 0)


def test_a_supplemental_resolver_for_everything_comes_first():
    text = """DNS configuration

resolver #1
  nameserver[0] : 8.8.8.8
  flags    : Request A records
  order    : 200000

resolver #2
  nameserver[0] : 10.83.200.1
  if_index : 13 (utun2)
  flags    : Supplemental, Request A records
  order    : 101400
"""
    found = scutil_dns.configuration(text)
    assert [r.address for r in found.resolvers] == ["10.83.200.1", "8.8.8.8"]


def test_an_old_system_names_its_own_domain():
    text = "DNS configuration\n\nresolver #1\n  domain : isp.example.\n  nameserver[0] : 9.9.9.9\n"
    assert scutil_dns.configuration(text).resolvers[0].domains == ()


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("No DNS configuration available\n", 0),
        ("", 0),
        ("resolver #1\n  nameserver[0] : <redacted>\n", 1),
        ("  nameserver[0] : 1.1.1.1\n", 0),
        ("resolver #1\n  flags    : Request A records\nNot Reachable\n", 0),
    ],
)
def test_no_name_server(text, unread):
    found = scutil_dns.configuration(text)
    assert (found.resolvers, found.unread) == ((), unread)


PROXY = """<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  FTPPassive : 1
  HTTPEnable : 1
  HTTPPassword : hunter2
  HTTPPort : 3128
  HTTPProxy : alice:hunter2@proxy.example
  HTTPSEnable : 0
  HTTPSProxy : off.example
  HTTPUser : alice
  ProxyAutoConfigEnable : 1
  ProxyAutoConfigURLString : http://bob:secret@wpad.example:8080/proxy.pac
  __SCOPED__ : <dictionary> {
    en0 : <dictionary> {
      SOCKSEnable : 1
      SOCKSProxy : scoped.example
    }
  }
}
"""


def test_proxies_without_users_and_passwords():
    assert scutil_proxy.proxies(PROXY) == (
        Proxy(origin="system", host="proxy.example", port=3128, scheme="http"),
        Proxy(origin="pac", host="wpad.example", port=8080, scheme="http"),
    )
    assert scutil_proxy.proxies("<dictionary> {\n}\n") == ()
    text = "<dictionary> {\n  SOCKSEnable : 1\n  SOCKSPort : 0\n  SOCKSProxy : s\n}\n"
    assert scutil_proxy.proxies(text) == (Proxy(origin="system", host="s", scheme="socks"),)


def test_lsof():
    text = (
        "p612\ncAWS\\x20VPN\\x20Client\nf24\ntIPv4\nn127.0.0.1:35001\nf25\ntIPv6\nn[::1]:8096\n"
        "p655\ncrapportd\nf8\ntIPv4\nn*:49152\nf9\ntIPv6\nn*:49152\nf10\ntIPv6\nn[fe80::1%lo0]:9\n"
        "p700\nf1\ntIPv4\nn*:80\nf2\ntIPv4\nn*:*\nnonsense\n"
    )
    assert [(one.address, one.port, one.process) for one in lsof.listeners(text)] == [
        ("127.0.0.1", 35001, "AWS VPN Client"),
        ("::1", 8096, "AWS VPN Client"),
        ("0.0.0.0", 49152, "rapportd"),
        ("::", 49152, "rapportd"),
        ("fe80::1", 9, "rapportd"),
        ("0.0.0.0", 80, None),
    ]


def test_netstat_listening():
    text = """Active Internet connections (including servers)
Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)    
tcp4       0      0  127.0.0.1.35001        *.*                    LISTEN     
tcp46      0      0  *.5000                 *.*                    LISTEN     
tcp4       0      0  *.22                   *.*                    LISTEN     
tcp6       0      0  ::1.631                *.*                    LISTEN     
tcp4       0      0  192.168.1.72.51412     203.0.113.10.443       ESTABLISHED
udp4       0      0  *.5353                 *.*                               
"""  # noqa: W291 - as printed
    assert [(one.address, one.port) for one in netstat_listening.listeners(text)] == [
        ("127.0.0.1", 35001),
        ("::", 5000),
        ("0.0.0.0", 22),
        ("::1", 631),
    ]


def test_processes():
    text = """    1 Ss   /sbin/launchd
  640 Ss   /Library/PrivilegedHelperTools/com.amazonaws.acvc.helper
  612 S+   /Applications/AWS VPN Client/AWS VPN Client.app/Contents/MacOS/AWS VPN Client
  655 Z    (acvc-openvpn)
  700 T    /opt/homebrew/sbin/openvpn
  701 ?    openvpn
  junk
"""
    assert [(p.pid, p.name, p.state) for p in macos_process.vpn_processes(text)] == [
        (612, "AWS VPN Client", "running"),
        (640, "com.amazonaws.acvc.helper", "running"),
        (655, "acvc-openvpn", "zombie"),
        (700, "openvpn", "stopped"),
        (701, "openvpn", "unknown"),
    ]


@pytest.mark.parametrize(
    ("code", "text", "runs"),
    [
        (0, "x = {\n\tactive count = 1\n\tstate = running\n}", True),
        (0, "x = {\n\tstate = not running\n}", None),
        (0, "x = {\n\tstate = waiting\n}", None),
        (113, 'Could not find service "x" in domain for system\n', False),
        (1, "", None),
    ],
)
def test_launchctl(code, text, runs):
    assert launchctl.service_running(code, text) is runs


def test_who():
    text = """alice    console      Nov 20 09:12 
_mbsetupuser console  Nov 19 08:00 
bob      console      Nov 21 18:03 
alice    ttys000      Nov 20 09:15 
carol    ttys003      Nov 22 11:40  (192.168.1.5)
junk
"""  # noqa: W291 - as printed
    assert who.sessions(text) == (
        LoggedInUser(seat="console"),
        LoggedInUser(seat="console"),
        LoggedInUser(seat="pts"),
    )


ARP = """? (192.168.1.254) at fc:ae:34:1:3a:80 on en0 ifscope [ethernet]
? (192.168.1.254) at (incomplete) on en5 ifscope [ethernet]
"""
NDP = """Neighbor                        Linklayer Address  Netif Expire    St Flgs Prbs
fe80::feae:34ff:fea1:3a80%en0   fc:ae:34:a1:3a:80    en0 23h59m58s S  R      
fe80::472:ae33:7f74:8baf%en0    (incomplete)         en0 expired   N         
"""  # noqa: W291 - as printed


def test_neighbours():
    assert bsd_neighbour.arp(ARP, "192.168.1.254", "en0") is True
    assert bsd_neighbour.arp(ARP, "192.168.1.254", "en5") is False
    assert bsd_neighbour.arp(ARP, "192.168.1.254", "en6") is None
    assert bsd_neighbour.arp("1.2.3.4 (1.2.3.4) -- no entry\n", "1.2.3.4", "en0") is None
    assert bsd_neighbour.ndp(NDP, "fe80::feae:34ff:fea1:3a80", "en0") is True
    assert bsd_neighbour.ndp(NDP, "fe80::472:ae33:7f74:8baf", "en0") is False
    assert bsd_neighbour.ndp(NDP, "fe80::1", "en0") is None


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_info_plist(form):
    data = plistlib.dumps({"CFBundleShortVersionString": "5.3.1", "N": 1, "L": "x" * 99}, fmt=form)
    assert info_plist.value(data, "CFBundleShortVersionString") == "5.3.1"
    assert [info_plist.value(data, key) for key in ("N", "L", "?")] == [None] * 3


TEXTS = {
    "ifconfig": ifconfig.links,
    "ifconfig below a head": lambda text: ifconfig.links(f"en0: flags=1<UP> mtu 1\n\t{text}"),
    "inet": lambda text: ifconfig.links(f"en0: flags=1<UP> mtu 1\n\tinet {text} netmask {text}"),
    "ports": hardware_ports.ports,
    "port": lambda text: hardware_ports.ports(f"Hardware Port: {text}\nDevice: {text}"),
    "dns": scutil_dns.configuration,
    "resolver": lambda text: scutil_dns.configuration(
        f"resolver #1\n  nameserver[0] : {text}\n  port : {text}\n  order : {text}\n  {text}"
    ),
    "proxy": scutil_proxy.proxies,
    "pac": lambda text: scutil_proxy.proxies(
        "<dictionary> {\n  ProxyAutoConfigEnable : 1\n"
        f"  ProxyAutoConfigURLString : http://{text}\n  HTTPEnable : 1\n  HTTPPort : {text}\n}}"
    ),
    "lsof": lambda text: lsof.listeners(f"c{text}\nt{text}\nn{text}\nn{text}:{text}"),
    "listening": lambda text: netstat_listening.listeners(f"tcp4 0 0 {text}.{text} *.* LISTEN"),
    "ps": lambda text: macos_process.vpn_processes(f"{text}\n1 {text} openvpn\n2 S {text}"),
    "launchctl": lambda text: launchctl.service_running(0, text),
    "who": lambda text: who.sessions(f"{text} {text}\na {text}\na console {text}"),
    "arp": lambda text: bsd_neighbour.arp(f"? ({text}) at {text} on en0", "1.2.3.4", "en0"),
    "ndp": lambda text: bsd_neighbour.ndp(f"{text} {text} en0", "::1", "en0"),
}


@pytest.mark.parametrize("name", TEXTS)
@given(text=st.text(max_size=80) | st.text(alphabet="0123456789.:[]%#/ \n{}()<>x*-", max_size=40))
def test_garbage(name, text):
    TEXTS[name](text)


@given(st.binary(max_size=120) | st.binary(max_size=120).map(lambda b: b"bplist00" + b))
def test_garbage_plists(data):
    info_plist.value(data, "ProductVersion")


@given(st.binary(max_size=120))
def test_garbage_xml_plists(data):
    info_plist.value(b"<?xml version='1.0'?><plist><dict>" + data + b"</dict></plist>", "a")
