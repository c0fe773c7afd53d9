"""Is the profile itself right?

The file is the one thing that every attempt starts from, and the cheapest to look at: a literal
asterisk pasted from the console, a missing `remote-random-hostname`, a placeholder that the
deployment tool did not fill in. Source: AWS Client VPN User Guide, troubleshooting; failure modes
1, 2, 6, 7, 28, 34, 38 (docs/design/005).
"""

from collections.abc import Iterable

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import CannotObserve, Check, Look, Touch
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import ProfileFacts
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.finding import Actor, Exclusion, Finding, Problem, Severity, Stage
from cvpn_doctor.model.profile import LintIssue
from cvpn_doctor.routing.connection import connected

ID = "profile"

# With such a profile no client can resolve or reach the endpoint: what is seen on the way there
# is a consequence.
_UNREACHABLE = (
    "endpoint-name-unknown",
    "endpoint-name-filtered",
    "endpoint-silent",
    "endpoint-refused",
    "endpoint-udp-blocked",
    "endpoint-tcp-blocked",
    "endpoint-not-openvpn",
)


def _problem(
    code: str,
    actor: Actor,
    explains: tuple[str, ...] = (),
    severity: Severity = "high",
    neighbours: tuple[str, ...] = ("endpoint-name-unknown", "endpoint-silent"),
) -> Problem:
    return Problem(
        code=code,
        stage=Stage.PROFILE,
        severity=severity,
        actor=actor,
        explains=explains,
        neighbours=neighbours,
    )


PROBLEMS = (
    _problem("profile-unreadable", "vpn-admin", _UNREACHABLE),
    _problem("profile-template-unrendered", "vpn-admin", _UNREACHABLE),
    _problem("profile-remote-missing", "vpn-admin", _UNREACHABLE),
    _problem("profile-asterisk-literal", "helpdesk", _UNREACHABLE),
    _problem("profile-random-hostname-missing", "helpdesk"),
    _problem("profile-address-pinned", "vpn-admin", _UNREACHABLE, severity="low"),
    _problem("profile-name-not-aws", "vpn-admin", severity="low"),
    _problem("profile-directive-unsupported", "vpn-admin"),
    _problem("profile-credentials-missing", "vpn-admin"),
    _problem("profile-file-missing", "user"),
)
_BY_CODE = {problem.code: problem for problem in PROBLEMS}


def plan(look: Look) -> Iterable[Touch]:
    """The profile was read already; only the installed VPN clients are looked up."""
    if look.profile:
        yield Touch(kind="system", what="installed VPN clients", why="which rules a profile obeys")


def observe(look: Look) -> ProfileFacts:
    """The issues that reading the profile brought up, and which clients would use it."""
    if look.profile is None:
        raise CannotObserve("not_found", "no profile")
    try:
        clients = look.host.vpn_clients()
    except (Unsupported, OSError):
        clients = ()
    return ProfileFacts(
        issues=look.profile.issues,
        clients=tuple(sorted({client.product for client in clients})),
    )


def judge(facts: ProfileFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """Each issue is a finding. A profile that a tunnel was built with is at most a warning."""
    for number, issue in enumerate(facts.issues):
        finding = _BY_CODE[issue.code].found(
            ID,
            cite(ID, facts, "issues", number, "code"),
            **_arguments(issue, case),
        )
        if _is_warning_only(issue, facts, case):
            finding = finding.but(severity="low")
        yield finding
    yield from _exclusions(facts)


def _arguments(
    issue: LintIssue, case: Case
) -> dict[str, str | int | float | bool | tuple[str, ...]]:
    name = case.profile.name if case.profile else ""
    place = {"line": issue.line} if issue.line is not None else {}
    return {"profile": name, **place, **issue.args}


def _is_warning_only(issue: LintIssue, facts: ProfileFacts, case: Case) -> bool:
    # Only the AWS client refuses directives outside its list; OpenVPN takes them.
    foreign = issue.code == "profile-directive-unsupported" and "aws" not in facts.clients
    return foreign or connected(case)


def _exclusions(facts: ProfileFacts) -> Iterable[Exclusion]:
    if not facts.issues:
        for problem in PROBLEMS:
            yield Exclusion(code=problem.code, because="profile: no issue in the file")


CHECK = Check(
    id=ID,
    title="The profile",
    facts=ProfileFacts,
    problems=PROBLEMS,
    observe=observe,
    judge=judge,
    plan=plan,
    seconds=1.5,
)
