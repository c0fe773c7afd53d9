"""Whole Macs from recordings: the answers, and what is judged of them."""

from __future__ import annotations

import contextlib
import errno
import os
import plistlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.host.bounded import Ended
from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.host.macos import MacHost
from cvpn_doctor.host.macos_ask import live
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.network import LoggedInUser, Proxy, Resolver
from cvpn_doctor.routing.forwarding import ForwardingMap
from cvpn_doctor.routing.reach import mode
from cvpn_doctor.routing.tunnel import choose_tunnel
from cvpn_doctor.routing.underlay import host_route, underlay
from tests.host.mac_recordings import (
    APPLE,
    FORCED,
    FULL,
    HEAD6,
    LAN,
    ORBSTACK,
    ORBSTACK_ROUTES,
    SPLIT,
    WARP,
    Recorded,
    answers,
    en0,
    mac,
    utun,
)


def judged(host, **expected):
    """The tunnel and what it carries: (interface, certainty, kind, how), or None."""
    interfaces, table = host.interfaces(), host.routes()
    assert table.unread_rows == 0
    choice = choose_tunnel(interfaces, table, Expectation(**expected), host.vpn_processes())
    if choice is None:
        return None
    tunnel = next(i for i in interfaces if i.name == choice.interface)
    found = mode(ForwardingMap.of(table), tunnel, bypass=("203.0.113.10/32", "54.168.0.83/32"))
    return choice.interface, choice.certainty, found.kind, found.how


def leaves_by(host, address):
    segment = ForwardingMap.of(host.routes()).lookup(address)
    return None if segment is None else segment.winner.interface


def test_no_vpn_with_only_apples_own_tunnels():
    host = mac(answers(en0() + APPLE, LAN))
    assert judged(host) is None
    assert leaves_by(host, "8.8.8.8") == "en0"
    assert leaves_by(host, "2001:db8:9::1") == "en0"
    assert underlay(host.routes(), frozenset({"utun0", "utun1"}), 6).interface == "en0"


def test_split_tunnel():
    host = mac(answers(en0() + APPLE + utun("utun7", "10.243.0.7"), LAN + SPLIT))
    expected = {"client_cidr": "10.243.0.0/22", "routes": ("10.20.0.0/16",)}
    assert judged(host, **expected) == ("utun7", "proven", "split", None)
    assert judged(host) == ("utun7", "likely", "split", None)
    assert (leaves_by(host, "10.20.3.4"), leaves_by(host, "8.8.8.8")) == ("utun7", "en0")


def test_full_tunnel():
    host = mac(answers(en0() + APPLE + utun("utun7", "10.243.0.7"), LAN + FULL))
    assert judged(host) == ("utun7", "likely", "full", "def1")
    way = host_route(ForwardingMap.of(host.routes()), "203.0.113.10")
    assert (way.interface, way.next_hop) == ("en0", "192.168.1.1")
    assert underlay(host.routes(), frozenset({"utun7"})).next_hop == "192.168.1.1"


def test_forced_lan_full_tunnel():
    links = en0("172.31.1.20") + utun("utun6", "172.32.252.3")
    host = mac(answers(links, FORCED, HEAD6))
    assert judged(host, client_cidr="172.32.252.0/22") == ("utun6", "proven", "full", "default")
    assert leaves_by(host, "172.31.1.77") == "utun6"  # the LAN's neighbours are cut off
    assert leaves_by(host, "172.31.1.1") == "en0"  # but its gateway is not
    assert leaves_by(host, "54.168.0.83") == "en0"


def test_orbstack_bridge_with_a_scoped_default():
    host = mac(answers(en0() + ORBSTACK + APPLE, LAN + ORBSTACK_ROUTES))
    assert judged(host) is None
    kinds = {i.name: i.kind for i in host.interfaces()}
    assert (kinds["bridge100"], kinds["vmenet0"], kinds["en0"]) == ("bridge", "bridge", "wifi")
    assert leaves_by(host, "8.8.8.8") == "en0"
    connected = mac(
        answers(
            en0() + ORBSTACK + utun("utun7", "10.243.0.7"),
            LAN + ORBSTACK_ROUTES + SPLIT,
        )
    )
    assert judged(connected) == ("utun7", "likely", "split", None)


def test_cloudflare_warp():
    host = mac(answers(en0() + APPLE + utun("utun5", "172.16.0.2", "0xffffffff"), WARP))
    interface, certainty, kind, how = judged(host)
    assert (interface, certainty, kind, how) == ("utun5", "possible", "full", "other")
    assert leaves_by(host, "192.168.1.30") == "en0"
    ours = en0() + APPLE + utun("utun5", "172.16.0.2", "0xffffffff") + utun("utun7", "10.243.0.7")
    both = mac(answers(ours, WARP + SPLIT))
    assert judged(both, client_cidr="10.243.0.0/22") == ("utun7", "proven", "split", None)


