"""What is wrong in a profile itself, provable from its text alone, before any packet is sent.

An issue is named only where the file proves it. Not named here: `profile-saml-flag-missing`. The
nearest sign, `auth-retry interact` with `auth-nocache` and `auth-user-pass` but no `auth-
federate`, is also what an ordinary password profile may hold, and what AWS' client up to version
5 leaves in its own store for a SAML profile; only a client's log can prove it.
"""

import re
from collections.abc import Iterator

from cvpn_doctor.model.profile import LintIssue, Profile
from cvpn_doctor.profile.credentials import asks_for_user, certificate_parts
from cvpn_doctor.profile.lint_files import missing_files
from cvpn_doctor.profile.lint_remotes import remote_issues
from cvpn_doctor.profile.parsed import Directive, ParsedProfile
from cvpn_doctor.profile.placeholders import is_placeholder_block, placeholder_in
from cvpn_doctor.profile.reading import Read, read_file
from cvpn_doctor.profile.values import printable

# The most important first: a profile that was never finished explains all that follows from it.
ORDER = (
    "profile-template-unrendered",
    "profile-remote-missing",
    "profile-asterisk-literal",
    "profile-random-hostname-missing",
    "profile-file-missing",
    "profile-credentials-missing",
    "profile-address-pinned",
    "profile-name-not-aws",
    "profile-directive-unsupported",
)

# The only directives that AWS' client accepts; any other and it refuses the whole profile.
# AWS Client VPN User Guide, "Connect using an AWS provided client" (reference, section 1.4).
# fmt: off
AWS_DIRECTIVES = frozenset({
    "auth-federate", "auth-nocache", "auth-retry", "auth-user-pass", "block-outside-dns", "ca",
    "cert", "cipher", "client", "connect-retry", "connect-retry-max", "cryptoapicert", "dev",
    "dev-type", "dhcp-option", "ifconfig-ipv6", "inactive", "keepalive", "key", "mssfix",
    "nobind", "persist-key", "persist-tun", "ping", "ping-exit", "ping-restart", "proto",
    "pull", "pull-filter", "rcvbuf", "remote", "remote-cert-tls", "remote-random-hostname",
    "reneg-sec", "resolv-retry", "route", "route-ipv6", "server-poll-timeout",
    "static-challenge", "tap-sleep", "tun-mtu", "tun-mtu-extra", "verb", "verify-x509-name",
})
# fmt: on
_SAYABLE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def lint(
    parsed: ParsedProfile,
    profile: Profile,
    read: Read = read_file,
    *,
    credentials_elsewhere: bool = False,
) -> tuple[LintIssue, ...]:
    """The issues, the most important first, then by line.

    `credentials_elsewhere` says that the client that stores this file keeps the way of signing in
    apart from it (AWS' client up to 5, OpenVPN Connect), so that its absence proves nothing.
    """
    issues = [
        *_templates(parsed),
        *remote_issues(parsed, profile),
        *missing_files(parsed, read),
        *_credentials(parsed, credentials_elsewhere),
        *_unsupported(parsed),
    ]
    return tuple(sorted(issues, key=lambda issue: (ORDER.index(issue.code), issue.line or 0)))


def _templates(parsed: ParsedProfile) -> Iterator[LintIssue]:
    for directive in _all_directives(parsed):
        if found := placeholder_in(directive):
            yield _template(directive.name, found, directive.line)
    for block in parsed.blocks:
        if is_placeholder_block(block):  # its text is not repeated: half of it may be a key
            yield _template(block.name, "", block.line)


def _template(name: str, found: str, line: int) -> LintIssue:
    args = {"directive": _said(name), "found": printable(found)}
    return LintIssue(code="profile-template-unrendered", line=line, args={**args})


def _credentials(parsed: ParsedProfile, elsewhere: bool) -> Iterator[LintIssue]:
    parts = certificate_parts(parsed)
    if parsed.named("config"):  # the file that it names may hold them
        return
    if parts.certificate != parts.key:
        yield _missing("key" if parts.certificate else "cert", parts.line)
    elif not (parts.complete or asks_for_user(parsed) or elsewhere):
        yield _missing("all", None)


def _missing(what: str, line: int | None) -> LintIssue:
    return LintIssue(code="profile-credentials-missing", line=line, args={"missing": what})


def _unsupported(parsed: ParsedProfile) -> Iterator[LintIssue]:
    """One issue for each name, at its first line."""
    seen: dict[str, int] = {}
    for directive in parsed.directives:
        if not placeholder_in(directive) and not _supported(directive):
            seen.setdefault(_refused_name(directive), directive.line)
    for block in parsed.blocks:
        if block.name not in AWS_DIRECTIVES:
            seen.setdefault(_said(block.name), block.line)
    for name, line in seen.items():
        yield LintIssue(code="profile-directive-unsupported", line=line, args={"directive": name})


def _supported(directive: Directive) -> bool:
    if directive.name == "pull-filter":  # refused for `echo` since 2.0.0 (AWS' release notes)
        return not directive.values[1:] or not directive.values[1].startswith("echo")
    # The keyword of device posture (6.2.0) is not published; an export that has it is healthy.
    return directive.name in AWS_DIRECTIVES or "posture" in directive.name


def _refused_name(directive: Directive) -> str:
    return "pull-filter echo" if directive.name == "pull-filter" else _said(directive.name)


def _said(name: str) -> str:
    """The name, unless it cannot be one: a stray line may be part of a key."""
    return name if _SAYABLE.fullmatch(name) else ""


def _all_directives(parsed: ParsedProfile) -> Iterator[Directive]:
    yield from parsed.directives
    for connection in parsed.connections:
        yield from connection.directives
