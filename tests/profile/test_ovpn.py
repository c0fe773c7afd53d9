"""Whole files: what they hold, and the ways in which they cannot be read."""

from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profile_samples import MUTUAL, PATH, SECRET, parsed

from cvpn_doctor.profile import Directive, ProfileError, expect, load, parse, read_profile

REFUSED = [
    ("empty", b"", None),
    ("white space", b" \r\n\t\n", None),
    ("only a BOM", b"\xef\xbb\xbf", None),
    ("UTF-16 LE", "client\n".encode("utf-16"), None),
    ("UTF-16 BE", b"\xfe\xff\0c\0l", None),
    ("UTF-16 without BOM", "client\nremote x\n".encode("utf-16-le"), 1),
    ("NUL in line 2", b"client\nre\0mote\n", 2),
    ("larger than the cap", b"#" * (1 << 20) + b"\n", None),
    ("lone carriage returns", b"client\rdev tun\r", 1),
    ("web page", b"\n<!DOCTYPE html><html></html>", None),
    ("JSON of the AWS CLI", b'{\n  "ClientConfiguration": "client"\n}', None),
    ("too many directives", b"a\n" * 30_000, 20_001),
    ("open quote", b'client\nca "x\n', 2),
    ("single backslash", b"client\nca C:\\x\n", 2),
    ("open block", b"client\n\n<ca>\nfoo\n", 3),
    ("a block closed twice", b"<ca>\n</ca>\n</ca>\n", 3),
    ("key outside a block", b"client\n-----BEGIN PRIVATE KEY-----\nabc\n", 2),
    ("open quote in a connection", b"client\n<connection>\nremote x\nca 'x\n</connection>\n", 4),
]


@pytest.mark.parametrize(("data", "line"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_refused_with_line_and_advice(data: bytes, line: int | None) -> None:
    with pytest.raises(ProfileError) as caught:
        parse(data, PATH)
    assert caught.value.line == line
    assert caught.value.advice
    assert caught.value.path == str(PATH)
    assert "\n" not in str(caught.value)


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"client\n")
    for path in (
        tmp_path,
        tmp_path / "none",
        tmp_path / "file" / "x",
        Path("a\0b"),
        Path("/dev/zero"),
    ):
        with pytest.raises(ProfileError) as caught:
            read_profile(path)
        assert caught.value.advice


@pytest.mark.parametrize(
    "error", [PermissionError(13, "denied"), OSError(5, "I/O error"), OSError()]
)
def test_errors_of_the_system(error: OSError) -> None:
    def read(path: Path) -> bytes:
        raise error

    with pytest.raises(ProfileError):
        read_profile(PATH, read)


def test_directives_blocks_comments_and_their_lines() -> None:
    found = parsed(
        "\ufeffclient # the role\n"
        "  --dev tun\n"
        "# cvpn-doctor: route 10.0.0.0/8\n"
        "   <ca>\nexplaining text\n  </not-yet>\n\t</ca> rest\n"
        ";cvpn-doctor: dns 10.0.0.2\n"
        '--"<cert>"\n--<empty>\n</empty>\n'
        "bücher 'ü'\n"
    )
    assert found.directives == (
        Directive("client", (), 1),
        Directive("dev", ("tun",), 2),
        Directive('"<cert>"', (), 9),
        Directive("bücher", ("ü",), 12),
    )
    assert [(b.name, b.text, b.line) for b in found.blocks] == [
        ("ca", "explaining text\n  </not-yet>\n", 4),
        ("empty", "", 10),
    ]
    assert [(c.text, c.line) for c in found.comments] == [
        ("route 10.0.0.0/8", 3),
        ("dns 10.0.0.2", 8),
    ]


def test_comment_inside_a_block_is_its_text() -> None:
    assert not parsed("<ca>\n# cvpn-doctor: tunnel full\n</ca>\n").comments


def test_bytes_beyond_utf8_are_passed_through_as_openvpn_does() -> None:
    found = parse(b"setenv X gr\xfc\xdfe\n", PATH)
    assert found.encoding == "latin-1"
    assert found.directives[0].values == ("X", "grüße")


def test_trailing_nul_padding_is_harmless() -> None:
    assert parse(b"client\n\0\0\0", PATH).directives == (Directive("client", (), 1),)


def test_long_lines_are_read_and_named() -> None:
    found = parsed(f"# {'x' * 252}\n# {'x' * 253}\nclient\n")
    assert found.long_lines == (2,)


def test_setenv_opt_stands_for_its_directive() -> None:
    found = parsed("setenv opt block-outside-dns\nsetenv X opt\n")
    assert [d.name for d in found.effective] == ["block-outside-dns", "setenv"]


def test_no_secret_in_any_repr_or_record() -> None:
    loaded = load(PATH, read=lambda path: MUTUAL.encode())
    for shown in (loaded, loaded.parsed, loaded.profile, loaded.expectation, loaded.parsed.blocks):
        assert SECRET not in repr(shown)


PIECES = st.sampled_from(
    [
        b"remote ",
        b"h.example ",
        b"443",
        b"abc",
        b"\n",
        b"\r\n",
        b"<ca>",
        b"</ca>",
        b"\n<connection>\n",
        b"\n</connection>\n",
        b"proto ",
        b"tcp6",
        b"port ",
        b"${X}",
        b"{{ x }}",
        b'"',
        b"'",
        b"\\",
        b"#",
        b"\n# cvpn-doctor: ",
        b"route ",
        b"10.0.0.0/8",
        b" 255.0.0.0 ",
        b"dns ",
        b"target ",
        b"a:1",
        b";",
        b"\nroute-ipv6 ",
        b"::/0",
        b"\ndhcp-option DNS ",
        b"\npull-filter ignore ",
        b"verify-x509-name ",
        b"\nca ",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\ntun-mtu ",
        b"99999999999",
        b"-----BEGIN ",
        b"%A_B%",
        b"\nconfig x\n",
        b"setenv opt ",
        b"--",
        b" ",
        b"\t",
        b"\nmssfix ",
        b"witness http://[",
        b"[::1]:5",
    ]
)


@given(st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=40).map(b"".join)))
def test_any_bytes_give_a_profile_or_a_profile_error(data: bytes) -> None:
    def read(path: Path) -> bytes:
        if path == PATH:
            return data
        raise FileNotFoundError(path)

    try:
        loaded = load(PATH, [("expect.toml", b"")], read)
    except ProfileError:
        return
    assert loaded.parsed.path == PATH
    assert loaded.profile.name == "Corp VPN"


