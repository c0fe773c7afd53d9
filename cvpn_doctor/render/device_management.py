"""One line for the hosts of device management and monitoring: ASCII, no personal data.

Intune keeps the last line of at most 2,048 characters; Jamf what stands in `<result>`; Nagios one
line `text | numbers`; Prometheus the text format with few label values (their own documentation).
"""

from cvpn_doctor.model.report import Report, Verdict

_NAGIOS: dict[Verdict, str] = {
    "healthy": "OK",
    "ready": "OK",
    "degraded": "WARNING",
    "broken": "CRITICAL",
    "undetermined": "UNKNOWN",
}


def summary(report: Report) -> str:
    """Verdict, cause, certainty, actor: e.g. `broken endpoint-udp-blocked proven network-owner`."""
    root = report.root_cause
    cause = f" {root.code} {root.certainty} {root.actor}" if root else ""
    return f"{report.verdict}{cause}"


def intune(report: Report) -> str:
    """One last line for an Intune remediation script."""
    return f"cvpn-doctor {report.tool.version}: {summary(report)}\n"


def jamf(report: Report) -> str:
    """A Jamf extension attribute."""
    return f"<result>{summary(report)}</result>\n"


def nagios(report: Report) -> str:
    """A Nagios plugin's line with the duration as performance data."""
    return f"CVPN {_NAGIOS[report.verdict]} - {summary(report)} | seconds={report.seconds:.3f}s\n"


def prometheus(report: Report) -> str:
    """The text exposition format: one series a verdict, one for the cause."""
    lines = [
        "# HELP cvpn_doctor_verdict 1 for the verdict of the last run.",
        "# TYPE cvpn_doctor_verdict gauge",
    ]
    lines += [
        f'cvpn_doctor_verdict{{verdict="{verdict}"}} {int(verdict == report.verdict)}'
        for verdict in _NAGIOS
    ]
    if report.root_cause:
        lines += [
            "# HELP cvpn_doctor_root_cause 1 for the cause that the last run named.",
            "# TYPE cvpn_doctor_root_cause gauge",
            f'cvpn_doctor_root_cause{{code="{report.root_cause.code}"}} 1',
        ]
    lines += [
        "# HELP cvpn_doctor_run_seconds Duration of the last run.",
        "# TYPE cvpn_doctor_run_seconds gauge",
        f"cvpn_doctor_run_seconds {report.seconds:.3f}",
    ]
    return "\n".join(lines) + "\n"


FORMATS = {"intune": intune, "jamf": jamf, "nagios": nagios, "prometheus": prometheus}
