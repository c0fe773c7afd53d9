"""Running the program under test in a lab, and reading what it reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.lab.lab import Lab


@dataclass(frozen=True)
class Outcome:
    """The exit code, the report, and all that was printed."""

    exit_code: int
    report: dict[str, Any]
    printed: str

    @property
    def root_cause(self) -> str | None:
        cause = self.report.get("root_cause")
        return cause["code"] if cause else None

    @property
    def codes(self) -> set[str]:
        return {finding["code"] for finding in self.report.get("findings", [])}

    @property
    def problems(self) -> set[str]:
        """The codes of the findings which somebody has to act on."""
        findings = self.report.get("findings", [])
        return {one["code"] for one in findings if one["severity"] in ("medium", "high")}


def diagnose(lab: Lab, *arguments: str) -> Outcome:
    """One run as an ordinary user, with the lab's profile."""
    profile = str(lab.profile)
    done = lab.run_doctor("run", "--profile", profile, "--json", "-", *arguments)
    printed = f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        report = {}
    return Outcome(done.returncode, report, printed)
