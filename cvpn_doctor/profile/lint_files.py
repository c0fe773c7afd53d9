"""Whether the files that a profile names exist.

A file is missing only if the system says that it is not there. What may not be looked at, what is
named in another system's form, and what is named relative to a folder that we cannot know, is left
alone: each would be a guess.
"""

from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from cvpn_doctor.model.profile import LintIssue
from cvpn_doctor.profile.parsed import Directive, ParsedProfile
from cvpn_doctor.profile.placeholders import placeholder_in
from cvpn_doctor.profile.reading import Read
from cvpn_doctor.profile.values import printable

# Directives whose first value is a file that must exist (openvpn(8)).
_FILES = frozenset(
    {"ca", "cert", "key", "pkcs12", "extra-certs", "tls-auth", "tls-crypt", "tls-crypt-v2"}
    | {"secret", "crl-verify", "auth-user-pass", "askpass"}
)
_NO_FILE = frozenset({"[inline]", "stdin", ""})


def missing_files(parsed: ParsedProfile, read: Read) -> Iterator[LintIssue]:
    """One issue for each named file that does not exist. The folder is not told."""
    if parsed.named("cd", "config"):
        return
    for directive in parsed.effective:
        name = _file_name(directive)
        if name and _knowable(name, parsed) and _is_missing(parsed.path.parent / name, read):
            yield LintIssue(
                code="profile-file-missing",
                line=directive.line,
                args={"directive": directive.name, "file": printable(PureWindowsPath(name).name)},
            )


def _file_name(directive: Directive) -> str | None:
    if directive.name not in _FILES or placeholder_in(directive) or "dir" in directive.values[1:]:
        return None
    name = next(iter(directive.values), "")
    return None if name in _NO_FILE else name


def _knowable(name: str, parsed: ParsedProfile) -> bool:
    if parsed.encoding != "utf-8" and not name.isascii():
        return False
    foreign = "\\" in name or PureWindowsPath(name).drive
    return not foreign or isinstance(parsed.path, PureWindowsPath)


def _is_missing(path: Path, read: Read) -> bool:
    try:
        read(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False
