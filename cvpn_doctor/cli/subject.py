"""Which profile this is about, and what is expected: from the command line, or found."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from cvpn_doctor.cli.choices import UsageError
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.failure import ProfileError, Unsupported
from cvpn_doctor.model.host import Host
from cvpn_doctor.model.material import Material
from cvpn_doctor.model.profile import LintIssue, Profile
from cvpn_doctor.profile import FoundProfile, expect, find_profiles, load, profile_folders
from cvpn_doctor.profile.material import material
from cvpn_doctor.profile.reading import MAX_BYTES


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the run is about."""

    profile: Profile | None
    expectation: Expectation
    material: Material = field(default_factory=Material)
    warnings: tuple[str, ...] = ()
    choices: tuple[Path, ...] = ()  # profiles among which nobody chose


def find_subject(host: Host, profile: Path | None, expect_files: Sequence[Path]) -> Subject:
    """The named profile, else the one in use, else the only one; else none.

    Raises ProfileError for a profile or expectation that was named and cannot be read.
    """
    toml = [(str(path), _read(path)) for path in expect_files]
    site = [(path.name, _read(path)) for path in site_files()]
    if profile is not None:
        return _loaded(profile, [*site, *toml], elsewhere=False)
    found = find_profiles(profile_folders(host.platform().os, Path.home(), os.environ))
    chosen = _choose(host, found)
    if chosen is not None:
        return _loaded_or_issue(chosen, [*site, *toml])
    expected = expect(None, [*site, *toml])
    return Subject(
        profile=None,
        expectation=expected.expectation,
        warnings=tuple(map(str, expected.warnings)),
        choices=tuple(f.path for f in found),
    )


def site_files() -> tuple[Path, ...]:
    """expect.toml where device management puts it; only what this user could not have written."""
    folders = [
        Path(p)
        for p in platformdirs.site_config_dir("cvpn-doctor", False, multipath=True).split(
            os.pathsep
        )
    ]
    if sys.platform != "win32":
        folders.append(Path("/etc/cvpn-doctor"))
    files = [folder / "expect.toml" for folder in dict.fromkeys(folders)]
    return tuple(path for path in files if path.is_file())


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _loaded(path: Path, toml: Sequence[tuple[str, bytes]], *, elsewhere: bool) -> Subject:
    loaded = load(path, toml, credentials_elsewhere=elsewhere)
    return Subject(
        profile=loaded.profile,
        expectation=loaded.expectation,
        material=material(loaded.parsed),
        warnings=tuple(map(str, loaded.warnings)),
    )


def _loaded_or_issue(found: FoundProfile, toml: Sequence[tuple[str, bytes]]) -> Subject:
    """A profile that nobody named and that cannot be read is a finding, not a usage error."""
    try:
        return _loaded(found.path, toml, elsewhere=found.credentials_elsewhere)
    except ProfileError as error:
        issue = LintIssue(
            code="profile-unreadable", line=error.line, args={"problem": error.message}
        )
        return Subject(
            profile=Profile(name=found.path.stem, issues=(issue,)), expectation=Expectation()
        )


def _choose(host: Host, found: Sequence[FoundProfile]) -> FoundProfile | None:
    if len(found) <= 1:
        return found[0] if found else None
    in_use = _names_in_use(host)
    used = [f for f in found if f.path.name in in_use]
    if len(used) == 1:
        return used[0]
    return _ask(found) if sys.stdin.isatty() and sys.stderr.isatty() else None


def _names_in_use(host: Host) -> frozenset[str]:
    try:
        return frozenset(p.profile for p in host.vpn_processes() if p.profile)
    except (Unsupported, OSError):
        return frozenset()


def _ask(found: Sequence[FoundProfile]) -> FoundProfile | None:
    """Ask the person at the terminal, by number; anything else means none of them."""
    print("Several VPN profiles were found:", file=sys.stderr)
    for number, one in enumerate(found, 1):
        print(f"  {number}. {one.path}", file=sys.stderr)
    print("Which one is it about? Number: ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip()
    if answer.isdecimal() and 1 <= int(answer) <= len(found):
        return found[int(answer) - 1]
    return None
