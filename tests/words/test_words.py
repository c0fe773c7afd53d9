"""Whether every problem has words in every language, and whether the words keep their rules."""

import ast
import re
import string
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from rich.cells import cell_len

import cvpn_checks
from cvpn_doctor import profile
from cvpn_doctor.words import LANGUAGES, codes, label, page, tell

PROBLEMS = {problem.code for check in cvpn_checks.ALL for problem in check.problems}
CODES = sorted(PROBLEMS)
COLUMNS = 72
KEYS = {"title", "heading", "text", "steps", "means", "known", "changes"}
NOT_FILLED = ("heading", "means", "known", "changes")  # shown as they stand: no arguments there
UNKNOWN = "…"  # what `tell` shows for an argument that is not there
COMMAND = re.compile(r"(?:aws ec2|cvpn-doctor|Get-Service) [ -~]+$")
JARGON = re.compile(
    r"\b(?:DNS|DHCP|UDP|TCP|TLS|ICMP|CIDR|NXDOMAIN|hosts|routes?|prefix|gateway|resolver|endpoint)\b"
    r"|経路|ルート|ゲートウェイ|エンドポイント|パケット|インターフェイス",
    re.IGNORECASE,
)
SPELLING = {  # what Japanese readers expect of technical text
    "a long vowel is missing": re.compile(r"(?:サーバ|ユーザ|ブラウザ|フォルダ|コンテナ)(?!ー)"),
    "a digit or letter is wide": re.compile(r"[０-９Ａ-Ｚａ-ｚ]"),
    "a sentence is not polite": re.compile(r"(?:である|だった|しろ|せよ)。"),
}

WHERE = {"address": "203.0.113.10", "transport": "udp", "port": 443}
UDP = {**WHERE}
TCP = {**WHERE, "transport": "tcp"}
NAME = "cvpn-endpoint-0123456789abcdef0.prod.clientvpn.eu-west-1.amazonaws.com"
PROFILE = {"profile": "office"}
REMOTE = {**PROFILE, "host": NAME, "name": NAME}
RESOLVERS = ("192.0.2.53", "198.51.100.53")
LOST = {"prefix": "10.20.0.0/16", "lost": ("10.20.7.0/24",), "tunnel": "tun0"}
MISSED = {**LOST, "interface": ""}
OVERLAP = {**LOST, "network": "10.20.7.0/24", "interface": "wlan0"}
BEATEN = {
    **LOST,
    "winner": "10.20.7.0/24",
    "loser": "10.20.0.0/16",
    "interface": "tailscale0",
    "next_hop": "",
}
FORGED = {"name": f"0a1b2c3d4e5f.{NAME}", "addresses": ("203.0.113.66",)}
LAST_DAY = {"not_after": "2026-04-15T21:26:55Z"}
FIRST_DAY = {"not_before": "2026-04-15T21:26:55Z"}
ISSUER = "C=JP, O=Example, CN=Example CA"
SERVER = {"subject": "CN=server"}
IN_LOG = {"how": "log"}  # a code that both a probe and the client's log can see
REFUSED = {**TCP, "alert": ""}
NAMED = {"expected": "vpn.example", "actual": "server"}

