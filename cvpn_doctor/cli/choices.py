"""Words of the command line that come from a small set."""

import os
from collections.abc import Sequence
from difflib import get_close_matches

from cvpn_doctor.model.failure import CvpnDoctorError
from cvpn_doctor.words import LANGUAGES, Language


class UsageError(CvpnDoctorError):
    """The command line cannot be obeyed as it stands."""


def one_of(value: str, allowed: Sequence[str], option: str) -> str:
    """The value, if it is allowed; else an error that names what is."""
    if value in allowed:
        return value
    near = get_close_matches(value, allowed, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UsageError(f"{option} {value}: not one of {', '.join(allowed)}.{hint}")


def language_of(asked: str | None) -> Language:
    """The asked language, else the user's own (CVPN_DOCTOR_LANG, then the locale), else English."""
    if asked is not None:
        return "ja" if one_of(asked, LANGUAGES, "--lang") == "ja" else "en"
    names = ("CVPN_DOCTOR_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    own = next((os.environ[name] for name in names if os.environ.get(name)), "en")
    return "ja" if own.lower().startswith("ja") else "en"
