"""What a client would do with a profile: the record that may leave this process."""

import re
from pathlib import PurePath

from cvpn_doctor.model.profile import ENDPOINT_NAME, AuthMethod, NameRule, Profile
from cvpn_doctor.profile.credentials import certificate_parts
from cvpn_doctor.profile.parsed import ParsedProfile
from cvpn_doctor.profile.remotes import remotes
from cvpn_doctor.profile.values import printable

# What makes the routes and resolvers of a tunnel; `route-gateway` because no route can be set
# without it, `dns` as OpenVPN 2.6 pushes it (openvpn(8)).
_PUSHED = (
    "route ",
    "route-ipv6 ",
    "route-gateway ",
    "redirect-gateway",
    "redirect-private",
    "dhcp-option ",
    "dns ",
)
_DIRECTIVE_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def summarise(parsed: ParsedProfile) -> Profile:
    """The Profile record, without lint issues. Raises ProfileError for a bad port or protocol."""
    found = tuple(sourced.remote for sourced in remotes(parsed))
    endpoint = _endpoint(tuple(remote.host for remote in found))
    return Profile(
        name=profile_name(parsed.path),
        endpoint_id=endpoint["id"] if endpoint else None,
        region=endpoint["region"] if endpoint else None,
        remotes=found,
        random_hostname=parsed.mentions("remote-random-hostname"),
        auth=_auth(parsed),
        directives=_names(parsed),
        server_name=server_name(parsed),
        name_rule=_name_rule(parsed),
        pull_refused=_pull_refused(parsed),
    )


def profile_name(path: PurePath) -> str:
    """The file's name without a profile's ending; a Tunnelblick bundle's name for what is in it."""
    for part in reversed(path.parts[:-1]):
        if part.lower().endswith(".tblk"):
            return printable(part[: -len(".tblk")])
    return printable(path.stem if path.suffix.lower() in {".ovpn", ".conf"} else path.name)


def server_name(parsed: ParsedProfile) -> str | None:
    """The name that the server's certificate must bear, if the profile compares a whole name.

    Only `verify-x509-name NAME name` does: without a type it is a whole subject, with
    `name-prefix` only a beginning (openvpn(8)).
    """
    for directive in reversed(parsed.named("verify-x509-name")):
        if len(directive.values) == 2 and directive.values[1] == "name":
            return printable(directive.values[0])
    return None


def _name_rule(parsed: ParsedProfile) -> NameRule | None:
    """The last `verify-x509-name`; without a type it compares the whole subject (openvpn(8))."""
    for directive in reversed(parsed.named("verify-x509-name")):
        match directive.values:
            case (value, ("name" | "name-prefix" | "subject") as kind):
                return NameRule(value=printable(value), kind=kind)
            case (value,):
                return NameRule(value=printable(value), kind="subject")
    return None


def _endpoint(hosts: tuple[str, ...]) -> re.Match[str] | None:
    matches = (re.match(ENDPOINT_NAME, host.lower()) for host in hosts)
    return next(filter(None, matches), None)


def _auth(parsed: ParsedProfile) -> tuple[AuthMethod, ...]:
    methods: list[AuthMethod] = []
    if certificate_parts(parsed).complete:
        methods.append("mutual")
    if parsed.mentions("auth-federate"):
        methods.append("saml")
    elif parsed.mentions("auth-user-pass"):
        methods.append("password")
    return tuple(methods)


def _names(parsed: ParsedProfile) -> tuple[str, ...]:
    names = {d.name for d in parsed.effective} | {block.name for block in parsed.blocks}
    # Nothing but what can be a directive's name may leave: a stray line could be part of a key.
    return tuple(sorted(name for name in names if _DIRECTIVE_NAME.fullmatch(name)))


def _pull_refused(parsed: ParsedProfile) -> tuple[str, ...]:
    refused = ["route-nopull"] if parsed.named("route-nopull") else []
    accepted: list[str] = []
    for directive in parsed.named("pull-filter"):
        match directive.values:
            case "accept", text:
                accepted.append(text)
            # The first filter that matches decides (openvpn(8)), so an earlier accept may hide it.
            case ("ignore" | "reject") as action, text if not text.startswith(tuple(accepted)):
                if _refuses(text):
                    refused.append(f'pull-filter {action} "{printable(text)}"')
    return tuple(refused)


def _refuses(text: str) -> bool:
    return any(pushed.startswith(text) or text.startswith(pushed) for pushed in _PUSHED)