# Every set of arguments that a check gives with a code; an argument may be missing in none of
# the others. Written down from the calls of `found`, and from the profile's lint.
SHAPES: dict[str, tuple[dict[str, object], ...]] = {
    "vpn-client-service-stopped": ({"version": "6.1.0"}, {"version": ""}),
    "vpn-client-profiles-lost": ({"count": 2},),
    "path-mtu-too-small": tuple(
        {"address": "203.0.113.10", "size": 1200, "how": how} for how in ("silent", "told", "here")
    ),
    "profile-unreadable": (PROFILE,),
    "profile-template-unrendered": (
        {**PROFILE, "directive": "remote", "found": "${HOST}"},
        {**PROFILE, "directive": "", "found": "{{ ca }}"},
        {**PROFILE, "directive": "ca", "found": ""},
    ),
    "profile-remote-missing": (PROFILE,),
    "profile-asterisk-literal": ({**REMOTE, "host": f"*.{NAME}"},),
    "profile-random-hostname-missing": (REMOTE,),
    "profile-address-pinned": ({**PROFILE, "host": "203.0.113.10", "name": "203.0.113.10"},),
    "profile-name-not-aws": ({**PROFILE, "host": "vpn.example", "name": "vpn.example"},),
    "profile-directive-unsupported": (
        {**PROFILE, "directive": "route-nopull"},
        {**PROFILE, "directive": ""},
    ),
    "profile-credentials-missing": (
        {**PROFILE, "missing": "all"},
        {**PROFILE, "missing": "key"},
        {**PROFILE, "missing": "cert"},
    ),
    "profile-file-missing": ({**PROFILE, "directive": "cert", "file": "client.crt"},),
    "network-down": (
        {"reason": "no-link"},
        {"reason": "no-default-route"},
        {"reason": "gateway-silent", "gateway": "192.168.1.1"},
    ),
    "internet-unreachable": (
        {"reason": "gateway-has-no-way", "gateway": "192.168.1.1"},
        {"reason": "nothing-beyond-gateway", "gateway": "192.168.1.1"},
        {"reason": "nothing-beyond-gateway", "gateway": ""},
    ),
    "captive-portal": ({"portal": "login.hotel.example"}, {"portal": ""}),
    "resolver-unreachable": (
        {"resolvers": RESOLVERS, "reason": "timed_out"},
        {"resolvers": (), "reason": "none-configured"},
    ),
    "resolver-failing": ({"resolvers": RESOLVERS, "reason": "dns_refused"},),
    "dns-left-over": ({"resolvers": RESOLVERS, "reason": "timed_out"},),
    "endpoint-name-unknown": ({"name": NAME, "server": "192.0.2.53"},),
    "endpoint-name-filtered": (
        {"server": "192.0.2.53", "witness": "198.51.100.1", "addresses": ("203.0.113.10",)},
        {"server": "192.0.2.53", "name": FORGED["name"]},
    ),
    "endpoint-name-hijacked": (
        {**FORGED, "how": "answers-everything", "server": "192.0.2.53"},
        {**FORGED, "how": "contradicted", "truth": ("203.0.113.10",)},
        {**FORGED, "how": "sinkhole"},
        {**FORGED, "how": "private-address"},
    ),
    "endpoint-name-overridden": ({"name": NAME, "address": "203.0.113.66", "line": 3},),
    "endpoint-udp-blocked": (
        {**UDP, "how": "silent", "witness": "tcp/443"},
        {**UDP, "how": "rejected", "sender": "198.51.100.7"},
    ),
    "endpoint-tcp-blocked": (
        {**TCP, "how": "silent", "witness": "udp/443"},
        {**TCP, "how": "rejected", "sender": "198.51.100.7"},
        {**TCP, "how": "reset-on-the-way", "hops": 2},
    ),
    "endpoint-refused": ({**UDP, "how": "icmp"}, {**TCP, "how": "reset"}),
    "endpoint-silent": (
        {**UDP, "answering": "203.0.113.11"},
        {**UDP, "how": "nothing-came-back"},
        {**TCP, "how": "connected-but-mute"},
    ),
    "endpoint-transport-changed": (
        {"address": "203.0.113.10", "expected": "udp/443", "actual": "tcp/1194"},
    ),
    "endpoint-not-openvpn": tuple(
        {**TCP, "speaks": speaks} for speaks in ("http", "tls", "ssh", "unknown", "nothing")
    ),
    "endpoint-address-family-mismatch": (
        {"address": "2001:db8::10", "endpoint": "IPv6", "laptop": "IPv4"},
    ),
    "local-firewall-blocks": (UDP,),
    "endpoint-bypass-stale": (
        {"address": "203.0.113.10", "next_hop": "192.168.7.1", "gateway": "192.168.1.1"},
    ),
    "tunnel-dns-unrouted": ({"server": "10.20.0.2", "interface": "wlan0", "tunnel": "tun0"},),
    "tunnel-dns-unreachable": ({"server": "10.20.0.2", "interface": "tun0", "tunnel": "tun0"},),
    "tunnel-interface-down": ({"interface": "tun0"},),
    "tunnel-address-missing": ({"interface": "tun0"},),
    "tunnel-address-outside-client-cidr": (
        {"interface": "tun0", "address": "10.9.0.2", "expected": "10.100.0.0/22"},
    ),
    "route-not-pushed": ({**MISSED, "log": True}, {**MISSED, "log": False}),
    "route-not-installed": (MISSED,),
    "route-removed": (MISSED,),
    "route-pull-refused": ({**MISSED, "refusal": ("route-nopull",)},),
    "route-shadowed": tuple(
        {**BEATEN, "reason": reason}
        for reason in (
            *("longer-prefix", "lower-metric", "listed-first", "policy-rule", "multipath"),
            *("special-type", "own-address", "scoped-route"),
        )
    ),
    "lan-overlaps-route": (OVERLAP,),
    "virtual-network-overlaps-route": (OVERLAP,),
    "lan-overlaps-client-cidr": (
        {"network": "10.100.1.0/24", "interface": "wlan0", "client_cidr": "10.100.0.0/22"},
    ),
    "full-tunnel-unexpected": ({"tunnel": "tun0", "share": 1.0},),
    "split-tunnel-unexpected": ({"tunnel": "tun0", "share": 0.002},),
    "full-tunnel-incomplete": ({"tunnel": "tun0", "share": 0.5, "missing": ("128.0.0.0/2",)},),
    "routes-stale": (
        {"interface": "tun0", "routes": ("10.20.0.0/16",)},
        {"interface": "", "routes": ("10.20.0.0/16",)},
    ),
    "client-certificate-expired": (LAST_DAY,),
    "client-certificate-not-yet-valid": (FIRST_DAY,),
    "client-certificate-wrong-usage": ({"usage": ("serverAuth",)},),
    "client-certificate-no-common-name": ({},),
    "client-certificate-expires-soon": tuple({**LAST_DAY, "days": days} for days in (0, 1, 20)),
    "client-key-mismatch": ({},),
    "clock-skewed": tuple(
        {"direction": direction, "minutes": minutes, "days": days}
        for direction in ("ahead", "behind")
        for minutes, days in ((10, 0), (1440, 1), (1051200, 730))
    ),
    "endpoint-handshake-cut": (
        {**UDP, "how": "large-packets-up", "stage": "server_flight"},
        {**UDP, "how": "large-packets-down", "stage": "hello_acked"},
        {**UDP, "how": "after-reset", "stage": "reset_answered"},
        {**TCP, "how": "closed", "stage": "hello_acked"},
        {**TCP, "how": "in-tls", "stage": "server_flight"},
    ),
    "client-certificate-rejected": (
        *(
            {**REFUSED, "how": how}
            for how in ("sent", "not_given", "withheld", "unusable", "not_requested")
        ),
        *(
            {**REFUSED, "how": "sent", "alert": alert}
            for alert in (
                *("certificate_revoked", "certificate_expired", "unknown_ca"),
                "bad_certificate",
            )
        ),
        {**REFUSED, "how": "not_given", "alert": "certificate_required"},
        IN_LOG,
    ),
    "tls-intercepted": (
        {"how": "forged-name", "product": "", "issuer": ISSUER},
        {"how": "forged-name", "product": "Zscaler", "issuer": "CN=Zscaler Root CA"},
        {"how": "forged-name", "product": "", "issuer": ""},
        {"how": "issuer", "product": "Zscaler", "issuer": "CN=Zscaler Root CA"},
    ),
    "server-certificate-expired": (
        {**LAST_DAY, **SERVER, "which": "leaf"},
        {**LAST_DAY, **SERVER, "which": "issuer"},
        IN_LOG,
    ),
    "server-certificate-not-yet-valid": (
        {**FIRST_DAY, **SERVER, "which": "leaf"},
        {**FIRST_DAY, **SERVER, "which": "issuer"},
        IN_LOG,
    ),
    "server-certificate-untrusted": ({"issuer": ISSUER, "trusted": ("CN=Old CA",)}, IN_LOG),
    "server-certificate-name-mismatch": (
        *({**NAMED, "kind": kind} for kind in ("name", "name-prefix", "subject")),
        {**NAMED, "kind": "name", "actual": ""},
        IN_LOG,
    ),
    "server-certificate-wrong-usage": (
        {**SERVER, "usage": ("clientAuth",)},
        {**SERVER, "usage": ()},
        IN_LOG,
    ),
    "saml-port-busy": (
        {"port": 35001, "process": "node"},
        {"port": 35001, "process": ""},
        {"port": 8096, "process": "node"},
    ),
    "tunnel-dns-not-pushed": (
        {"missing": ("10.20.0.2",), "pushed": ("192.0.2.53",)},
        {"missing": ("10.20.0.2",), "pushed": ()},
    ),
    "tunnel-dns-not-applied": (
        {"pushed": ("10.20.0.2",), "in_force": RESOLVERS},
        {"pushed": ("10.20.0.2",), "in_force": ()},
    ),
    # From the client's log, which gives no arguments.
    "cipher-unsupported": ({},),
    "authentication-failed": ({},),
    "saml-not-finished": ({},),
    "saml-response-rejected": ({},),
    "saml-client-unsupported": ({},),
    "connect-handler-denied": ({},),
    "device-posture-denied": ({},),
    "address-pool-exhausted": ({},),
    "session-expired": ({},),
    "idle-timeout": ({},),
    "path-lost": ({},),
    "lan-changed-terminated": ({},),
    "route-loop": ({},),
}

