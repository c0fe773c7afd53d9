"""Real samples of the text files that are read."""

from __future__ import annotations

import pytest

from cvpn_doctor.model.network import HostsEntry, LoggedInUser, Proxy
from cvpn_doctor.parse import (
    dpkg_status,
    hosts,
    http_response,
    logind_session,
    nsswitch,
    openvpn_log_option,
    os_release,
    proc_net_tcp,
    process,
    proxy_url,
    resolv_conf,
)
from cvpn_doctor.parse import systemd_resolved as resolved


def test_resolv_conf() -> None:
    found = resolv_conf.parse(
        "# c\nnameserver 127.0.0.53\n;nameserver 9.9.9.9\nnameserver fe80::1%eth0\n"
        "domain old.example\noptions edns0\nsearch home.example. corp.example\nnameserver\n"
        "nameserver 127.0.0.53\n nameserver\t1.1.1.1 # c\r\n"
    )
    assert found.servers == ("127.0.0.53", "fe80::1%eth0", "1.1.1.1")
    assert found.search == ("home.example", "corp.example")
    assert found.unread == 1


def test_nsswitch() -> None:
    text = "passwd: files\n#hosts: x\nhosts:  files mdns4_minimal [NOTFOUND=return] dns # y\n"
    assert nsswitch.host_sources(text) == ("files", "mdns4_minimal", "dns")
    assert nsswitch.host_sources("") == ()


def test_hosts() -> None:
    text = "127.0.0.1 localhost\n\n# 1.2.3.4 x\nbad y\n10.0.0.1\n203.0.113.10\ta b # c\n::1 ip6\n"
    assert hosts.parse(text) == (
        HostsEntry(address="127.0.0.1", names=("localhost",), line=1),
        HostsEntry(address="203.0.113.10", names=("a", "b"), line=6),
        HostsEntry(address="::1", names=("ip6",), line=7),
    )


@pytest.mark.parametrize(
    ("text", "release"),
    [
        (
            'PRETTY_NAME="Debian 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n',
            "Debian GNU/Linux 12",
        ),
        ("NAME=Fedora\nVERSION_ID=41\n", "Fedora 41"),
        ('NAME="Arch Linux"\n', "Arch Linux"),
        ("", "Linux"),
    ],
)
def test_os_release(text: str, release: str) -> None:
    assert os_release.release(text) == release


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.2", ("10.0.0.2", 53)),
        ("10.0.0.2:5353", ("10.0.0.2", 5353)),
        ("10.0.0.2#dns.example", ("10.0.0.2", 53)),
        ("fd00::53", ("fd00::53", 53)),
        ("fe80::1%2", ("fe80::1", 53)),
        ("[fd00::1]:5353#dns.example", ("fd00::1", 5353)),
        ("10.0.0.2:0", None),
        ("10.0.0.2:99999", None),
        ("name.example", None),
    ],
)
def test_resolved_server(text: str, expected: tuple[str, int] | None) -> None:
    found = resolved.server(text)
    assert (found and tuple(found)) == expected


@pytest.mark.parametrize(
    ("state", "only_for"),
    [
        (
            "SERVERS=10.0.0.2\nDOMAINS=corp.example ~10.in-addr.arpa\n",
            ("corp.example", "10.in-addr.arpa"),
        ),
        ("SERVERS=10.0.0.2\nDOMAINS=corp.example\n", ()),
        ("SERVERS=10.0.0.2\nDOMAINS=corp.example\nDEFAULT_ROUTE=no\n", ("corp.example",)),
        ("SERVERS=10.0.0.2\nDOMAINS=~corp.example\nDEFAULT_ROUTE=yes\n", ()),
        ("DNS=10.0.0.2\nROUTE_DOMAINS=. corp.example\n", ()),
        ("DNS=10.0.0.2\nROUTE_DOMAINS=corp.example\n", ("corp.example",)),
    ],
)
def test_resolved_link_state(state: str, only_for: tuple[str, ...]) -> None:
    found = resolved.link_state(state)
    assert [s.address for s in found.servers] == ["10.0.0.2"]
    assert found.only_for == only_for


def test_resolvectl() -> None:
    found = resolved.resolvectl(
        "Global: 1.1.1.1\nLink 2 (wlp3s0): 192.168.1.1 fd00::1\nLink 3 (docker0):\n"
        "Link 5 (tun0): 10.0.0.2\n",
        "Global:\nLink 2 (wlp3s0): ~.\nLink 5 (tun0): corp.example ~10.in-addr.arpa\n",
    )
    assert {name: [s.address for s in link.servers] for name, link in found.items()} == {
        "wlp3s0": ["192.168.1.1", "fd00::1"],
        "tun0": ["10.0.0.2"],
    }
    assert found["wlp3s0"].only_for == ()
    assert found["tun0"].only_for == ("corp.example", "10.in-addr.arpa")


def test_proc_net_tcp() -> None:
    text = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt uid inode
   0: 0100007F:88B9 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 26231 1 x
   1: 0100007F:88BA 0100007F:0016 01 00000000:00000000 00:00000000 00000000  1000        0 26232 1 x
   2: 00000000000000000000000001000000:0277 0:0 0A 0:0 00:0 0     0        0 26233 1 x
   3: junk:88B9 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 26231 1 x
