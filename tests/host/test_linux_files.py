"""A recorded tree of files: what a laptop's /etc, /run, /proc and /opt say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from cvpn_doctor.host import linux_names
from cvpn_doctor.host.command import output
from cvpn_doctor.host.linux import LinuxHost
from cvpn_doctor.host.tree import Tree
from cvpn_doctor.model.network import Process, VpnClient

NAMES = {1: "lo", 2: "wlp3s0", 5: "tun0"}


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def process(pid: int, comm: str, state: str, *argv: str) -> dict[str, str]:
    return {
        f"proc/{pid}/stat": f"{pid} ({comm}) {state} 1 1 1 0",
        f"proc/{pid}/cmdline": "".join(f"{word}\0" for word in argv),
    }


def resolvers(root: Path) -> Any:
    return linux_names.resolver_config(Tree(root), NAMES)


def test_plain_resolv_conf(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "etc/resolv.conf": "search home.example\nnameserver 192.168.1.1\nnameserver 1.1.1.1\n",
            "etc/nsswitch.conf": "hosts: files dns\n",
        },
    )
    found = resolvers(tmp_path)
    assert [(r.address, r.origin) for r in found.resolvers] == [
        ("192.168.1.1", "resolv.conf"),
        ("1.1.1.1", "resolv.conf"),
    ]
    assert (found.stub, found.search, found.sources) == (None, ("home.example",), ("files", "dns"))


def test_behind_systemd_resolved(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "etc/resolv.conf": "nameserver 127.0.0.53\n",
            "run/systemd/resolve/resolv.conf": "nameserver 192.168.1.1\nnameserver 10.0.0.2\n"
            "nameserver 9.9.9.9\n",
            "run/systemd/resolve/netif/5": "SERVERS=10.0.0.2\nDOMAINS=~corp.example\n",
            "run/systemd/netif/links/2": "DNS=192.168.1.1\nDOMAINS=home.example\n",
            "run/systemd/netif/links/junk": "DNS=1.2.3.4\n",
        },
    )
    found = resolvers(tmp_path)
    assert found.stub == "127.0.0.53"
    assert [(r.address, r.interface, r.domains) for r in found.resolvers] == [
        ("10.0.0.2", "tun0", ("corp.example",)),
        ("192.168.1.1", "wlp3s0", ()),
        ("9.9.9.9", None, ()),
    ]


def test_behind_dnsmasq_of_networkmanager(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "etc/resolv.conf": "nameserver 127.0.0.1\n",
            "run/NetworkManager/no-stub-resolv.conf": "nameserver 192.168.1.1\n",
        },
    )
    found = resolvers(tmp_path)
    assert (found.stub, found.resolvers[0].address) == ("127.0.0.1", "192.168.1.1")


def test_unknown_stub_is_its_own_resolver(tmp_path: Path) -> None:
    found = resolvers(write(tmp_path, {"etc/resolv.conf": "nameserver 127.0.0.1\n"}))
    assert (found.stub, found.resolvers[0].address) == ("127.0.0.1", "127.0.0.1")


def test_no_resolv_conf(tmp_path: Path) -> None:
    assert resolvers(tmp_path).resolvers == ()


LAPTOP = {
    "opt/awsvpnclient/aws-client-vpn-daemon": "",
    "usr/sbin/openvpn": "",
    "var/lib/dpkg/status": "Package: awsvpnclient\nStatus: install ok installed\nVersion: 6.1.0\n\n"
    "Package: openvpn\nStatus: install ok installed\nVersion: 2.6.14\n",
    "etc/os-release": 'NAME="Ubuntu"\nVERSION_ID="24.04"\n',
    **process(1, "systemd", "S", "/sbin/init"),
    **process(7, "aws-client-vpn-", "S", "/opt/awsvpnclient/aws-client-vpn-daemon"),
    **process(8, "openvpn", "T", "/usr/sbin/openvpn", "--config", "/home/alice/office.ovpn"),
    **process(9, "vim", "S", "vim", "openvpn"),
}


def test_processes_and_clients(tmp_path: Path) -> None:
    host = LinuxHost(write(tmp_path, LAPTOP))
    assert host.vpn_processes() == (
        Process(pid=7, name="aws-client-vpn-daemon", state="running"),
        Process(pid=8, name="openvpn", state="stopped", profile="office.ovpn"),
    )
    assert host.vpn_clients() == (
        VpnClient(
            product="aws",
            name="AWS VPN Client",
            version="6.1.0",
            running=True,
            service_running=True,
        ),
        VpnClient(product="openvpn", name="OpenVPN", version="2.6.14", running=True),
    )
    assert host.platform().release == "Ubuntu 24.04"


def test_a_service_that_is_not_there_and_one_that_cannot_be_seen(tmp_path: Path) -> None:
    files = {name: text for name, text in LAPTOP.items() if not name.startswith("proc/7/")}
    assert LinuxHost(write(tmp_path / "a", files)).vpn_clients()[0].service_running is False
    files = {name: text for name, text in files.items() if not name.startswith("proc/1/")}
    assert LinuxHost(write(tmp_path / "b", files)).vpn_clients()[0].service_running is None


def test_logs_newest_first_and_only_regular_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    logs = "home/.config/AWSVPNClient/logs"
    write(
        tmp_path,
        {
            **process(8, "openvpn", "S", "openvpn", "--config", "/etc/openvpn/x.conf"),
            **process(9, "openvpn", "S", "openvpn", "--cd", "/srv", "--log-append", "rel.log"),
            "etc/openvpn/x.conf": "client\nlog /var/tmp/x.log\n",
            "var/tmp/x.log": "x",
            "srv/rel.log": "r",
            f"{logs}/ovpn_aws_vpn_client_1.log": "old",
            f"{logs}/ovpn_aws_vpn_client_2.log": "new",
            "var/log/aws-vpn-client/alice/service.log": "s",
        },
    )
    (tmp_path / logs / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / logs / "pipe")
    ages = (
        "srv/rel.log",
        f"{logs}/ovpn_aws_vpn_client_2.log",
        "var/tmp/x.log",
        f"{logs}/ovpn_aws_vpn_client_1.log",
        "var/log/aws-vpn-client/alice/service.log",
    )
    for age, name in enumerate(ages):
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    host = LinuxHost(tmp_path)
    assert host.client_logs() == tuple(str(tmp_path / name) for name in ages)
    assert host.read_log(host.client_logs()[1]) == "new"
    for name in ("link", "pipe", ""):
        with pytest.raises(OSError, match=r".*"):
            host.read_log(str(tmp_path / logs / name))


def test_long_log_is_cut_at_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a" * 300_000 + b"\xff end")
    text = LinuxHost().read_log(str(path))
    assert len(text) == 256 * 1024
    assert text.endswith("\ufffd end")


def test_listener_of_our_own(servers: Any) -> None:
    port = servers.tcp(lambda _: None)
    found = [entry for entry in LinuxHost().listeners() if entry.port == port]
    assert [(entry.address, bool(entry.process)) for entry in found] == [("127.0.0.1", True)]


def test_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("https_proxy", "http://alice:secret@proxy.example:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128/")
    found = LinuxHost().proxies()
    assert [(p.host, p.port, p.scheme) for p in found] == [("proxy.example", 3128, "http")]
    assert "alice" not in repr(found)


def test_commands_only_by_absolute_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "1")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    with pytest.raises(ValueError, match="absolute"):
        output("env", timeout=1)
    assert sorted(output("/usr/bin/env", timeout=1).split()) == ["LC_ALL=C", "PATH=/nonexistent"]


def test_label_and_clock() -> None:
    label = LinuxHost().random_label()
    assert len(label) == 12
    assert set(label) <= set("0123456789abcdef")
    assert LinuxHost().clock() > 1.7e9