every_language = pytest.mark.parametrize("language", LANGUAGES)
every_code = pytest.mark.parametrize("code", CODES)


def table(code, language):
    path = resources.files("cvpn_doctor.words") / language / f"{code}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def strings(part):
    """The texts of a table or of a variant, each with the key that it stands under."""
    for key, value in part.items():
        if isinstance(value, str):
            yield key, value
        elif key == "steps":
            yield from (("steps", step) for step in value)
        elif key == "variant":
            for variant in value:
                yield from strings(variant)


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def shape_of(part):
    """What must be the same in every language."""
    steps = part.get("steps", ())
    return {
        "when": part.get("when"),
        "placeholders": {key: placeholders(part[key]) for key in ("title", "text") if key in part},
        "steps": [placeholders(step) for step in steps],
        "commands": [found[0] for step in steps if (found := COMMAND.search(step))],
        "variants": [shape_of(variant) for variant in part.get("variant", ())],
    }


def faults(words, language):
    """What is wrong with a table of words; nothing, if all is well."""
    found = [f"{key} is missing" for key in sorted(KEYS - words.keys())]
    found += [f"{key} is not known" for key in sorted(words.keys() - KEYS - {"variant"})]
    for part in (words, *words.get("variant", ())):
        if "steps" in part and not 1 <= len(part["steps"]) <= 4:
            found.append("steps are not one to four")
    for key, text in strings(words):
        found += [f"{key} {fault}: {text}" for fault in _faults_of_text(key, text, language)]
    return found + list(_faults_of_variants(words.get("variant", ())))