def test_interfaces_without_networksetup_and_indexes():
    recorded = answers(en0() + utun("utun7", "10.243.0.7"), LAN)
    del recorded["/usr/sbin/networksetup -listallhardwareports"]
    found = {i.name: i for i in mac(recorded).interfaces()}
    assert (found["en0"].kind, found["en0"].index, found["en0"].description) == ("ethernet", 10, "")
    assert found["utun7"].index == 0


@pytest.mark.parametrize("output", ["", "ifconfig: garbage\n"])
def test_output_that_is_none_is_malformed(output):
    recorded = {"/sbin/ifconfig -a": output, "/usr/sbin/netstat -rnl -f inet": output}
    recorded |= {"/usr/sbin/netstat -rnl -f inet6": output, "/usr/sbin/scutil --dns": output}
    host = mac(recorded)
    for question in (host.interfaces, host.routes, host.resolvers):
        with pytest.raises(OSError, match="rotocol") as raised:
            question()
        assert failure_of(raised.value).kind == "malformed"


def test_a_command_that_is_missing_or_fails():
    with pytest.raises(FileNotFoundError):
        mac({}).interfaces()
    with pytest.raises(OSError, match="rotocol"):
        mac({"/sbin/ifconfig -a": (1, "", "no")}).interfaces()


GET = "   route to: {0}\ndestination: {0}\n  interface: {1}\n      flags: <UP,HOST,DONE>\n"


def test_route_to():
    host = mac(
        {
            "/sbin/route -nv get 8.8.8.8": GET.format("8.8.8.8", "en0"),
            "/sbin/route -nv get -ifscope utun7 8.8.8.8": GET.format("8.8.8.8", "utun7"),
            "/sbin/route -nv get -inet6 -ifscope en0 fe80::1": GET.format("fe80::1", "en0"),
            "/sbin/route -nv get 192.0.2.1": (
                1,
                "",
                "route: writing to routing socket: not in table\n",
            ),
            "/sbin/route -nv get -ifscope utun9 8.8.8.8": (68, "", "route: bad interface name\n"),
            "/sbin/route -nv get 192.0.2.2": (0, "", "route: route has not been found\n"),
            "/sbin/route -nv get 192.0.2.9": (1, "", "?"),
        }
    )
    assert host.route_to("8.8.8.8").interface == "en0"
    assert host.route_to("8.8.8.8", "utun7").interface == "utun7"
    assert host.route_to("fe80::1%en0").destination == "fe80::1/128"
    assert host.route_to("192.0.2.2").type is None
    none = host.route_to("192.0.2.1")
    assert (none.type, none.interface, none.address) == (None, None, "192.0.2.1")
    for interface in ("utun9", "-n", "a b"):
        with pytest.raises(OSError, match="No such") as raised:
            host.route_to("8.8.8.8", interface)
        assert raised.value.errno == errno.ENXIO
    with pytest.raises(ValueError, match="-host"):
        host.route_to("-host")
    with pytest.raises(subprocess.CalledProcessError):
        host.route_to("192.0.2.9")


def test_neighbours():
    arp = "? (192.168.1.1) at {} on en0 ifscope [ethernet]\n"
    host = mac(
        {
            "/usr/sbin/arp -n 192.168.1.1": arp.format("fc:ae:34:a1:3a:80"),
            "/usr/sbin/arp -n 192.168.1.9": arp.replace("1.1", "1.9").format("(incomplete)"),
            "/usr/sbin/arp -n 192.168.1.7": (1, "192.168.1.7 (192.168.1.7) -- no entry\n", ""),
            "/usr/sbin/ndp -an": "fe80::1%en0  fc:ae:34:a1:3a:80  en0 23h59m58s S R\n",
        }
    )
    assert host.neighbour_reachable("192.168.1.1", "en0") is True
    assert host.neighbour_reachable("192.168.1.9", "en0") is False
    assert host.neighbour_reachable("192.168.1.7", "en0") is None
    assert host.neighbour_reachable("fe80::1%en0", "en0") is True


def test_resolvers_leave_out_those_of_bound_sockets():
    found = mac(answers(en0(), LAN)).resolvers()
    assert found.resolvers == (Resolver(address="192.168.1.1", interface="en0", origin="scutil"),)
    assert (found.stub, found.sources) == (None, ("files", "dns"))


