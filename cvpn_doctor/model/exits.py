"""Exit codes, the same for every output format (contract, section 2)."""

from typing import Literal

from cvpn_doctor.model.report import Verdict

HEALTHY = 0
PROBLEM = 1
USAGE = 2
UNDETERMINED = 3
FAULT = 4
INTERRUPTED = 130

ExitStyle = Literal["native", "nagios", "intune", "always0"]

_NATIVE: dict[Verdict, int] = {
    "healthy": HEALTHY,
    "ready": HEALTHY,
    "degraded": PROBLEM,
    "broken": PROBLEM,
    "undetermined": UNDETERMINED,
}
_NAGIOS: dict[Verdict, int] = {
    "healthy": 0,
    "ready": 0,
    "degraded": 1,
    "broken": 2,
    "undetermined": 3,
}


def exit_code(verdict: Verdict, style: ExitStyle = "native") -> int:
    """The code for a verdict. Intune knows 0 and 1 only: not proven is no issue."""
    match style:
        case "always0":
            return 0
        case "nagios":
            return _NAGIOS[verdict]
        case "intune":
            return int(verdict in ("degraded", "broken"))
        case _:
            return _NATIVE[verdict]