@pytest.mark.parametrize(
    "piece",
    [
        b"\\ ",
        b'"',
        b"{{",
        b"${",
        b"<a",
        b"%A",
        b"-----BEGIN \n",
        b"<ca>\n",
        b"a\n",
        b" ",
        b"pull-filter\n",
        b"# cvpn-doctor: route 10.0.0.0/8\n",
        b"#cvpn-doctor:x\n",
        b"port 1\n<connection>\nremote a\n</connection>\n",
        b"remote a.example 443\n",
        b"'",
        b"<%",
    ],
)
@pytest.mark.parametrize("frame", [b"%s", b"client\n<cert>\n%s\n</cert>\n", b"route %s\n"])
def test_a_megabyte_of_anything_is_done_with(piece: bytes, frame: bytes) -> None:
    data = frame % (piece * ((1 << 20) // len(piece) - 60))

    def read(path: Path) -> bytes:
        if path == PATH:
            return data
        raise FileNotFoundError(path)

    with suppress(ProfileError):
        assert load(PATH, read=read).profile.name == "Corp VPN"


def test_nothing_that_a_terminal_obeys_is_passed_on() -> None:
    text = (
        "verify-x509-name 'a\x1b[2J' name\npull-filter ignore 'route \x1b'\n"
        "ca 'x\x1b.crt'\nremote ${\x1b}\ntun-mtu \x1b\n"
    )
    loaded = load(Path("/a/x\x1b\udcff.ovpn"), read=lambda path: text.encode())
    assert loaded.profile.server_name == r"a\x1b[2J"
    for value in (loaded.profile, loaded.expectation):
        assert "\x1b" not in msgspec.json.encode(value).decode()
        assert r"\u001b" not in msgspec.json.encode(value).decode()
    assert "\x1b" not in "".join(warning.found for warning in loaded.warnings)
    hostiles = (
        "<\x1b>\n",
        "</\x1b>\n",
        "remote \x1b\n",
        "# cvpn-doctor: target \x1b 192.0.2.1:1\n",
    )
    for hostile in hostiles:
        with pytest.raises(ProfileError) as caught:
            expect(parsed(hostile))
        assert "\x1b" not in str(caught.value)
