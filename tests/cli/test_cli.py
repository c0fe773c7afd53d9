"""The program from outside: commands, exit codes, streams. No packet leaves: --offline or none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

GOLDEN = Path(__file__).parents[1] / "golden" / "reports"
PROFILE = """client
dev tun
proto udp
remote cvpn-endpoint-0123456789abcdef0.prod.clientvpn.us-east-1.amazonaws.com 443
remote-random-hostname
remote-cert-tls server
cipher AES-256-GCM
auth-user-pass
# cvpn-doctor: route 10.20.0.0/16
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "work.ovpn"
    path.write_text(PROFILE, encoding="utf-8")
    return path


def doctor(
    *arguments: str | Path, stdin: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cvpn_doctor", *map(str, arguments)],
        capture_output=True,
        text=True,
        input=stdin,
        timeout=60,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
    )


def test_version() -> None:
    result = doctor("--version")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("cvpn-doctor ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["run", "--frobnicate"],
        ["run", "--profile", "/nonexistent/x.ovpn"],
        ["run", "--check", "no_such_check"],
        ["run", "--skip", "no_such_check"],
        ["run", "--format", "xml"],
        ["run", "--lang", "tlh"],
        ["run", "--client-log", "/nonexistent/log"],
        ["run", "--offline", "--deadline", "never"],
        ["diagnose", "/nonexistent/report.json"],
        ["explain", "no-such-code"],
        ["profile", "lint", "/nonexistent/x.ovpn"],
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(arguments: list[str]) -> None:
    result = doctor(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()


def test_offline_run_is_undetermined(profile: Path) -> None:
    result = doctor("run", "--offline", "--profile", profile, "--json", "-")
    report = json.loads(result.stdout)
    statuses = {check["id"]: check["status"] for check in report["checks"]}
    assert result.returncode == 3
    assert report["verdict"] == "undetermined"
    assert statuses["endpoint_ports"] == statuses["network"] == "not-collected"


def test_standard_output_carries_json_and_nothing_else(profile: Path) -> None:
    result = doctor("run", "--offline", "--profile", profile, "--format", "json")
    schema = json.loads(doctor("schema").stdout)
    report = json.loads(result.stdout)
    assert list(Draft202012Validator(schema).iter_errors(report)) == []
    assert result.stderr == ""


def test_json_to_a_file_beside_the_text(profile: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    result = doctor("run", "--offline", "--profile", profile, "--json", target)
    assert result.stdout.strip()
    assert json.loads(target.read_bytes())["schema"] == "cvpn-doctor/report/1"
    again = doctor("diagnose", target, "--json", "-")
    assert again.stdout.encode() == target.read_bytes()
    assert again.returncode == result.returncode


def test_json_file_that_cannot_be_written(profile: Path) -> None:
    result = doctor("run", "--offline", "--profile", profile, "--json", "/nonexistent/dir/x.json")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", ["udp-dropped", "healthy-split-udp-443", "healthy-ready-udp"])
def test_diagnose_is_byte_for_byte(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    result = doctor("diagnose", path, "--json", "-")
    assert result.stdout.encode() == path.read_bytes()
    assert result.returncode == (1 if name == "udp-dropped" else 0)
    piped = doctor("diagnose", "-", "--json", "-", stdin=path.read_text("utf-8"))
    assert piped.stdout == result.stdout


@pytest.mark.parametrize(
    ("style", "code"), [("native", 1), ("nagios", 2), ("intune", 1), ("always0", 0)]
)
def test_exit_styles(style: str, code: int) -> None:
    assert doctor("diagnose", GOLDEN / "udp-dropped.json", "--exit-style", style).returncode == code


@pytest.mark.parametrize("form", ["intune", "jamf", "nagios", "prometheus"])
def test_device_management_is_short_ascii(form: str) -> None:
    result = doctor("diagnose", GOLDEN / "udp-dropped.json", "--format", form)
    assert result.returncode == 1
    assert result.stdout.isascii()
    assert result.stderr == ""
    assert "endpoint-udp-blocked" in result.stdout
    assert len(result.stdout.splitlines()[-1]) <= 1024


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "cp437", "ascii"])
def test_no_console_breaks_it(language: str, encoding: str) -> None:
    result = subprocess.run(
        [
            *(sys.executable, "-m", "cvpn_doctor", "diagnose", "--lang", language, "-v"),
            GOLDEN / "udp-dropped.json",
        ],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )
    assert result.returncode == 1
    assert result.stderr == b""
    if (language, encoding) == ("ja", "cp932"):
        assert b"\\u" not in result.stdout


def test_quiet_is_the_answer_only() -> None:
    result = doctor("diagnose", GOLDEN / "udp-dropped.json", "--quiet")
    assert len(result.stdout.splitlines()) == 1


def test_no_escape_codes_in_a_pipe() -> None:
    assert "\x1b" not in doctor("diagnose", GOLDEN / "udp-dropped.json", "-v").stdout


def test_run_without_a_profile(tmp_path: Path) -> None:
    result = doctor("run", "--offline", "--json", "-", HOME=str(tmp_path))
    report = json.loads(result.stdout)
    if report["profile"] is None:  # /etc/openvpn of this machine may hold one
        assert result.returncode == 3
        assert report["verdict"] == "undetermined"


def test_only_and_skip(profile: Path) -> None:
    result = doctor("run", "--check", "profile", "--profile", profile, "--json", "-")
    statuses = {c["id"]: c["status"] for c in json.loads(result.stdout)["checks"]}
    assert statuses["profile"] == "pass"
    assert {v for k, v in statuses.items() if k != "profile"} == {"not-collected"}


def test_asterisk_in_the_profile_is_named(tmp_path: Path) -> None:
    path = tmp_path / "work.ovpn"
    path.write_text(PROFILE.replace("remote cvpn", "remote *.cvpn"), encoding="utf-8")
    result = doctor("profile", "lint", path, "--json")
    assert [i["code"] for i in json.loads(result.stdout)["issues"]] == ["profile-asterisk-literal"]
    assert result.returncode == 1
    run = doctor("run", "--offline", "--profile", path, "--json", "-")
    assert json.loads(run.stdout)["root_cause"]["code"] == "profile-asterisk-literal"


def test_a_bad_profile_is_one_line_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "bad.ovpn"
    path.write_text(PROFILE + "<ca>\nnever closed\n", encoding="utf-8")
    result = doctor("run", "--offline", "--profile", path)
    assert result.returncode == 2
    assert f"{path}:" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_plan_names_what_would_be_touched_and_touches_nothing(profile: Path) -> None:
    result = doctor("plan", "--profile", profile)
    assert result.returncode == 0
    touched = ("udp/443", "tcp/1194", "http://checkip.amazonaws.com/", "192.0.2.1", "routing table")
    assert [word for word in touched if word not in result.stdout] == []


def test_show_tells_the_origin_of_each_value(profile: Path) -> None:
    result = doctor("profile", "show", profile, "--json")
    expectation = json.loads(result.stdout)["expectation"]
    assert expectation["routes"] == ["10.20.0.0/16"]
    assert expectation["origins"]["routes"] == "comment line 9"
    assert doctor("profile", "show", profile).returncode == 0


def test_list_and_explain_agree() -> None:
    listed = json.loads(doctor("list", "--json").stdout)
    assert {"checks", "codes"} == set(listed)
    codes = [entry["code"] for entry in listed["codes"]]
    assert len(codes) > 40
    assert sorted(codes) == sorted(c for check in listed["checks"] for c in check["codes"])
    for code in codes[:3]:
        for language in ("en", "ja"):
            page = doctor("explain", code, "--lang", language)
            assert page.returncode == 0
            assert code in page.stdout


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"schema": "cvpn-doctor/report/2"}',
        b"[" * 100_000,
        b"\xff\xfe{\x00}\x00",
        b'{"schema": NaN}',
        b"\x00" * 1000,
    ],
)
def test_a_foreign_file_is_no_report(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bundle.json"
    path.write_bytes(content)
    result = doctor("diagnose", path)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert len(result.stderr) < 1000


def test_escape_sequences_of_a_bundle_do_not_reach_the_terminal(tmp_path: Path) -> None:
    document = json.loads((GOLDEN / "udp-dropped.json").read_bytes())
    poison = "\x1b[2J\x1b]0;owned\x07\u202e\x9b31m"
    document["profile"]["expectation"]["helpdesk"] = poison
    document["observations"]["endpoint_ports"]["facts"]["answers"][0]["address"] = poison
    document["observations"]["endpoint_name"]["facts"]["zone"] = poison
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    result = doctor("diagnose", path, "-v")
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(result.stdout + result.stderr)
    assert result.returncode in (0, 1, 2, 3)
