"""`cvpn-doctor plan`: what `run` would touch, from what the checks declare. Touches none of it."""

import time
from pathlib import Path

from cvpn_doctor.cli.subject import find_subject
from cvpn_doctor.engine import CheckLook, Run
from cvpn_doctor.host import this_host
from cvpn_doctor.host.shared import Shared
from cvpn_doctor.render.plain import plain


def plan(profile: Path | None, expect: tuple[Path, ...]) -> int:
    """Print the plan, a line each: what, and why."""
    from cvpn_checks import ALL  # noqa: PLC0415

    host = Shared(this_host())
    subject = find_subject(host, profile, expect)
    run = Run(host=host, checks=ALL, profile=subject.profile, expectation=subject.expectation)
    look = CheckLook(run=run, seen={}, until=time.monotonic())
    for check in ALL:
        touches = list(check.plan(look))
        if touches:
            print(f"{check.id}: {check.title}")
        for touch in touches:
            print(plain(f"  {touch.kind:<7} {touch.what}  ({touch.why})"))
    return 0