def test_a_resolver_on_this_laptop_is_a_stub():
    text = "DNS configuration\n\nresolver #1\n  nameserver[0] : 127.0.2.2\n"
    assert mac({"/usr/sbin/scutil --dns": text}).resolvers().stub == "127.0.2.2"
    none = mac({"/usr/sbin/scutil --dns": "No DNS configuration available\n"}).resolvers()
    assert none.resolvers == ()


LISTENING = """Proto Recv-Q Send-Q  Local Address  Foreign Address  (state)
tcp4 0 0 127.0.0.1.35001 *.* LISTEN
tcp4 0 0 *.22 *.* LISTEN
"""
NETSTAT = "/usr/sbin/netstat -an -p tcp"
LSOF = "/usr/sbin/lsof -nP +c0 -iTCP -sTCP:LISTEN -F pctn"


def test_listeners_of_everyone_named_where_they_are_ours():
    lsof = "p612\ncAWS\\x20VPN\\x20Client\nf24\ntIPv4\nn127.0.0.1:35001\n"
    found = mac({NETSTAT: LISTENING, LSOF: lsof}).listeners()
    assert [(one.port, one.process) for one in found] == [(35001, "AWS VPN Client"), (22, None)]
    for nothing in ({}, {LSOF: (1, "", "")}):
        found = mac({NETSTAT: LISTENING, **nothing}).listeners()
        assert [(one.port, one.process) for one in found] == [(35001, None), (22, None)]


def test_proxies_and_users():
    proxy = "<dictionary> {\n  HTTPEnable : 1\n  HTTPPort : 3128\n  HTTPProxy : p.example\n}\n"
    recorded = {
        "/usr/sbin/scutil --proxy": proxy,
        "/usr/bin/who": "alice console Nov 20 09:12\nbob console Nov 21 18:03\n",
    }
    host = mac(recorded)
    assert host.proxies() == (Proxy(origin="system", host="p.example", port=3128, scheme="http"),)
    assert host.logged_in_users() == (LoggedInUser(seat="console"),) * 2


@pytest.mark.parametrize(
    ("arguments", "profile"),
    [
        ("/a b/acvc-openvpn --config /Users/u/.config/x/work vpn.ovpn --verb 3\n", "work vpn.ovpn"),
        ("openvpn --config /x/a.ovpn\n", "a.ovpn"),
        ("openvpn --auth-user-pass /secret\n", None),
        ("", None),
    ],
)
def test_the_profile_of_a_running_openvpn(arguments, profile):
    recorded = {
        "/bin/ps -axwwo pid=,state=,comm=": "7 S /x/acvc-openvpn\n8 S /x/AWS VPN Client\n",
        "/bin/ps -wwo args= -p 7": arguments,
    }
    assert [(p.pid, p.profile) for p in mac(recorded).vpn_processes()] == [(7, profile), (8, None)]


def app(root: Path, place: str, version: str) -> None:
    folder = root / place.lstrip("/") / "Contents"
    folder.mkdir(parents=True)
    data = plistlib.dumps({"CFBundleShortVersionString": version})
    (folder / "Info.plist").write_bytes(data)


LABEL = "/bin/launchctl print system/com.amazonaws.acvc.helper"
AWS = "/Applications/AWS VPN Client/AWS VPN Client.app"


@pytest.mark.parametrize(
    ("processes", "launchctl", "runs"),
    [
        ("640 Ss /Library/PrivilegedHelperTools/com.amazonaws.acvc.helper", None, True),
        ("640 Ss /x/aws-client-vpn-daemon", None, True),
        ("640 Z (com.amazonaws.acvc.helper)", (113, "", ""), False),
        ("1 Ss /sbin/launchd", "x = {\n\tstate = running\n}", True),
        ("1 Ss /sbin/launchd", "x = {\n\tstate = not running\n}", None),
        ("1 Ss /sbin/launchd", None, None),
    ],
)
def test_aws_client_and_its_service(tmp_path, processes, launchctl, runs):
    app(tmp_path, AWS, "5.3.1")
    recorded = {"/bin/ps -axwwo pid=,state=,comm=": f"{processes}\n"}
    if launchctl is not None:
        recorded[LABEL] = launchctl
    (client,) = mac(recorded, str(tmp_path)).vpn_clients()
    assert (client.product, client.version, client.service_running) == ("aws", "5.3.1", runs)


def test_the_daemon_of_version_6_has_a_label_that_nobody_documents(tmp_path):
    app(tmp_path, AWS, "6.0.1")
    recorded = {"/bin/ps -axwwo pid=,state=,comm=": "1 Ss /sbin/launchd\n", LABEL: (113, "", "")}
    (client,) = mac(recorded, str(tmp_path)).vpn_clients()
    assert client.service_running is None


