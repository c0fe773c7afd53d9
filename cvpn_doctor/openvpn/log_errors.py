"""Which errors of a log tell why there is no connection now. Pure."""

from collections.abc import Iterator

from cvpn_doctor.model.facts import ClientLogFacts

# What ends a session that stood; the client's next attempt is about something else.
_ENDINGS = ("session-expired", "idle-timeout", "path-lost", "lan-changed-terminated")


def telling_errors(facts: ClientLogFacts) -> Iterator[tuple[int, int]]:
    """Positions (attempt, error): those of the last attempt, else what ended the session before."""
    if not facts.attempts:
        return
    last = len(facts.attempts) - 1
    if facts.attempts[last].errors:
        yield from ((last, error) for error in range(len(facts.attempts[last].errors)))
    elif last > 0 and facts.attempts[last].stage != "completed":
        for error, told in enumerate(facts.attempts[last - 1].errors):
            if told.code in _ENDINGS:
                yield last - 1, error
