"""Whether the names in `remote` are such as AWS' endpoints answer to.

The zone of an endpoint answers only for names with one label in front of the endpoint's own, made
by `remote-random-hostname`; a literal asterisk is what the console shows. Addresses change, and
AWS' client insists on the endpoint's own name (AWS Client VPN Administrator Guide, "Best
practices").
"""

import re
from collections.abc import Iterator

from cvpn_doctor.model.profile import ENDPOINT_NAME, LintIssue, Profile, Remote
from cvpn_doctor.profile.parsed import ParsedProfile
from cvpn_doctor.profile.values import is_address

_AWS_NAME = re.compile(
    r"(?:.+\.)?clientvpn\.[a-z0-9-]+\.amazonaws\.(?:com(?:\.cn)?|eu)\.?", re.IGNORECASE
)


def remote_issues(parsed: ParsedProfile, profile: Profile) -> Iterator[LintIssue]:
    """An issue for each remote that has one, or one for having none."""
    if not profile.remotes and not _has_remote(parsed):
        yield LintIssue(code="profile-remote-missing")
    for remote in profile.remotes:
        code = _code(remote.host, profile.random_hostname)
        if code is not None:
            yield LintIssue(code=code, line=remote.line, args=_args(remote))


def _has_remote(parsed: ParsedProfile) -> bool:
    """A remote stands there, though perhaps with a placeholder, or in a file that is not read."""
    if parsed.named("config"):
        return True
    inside = (d for block in parsed.connections for d in block.directives)
    return any(d.name == "remote" and d.values[:1] != ("",) for d in (*parsed.effective, *inside))


def _code(host: str, random_hostname: bool) -> str | None:
    if host.startswith("*."):
        return "profile-asterisk-literal"
    if is_address(host):
        return "profile-address-pinned"
    if not _AWS_NAME.fullmatch(host):
        return "profile-name-not-aws"
    endpoint = re.match(ENDPOINT_NAME, host.lower())
    if endpoint and endpoint["label"] is None and not random_hostname:
        return "profile-random-hostname-missing"
    return None


def _args(remote: Remote) -> dict[str, str | int | float | bool | tuple[str, ...]]:
    return {"host": remote.host, "name": remote.host.removeprefix("*.")}
