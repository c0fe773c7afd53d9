"""The recording itself: what is kept, what never is, what comes back, what is refused."""

from __future__ import annotations

import errno
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvpn_checks import ALL
from cvpn_doctor.host import recorded
from cvpn_doctor.host.portable import PortableHost
from cvpn_doctor.host.questions import BY_NAME, SECRET
from cvpn_doctor.host.recorded import NOT_RECORDED, RecordedHost, Recorder
from cvpn_doctor.host.recording_file import RecordingError, read_recording, to_json
from cvpn_doctor.model.answers import HttpAnswer
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.handshake import HandshakeAnswer
from cvpn_doctor.model.host import Host
from cvpn_doctor.model.material import Material
from cvpn_doctor.model.platform import Platform
from cvpn_doctor.model.recording import Recording
from cvpn_doctor.report import Circumstances, make_report
from tests.recorded.laptop import STARTED
from tests.recorded.program import run
from tests.recorded.replaying import look, recorded_once

LOG = """\
2026-04-15 21:26:55 OpenVPN 2.6.14 x86_64-w64-mingw32
2026-04-15 21:26:55 TCP/UDP: Preserving recently used remote address: [AF_INET]3.64.10.20:443
2026-04-15 21:26:56 secret words of jane.doe@example.com
2026-04-15 21:26:57 Initialization Sequence Completed
"""


class Odd(PortableHost):
    """A host that answers some questions in an odd way."""

    system = "Odd"

    def __init__(self, log: Path | None = None) -> None:
        self.log = log
        self.asked = 0

    def platform(self) -> Platform:
        return Platform(os="macos", release="15", elevated=False)

    def client_logs(self) -> tuple[str, ...]:
        return (str(self.log),)

    def resolvers(self) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", "/home/jane/secret")

    def listeners(self) -> Any:
        raise KeyError("jane")

    def aws_client(self) -> None:
        return None

    def http_get(self, url: str, timeout: float, *rest: Any, **more: Any) -> HttpAnswer:
        self.asked += 1
        return HttpAnswer(url=url, status=200 + self.asked)

    def openvpn_handshake(self, address: str, *rest: Any) -> HandshakeAnswer:
        return HandshakeAnswer(address=address, transport="udp", port=443, outcome="accepted")


def _replay(recorder: Recorder, pace: float = 0.0) -> tuple[RecordedHost, bytes]:
    recording = Recording(
        version="test",
        started=STARTED,
        platform=recorder.platform(),
        questions=recorder.questions(),
    )
    data = to_json(recording)
    return RecordedHost(read_recording(data), pace), data


def test_every_question_of_a_host_can_be_recorded() -> None:
    """With the same arguments, in the same order."""
    asked = {n: f for n, f in vars(Host).items() if callable(f) and not n.startswith("_")}
    assert set(asked) == set(BY_NAME)
    for name, method in asked.items():
        assert tuple(inspect.signature(method).parameters)[1:] == BY_NAME[name].arguments


def test_the_same_question_gets_its_answers_in_order_and_then_the_last() -> None:
    recorder = Recorder(Odd())
    for _ in range(2):
        recorder.http_get("http://a/", 1.0)
    host, _ = _replay(recorder)
    assert [host.http_get("http://a/", 1.0).status for _ in range(3)] == [201, 202, 202]


def test_another_budget_is_the_same_question_where_no_other_fits() -> None:
    recorder = Recorder(Odd())
    recorder.http_get("http://a/", 1.0)
    recorder.http_get("http://a/", 2.0)
    host, _ = _replay(recorder)
    assert host.http_get("http://a/", 2.0).status == 202
    assert host.http_get("http://a/", 1.234).status == 201


def test_other_arguments_are_not_in_the_recording() -> None:
    recorder = Recorder(Odd())
    recorder.http_get("http://a/", 1.0)
    host, _ = _replay(recorder)
    for ask in (
        lambda: host.http_get("http://b/", 1.0),
        lambda: host.http_get("http://a/", 1.0, interface="en0"),
        host.routes,
    ):
        with pytest.raises(Unsupported, match=NOT_RECORDED):
            ask()


