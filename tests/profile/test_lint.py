"""Each issue where the file proves it, and none in a healthy profile."""

from pathlib import Path

import pytest
from profile_samples import (
    BASE,
    CERTIFICATE,
    HEALTHY,
    HOST,
    KEY,
    MFA,
    MUTUAL,
    PASSWORD,
    PATH,
    SAML,
    no_files,
    parsed,
)

from cvpn_doctor.profile import lint, parse, summarise
from cvpn_doctor.profile.lint import AWS_DIRECTIVES, ORDER


def codes(text: str) -> list[str]:
    found = parsed(text)
    return [issue.code for issue in lint(found, summarise(found), no_files)]


def args(text: str) -> list[dict[str, object]]:
    found = parsed(text)
    return [dict(issue.args) for issue in lint(found, summarise(found), no_files)]


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_export_has_no_issue(name: str) -> None:
    assert codes(HEALTHY[name]) == []


LEGAL = [
    ("percent in free text", MFA.replace("Enter MFA code ", "100% sure? 50%")),
    ("angle brackets in free text", MFA.replace("Enter MFA code ", "<Enter code>")),
    ("text before the PEM", MUTUAL.replace("<ca>\n", "<ca>\nContents of the certificate file\n")),
    ("key with attributes", MUTUAL.replace("<key>\n", "<key>\nBag Attributes: <No Attributes>\n")),
    ("inline reference", MUTUAL + "ca [inline]\n"),
    ("comment with placeholder", MUTUAL + "# ${TODO}\n"),
    ("posture keyword", SAML + "device-posture on\n"),
    ("upper case host", SAML.replace(HOST, HOST.upper())),
    ("dot at the end", SAML.replace(HOST, f"{HOST}.")),
    ("China", SAML.replace("ap-northeast-1.amazonaws.com", "cn-north-1.amazonaws.com.cn")),
    ("dollar in a value", SAML.replace("server name", "a$b name")),
    ("user from file", BASE + "auth-user-pass\n"),
    ("windows path seen on another system", BASE + 'cert "C:\\\\a.crt"\nkey "C:\\\\a.key"\n'),
]


@pytest.mark.parametrize("text", [r[1] for r in LEGAL], ids=[r[0] for r in LEGAL])
def test_legal_values_are_no_issue(text: str) -> None:
    assert codes(text) == []


REMOTE = f"remote {HOST} 443"
FAULTS = [
    ("no remote", SAML.replace(REMOTE, ""), "profile-remote-missing", None),
    (
        "no remote in a connection",
        SAML.replace(REMOTE, "<connection>\nport 1\n</connection>"),
        "profile-remote-missing",
        None,
    ),
    ("asterisk", SAML.replace(HOST, f"*.{HOST}"), "profile-asterisk-literal", 4),
    ("bare name", SAML.replace("remote-random-hostname", ""), "profile-random-hostname-missing", 4),
    ("address", SAML.replace(HOST, "203.0.113.10"), "profile-address-pinned", 4),
    ("IPv6 address", SAML.replace(HOST, "2001:db8::1"), "profile-address-pinned", 4),
    ("own name", SAML.replace(HOST, "vpn.corp.example"), "profile-name-not-aws", 4),
    (
        "name with the suffix inside",
        SAML.replace(HOST, f"{HOST}.evil.example"),
        "profile-name-not-aws",
        4,
    ),
    ("shell", SAML.replace(HOST, "${ENDPOINT}"), "profile-template-unrendered", 4),
    ("jinja", SAML.replace(" 443", " {{ port }}"), "profile-template-unrendered", 4),
    ("jinja line", SAML + "{{ extra }}\n", "profile-template-unrendered", 25),
    (
        "percent",
        SAML.replace("server name", "%SERVER_NAME% name"),
        "profile-template-unrendered",
        20,
    ),
    (
        "angle",
        SAML.replace("cvpn-endpoint-0123456789abcdef0", "<endpoint-id>"),
        "profile-template-unrendered",
        4,
    ),
    (
        "capitals",
        SAML.replace("server name", "YOUR_SERVER name"),
        "profile-template-unrendered",
        20,
    ),
    (
        "x for digits",
        SAML.replace("0123456789abcdef0", "xxxxxxxxxxxxxxxxx"),
        "profile-template-unrendered",
        4,
    ),
    (
        "AWS' text",
        MUTUAL.replace(KEY, "Contents of private key (.key) file\n"),
        "profile-template-unrendered",
        27,
    ),
    (
        "block of a template",
        MUTUAL.replace(KEY, "{{ client_key }}\n"),
        "profile-template-unrendered",
        27,
    ),
    ("dots", MUTUAL.replace(KEY, "…\n"), "profile-template-unrendered", 27),
    (
        "template inside the PEM",
        MUTUAL.replace(KEY, KEY.replace("\nMII", "\n${KEY}MII")),
        "profile-template-unrendered",
        27,
    ),
    ("file", BASE + "cert a/b.crt\n<key>\n" + KEY + "</key>\n", "profile-file-missing", 21),
    ("nothing to sign in with", BASE, "profile-credentials-missing", None),
    ("no key", MUTUAL.replace(f"<key>\n{KEY}</key>\n", ""), "profile-credentials-missing", 21),
    ("no certificate", BASE + f"<key>\n{KEY}</key>\n", "profile-credentials-missing", 21),
    (
        "no key beside a password",
        PASSWORD + f"<cert>\n{CERTIFICATE}</cert>\n",
        "profile-credentials-missing",
        22,
    ),
    ("empty block", MUTUAL.replace(KEY, "\n"), "profile-credentials-missing", 21),
    (
        "not in AWS' list",
        SAML + "\ncomp-lzo no\ncomp-lzo no\n",
        "profile-directive-unsupported",
        26,
    ),
    (
        "block not in AWS' list",
        SAML + "<tls-auth>\n-----BEGIN x\n</tls-auth>\n",
        "profile-directive-unsupported",
        25,
    ),
    ("setenv opt", SAML + "setenv opt verb 3\n", "profile-directive-unsupported", 25),
    ("wrong case", SAML + "Verb 3\n", "profile-directive-unsupported", 25),
    ("echo filter", SAML + "pull-filter ignore echo\n", "profile-directive-unsupported", 25),
]


