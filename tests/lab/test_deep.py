"""--deep in a real lab: what the way carries, and where tunnel packets leave."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from cvpn_doctor.host import deep
from cvpn_doctor.model.deep import PathMtu
from tests.lab.handshake_room import within
from tests.lab.lab import Lab
from tests.lab.laptop import NOBODY
from tests.lab.variant import ENDPOINT_ADDRESSES, Variant

pytestmark = pytest.mark.lab

ADDRESS = ENDPOINT_ADDRESSES[0]


@pytest.fixture(scope="module")
def shared() -> Iterator[Lab]:
    with Lab(Variant(connected=False)) as one:
        yield one


@pytest.fixture
def lab(shared: Lab) -> Iterator[Lab]:
    yield shared
    shared.space("home").ip("link set wan0 mtu 1500")
    shared.space("laptop").ip("link set eth0 mtu 1500", "route flush cache")
    shared.space("home").nft("flush chain inet lab output")
    shared.space("internet").nft("flush chain inet lab forward")


def measured(lab: Lab) -> PathMtu:
    result: PathMtu = within(lab.space("laptop"), lambda: deep.path_mtu(ADDRESS, 443, 4.0, 0.2))
    assert result.failure is None
    assert len(result.probes) <= 8
    return result


def silence_errors(lab: Lab) -> None:
    rule = "add rule inet lab output icmp type destination-unreachable drop"
    lab.space("home").nft(rule)


def test_healthy(lab: Lab) -> None:
    found = measured(lab)
    assert (found.largest, found.lost, len(found.probes)) == (1500, None, 1)


@pytest.mark.parametrize("mtu", [1280, 1400, 1279, 700])
def test_a_small_link_behind_the_router(lab: Lab, mtu: int) -> None:
    lab.space("home").ip(f"link set wan0 mtu {mtu}")
    found = measured(lab)
    assert (found.largest, found.lost, found.bound) == (mtu, mtu + 1, "told")
    assert found.icmp is not None
    assert (found.icmp.sender, found.icmp.mtu) == ("192.168.1.1", mtu)


@pytest.mark.parametrize("mtu", [1280, 1300, 1200, 1337])
def test_a_small_link_that_says_nothing(lab: Lab, mtu: int) -> None:
    lab.space("home").ip(f"link set wan0 mtu {mtu}")
    silence_errors(lab)
    found = measured(lab)
    assert found.largest is not None
    assert found.lost is not None
    assert found.largest <= mtu < found.lost <= found.largest + 50
    assert (found.bound, found.silences, found.fragments_pass) == ("silent", 2, True)


def test_a_silent_hole(lab: Lab) -> None:
    rule = f"add rule inet lab forward ip daddr {ADDRESS} ip length > 1300 drop"
    lab.space("internet").nft(rule)
    found = measured(lab)
    assert (found.largest, found.bound, found.silences) == (1300, "silent", 2)
    assert found.lost is not None
    assert 1300 < found.lost <= 1350
    assert found.fragments_pass is False


def test_the_laptops_own_interface(lab: Lab) -> None:
    lab.space("laptop").ip("link set eth0 mtu 1270")
    found = measured(lab)
    assert (found.largest, found.bound, len(found.probes)) == (1270, "here", 2)


def test_the_server_notes_nothing(lab: Lab) -> None:
    log = lab.folder / "server.log"
    before = log.read_text()
    measured(lab)
    assert log.read_text() == before


# -- the program -------------------------------------------------------------------------------


def run(lab: Lab, *words: str, root: bool = False) -> tuple[dict[str, Any], str]:
    arguments = ("run", "--profile", str(lab.profile), "--json", "-", *words)
    if root:
        command = [sys.executable, "-m", "cvpn_doctor", *arguments]
        environment = [f"{name}={value}" for name, value in lab.laptop.environment().items()]
        done = lab.exec("env", "-i", *environment, *command)
    else:
        done = lab.run_doctor(*arguments, user=NOBODY)
    report: dict[str, Any] = json.loads(done.stdout)
    return report, done.stderr


def status(report: dict[str, Any]) -> tuple[str, str]:
    one = next(check for check in report["checks"] if check["id"] == "deep")
    return one["status"], one.get("reason") or ""


def test_only_when_asked_for(lab: Lab) -> None:
    report, errors = run(lab)
    assert status(report) == ("not-applicable", "only with --deep")
    assert errors == ""


@pytest.mark.parametrize("mode", ["split", "full"])
def test_connected(mode: Any) -> None:
    with Lab(Variant(mode=mode)) as lab:
        report, errors = run(lab, "--deep", root=True)
        facts = report["observations"]["deep"]["facts"]
        counts = {one["interface"]: one for one in facts["packets"]}
        assert counts["eth0"]["sent"] >= 1
        assert counts["eth0"]["received"] >= 1
        assert (counts["tun0"]["sent"], counts["tun0"]["received"]) == (0, 0)
        assert facts["path"]["largest"] == 1500
        assert (report["verdict"], errors) == ("healthy", "")

        report, errors = run(lab, "--deep")
        facts = report["observations"]["deep"]["facts"]
        assert facts["packets_failure"]["kind"] == "permission_denied"
        assert facts["path"]["largest"] == 1500
        assert errors.count("\n") == 1
        assert "CAP_NET_RAW" in errors
        assert report["verdict"] == "healthy"


def test_too_small_is_named(lab: Lab) -> None:
    lab.space("home").ip("link set wan0 mtu 1250")
    silence_errors(lab)
    report, errors = run(lab, "--deep")
    found = [(f["code"], f["certainty"]) for f in report["findings"]]
    assert ("path-mtu-too-small", "proven") in found
    assert report["verdict"] == "degraded"
    assert "not connected" in errors
