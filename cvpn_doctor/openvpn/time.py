"""Times of facts (RFC 3339, UTC) as moments, and the laptop's clock corrected. Pure."""

from datetime import UTC, datetime, timedelta
from statistics import median

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.facts import ClockFacts


def parse_time(text: str) -> datetime | None:
    """The moment that an RFC 3339 text means; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def true_time(case: Case) -> tuple[datetime, bool] | None:
    """What time it really was, and whether a witness confirms it; None where no clock was read."""
    facts = case.facts(ClockFacts)
    now = parse_time(facts.now) if facts else None
    if facts is None or now is None:
        return None
    offsets = [witness.offset for witness in facts.witnesses]
    if not offsets:
        return now, False
    return now - timedelta(seconds=median(offsets)), True
