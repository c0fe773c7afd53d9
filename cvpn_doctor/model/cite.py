"""Pointing at facts: evidence is a JSON Pointer, so that anyone can look it up in the report."""

from cvpn_doctor.model.finding import Evidence, EvidenceValue
from cvpn_doctor.model.record import Record


def cite(check: str, facts: Record, *path: str | int) -> Evidence:
    """Evidence for the value that `path` leads to in the facts of `check`.

    Records and sequences are cited by their most telling plain value: the caller goes on to it.
    Raises LookupError where the path leads nowhere, which is a fault of the caller.
    """
    value: object = facts
    for step in path:
        value = value[step] if isinstance(step, int) else getattr(value, step)  # type: ignore[index]
    return Evidence(
        observation=check, path="/facts/" + "/".join(map(str, path)), value=_plain(value)
    )


def _plain(value: object) -> EvidenceValue:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return value
    raise LookupError(f"evidence must be a plain value, not {type(value).__name__}")