"""
    found = proc_net_tcp.listening(text)
    assert [tuple(entry) for entry in found] == [("127.0.0.1", 35001, 26231), ("::1", 631, 26233)]


def test_dpkg_status() -> None:
    status = (
        b"Package: a\nStatus: install ok installed\nVersion: 1\n\n"
        b"Package: openvpn\nStatus: install ok installed\nDescription: x\n Version: 9\n"
        b"Version: 2.6.14-0+deb12u1\n\n"
        b"Package: openvpn3\nStatus: deinstall ok config-files\nVersion: 2\n"
    )
    assert dpkg_status.version_of(status, "a") == "1"
    assert dpkg_status.version_of(status, "openvpn") == "2.6.14-0+deb12u1"
    assert dpkg_status.version_of(status, "openvpn3") is None
    assert dpkg_status.version_of(status, "open") is None


@pytest.mark.parametrize(
    ("comm", "argv", "name"),
    [
        ("openvpn", ("/usr/sbin/openvpn", "a.ovpn"), "openvpn"),
        ("acvc-openvpn", ("/opt/awsvpnclient/Resources/openvpn/acvc-openvpn",), "acvc-openvpn"),
        ("aws-client-vpn-", (), "aws-client-vpn-daemon"),
        ("AWS VPN Client", ("/opt/awsvpnclient/AWS VPN Client",), "AWS VPN Client"),
        ("ACVC.GTK.Servic", ("/opt/awsvpnclient/Service/ACVC.GTK.Service",), "ACVC.GTK.Service"),
        (
            "openvpn3-servic",
            ("/usr/libexec/openvpn3-linux/openvpn3-service-client",),
            "openvpn3-service-client",
        ),
        ("python3", ("/usr/bin/openvpn3", "session-start"), "openvpn3"),
        ("tailscaled", ("/usr/sbin/tailscaled",), "tailscaled"),
        ("bash", ("bash",), None),
        ("vim", ("vim", "openvpn"), None),
    ],
)
def test_vpn_name(comm: str, argv: tuple[str, ...], name: str | None) -> None:
    assert (process.vpn_name(comm, argv) if process.may_be_vpn(comm) else None) == name


def test_process_details() -> None:
    argv = process.arguments(
        b"/usr/sbin/openvpn\0--cd\0/etc\0--config\0/home/u/x y.ovpn\0--log\0a\0"
    )
    assert process.file_name(process.config_path(argv)) == "x y.ovpn"
    assert process.option(argv, "log") == "a"
    assert process.config_path(("openvpn", "office.ovpn")) == "office.ovpn"
    assert process.config_path(("openvpn", "--dev", "tun")) is None
    assert process.name_and_state("12 (a) b) T 1 2") == ("a) b", "stopped")
    assert process.name_and_state("12 (x) Z 1") == ("x", "zombie")
    assert process.name_and_state("junk") == ("", "unknown")


def test_log_option() -> None:
    text = 'client\n# log /no\n<ca>\nlog /no2\n</ca>\nlog /a\n  --log-append "/b c.log" # d\n'
    assert openvpn_log_option.log_path(text) == "/b c.log"
    assert openvpn_log_option.log_path("client\nlogin x\n") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("http://u:secret@proxy.example:3128/", ("http", "proxy.example", 3128)),
        ("proxy.example:8080", ("http", "proxy.example", 8080)),
        ("socks5h://[::1]:1080", ("socks5h", "::1", 1080)),
        ("https://p.example", ("https", "p.example", None)),
        ("", None),
        ("http://x:99999", None),
        ("http://[::1", None),
    ],
)
def test_proxy(value: str, expected: tuple[str, str, int | None] | None) -> None:
    found = proxy_url.environment_proxy(value)
    if expected is None:
        assert found is None
    else:
        scheme, host, port = expected
        assert found == Proxy(origin="environment", scheme=scheme, host=host, port=port)
        assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "CLASS=user\nTYPE=wayland\nSEAT=seat0\nTTY=tty2\nACTIVE=1\n",
            LoggedInUser(seat="console"),
        ),
        ("CLASS=user\nTYPE=tty\nTTY=pts/0\nACTIVE=0\n", LoggedInUser(seat="pts", active=False)),
        ("CLASS=greeter\nTYPE=wayland\nSEAT=seat0\n", None),
        ("CLASS=manager\n", None),
        ("CLASS=user\nTYPE=tty\nTTY=pts/0\nSTATE=closing\n", None),
        ("CLASS=user\nTYPE=unspecified\n", None),
    ],
)
def test_session(text: str, expected: LoggedInUser | None) -> None:
    assert logind_session.session(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("http://u:p@h.example/a?b=c#d", "http://h.example/a"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("/login?mac=1", "/login"),
        ("//h.example/x?y", "//h.example/x"),
        ("http://h:99999/", None),
        ("?mac=1", None),
        (None, None),
    ],
)
def test_location(value: str | None, expected: str | None) -> None:
    assert http_response.location(value) == expected
