"""What is expected, from where, and which source wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from profile_samples import ENDPOINT, HOST, SAML, parsed

from cvpn_doctor.model.expectation import DEFAULT_WITNESS, Expectation, Target
from cvpn_doctor.profile import Expected, ProfileError, expect

NONE = Expectation()


def from_lines(*lines: str) -> Expected:
    return expect(parsed("client\n" + "\n".join(lines) + "\n"))


DIRECTIVES = [
    ("route 10.1.0.0 255.255.0.0", "routes", ("10.1.0.0/16",)),
    ("route 10.1.2.3 255.255.0.0", "routes", ("10.1.0.0/16",)),
    ("route 10.1.2.3", "routes", ("10.1.2.3/32",)),
    ("route 10.1.2.3 default vpn_gateway 5", "routes", ("10.1.2.3/32",)),
    ("route 10.0.0.0 255.0.0.0 default 5", "routes", ("10.0.0.0/8",)),
    ("route 0.0.0.0 0.0.0.0", "routes", ("0.0.0.0/0",)),
    ("route 10.0.0.0 255.0.0.0 net_gateway", "routes", ()),
    ("route remote_host 255.255.255.255 net_gateway", "routes", ()),
    ("route-ipv6 2000::/3", "routes", ("2000::/3",)),
    ("route-ipv6 2001:DB8::1/32", "routes", ("2001:db8::/32",)),
    ("route-ipv6 fd00::/8 net_gateway", "routes", ()),
    ("redirect-gateway", "tunnel", "full"),
    ("redirect-gateway def1 bypass-dhcp ipv6", "tunnel", "full"),
    ("redirect-gateway !ipv4 ipv6", "tunnel", None),
    ("redirect-private def1", "tunnel", None),
    ("dhcp-option DNS 10.20.0.2", "dns", ("10.20.0.2",)),
    ("dhcp-option DNS6 FD00::2", "dns", ("fd00::2",)),
    ("dhcp-option DOMAIN Corp.Example.", "domains", ("corp.example",)),
    ("dhcp-option DOMAIN-SEARCH bücher.example", "domains", ("xn--bcher-kva.example",)),
    ("dhcp-option NTP 10.0.0.1", "dns", ()),
    ("verify-x509-name vpn.example name", "server_name", "vpn.example"),
    ("verify-x509-name 'C=XX, CN=vpn'", "server_name", None),
    ("tun-mtu 1400", "tunnel_mtu", 1400),
    ("mssfix 1328", "mss_fix", 1328),
    ("mssfix 0", "mss_fix", 0),
    ("mssfix", "mss_fix", None),
    ("remote a 443 tcp", "transport", "tcp"),
    ("remote a 443 tcp", "port", 443),
    ("setenv opt route 10.0.0.0 255.0.0.0", "routes", ("10.0.0.0/8",)),
]


@pytest.mark.parametrize(("line", "field", "value"), DIRECTIVES)
def test_directives(line: str, field: str, value: object) -> None:
    found = from_lines(line)
    assert getattr(found.expectation, field) == value
    assert found.warnings == ()
    if value not in ((), None):
        assert found.expectation.origins[field] == "directive line 2"


@pytest.mark.parametrize(
    "line",
    [
        "route 10.0.0.0/8",
        "route fd00:: 255.0.0.0",
        f"tun-mtu {'0' * 5000}1",
        "route vpn.example",
        "route 10.0.0.0 0.0.0.255",
        "route 10.0.0.0 255.0.255.0",
        "route",
        "route 10.0.0.0 255.0.0.0 192.168.1.1",
        "route-ipv6 10.0.0.0/8",
        "tun-mtu x",
        "dhcp-option DNS x",
        "dhcp-option DOMAIN -x-",
        "mssfix 99999",
    ],
)
def test_what_openvpn_only_warns_about_is_remarked_on(line: str) -> None:
    found = from_lines(line)
    kinds = [(w.kind, w.place) for w in found.warnings if w.kind != "line-too-long"]
    assert kinds == [("unusable-value", "line 2")]
    assert found.expectation == Expectation(origins={"witness": "default"})


def test_placeholders_are_left_to_lint() -> None:
    assert from_lines("route ${NET} ${MASK}", "remote ${HOST}", "tun-mtu {{ mtu }}").warnings == ()


COMMENTS = [
    ("route 10.20.1.0/16", "routes", ("10.20.0.0/16",)),
    ("route 10.20.0.0/16, 10.30.0.0/16", "routes", ("10.20.0.0/16", "10.30.0.0/16")),
    ("route 10.20.0.0 255.255.0.0", "routes", ("10.20.0.0/16",)),
    ("route 10.20.0.0/16 # the VPC", "routes", ("10.20.0.0/16",)),
    ("ROUTE\tfd00::/8", "routes", ("fd00::/8",)),
    ("tunnel full", "tunnel", "full"),
    ("client-cidr 10.100.0.0/22", "client_cidr", "10.100.0.0/22"),
    ("dns 10.20.0.2 10.20.0.3", "dns", ("10.20.0.2", "10.20.0.3")),
    ("domain corp.example", "domains", ("corp.example",)),
    ("target ssh 10.20.1.5:22", "targets", (Target(name="ssh", address="10.20.1.5", port=22),)),
    ("target my box [fd00::5]:22", "targets", (Target(name="my box", address="fd00::5", port=22),)),
    (
        "target db.example:5432",
        "targets",
        (Target(name="db.example:5432", address="db.example", port=5432),),
    ),
    ("witness http://host/path#x", "witness", "http://host/path#x"),
    ("helpdesk Call 555 # 1, please", "helpdesk", "Call 555 # 1, please"),
    ("transport tcp", "transport", "tcp"),
    ("port 1194", "port", 1194),
    ("resolver 192.0.2.53", "resolvers", ("192.0.2.53",)),
    ("recipient age1abc", "recipients", ("age1abc",)),
]


@pytest.mark.parametrize("mark", ["# cvpn-doctor: ", ";cvpn-doctor:", "  ## CVPN-Doctor :\t"])
@pytest.mark.parametrize(("text", "field", "value"), COMMENTS)
def test_comments(mark: str, text: str, field: str, value: object) -> None:
    found = from_lines("dev tun", mark + text)
    assert getattr(found.expectation, field) == value
    assert found.expectation.origins[field] == "comment line 3"


@pytest.mark.parametrize(
    "text",
    [
        "route",
        "route x",
        "route 10.0.0.0/33",
        "tunnel half",
        "client-cidr x",
        "dns corp.example",
        "port 0",
        "port 443 1194",
        "target ssh",
        "target ssh 10.0.0.1",
        "target ssh 10.0.0.1:0",
        "transport sctp",
        "witness https://host/",
        "witness http://",
        "witness http://[",
        "helpdesk",
        "domain 10.0.0.1",
        "resolver x",
        "recipient ssh-ed25519",
        "route 10.0.0.0/8 oops",
        "witness http://u:p@host/",
    ],
)
def test_wrong_values_in_comments_are_refused(text: str) -> None:
    with pytest.raises(ProfileError) as caught:
        from_lines(f"# cvpn-doctor: {text}")
    assert caught.value.line == 2
    assert caught.value.advice


def test_unknown_words_are_remarked_on_with_a_guess() -> None:
    found = from_lines("# cvpn-doctor: rute 10.0.0.0/8", "# cvpn-doctor: frobnicate")
    assert [(w.kind, w.place, "route" in w.suggestion) for w in found.warnings] == [
        ("unknown-word", "line 2", True),
        ("unknown-word", "line 3", False),
    ]


TOML = f"""
[endpoint."{ENDPOINT}"]
tunnel = "split"
routes = ["10.20.3.4/16", "fd00::/8"]
client_cidr = "10.100.0.0/22"
dns = ["10.20.0.2"]
domains = ["corp.example"]
targets = [{{ name = "bastion", address = "10.20.1.5", port = 22 }}]
transport = "tcp"
port = 1194
[endpoint."cvpn-endpoint-00000000000000000"]
tunnel = "full"
[network]
witness = "http://witness.example/"
resolvers = ["192.0.2.53"]
[helpdesk]
contact = "it@example.com"
recipients = ["age1abc"]
""".encode()


def test_toml() -> None:
    found = expect(parsed(SAML), [("expect.toml", TOML)])
    fields = {
        "tunnel": "split",
        "routes": ("10.20.0.0/16", "fd00::/8"),
        "client_cidr": "10.100.0.0/22",
        "dns": ("10.20.0.2",),
        "domains": ("corp.example",),
        "targets": (Target(name="bastion", address="10.20.1.5", port=22),),
        "transport": "tcp",
        "port": 1194,
        "witness": "http://witness.example/",
        "resolvers": ("192.0.2.53",),
        "helpdesk": "it@example.com",
        "recipients": ("age1abc",),
    }
    origins = {**dict.fromkeys(fields, "expect.toml"), "server_name": "directive line 20"}
    assert found.warnings == ()
    assert found.expectation == Expectation(**fields, server_name="server", origins=origins)  # type: ignore[arg-type]


def test_without_a_profile_no_endpoint_is_meant() -> None:
    found = expect(None, [("expect.toml", TOML)])
    assert found.expectation.tunnel is None
    assert found.expectation.helpdesk == "it@example.com"
    assert expect(None).expectation == Expectation(origins={"witness": "default"})


def test_another_endpoints_file_is_remarked_on() -> None:
    found = expect(parsed(SAML.replace("0123", "4567")), [("expect.toml", TOML)])
    assert [w.kind for w in found.warnings] == ["other-endpoint"]
    assert found.expectation.tunnel is None
    own_name = expect(parsed("remote vpn.corp.example\n"), [("expect.toml", TOML)])
    assert [w.kind for w in own_name.warnings] == ["other-endpoint"]


def test_the_later_wins_field_by_field() -> None:
    text = (
        "route 10.1.0.0 255.255.0.0\nroute 10.2.0.0 255.255.0.0\n"
        f"remote {HOST} 443\n"
        "# cvpn-doctor: route 10.3.0.0/16\n# cvpn-doctor: dns 10.3.0.2\n"
        "# cvpn-doctor: dns 10.3.0.3\n"
        "# cvpn-doctor: tunnel split\n# cvpn-doctor: tunnel full\n"
    )
    first = f'[endpoint."{ENDPOINT}"]\ntunnel = "split"\nport = 1194'.encode()
    found = expect(parsed(text), [("a.toml", first), ("b.toml", b'[helpdesk]\ncontact = "x"')])
    assert found.expectation.routes == ("10.3.0.0/16",)
    assert found.expectation.dns == ("10.3.0.2", "10.3.0.3")
    assert found.expectation.tunnel == "split"
    assert found.expectation.origins == {
        "witness": "default",
        "transport": "default",
        "port": "a.toml",
        "routes": "comment line 4",
        "dns": "comment lines 5, 6",
        "tunnel": "a.toml",
        "helpdesk": "b.toml",
    }


def test_origins_of_several_directives() -> None:
    found = from_lines("route 10.1.0.0 255.255.0.0", "verb 3", "route 10.2.0.0 255.255.0.0")
    assert found.expectation.origins["routes"] == "directive lines 2, 4"
    assert found.expectation.witness == DEFAULT_WITNESS


WRONG = [
    ("tunnel = 1", "tunnel"),
    ('tunnel = "half"', "tunnel"),
    ('routes = "10.0.0.0/8"', "routes"),
    ('routes = ["10.0.0.0/8", "x"]', "routes[1]"),
    ("routes = [1]", "routes[0]"),
    ('port = "443"', "port"),
    ("port = true", "port"),
    ("port = 0", "port"),
    ('targets = [{ name = "\\u001b", address = "10.0.0.1", port = 1 }]', "targets[0]"),
    (f"port = 0x{'f' * 9000}", "port"),
    ("port" + ".a" * 3000 + " = 1", "port"),
    ("dns = [nan]", "dns[0]"),
    ('targets = ["ssh 10.0.0.1:22"]', "targets[0]"),
    ('targets = [{ name = "a", address = "10.0.0.1" }]', "targets[0]"),
    ('targets = [{ name = 1, address = "10.0.0.1", port = 1 }]', "targets[0]"),
    ("client_cidr = 1979-05-27", "client_cidr"),
]


@pytest.mark.parametrize(("line", "place"), WRONG)
def test_wrong_values_in_toml_name_their_key(line: str, place: str) -> None:
    with pytest.raises(ProfileError) as caught:
        expect(parsed(SAML), [("expect.toml", f'[endpoint."{ENDPOINT}"]\n{line}\n'.encode())])
    assert caught.value.path == "expect.toml"
    assert f'endpoint."{ENDPOINT}".{place} ' in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"[network]\nwitness = x\n", 2),
        (b"\xff", None),
        (b"a = " + b"[" * 100_000, None),
        (b"a = " + b"9" * 5000, None),
        (b"a", None),
        (b"#" * (1 << 20) + b"\n", None),
        (b"network = 1", None),
        (b'endpoint = "x"', None),
    ],
)
def test_files_that_are_no_expectation(data: bytes, line: int | None) -> None:
    with pytest.raises(ProfileError) as caught:
        expect(parsed(SAML), [("expect.toml", data)])
    assert caught.value.line == line


def test_unknown_keys_are_remarked_on() -> None:
    text = f'rute = 1\n[endpoint."{ENDPOINT}"]\nroute = []\n'
    text += 'targets=[{address="a",port=1,prot=2}]\n[new]\n'
    found = expect(parsed(SAML), [("expect.toml", b"\xef\xbb\xbf" + text.encode())])
    assert [w.place for w in found.warnings] == [
        "rute",
        f'endpoint."{ENDPOINT}".route',
        f'endpoint."{ENDPOINT}".targets[0].prot',
        "new",
    ]
    assert found.expectation.targets == (Target(name="a", address="a", port=1),)


def test_long_lines_and_nested_files_are_remarked_on() -> None:
    found = from_lines("#" * 300, "config other.ovpn")
    assert [(w.kind, w.place) for w in found.warnings] == [
        ("line-too-long", "line 2"),
        ("not-followed", "line 3"),
    ]


@given(st.binary(max_size=200), st.text(max_size=80))
def test_any_file_and_comment_give_an_expectation_or_a_profile_error(
    data: bytes, text: str
) -> None:
    try:
        expect(parsed("client\n# cvpn-doctor: " + text + "\n"), [("expect.toml", data)])
    except ProfileError as error:
        said = str(error)
    else:
        said = ""
    assert "\n" not in said


def test_remarks_on_a_hostile_file_are_bounded() -> None:
    keys = "".join(f"k{number} = 1\n" for number in range(50_000))
    assert len(expect(parsed(SAML), [("expect.toml", keys.encode())]).warnings) == 100
    lines = [f"# cvpn-doctor: k{number}" for number in range(30_000)]
    assert len(from_lines(*lines).warnings) == 100