def _faults_of_text(key, text, language):
    if not text or text != text.strip() or UNKNOWN in text:
        yield "is empty, has blanks around it or an ellipsis in it"
    try:
        names = placeholders(text)
        converted = any(spec or how for _, _, spec, how in string.Formatter().parse(text))
    except ValueError:
        yield "has a stray brace"
        return
    if key in NOT_FILLED and names:
        yield "is shown as it stands, but has a placeholder"
    if converted or not all(name.isidentifier() for name in names):
        yield "has a placeholder that is not plain"
    if key == "title":
        yield from _faults_of_title(text, names)
    if key == "steps" and not (text.endswith((".", "。", "}")) or COMMAND.search(text)):
        yield "neither is a sentence nor ends with a command or an example"
    yield from _faults_of_language(text, language)


def _faults_of_title(text, names):
    if names:  # filled in, it could make any title too long
        yield "has a placeholder"
    if cell_len(text) > COLUMNS:
        yield f"has {cell_len(text)} columns"
    if text.endswith((".", "。")):
        yield "ends with a full stop"
    if JARGON.search(text):
        yield "has a word that not everybody knows"


def _faults_of_language(text, language):
    if language == "en" and not text.isascii():
        yield "has characters that a console may not have"
    if language == "ja":
        if not re.search(r"[ぁ-んァ-ヶ一-龠]", text):
            yield "is not translated"
        try:
            text.encode("cp932")
        except UnicodeEncodeError:
            yield "has characters that a Japanese console may not have"
        yield from (fault for fault, pattern in SPELLING.items() if pattern.search(text))


