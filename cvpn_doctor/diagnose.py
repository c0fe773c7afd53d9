"""From findings to the one cause. Pure: the same case gives the same diagnosis, always.

A finding is a mere consequence where a declared `explains` leads to it from another finding.
Of those that nothing explains, the root is the one that is earliest on the way of a packet, the
proven before the likely. A finding that is only possible hides nothing and is root of last resort.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import AnyCheck
from cvpn_doctor.model.facts import PortsFacts, RoutesFacts
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.finding import CERTAINTIES, Exclusion, Finding, Problem
from cvpn_doctor.model.report import CheckStatus, Verdict
from cvpn_doctor.routing.connection import connected

SEVERITIES = ("high", "medium", "low", "info")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How one check ended, and what it names."""

    check: str
    status: CheckStatus
    reason: str | None = None
    findings: tuple[Finding, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One cause where anything is wrong; its consequences; what was considered and excluded."""

    verdict: Verdict
    root: Finding | None
    findings: tuple[Finding, ...]
    ruled_out: tuple[Exclusion, ...]
    checks: tuple[Judged, ...]


def diagnose(checks: Sequence[AnyCheck], case: Case) -> Diagnosis:
    """Judge all observations of `case` and name the cause."""
    judged = tuple(judge(check, case) for check in checks)
    problems = {problem.code: problem for check in checks for problem in check.problems}
    named = _unique(f for one in judged for f in one.findings)
    findings = fold(_without_void(named, problems), problems)
    root = next((f for f in findings if f.caused_by is None and _is_problem(f)), None)
    exclusions = [e for one in judged for e in one.exclusions]
    return Diagnosis(
        verdict=verdict(findings, case),
        root=root,
        findings=findings,
        ruled_out=_ruled_out(root, exclusions, findings, problems),
        checks=judged,
    )


def judge(check: AnyCheck, case: Case) -> Judged:
    """One check's judgement; *not collected* where nothing was observed."""
    observation = case.observations.get(check.id)
    if observation is None or observation.facts is None:
        return _not_judged(check.id, observation.failure if observation else None)
    try:
        named = tuple(check.judge(observation.facts, case))
        reason = check.applies(observation.facts, case)
    except Exception as error:
        return _not_judged(check.id, Failure(kind="crashed", detail=type(error).__name__))
    findings = tuple(item for item in named if isinstance(item, Finding))
    exclusions = tuple(item for item in named if isinstance(item, Exclusion))
    status: CheckStatus
    if any(_is_problem(f) for f in findings):
        status = "fail"
    elif any(f.severity == "low" for f in findings):
        status = "warn"
    else:
        status = "not-applicable" if reason else "pass"
    return Judged(
        check=check.id,
        status=status,
        reason=reason if status == "not-applicable" else None,
        findings=findings,
        exclusions=exclusions,
    )


def fold(findings: Iterable[Finding], problems: Mapping[str, Problem]) -> tuple[Finding, ...]:
    """All findings in order of importance, each consequence with the root that explains it."""
    ranked = sorted(findings, key=lambda f: _rank(f, problems))
    able = [f for f in ranked if f.certainty != "possible" and _is_problem(f)]
    reach = {f.code: _consequences(f.code, problems) for f in able}
    roots = [f for f in able if not any(f.code in reach[o.code] for o in able if o is not f)]
    folded = []
    for finding in ranked:
        cause = next(
            (r.code for r in roots if r is not finding and finding.code in reach[r.code]), None
        )
        folded.append(msgspec.structs.replace(finding, caused_by=cause))
    return tuple(folded)


def verdict(findings: Sequence[Finding], case: Case) -> Verdict:
    """What it means for the user. Good only where it was seen to be good."""
    problems = [f for f in findings if _is_problem(f)]
    if any(f.severity == "high" and f.certainty != "possible" for f in problems):
        return "broken"
    if any(f.certainty != "possible" for f in problems):
        return "degraded"
    if problems or case.profile is None:
        return "undetermined"
    try:
        if connected(case):
            return "healthy"
        return "ready" if _could_connect(case) else "undetermined"
    except ValueError:  # addresses in a foreign report that are none
        return "undetermined"


def _could_connect(case: Case) -> bool:
    """Not connected, nobody is in the way, and the endpoint answered as the profile asks."""
    ports, routes = case.facts(PortsFacts), case.facts(RoutesFacts)
    remote = case.profile.first if case.profile else None
    if ports is None or routes is None or remote is None:
        return False
    return any(
        answer.outcome == "openvpn"
        and (answer.transport, answer.port) == (remote.transport, remote.port)
        for answer in ports.answers
    )


def _is_problem(finding: Finding) -> bool:
    return finding.severity in ("high", "medium")


def _rank(
    finding: Finding, problems: Mapping[str, Problem]
) -> tuple[bool, bool, int, int, int, str]:
    return (
        not _is_problem(finding),
        finding.certainty == "possible",
        problems[finding.code].stage,
        CERTAINTIES.index(finding.certainty),
        SEVERITIES.index(finding.severity),
        finding.code,
    )


def _consequences(code: str, problems: Mapping[str, Problem]) -> frozenset[str]:
    """Every code that `explains` leads to, over any number of steps."""
    found: set[str] = set()
    open_codes = [code]
    while open_codes:
        problem = problems.get(open_codes.pop())
        new = [c for c in problem.explains if c not in found] if problem else []
        found.update(new)
        open_codes.extend(new)
    return frozenset(found - {code})


def _unique(findings: Iterable[Finding]) -> list[Finding]:
    """One finding a code: two checks that see the same cause add their evidence."""
    by_code: dict[str, Finding] = {}
    for finding in findings:
        first = by_code.get(finding.code)
        if first is None:
            by_code[finding.code] = finding
        else:
            surer, other = sorted(
                (first, finding), key=lambda f: (CERTAINTIES.index(f.certainty), f is not first)
            )
            by_code[finding.code] = msgspec.structs.replace(
                surer, evidence=surer.evidence + other.evidence
            )
    return list(by_code.values())


def _without_void(findings: Sequence[Finding], problems: Mapping[str, Problem]) -> list[Finding]:
    """What stays true: of a forged address nothing can be said about the endpoint."""
    void = {
        code
        for finding in findings
        if finding.certainty != "possible"
        for code in problems[finding.code].voids
    }
    return [finding for finding in findings if finding.code not in void]


def _ruled_out(
    root: Finding | None,
    exclusions: Iterable[Exclusion],
    findings: Iterable[Finding],
    problems: Mapping[str, Problem],
) -> tuple[Exclusion, ...]:
    """The near neighbours of the root cause that the evidence excludes, first reason each."""
    if root is None:
        return ()
    named = {f.code for f in findings}
    reasons: dict[str, Exclusion] = {}
    for exclusion in exclusions:
        reasons.setdefault(exclusion.code, exclusion)
    return tuple(
        reasons[code]
        for code in problems[root.code].neighbours
        if code in reasons and code not in named
    )


def _not_judged(check: str, failure: Failure | None) -> Judged:
    if failure is None:
        return Judged(check=check, status="not-collected", reason="not observed")
    if failure.kind == "not_applicable":
        return Judged(check=check, status="not-applicable", reason=failure.detail)
    reason = f"{failure.kind}: {failure.detail}" if failure.detail else failure.kind
    return Judged(check=check, status="not-collected", reason=reason)
