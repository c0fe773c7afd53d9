"""Everything works for a user without any right."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.lab

REPOSITORY = Path(__file__).parents[2]
PYTHON = "/usr/bin/python3"

PROGRAM = """
import os, sys
assert os.geteuid() == 65534
from cvpn_doctor.host import this_host
host = this_host()
for question in ("platform interfaces routes resolvers hosts_file listeners vpn_processes"
                 " vpn_clients client_logs proxies logged_in_users clock random_label").split():
    getattr(host, question)()
assert host.platform().elevated is False
assert {i.name for i in host.interfaces()} >= {"lo", "eth0"}
assert host.route_to(sys.argv[1]).interface == "eth0"
assert host.neighbour_reachable("192.168.77.1", "eth0") in (True, None)
for transport in ("udp", "tcp"):
    for interface in (None, "eth0"):
        answer = host.openvpn_reset(sys.argv[1], transport, 1194, 1.0, interface)
        assert answer.outcome == "openvpn", answer
        refused = host.openvpn_reset(sys.argv[1], transport, 1195, 1.0, interface)
        assert refused.outcome == "refused", refused
    assert host.hop(sys.argv[1], transport, 1194, 1, 1.0).outcome == "expired"
    assert host.hop(sys.argv[1], transport, 1194, 2, 1.0).outcome == "reached"
assert refused.interface == "eth0"
udp = host.openvpn_reset(sys.argv[1], "udp", 1195, 1.0)
assert udp.icmp.sender == sys.argv[1]
assert host.ask_dns(sys.argv[1], "a.example", "A", 0.6, "eth0").failure.kind == "connection_refused"
print("fine", len(host.routes().routes))
"""


def _readable_by_all(path: str) -> bool:
    return (
        subprocess.run(
            ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "test", "-r", path),
            check=False,
        ).returncode
        == 0
    )


def test_as_nobody(lab: Any, openvpn_like: Any, openvpn_tcp: Any) -> None:
    packages = [p for p in (*site.getsitepackages(), *sys.path) if p.endswith("site-packages")]
    places = [str(REPOSITORY), *packages]
    if not shutil.which("setpriv") or not Path(PYTHON).exists():
        pytest.skip(f"needs setpriv and {PYTHON}")
    if not all(_readable_by_all(place) for place in places):
        pytest.skip("the packages of this environment are not readable to other users")
    servers = lab.serve()
    servers.udp(openvpn_like, 1194)
    servers.tcp(openvpn_tcp, 1194)
    done = subprocess.run(
        (
            *("ip", "netns", "exec", lab.laptop),
            *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
            *(PYTHON, "-c", PROGRAM, lab.address),
        ),
        env={**os.environ, "PYTHONPATH": ":".join(places), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd="/",
    )
    assert done.stdout.startswith("fine"), done.stderr