def _faults_of_variants(variants):
    seen = []
    for variant in variants:
        when = variant.get("when", {})
        if not when or not all(isinstance(v, str | int | bool) for v in when.values()):
            yield f"a variant has no usable condition: {when}"
        if unknown := variant.keys() - {"when", "title", "text", "steps"}:
            yield f"a variant has {sorted(unknown)}"
        if any(earlier.items() <= when.items() for earlier in seen):
            yield f"a variant is never reached: {when}"
        seen.append(when)


# -- every code has words, in every language ---------------------------------------------------


@every_language
def test_every_problem_has_words_and_no_words_are_without_a_problem(language):
    assert set(codes(language)) == PROBLEMS


def test_the_shapes_of_arguments_are_written_down_for_every_problem():
    assert set(SHAPES) == PROBLEMS


@every_language
@every_code
def test_words_keep_the_rules(code, language):
    assert faults(table(code, language), language) == []


@every_code
def test_languages_say_the_same_with_the_same_arguments_and_commands(code):
    shapes = [shape_of(table(code, language)) for language in LANGUAGES]
    assert all(shape == shapes[0] for shape in shapes)


@every_language
def test_no_two_codes_have_the_same_title(language):
    titles = [table(code, language)["title"] for code in CODES]
    assert len(set(titles)) == len(titles)


# -- the arguments that the checks give are the ones that the words need -----------------------


@every_language
@every_code
def test_nothing_is_left_open_with_the_arguments_that_the_checks_give(code, language):
    for args in SHAPES[code]:
        words = tell(code, args, language)
        for text in (words.title, words.text, *words.steps):
            assert UNKNOWN not in text, (args, text)


@every_code
def test_words_for_no_arguments_of_today_use_only_those_that_are_always_there(code):
    """The text beside the variants is what a new kind of the same problem would be told with."""
    words = table(code, "en")
    conditions = [variant["when"].items() for variant in words.get("variant", ())]
    plain = [a for a in SHAPES[code] if not any(when <= a.items() for when in conditions)]
    always = set.intersection(*(set(args) for args in plain or SHAPES[code]))
    always |= {"endpoint_id", "region"}  # `tell` knows what to put there without a profile
    assert (
        placeholders(words["text"]) | {n for s in words["steps"] for n in placeholders(s)} <= always
    )


@every_code
def test_every_variant_fits_some_arguments_and_is_the_one_that_is_told(code):
    words = table(code, "en")
    told = {tell(code, args, "en").text for args in SHAPES[code]}
    for variant in words.get("variant", ()):
        fitting = [a for a in SHAPES[code] if variant["when"].items() <= a.items()]
        assert fitting, f"no check gives {variant['when']}"
        text = variant.get("text", words["text"])
        assert any(text.format_map(_shown(args)) in told for args in fitting)


def _shown(args):
    return {k: ", ".join(v) if isinstance(v, tuple) else v for k, v in args.items()}


def test_the_written_down_arguments_are_ones_that_the_checks_still_give():
    """A renamed argument would leave a hole in a sentence, and nobody would see it here."""
    given = set()
    for folder in (Path(cvpn_checks.__file__).parent, Path(profile.__file__).parent):
        for path in folder.rglob("*.py"):
            given |= _names_in(ast.parse(path.read_text(encoding="utf-8")))
    wanted = {name for shapes in SHAPES.values() for args in shapes for name in args}
    assert wanted - given == set()


def _names_in(tree):
    nodes = list(ast.walk(tree))
    keywords = {node.arg for node in nodes if isinstance(node, ast.keyword)}
    keys = [key for node in nodes if isinstance(node, ast.Dict) for key in node.keys]
    return keywords | {key.value for key in keys if isinstance(key, ast.Constant)}