@pytest.mark.parametrize(
    ("text", "code", "line"), [r[1:] for r in FAULTS], ids=[r[0] for r in FAULTS]
)
def test_one_fault_is_one_issue(text: str, code: str, line: int | None) -> None:
    found = parsed(text)
    issues = [
        i for i in lint(found, summarise(found), no_files) if "connection" not in i.args.values()
    ]
    assert [(issue.code, issue.line) for issue in issues] == [(code, line)]


def test_args_make_a_sentence_and_tell_no_folder() -> None:
    assert args(SAML.replace(HOST, f"*.{HOST}")) == [{"host": f"*.{HOST}", "name": HOST}]
    assert args(BASE + "pkcs12 /home/me/secret/x.p12\n")[0] == {
        "directive": "pkcs12",
        "file": "x.p12",
    }
    assert args(BASE) == [{"missing": "all"}]
    assert args(BASE + f"<key>\n{KEY}</key>\n") == [{"missing": "cert"}]
    assert args(SAML + "comp-lzo no\n") == [{"directive": "comp-lzo"}]
    assert args(SAML + "pull-filter ignore echo\n") == [{"directive": "pull-filter echo"}]
    assert args(SAML + "MIIEvQIBADANBgkqhkiG9w0BAQ==\n") == [{"directive": ""}]
    assert args(SAML.replace(" 443", " ${PORT}")) == [{"directive": "remote", "found": "${PORT}"}]


def test_the_most_important_first() -> None:
    text = "comp-lzo\nremote 192.0.2.1\nremote *.x\nca none.crt\nverb ${V}\nbogus\n"
    found = codes(text)
    assert found == sorted(found, key=ORDER.index)
    assert len(set(found)) == 6


def test_a_profile_in_a_clients_own_store_may_lack_credentials_but_not_half_of_them() -> None:
    none = parsed(BASE)
    assert lint(none, summarise(none), no_files, credentials_elsewhere=True) == ()
    half = parsed(BASE + f"<cert>\n{CERTIFICATE}</cert>\n")
    issues = lint(half, summarise(half), no_files, credentials_elsewhere=True)
    assert [issue.code for issue in issues] == ["profile-credentials-missing"]


def test_a_nested_config_may_hold_what_is_not_here() -> None:
    assert codes("client\nconfig other.ovpn\nca none.crt\n") == ["profile-directive-unsupported"]


@pytest.mark.parametrize(
    ("error", "missing"),
    [
        (FileNotFoundError(), True),
        (NotADirectoryError(), True),
        (PermissionError(), False),
        (IsADirectoryError(), False),
        (OSError(), False),
    ],
)
def test_only_an_absent_file_is_missing(error: OSError, missing: bool) -> None:
    def read(path: Path) -> bytes:
        asked.append(path)
        raise error

    asked: list[Path] = []
    found = parsed(BASE + "pkcs12 'my id.p12'\n")
    issues = [issue.code for issue in lint(found, summarise(found), read)]
    assert ("profile-file-missing" in issues) is missing
    assert asked == [PATH.parent / "my id.p12"]


def test_a_file_beside_the_profile_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.crt").write_text(CERTIFICATE)
    (tmp_path / "a.key").write_text(KEY)
    found = parse((BASE + "cert a.crt\nkey a.key\n").encode(), tmp_path / "a.ovpn")
    assert lint(found, summarise(found)) == ()


def test_the_name_of_a_file_in_another_encoding_is_not_judged() -> None:
    found = parse(b"client\nremote a\nauth-user-pass\nca gr\xfc\xdfe.crt\n", PATH)
    assert "profile-file-missing" not in [i.code for i in lint(found, summarise(found), no_files)]


def test_every_directive_of_aws_is_accepted() -> None:
    assert len(AWS_DIRECTIVES) == 44
