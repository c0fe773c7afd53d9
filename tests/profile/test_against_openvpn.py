"""Tricky files given to OpenVPN itself, which must read the same words and refuse the same.

OpenVPN logs the values of an `echo msg …` directive, joined by spaces, while it reads its file; the
file has no `dev`, so that it stops right after.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvpn_doctor.profile import ProfileError, parse

OPENVPN = shutil.which("openvpn") or "/usr/sbin/openvpn"
pytestmark = pytest.mark.skipif(
    not Path(OPENVPN).exists(), reason="openvpn is not installed: nothing to compare with"
)

REFUSAL = re.compile(
    rb"No closing|Bad backslash|Residual parse state|Endtag|Maximum option line|Unrecognized option"
)

FILES = [
    ("quotes", b"""echo msg a "b c" 'd e' f\\\\ g # x\n"""),
    ("inside", b"""echo msg a;b c#d e"f g'h\n"""),
    ("escaped comment", b"echo msg \\#x\n"),
    ("open double", b'echo msg "a\n'),
    ("open single", b"echo msg 'a\n"),
    ("bad backslash", b"echo msg a\\b\n"),
    ("escaped single quote", b"echo msg \\'a\n"),
    ("adjacent", b'echo msg "x"y ""z\n'),
    ("line end escaped", b"echo msg foo\\\necho msg bar\n"),
    ("file end escaped", b"echo msg foo\\"),
    ("file end after a space", b"echo msg foo \\"),
    ("too many", b"echo msg " + b" ".join(b"%d" % n for n in range(30)) + b"\n"),
    ("BOM", b"\xef\xbb\xbfecho msg bom\n"),
    ("CRLF", b"echo msg a\r\necho msg b\r\n"),
    ("lone CR beside LF", b"echo msg a\recho msg b\n"),
    ("UTF-8", "echo msg bücher\u00a0x\n".encode()),
    ("double dash", b"--echo msg a\n"),
    ("indented block", b"  --<ca>\nfoo\n \t</ca>zzz\necho msg after\n"),
    ("quoted tag", b'"<ca>"\nfoo\n</ca>\necho msg after\n'),
    ("tag with comment", b"<ca> # x\nfoo\n</ca>\necho msg after\n"),
    ("tag within", b"<ca>\n<ca>\n</ca>\necho msg after\n"),
    ("open block", b"<ca>\nfoo\n"),
    ("closed twice", b"<ca>\n</ca>\n</ca>\n"),
    ("NUL padding", b"echo msg a\n\0\0"),
    ("vertical tab", b"echo\vmsg\fa\n"),
]


def by_openvpn(data: bytes, folder: Path) -> tuple[list[str], bool]:
    file = folder / "x.ovpn"
    file.write_bytes(data)
    output = subprocess.run(
        [OPENVPN, "--suppress-timestamps", "--config", str(file)],
        capture_output=True,
        timeout=20,
        check=False,
    ).stdout
    said = [line[5:] for line in output.split(b"\n") if line.startswith(b"ECHO:")]
    return [line.decode() for line in said], bool(REFUSAL.search(output))


def by_us(data: bytes) -> tuple[list[str], bool]:
    try:
        found = parse(data, Path("x.ovpn"))
    except ProfileError:
        return [], True
    said = [" ".join(d.values).partition("\n")[0] for d in found.named("echo")]
    return said, bool(found.long_lines)


def same(data: bytes, folder: Path) -> None:
    theirs, refused = by_openvpn(data, folder)
    ours, refused_by_us = by_us(data)
    assert refused == refused_by_us
    if not refused:
        assert ours == theirs


@pytest.mark.parametrize("data", [r[1] for r in FILES], ids=[r[0] for r in FILES])
def test_same_words_same_refusals(data: bytes, tmp_path: Path) -> None:
    same(data, tmp_path)


@pytest.mark.parametrize("length", [252, 253, 254, 255, 256, 257, 300])
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_the_longest_line(length: int, end: str, tmp_path: Path) -> None:
    same(f"# {'x' * (length - 2)}{end}".encode(), tmp_path)
    same(f"# {'ü' * (length // 2 - 1)}{end}".encode(), tmp_path)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(line=st.text("ab \t\"'\\#;\r", max_size=24))
def test_any_line(line: str, tmp_path: Path) -> None:
    same(f"echo msg {line}\n".encode(), tmp_path)