@pytest.mark.parametrize(
    ("ask", "kind", "words"),
    [
        (lambda h: h.resolvers(), PermissionError, "Permission denied"),
        (lambda h: h.listeners(), RuntimeError, "KeyError"),
        (lambda h: h.routes(), Unsupported, "routes is not built for Odd yet"),
    ],
)
def test_exceptions_come_back(
    ask: Callable[[Host], Any], kind: type[Exception], words: str
) -> None:
    recorder = Recorder(Odd())
    with pytest.raises((OSError, KeyError, Unsupported)):
        ask(recorder)
    host, data = _replay(recorder)
    with pytest.raises(kind, match=words):
        ask(host)
    assert b"jane" not in data


def test_nothing_is_an_answer_too() -> None:
    recorder = Recorder(Odd())
    assert recorder.aws_client() is None
    assert _replay(recorder)[0].aws_client() is None


def test_labels_are_given_out_once_each() -> None:
    recorder = Recorder(Odd())
    labels = [recorder.random_label() for _ in range(3)]
    host, _ = _replay(recorder)
    assert [host.random_label() for _ in range(3)] == labels
    with pytest.raises(Unsupported):
        host.random_label()


def test_no_material_is_kept() -> None:
    recorder = Recorder(Odd())
    material = Material(ca=b"THE-CA", certificate=b"THE-CERTIFICATE", key=b"THE-KEY")
    recorder.openvpn_handshake("3.64.10.20", "udp", 443, 1.5, None, material)
    host, data = _replay(recorder)
    assert host.openvpn_handshake("3.64.10.20", "udp", 443, 0.7, None, Material())
    assert b"THE-" not in data
    assert SECRET not in recorder.questions()[0].about


def test_no_line_and_no_path_of_a_log_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "jane.log"
    file.write_text(LOG, encoding="utf-8")
    recorder = Recorder(Odd(file))
    live = recorder.log_attempts(recorder.client_logs()[0])
    assert live.attempts
    host, data = _replay(recorder)
    assert host.client_logs() == ("log-1",)
    assert host.log_attempts("log-1") == live
    assert b"jane" not in data
    assert str(tmp_path).encode() not in data