# -- telling never fails -----------------------------------------------------------------------


@every_language
@every_code
def test_telling_without_arguments_leaves_gaps_and_no_error(code, language):
    words = tell(code, {}, language)
    for text in (words.title, words.text, *words.steps):
        assert text
        assert not set("{}") & set(text)


@every_language
@every_code
def test_foreign_arguments_are_text_and_nothing_else(code, language):
    names = {name for args in SHAPES[code] for name in args}
    words = tell(code, dict.fromkeys(names, "{0.__class__}{title!r}"), language)
    for text in (words.text, *words.steps):
        assert "<class" not in text


@every_language
@every_code
def test_the_page_of_a_code_is_complete(code, language):
    shown = page(code, language)
    assert shown.code == code
    assert all((shown.title, shown.means, shown.known, shown.changes, shown.steps))


def test_a_code_without_words_is_an_error():
    with pytest.raises(KeyError):
        tell("endpoint-abducted", {}, "en")


# -- the program's own surface -----------------------------------------------------------------


def test_the_interface_has_the_same_words_in_every_language():
    tables = [table("_interface", language) for language in LANGUAGES]
    named = [
        {(group, name): placeholders(text) for group, of in t.items() for name, text in of.items()}
        for t in tables
    ]
    assert all(names == named[0] for names in named)


@every_language
def test_the_interface_can_be_shown_on_every_console(language):
    for group in table("_interface", language).values():
        for text in group.values():
            text.encode("ascii" if language == "en" else "cp932")


@every_language
def test_a_label_takes_its_value(language):
    assert "network-down" in label("section.more", language, code="network-down")


# -- the rules themselves can fail -------------------------------------------------------------

GOOD = {
    "title": "The VPN does not answer",
    "heading": "The VPN does not answer",
    "text": "Nothing came back from {address}.",
    "steps": ["Try another network.", "Look: aws ec2 describe-client-vpn-endpoints"],
    "means": "It is silent.",
    "known": "It was asked.",
    "changes": "An answer.",
    "variant": [{"when": {"how": "silent"}, "text": "Nothing at all."}],
}
BAD = {
    "means is missing": {"means": None},
    "hint is not known": {"hint": "x"},
    "columns": {"title": "x" * 73},
    "has a placeholder": {"title": "No answer from {address}"},
    "full stop": {"title": "It is silent."},
    "not everybody knows": {"title": "A route is gone"},
    "not plain": {"text": "From {address.port}."},
    "is not plain": {"text": "From {address!r}."},
    "stray brace": {"text": "From {address."},
    "as it stands": {"known": "Asked at {address}."},
    "steps are not": {"steps": []},
    "neither is a sentence": {"steps": ["try"]},
    "console may not have": {"text": "It is silent \N{EM DASH} today."},
    "no usable condition": {"variant": [{"text": "x."}]},
    "never reached": {"variant": [{"when": {"a": 1}}, {"when": {"a": 1, "b": 2}}]},
}


def test_a_good_table_has_no_faults():
    assert faults(GOOD, "en") == []


@pytest.mark.parametrize("fault", BAD)
def test_a_fault_is_found(fault):
    broken = {k: v for k, v in {**GOOD, **BAD[fault]}.items() if v is not None}
    assert any(fault in found for found in faults(broken, "en"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("It is silent", "not translated"),
        ("サーバが応答しません", "long vowel"),
        ("ポート４４３で応答しません", "wide"),
        ("応答しません\N{EM DASH}終わり", "Japanese console"),
    ],
)
def test_a_fault_of_japanese_is_found(text, fault):
    assert any(fault in found for found in _faults_of_language(text, "ja"))


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Nothing came back."},
        {"steps": ["Try another network."]},
        {"steps": ["Try another network.", "Look: aws ec2 describe-client-vpn-routes"]},
        {"variant": []},
        {"variant": [{"when": {"how": "mute"}, "text": "Nothing at all."}]},
    ],
)
def test_a_translation_that_differs_is_found(change):
    assert shape_of({**GOOD, **change}) != shape_of(GOOD)
