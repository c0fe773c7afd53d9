"""`cvpn-doctor profile show` and `profile lint`: a profile without any packet."""

import sys
from pathlib import Path

import msgspec

from cvpn_doctor.cli.show import write_bytes
from cvpn_doctor.cli.subject import Subject, find_subject
from cvpn_doctor.host import this_host
from cvpn_doctor.model.exits import HEALTHY, PROBLEM
from cvpn_doctor.render.plain import plain
from cvpn_doctor.words import Language, label, tell


def show(path: Path, expect: tuple[Path, ...], *, as_json: bool) -> int:
    """The profile and the expectation, each value with its origin; never a key."""
    subject = _subject(path, expect)
    assert subject.profile is not None  # it was named
    if as_json:
        _write_json({"profile": subject.profile, "expectation": subject.expectation})
        return HEALTHY
    profile = subject.profile
    print(plain(f"profile      {profile.name}"))
    print(plain(f"endpoint     {profile.endpoint_id or '-'} {profile.region or ''}".rstrip()))
    for remote in profile.remotes:
        print(plain(f"remote       {remote.host} {remote.transport}/{remote.port}"))
    print(f"sign-in      {', '.join(profile.auth) or '-'}")
    for name, value in msgspec.structs.asdict(subject.expectation).items():
        origin = subject.expectation.origins.get(name)
        if origin and name != "origins":
            print(plain(f"{name:<12} {_shown(value)}  ({origin})"))
    return HEALTHY


def lint(path: Path, language: Language, *, as_json: bool) -> int:
    """The issues; exit code 1 where there is one that stops a client."""
    subject = _subject(path, ())
    assert subject.profile is not None  # it was named
    issues = subject.profile.issues
    if as_json:
        _write_json({"profile": subject.profile.name, "issues": issues})
    else:
        for issue in issues:
            words = tell(issue.code, {"profile": subject.profile.name, **issue.args}, language)
            place = f"{path}:{issue.line}" if issue.line else str(path)
            print(plain(f"{place}: {words.title} [{issue.code}]"))
            for step in words.steps:
                print(plain(f"    {step}"))
        if not issues:
            print(label("lint.good", language))
    return PROBLEM if issues else HEALTHY


def _subject(path: Path, expect: tuple[Path, ...]) -> Subject:
    subject = find_subject(this_host(), path, expect)
    for warning in subject.warnings:
        print(plain(warning), file=sys.stderr)
    return subject


def _write_json(data: object) -> None:
    write_bytes(msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, msgspec.Struct):
        return " ".join(str(v) for v in msgspec.structs.astuple(value))
    return str(value)
