"""`cvpn-doctor run`: find the profile, look, judge, show."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cvpn_doctor.cli.choices import UsageError, language_of, one_of
from cvpn_doctor.cli.progress import progress
from cvpn_doctor.cli.show import Show, show
from cvpn_doctor.cli.source import Source
from cvpn_doctor.cli.subject import Subject, find_subject
from cvpn_doctor.engine import Outcome, Run, observe
from cvpn_doctor.host.shared import Shared
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import AnyCheck
from cvpn_doctor.model.exits import INTERRUPTED
from cvpn_doctor.model.facts import DeepFacts
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.host import Host
from cvpn_doctor.model.material import Material
from cvpn_doctor.render.plain import plain
from cvpn_doctor.report import Circumstances, make_report


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """The options of `run`, as they were given."""

    profile: Path | None
    expect: tuple[Path, ...]
    json: str | None
    only: tuple[str, ...]
    skip: tuple[str, ...]
    logs: tuple[Path, ...]
    deadline: float
    offline: bool
    client_certificate: bool
    deep: bool = False
    record: Path | None = None
    replay: Path | None = None


def run(wishes: Wishes, how: Show) -> int:
    """Look at this laptop and show what was found; the exit code says what it is."""
    from cvpn_checks import ALL  # noqa: PLC0415

    left_out = _left_out(ALL, wishes)
    _require_files(wishes.logs)
    source = Source.of(wishes.record, wishes.replay)
    host = Shared(source.host)
    subject = source.subject(wishes.profile, wishes.expect) or find_subject(
        host, wishes.profile, wishes.expect
    )
    _say_about(subject)
    started = host.clock()
    looking = source.as_then(
        Run(
            host=host,
            checks=ALL,
            profile=subject.profile,
            expectation=subject.expectation,
            log_files=tuple(str(path) for path in wishes.logs),
            material=_material(subject.material, wishes),
            deadline=wishes.deadline,
            offline=wishes.offline,
            left_out=left_out,
            deep=wishes.deep,
        )
    )
    with progress(ALL) as observer:
        outcome = observe(looking, observer)
    source.write(looking, started)
    if looking.deep:
        _say_not_seen(outcome)
    report = make_report(ALL, _case(host, subject, outcome), _about(started, outcome, how))
    code = show(report, wishes.json, how)
    return INTERRUPTED if outcome.interrupted else code


def _about(started: float, outcome: Outcome, how: Show) -> Circumstances:
    moment = datetime.fromtimestamp(started, UTC).isoformat(timespec="milliseconds")
    return Circumstances(
        started=moment.replace("+00:00", "Z"),
        seconds=round(outcome.seconds, 3),
        interrupted=outcome.interrupted,
        language=how.language or language_of(None),
    )


def _say_not_seen(outcome: Outcome) -> None:
    """One line for what --deep could not do, and why."""
    seen = outcome.observations["deep"]
    asked: dict[str, Failure | None] = {"anything": seen.failure}
    if isinstance(seen.facts, DeepFacts):
        asked = {
            "the path MTU": seen.facts.path_failure,
            "the tunnel's packets": seen.facts.packets_failure,
        }
    missing = [f"{name}: {_why(failure)}" for name, failure in asked.items() if failure]
    if missing:
        print(plain(f"cvpn-doctor: --deep did not see {'; '.join(missing)}"), file=sys.stderr)


def _why(failure: Failure) -> str:
    if failure.kind == "permission_denied":
        return "needs root (CAP_NET_RAW)"
    return failure.detail or failure.kind


def _material(whole: Material, wishes: Wishes) -> Material:
    if wishes.client_certificate:
        return whole
    return Material(ca=whole.ca, elsewhere="--no-client-certificate")


def _case(host: Host, subject: Subject, outcome: Outcome) -> Case:
    return Case(host.platform(), subject.profile, subject.expectation, outcome.observations)


def _left_out(checks: Sequence[AnyCheck], wishes: Wishes) -> frozenset[str]:
    """--check keeps the named checks and those that they need; --skip takes away."""
    by_id = {check.id: check for check in checks}
    for option, names in (("--check", wishes.only), ("--skip", wishes.skip)):
        for name in names:
            one_of(name, tuple(by_id), option)
    kept = set(by_id)
    if wishes.only:
        kept = set()
        open_ids = list(wishes.only)
        while open_ids:
            check = by_id[open_ids.pop()]
            kept.add(check.id)
            open_ids += check.needs
    return frozenset(set(by_id) - kept | set(wishes.skip))


def _require_files(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise UsageError(f"--client-log {path}: no such file")


def _say_about(subject: Subject) -> None:
    """Remarks for a person: what in the profile was not used, which profiles nobody chose."""
    for warning in subject.warnings:
        print(plain(f"cvpn-doctor: {warning}"), file=sys.stderr)
    if subject.choices:
        print("cvpn-doctor: several profiles were found; name one:", file=sys.stderr)
        for path in subject.choices:
            print(plain(f"  cvpn-doctor run --profile {path}"), file=sys.stderr)