def test_a_question_that_was_never_answered_never_is(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(Odd())
    recorder.http_get("http://a/", 1.0)
    late = msgspec.structs.replace(
        recorder.questions()[0], seconds=None, answer=msgspec.Raw(b"null")
    )
    recording = Recording(
        version="t", started=STARTED, platform=Odd().platform(), questions=(late,)
    )
    slept: list[float] = []
    monkeypatch.setattr("cvpn_doctor.host.recorded.time.sleep", slept.append)
    with pytest.raises(Unsupported):
        RecordedHost(read_recording(to_json(recording))).http_get("http://a/", 1.0)
    assert slept == [recorded.NEVER]


def test_time_goes_on_from_the_beginning() -> None:
    host, _ = _replay(Recorder(Odd()), pace=1.0)
    assert host.clock() == STARTED
    assert STARTED <= host.clock() < STARTED + 60


# -- hostile files -----------------------------------------------------------------------------


def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(recorded_once("win-split")[1])
    return document


def _with(**changes: Any) -> bytes:
    return json.dumps({**_document(), **changes}).encode()


def _with_question(**changes: Any) -> bytes:
    document = _document()
    document["questions"][1] = {**document["questions"][1], **changes}
    return json.dumps(document).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "not-json": lambda: b"{",
    "list": lambda: b"[]",
    "nested": lambda: b"[" * 200_000,
    "not-utf8": lambda: _with(version="x").replace(b'"x"', b'"\xff"'),
    "a-report": lambda: _with(schema="cvpn-doctor/report/1"),
    "newer": lambda: _with(schema="cvpn-doctor/recording/2"),
    "no-platform": lambda: _with(platform=None),
    "other-system": lambda: _with(platform={"os": "plan9", "release": "4", "elevated": False}),
    "clock-beyond": lambda: _with(started=1e300),
    "clock-before": lambda: _with(started=-1),
    "no-deadline": lambda: _with(options={"deadline": 1e9}),
    "prefix": lambda: _with(expectation={"routes": ["10.0.0.0/99"]}),
    "resolver": lambda: _with(expectation={"dns": ["nobody"]}),
    "answer": lambda: _with_question(answer=7),
    "seconds": lambda: _with_question(seconds=-1),
    "years": lambda: _with_question(seconds=1e9),
    "argument": lambda: _with_question(about={"__class__": "x"}),
    "both": lambda: _with_question(seconds=None, trouble={"kind": "fault"}),
    "large": lambda: b" " * (16 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_recording_is_refused(name: str) -> None:
    with pytest.raises(RecordingError):
        read_recording(HOSTILE[name]())


@pytest.mark.parametrize("name", ["not-json", "nested", "a-report", "large"])
def test_program_says_so_in_one_line(name: str, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_bytes(HOSTILE[name]())
    done = run("--replay", str(file))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("cvpn-doctor: ")
    assert done.stderr.count("\n") == 1


WEIRD = st.sampled_from(
    [*("", "x", "\x00", "10.0.0.1", "::1%en0", "300.1.1.1/8", "0.0.0.0/0"), -1, 0, 2**70, True]
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(data=st.data())
def test_changed_anywhere_it_is_refused_or_judged(data: st.DataObject) -> None:
    document = _document()
    places = list(_leaves(document))
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(WEIRD)
    try:
        recording = read_recording(json.dumps(document).encode())
    except RecordingError:
        return
    seen = look(RecordedHost(recording, pace=0), recording)
    make_report(ALL, seen.case, Circumstances(started="", seconds=0.0))


def _leaves(value: Any) -> Any:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        if isinstance(inner, dict | list):
            yield from _leaves(inner)
        elif key != "timeout":
            yield value, key


# -- the program -------------------------------------------------------------------------------


def test_record_and_replay_by_the_program(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    first = run("--offline", "--record", str(file), "--json", "-")
    again = run("--replay", str(file), "--json", "-")
    assert again.returncode == first.returncode
    live, replayed = json.loads(first.stdout), json.loads(again.stdout)
    for name in ("started", "platform", "verdict", "root_cause", "findings", "ruled_out"):
        assert replayed[name] == live[name], name
    assert file.stat().st_mode & 0o077 == 0


def test_replay_of_a_laptop_from_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_bytes(recorded_once("mac-docker-overlap")[1])
    done = run("--replay", str(file), "--json", "-")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["platform"]["os"] == "macos"
    assert report["root_cause"]["code"] == "virtual-network-overlaps-route"


def test_replay_under_another_profile(tmp_path: Path) -> None:
    file, profile = tmp_path / "r.json", tmp_path / "other.ovpn"
    file.write_bytes(recorded_once("mac-docker-overlap")[1])
    profile.write_text(
        "client\nremote 3.64.10.20 443\nproto udp\n# cvpn-doctor: route 172.31.0.0/16\n",
        encoding="utf-8",
    )
    done = run("--replay", str(file), "--profile", str(profile), "--json", "-")
    report = json.loads(done.stdout)
    assert report["profile"]["name"] == "other"
    assert "virtual-network-overlaps-route" not in {f["code"] for f in report["findings"]}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--replay", "nowhere.json"),
        ("--record", "/nowhere/at/all.json"),
        ("--record", "a.json", "--replay", "{file}"),
        ("--replay", "{file}", "--client-log", "{file}"),
        ("--replay", "{file}", "--expect", "{file}"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_bytes(recorded_once("mac-ready")[1])
    done = run(*(a.replace("{file}", str(file)) for a in arguments))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