def test_other_clients(tmp_path):
    app(tmp_path, "/Applications/OpenVPN Connect/OpenVPN Connect.app", "3.5.1")
    app(tmp_path, "/Applications/Tunnelblick.app", "4.0.1 (build 5971)")
    brew = tmp_path / "opt/homebrew/sbin"
    brew.mkdir(parents=True)
    (brew / "openvpn").symlink_to("../Cellar/openvpn/2.6.14/sbin/openvpn")
    recorded = {"/bin/ps -axwwo pid=,state=,comm=": "9 S /Applications/x/OpenVPN Connect\n"}
    found = mac(recorded, str(tmp_path)).vpn_clients()
    assert [(c.product, c.version, c.running, c.service_running) for c in found] == [
        ("openvpn-connect", "3.5.1", True, None),
        ("tunnelblick", "4.0.1 (build 5971)", False, None),
        ("openvpn", "2.6.14", False, None),
    ]


def test_files(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/hosts").write_text("203.0.113.10 vpn.example\n")
    core = tmp_path / "System/Library/CoreServices"
    core.mkdir(parents=True)
    (core / "SystemVersion.plist").write_bytes(plistlib.dumps({"ProductVersion": "15.1"}))
    logs = tmp_path / "Library/Application Support/Tunnelblick/Logs"
    logs.mkdir(parents=True)
    for age, name in ((9, "old.log"), (5, "new.log")):
        (logs / name).write_text("x")
        os.utime(logs / name, (1e9 - age, 1e9 - age))
    (logs / "link.log").symlink_to("/etc/passwd")
    host = mac({}, str(tmp_path))
    assert host.platform().release == "macOS 15.1"
    assert host.hosts_file()[0].names == ("vpn.example",)
    assert [Path(path).name for path in host.client_logs()] == ["new.log", "old.log"]
    assert host.aws_client() is None
    assert mac({}).platform().release == "macOS"


def test_the_aws_client_6_is_asked_by_its_command_line(tmp_path):
    program = tmp_path / "Applications/AWS VPN Client/AWS VPN Client.app/Contents/MacOS"
    program.mkdir(parents=True)
    (program / "aws-vpn-client").write_text("#!/bin/sh\necho '[]'\n")
    (program / "aws-vpn-client").chmod(0o755)
    state = mac({}, str(tmp_path)).aws_client()
    assert (state.daemon, state.profiles, state.connections) == ("answers", (), ())


def test_every_command_is_an_absolute_path_and_only_reads():
    run = Recorded(answers(en0(), LAN))
    host = MacHost(run=run, root=Path("/nonexistent"), indexes=lambda: ())
    for question in (host.interfaces, host.routes, host.vpn_clients, host.resolvers):
        question()
    assert run.asked
    assert all(command.startswith("/") for command in run.asked)


def test_live_reads_tables_larger_than_a_pipe():
    ended = live(
        "/bin/sh", "-c", "i=0; while [ $i -lt 9000 ]; do printf '%64s\\n' $i; i=$((i+1)); done"
    )
    assert (ended.code, len(ended.output)) == (0, 9000 * 65)


class Babbling:
    """Every command prints the same, whatever that is."""

    def __init__(self, output: str, code: int) -> None:
        self.ended = Ended(code, output.encode("utf-8", "replace"), b"")

    def __call__(self, path: str, *arguments: str) -> Ended:
        return self.ended


LINES = st.sampled_from(
    [
        *("Internet:", "Internet6:", "default 1.1.1.1 UGSc en0", "10/8 link#4 UCS en0 !"),
        *("en0: flags=8863<UP,RUNNING> mtu 1500", "\tinet 10.0.0.1 netmask 0xff000000"),
        *("DNS configuration", "resolver #1", "  nameserver[0] : 1.1.1.1", "  port : 99999"),
        *("<dictionary> {", "  HTTPEnable : 1", "  HTTPProxy : p", "}", "  interface: en0"),
        *("p1", "cx", "n*:1", "1 S /x/openvpn", "a console", "destination: 10.0.0.0", "mask: 7"),
    ]
)


@given(st.lists(LINES | st.text(max_size=20), max_size=12).map("\n".join), st.sampled_from([0, 1]))
def test_whatever_is_printed(text, code):
    host = MacHost(run=Babbling(text, code), root=Path("/nonexistent"), indexes=lambda: ())
    for question in (
        *(host.platform, host.interfaces, host.routes, host.resolvers, host.hosts_file),
        *(host.listeners, host.vpn_processes, host.vpn_clients, host.aws_client),
        *(host.client_logs, host.proxies, host.logged_in_users),
        lambda: host.route_to("10.0.0.1"),
        lambda: host.neighbour_reachable("fe80::1", "en0"),
    ):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            question()
    with contextlib.suppress(OSError):
        ForwardingMap.of(host.routes())
