"""What one check saw: facts, or the failure that kept it from seeing."""

from typing import Generic, TypeVar

from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.record import Record

F = TypeVar("F")


class Observation(Record, Generic[F], frozen=True, kw_only=True):
    """Exactly one of `facts` and `failure` is set."""

    facts: F | None = None
    failure: Failure | None = None
    seconds: float = 0.0
