"""What a client would do with a profile."""

from pathlib import PurePosixPath

import pytest
from profile_samples import BASE, ENDPOINT, HEALTHY, PAIR, PASSWORD, SAML, parsed

from cvpn_doctor.profile import ProfileError, summarise
from cvpn_doctor.profile.summary import profile_name

CONNECTIONS = """remote gone 9
port 443
<connection>
remote a
</connection>
port 1
<connection>
remote b 7 tcp
</connection>"""
REMOTES = [
    ("defaults", "remote a", [("a", 1194, "udp", "any")]),
    ("port and proto after it", "remote a\nport 443\nproto tcp", [("a", 443, "tcp", "any")]),
    ("own values win", "proto tcp6\nport 1\nremote a 443 udp4", [("a", 443, "udp", "ipv4")]),
    ("family is kept", "proto udp6\nremote a 443 tcp", [("a", 443, "tcp", "ipv6")]),
    ("tcp-client", "remote a 443 tcp-client", [("a", 443, "tcp", "any")]),
    ("tcp4", "remote a 443 tcp4", [("a", 443, "tcp", "ipv4")]),
    ("rport", "port 1\nrport 443\nremote a", [("a", 443, "udp", "any")]),
    ("service name", "remote a https", [("a", 443, "udp", "any")]),
    (
        "several",
        "remote a 1\nremote b 2 tcp\nproto udp6",
        [("a", 1, "udp", "ipv6"), ("b", 2, "tcp", "ipv6")],
    ),
    (
        "connection blocks inherit from above and replace the rest",
        CONNECTIONS,
        [("a", 443, "udp", "any"), ("b", 7, "tcp", "any")],
    ),
    (
        "placeholders are left out",
        "remote ${HOST} 443\nremote a {{ port }}\nremote b",
        [("b", 1194, "udp", "any")],
    ),
    (
        "blocks without a remote change nothing",
        "remote a 443\n<connection>\nport 1\n</connection>",
        [("a", 443, "udp", "any")],
    ),
    ("none", "client", []),
]


@pytest.mark.parametrize(
    ("text", "expected"), [r[1:] for r in REMOTES], ids=[r[0] for r in REMOTES]
)
def test_remotes(text: str, expected: list[tuple[str, int, str, str]]) -> None:
    found = summarise(parsed(text + "\n")).remotes
    assert [(r.host, r.port, r.transport, r.family) for r in found] == expected


def test_lines_of_remotes_in_connection_blocks() -> None:
    profile = summarise(parsed("client\n<connection>\n\nremote a\n</connection>\n"))
    assert profile.remotes[0].line == 4


@pytest.mark.parametrize(
    "line",
    [
        "remote a 0",
        "remote a 65536",
        "remote a x",
        "remote a 1 sctp",
        "remote",
        "remote a 1 udp x",
        "port x",
        "proto UDP",
        "proto",
    ],
)
def test_bad_remotes_name_their_line(line: str) -> None:
    with pytest.raises(ProfileError) as caught:
        summarise(parsed(f"client\n{line}\nremote b\n"))
    assert caught.value.line == 2


AUTH = [
    ("none", BASE, ()),
    ("mutual", BASE + PAIR, ("mutual",)),
    ("files", BASE + "cert a\nkey b\n", ("mutual",)),
    ("half", BASE + "cert a\n", ()),
    ("empty blocks", BASE + "<cert>\n</cert>\n<key>\n\n</key>\n", ()),
    ("pkcs12", BASE + "pkcs12 a.p12\n", ("mutual",)),
    ("system's store", BASE + "cryptoapicert 'THUMB:00'\n", ("mutual",)),
    ("saml", SAML, ("saml",)),
    ("password", PASSWORD, ("password",)),
    ("inline password", BASE + "<auth-user-pass>\na\nb\n</auth-user-pass>\n", ("password",)),
    ("both", SAML + PAIR, ("mutual", "saml")),
]


@pytest.mark.parametrize(("text", "expected"), [r[1:] for r in AUTH], ids=[r[0] for r in AUTH])
def test_auth(text: str, expected: tuple[str, ...]) -> None:
    assert summarise(parsed(text)).auth == expected


REFUSALS = [
    ("nothing", "pull", ()),
    ("route-nopull", "route-nopull", ("route-nopull",)),
    ("all routes", "pull-filter ignore route", ('pull-filter ignore "route"',)),
    ("one route", "pull-filter reject 'route 10.1'", ('pull-filter reject "route 10.1"',)),
    (
        "full tunnel",
        "pull-filter ignore redirect-gateway",
        ('pull-filter ignore "redirect-gateway"',),
    ),
    (
        "resolvers",
        'pull-filter ignore "dhcp-option DNS"',
        ('pull-filter ignore "dhcp-option DNS"',),
    ),
    ("everything", 'pull-filter ignore ""', ('pull-filter ignore ""',)),
    ("accept", "pull-filter accept route", ()),
    ("echo", "pull-filter ignore echo", ()),
    ("metric", "pull-filter ignore route-metric", ()),
    ("accepted before", "pull-filter accept route\npull-filter ignore 'route 10.1'", ()),
    (
        "one accepted before all are ignored",
        "pull-filter accept 'route 10.1'\npull-filter ignore route",
        ('pull-filter ignore "route"',),
    ),
]


@pytest.mark.parametrize(
    ("text", "expected"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_pull_refused(text: str, expected: tuple[str, ...]) -> None:
    assert summarise(parsed(text + "\n")).pull_refused == expected


@pytest.mark.parametrize("name", HEALTHY)
def test_endpoint(name: str) -> None:
    profile = summarise(parsed(HEALTHY[name]))
    assert profile.endpoint_id == ENDPOINT
    assert profile.region in {"ap-northeast-1", "us-gov-west-1"}
    assert profile.server_name == "server"


def test_only_a_whole_name_is_a_server_name() -> None:
    for kind in ("", " subject", " name-prefix"):
        assert summarise(parsed(f"verify-x509-name server{kind}\n")).server_name is None


def test_only_names_of_directives_leave() -> None:
    text = "client\n<ca>\nx\n</ca>\nMIIEvQIBADANBgkqhkiG9w0BAQ== x\n" + "a" * 64 + "\n"
    assert summarise(parsed(text)).directives == ("ca", "client")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/x/Corp.ovpn", "Corp"),
        ("/x/Corp.OVPN", "Corp"),
        ("/x/Corp v1.2", "Corp v1.2"),
        ("/x/Corp.tblk/Contents/Resources/config.ovpn", "Corp"),
    ],
)
def test_names(path: str, name: str) -> None:
    assert profile_name(PurePosixPath(path)) == name
