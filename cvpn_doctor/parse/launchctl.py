"""`launchctl print system/LABEL` → whether a service of launchd runs.

A real beginning::

    com.amazonaws.acvc.helper = {
            active count = 1
            path = /Library/LaunchDaemons/com.amazonaws.acvc.helper.plist
            state = running

            program = /Library/PrivilegedHelperTools/com.amazonaws.acvc.helper

The output "is not API in any sense" (launchctl(1)): nothing but that one line and the exit code
are read. A service that launchd knows and that does not run is started when it is asked for.
"""

import re
from typing import Final

NOT_FOUND: Final = 113  # "Could not find service ... in domain for system"
_STATE: Final = re.compile(r"^\s*state = running\s*$", re.MULTILINE)


def service_running(code: int, text: str) -> bool | None:
    """False: launchd knows no such service. None: it is idle, or launchd did not say."""
    if code == 0:
        return True if _STATE.search(text) else None
    return False if code == NOT_FOUND else None
