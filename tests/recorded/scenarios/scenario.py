"""What a scenario is."""

from __future__ import annotations

from dataclasses import dataclass

from cvpn_doctor.model.finding import Certainty
from cvpn_doctor.model.report import Verdict
from tests.recorded.laptop import Laptop


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`must`: exactly these codes are named, the root cause first; every other code must not be.

    `low`: codes that may only be a warning. `certainty`: of the root cause.
    """

    name: str
    says: str  # what is the matter, for people
    laptop: Laptop
    verdict: Verdict
    must: tuple[str, ...] = ()
    certainty: Certainty = "proven"
    low: tuple[str, ...] = ()
