"""The two halves of a SAML sign-in as one attempt. Pure.

The endpoint asks by refusing (`AUTH_FAILED,CRV1:…https://…`); the client opens a browser and
connects again with the answer. So the first half is no failure, and a refusal of the second is
one of the answer (docs/design/005-failure-modes.md).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from cvpn_doctor.openvpn.log_draft import Draft

# A new process that connects later is another day's work; an identity provider's page lives less.
PATIENCE = timedelta(hours=1)
_NO_SAML = ("networkmanager", "tunnelblick")


def joined(processes: Sequence[Sequence[Draft]]) -> list[Draft]:
    """All attempts by their first lines, sign-ins joined, codes of the sign-in given."""
    drafts = sorted((d for process in processes for d in process), key=lambda d: d.first_line)
    gone: set[int] = set()
    followers = _followers(processes, drafts)
    for draft in drafts:
        second = followers.get(id(draft))
        if draft.saml != "asked":
            continue
        if second is not None and id(second) not in gone and _continues(draft, second):
            _continue(draft, second)
            gone.add(id(draft))
        else:
            _unfinished(draft, second)
    kept = [draft for draft in drafts if id(draft) not in gone]
    for draft in kept:
        _judge(draft)
    return sorted(kept, key=lambda draft: draft.first_line)


def _followers(processes: Sequence[Sequence[Draft]], drafts: Sequence[Draft]) -> dict[int, Draft]:
    """The next attempt of the same process, or else the next of all."""
    followers = {id(draft): after for draft, after in pairwise(drafts)}
    for process in processes:
        followers |= {id(d): after for d, after in pairwise(process)}
    return followers


def _continues(first: Draft, second: Draft) -> bool:
    """Whether the second can be the half that brings the answer."""
    if second.saml == "asked" or first.exited:
        return False
    if not second.new_process and first.closed:
        return True
    answered = second.refusal is not None or second.reached("pushed")
    return answered and _gap(first, second) <= PATIENCE


def _gap(first: Draft, second: Draft) -> timedelta:
    if first.stamp is None or second.stamp is None or first.stamp.zone != second.stamp.zone:
        return timedelta()
    return datetime.fromisoformat(second.stamp.text) - datetime.fromisoformat(first.stamp.text)


def _continue(first: Draft, second: Draft) -> None:
    """The second half takes over what the first has begun."""
    if second.refusal is not None or second.reached("pushed"):
        second.saml = "answered"
    else:
        second.saml = "asked"
    second.stamp, second.first_line = first.stamp or second.stamp, first.first_line
    second.identity_provider = first.identity_provider
    second.version = second.version or first.version
    second.reach(first.stage)
    for error in first.errors.values():
        second.errors.setdefault(error.code, error)


def _unfinished(first: Draft, second: Draft | None) -> None:
    """Asked and never answered: proven by a second question, or by an end while it waited."""
    if first.client in _NO_SAML and first.ended == "saml_asked":
        first.fault("saml-client-unsupported", first.refused_line)
    elif first.exited:
        first.fault("saml-not-finished", first.refused_line, "ended_while_waiting")
    elif second is not None and second.saml == "asked":
        first.fault("saml-not-finished", first.refused_line, "asked_again")


def _judge(draft: Draft) -> None:
    """A refusal without a reason is one of the password, or of the SAML answer."""
    if draft.refusal != "bare":
        return
    if draft.saml == "answered":
        draft.fault("saml-response-rejected", draft.refused_line)
    elif draft.saml is None:
        draft.fault("authentication-failed", draft.refused_line)
