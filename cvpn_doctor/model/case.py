"""All that a judgement may look at: what should be true, and what was seen. Pure data."""

from collections.abc import Mapping
from typing import Any, TypeVar

from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.observation import Observation
from cvpn_doctor.model.platform import Platform
from cvpn_doctor.model.profile import Profile
from cvpn_doctor.model.record import Record

F = TypeVar("F", bound=Record)


class Case:
    """One laptop at one moment, as its report describes it."""

    def __init__(
        self,
        platform: Platform,
        profile: Profile | None,
        expectation: Expectation,
        observations: Mapping[str, Observation[Any]],
    ) -> None:
        self.platform = platform
        self.profile = profile
        self.expectation = expectation
        self.observations = observations

    def facts(self, kind: type[F]) -> F | None:
        """The facts of that kind, or None where they were not collected."""
        for observation in self.observations.values():
            if isinstance(observation.facts, kind):
                return observation.facts
        return None
