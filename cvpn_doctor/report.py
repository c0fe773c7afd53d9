"""From a case to its report, and back. Pure: no clock, no file, no network.

`run` and `diagnose` end in the same function, so a stored report judged again by the same
version is the same bytes.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from cvpn_doctor import __version__
from cvpn_doctor.diagnose import Diagnosis, Judged, diagnose
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import AnyCheck
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.failure import CvpnDoctorError
from cvpn_doctor.model.finding import ArgValue, Finding
from cvpn_doctor.model.observation import Observation
from cvpn_doctor.model.profile import Profile
from cvpn_doctor.model.record import Record
from cvpn_doctor.model.report import (
    Report,
    ReportedCheck,
    ReportedFinding,
    ReportedProfile,
    Tool,
)
from cvpn_doctor.words import Language, tell

MOST_BYTES = 8 * 1024 * 1024  # of a stored report: a table of some 30,000 routes


class ReportError(CvpnDoctorError):
    """A stored report that cannot be read."""


class Circumstances(Record, frozen=True, kw_only=True):
    """What a report says beside the case itself."""

    started: str  # RFC 3339, UTC
    seconds: float
    interrupted: bool = False
    language: Language = "en"


def make_report(checks: Sequence[AnyCheck], case: Case, about: Circumstances) -> Report:
    """Judge the case and put everything into the words of a language."""
    diagnosis = diagnose(checks, case)
    findings = tuple(_told(f, case.profile, about.language) for f in diagnosis.findings)
    root = next((f for f in findings if diagnosis.root and f.code == diagnosis.root.code), None)
    return Report(
        tool=Tool(name="cvpn-doctor", version=__version__),
        started=about.started,
        seconds=about.seconds,
        platform=case.platform,
        profile=_reported_profile(case.profile, case.expectation) if case.profile else None,
        verdict=diagnosis.verdict,
        root_cause=root,
        findings=findings,
        ruled_out=diagnosis.ruled_out,
        checks=_reported_checks(diagnosis, case),
        expectation=None if case.profile else case.expectation,
        observations=dict(case.observations),
        language=about.language,
        interrupted=about.interrupted,
    )


def judge_again(report: Report, checks: Sequence[AnyCheck], language: Language | None) -> Report:
    """The same observations under today's checks, in the report's own language or another."""
    case = Case(
        platform=report.platform,
        profile=_profile_of(report.profile) if report.profile else None,
        expectation=_expectation_of(report),
        observations=report.observations,
    )
    own: Language = "ja" if report.language == "ja" else "en"
    about = Circumstances(
        started=report.started,
        seconds=report.seconds,
        interrupted=report.interrupted,
        language=language or own,
    )
    return make_report(checks, case, about)


def to_json(report: Report) -> bytes:
    """The report as people and programs read it: UTF-8, indented, one final newline."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def read_report(data: bytes, checks: Sequence[AnyCheck]) -> Report:
    """A stored report, strictly typed, the facts of each check included.

    Raises ReportError for anything that is not one. Facts of checks that this version does not
    know are left out: they cannot be judged.
    """
    if len(data) > MOST_BYTES:
        raise ReportError(f"larger than {MOST_BYTES // 1024 // 1024} MiB: not a report")
    try:
        raw = msgspec.json.decode(data, type=Report)
        observations = {
            check.id: msgspec.convert(
                msgspec.to_builtins(raw.observations[check.id]), _observation_type(check)
            )
            for check in checks
            if check.id in raw.observations
        }
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ReportError(f"not a report of cvpn-doctor: {error}") from None
    return msgspec.structs.replace(raw, observations=observations)


def schema(checks: Sequence[AnyCheck]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the report, the facts of every check included."""
    kinds: list[Any] = [Report, *map(_observation_type, checks)]
    (top, *references), components = msgspec.json.schema_components(
        kinds, ref_template="#/$defs/{name}"
    )
    named = {check.id: reference for check, reference in zip(checks, references, strict=True)}
    components["Report"]["properties"]["observations"] = {
        "type": "object",
        "properties": named,
        "additionalProperties": {"type": "object"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "cvpn-doctor/report/1",
        "title": "Report of cvpn-doctor",
        **top,
        "$defs": components,
    }


def _observation_type(check: AnyCheck) -> Any:
    """The type of a check's observation, made at run time from its declared facts."""
    return Observation.__class_getitem__(check.facts)  # type: ignore[attr-defined]


def _told(finding: Finding, profile: Profile | None, language: Language) -> ReportedFinding:
    words = tell(finding.code, {**_endpoint(profile), **finding.args}, language)
    return ReportedFinding(
        code=finding.code,
        check=finding.check,
        severity=finding.severity,
        certainty=finding.certainty,
        actor=finding.actor,
        args=finding.args,
        title=words.title,
        text=words.text,
        steps=words.steps,
        evidence=finding.evidence,
        caused_by=finding.caused_by,
    )


def _endpoint(profile: Profile | None) -> dict[str, ArgValue]:
    """What makes an administrator's command ready to copy."""
    if profile is None or profile.endpoint_id is None or profile.region is None:
        return {}
    return {"endpoint_id": profile.endpoint_id, "region": profile.region}


def _reported_checks(diagnosis: Diagnosis, case: Case) -> tuple[ReportedCheck, ...]:
    def seconds(judged: Judged) -> float:
        observation = case.observations.get(judged.check)
        return observation.seconds if observation else 0.0

    return tuple(
        ReportedCheck(id=j.check, status=j.status, seconds=seconds(j), reason=j.reason)
        for j in diagnosis.checks
    )


def _reported_profile(profile: Profile, expectation: Expectation) -> ReportedProfile:
    first = profile.first
    return ReportedProfile(
        name=profile.name,
        endpoint_id=profile.endpoint_id,
        region=profile.region,
        transport=first.transport if first else None,
        port=first.port if first else None,
        auth=profile.auth,
        expectation=expectation,
        remotes=profile.remotes,
        random_hostname=profile.random_hostname,
        directives=profile.directives,
        server_name=profile.server_name,
        name_rule=profile.name_rule,
        pull_refused=profile.pull_refused,
    )


def _profile_of(reported: ReportedProfile) -> Profile:
    return Profile(
        name=reported.name,
        endpoint_id=reported.endpoint_id,
        region=reported.region,
        remotes=reported.remotes,
        random_hostname=reported.random_hostname,
        auth=reported.auth,
        directives=reported.directives,
        server_name=reported.server_name,
        name_rule=reported.name_rule,
        pull_refused=reported.pull_refused,
    )


def _expectation_of(report: Report) -> Expectation:
    if report.profile is not None:
        return report.profile.expectation
    return report.expectation or Expectation()
