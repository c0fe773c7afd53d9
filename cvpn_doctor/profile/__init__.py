"""Profiles: reading .ovpn files, what is wrong in them, what they let us expect, where they lie.

Pure but for the files that a caller names, which are read through a `Read` that can be replaced.
Everything that cannot be read raises `ProfileError` with file, line and what to do; nothing else is
raised, whatever the bytes are. No text of an inline block is in any record or `repr`.

    loaded = load(path, [("expect.toml", data)])
    loaded.profile.issues       what lint found
    loaded.expectation.origins  where each expected value came from
    loaded.warnings             what was read but not used
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.failure import ProfileError
from cvpn_doctor.model.profile import Profile
from cvpn_doctor.profile.discovery import FoundProfile, find_profiles
from cvpn_doctor.profile.expectation import Expected, expect
from cvpn_doctor.profile.folders import ClientName, ProfileFolder, profile_folders
from cvpn_doctor.profile.lint import AWS_DIRECTIVES, lint
from cvpn_doctor.profile.ovpn import parse, read_profile
from cvpn_doctor.profile.parsed import Comment, Directive, InlineBlock, ParsedProfile
from cvpn_doctor.profile.reading import Read, read_file
from cvpn_doctor.profile.statements import Remark
from cvpn_doctor.profile.summary import summarise

__all__ = [
    "AWS_DIRECTIVES",
    "ClientName",
    "Comment",
    "Directive",
    "Expected",
    "FoundProfile",
    "InlineBlock",
    "LoadedProfile",
    "ParsedProfile",
    "ProfileError",
    "ProfileFolder",
    "Read",
    "Remark",
    "expect",
    "find_profiles",
    "lint",
    "load",
    "parse",
    "profile_folders",
    "read_file",
    "read_profile",
    "summarise",
]


@dataclass(frozen=True, slots=True)
class LoadedProfile:
    """A profile, all that follows from it, and what was left unused."""

    parsed: ParsedProfile
    profile: Profile  # with its lint issues
    expectation: Expectation
    warnings: tuple[Remark, ...] = ()


def load(
    path: Path,
    toml_files: Sequence[tuple[str, bytes]] = (),
    read: Read = read_file,
    *,
    credentials_elsewhere: bool = False,
) -> LoadedProfile:
    """Reads a profile and its expectation files: everything that a run needs to know of them.

    `credentials_elsewhere`: see `lint`; `FoundProfile` has it. Raises ProfileError.
    """
    parsed = read_profile(path, read)
    profile = summarise(parsed)
    issues = lint(parsed, profile, read, credentials_elsewhere=credentials_elsewhere)
    expected = expect(parsed, toml_files)
    return LoadedProfile(
        parsed=parsed,
        profile=msgspec.structs.replace(profile, issues=issues),
        expectation=expected.expectation,
        warnings=expected.warnings,
    )
