"""What a capture proves: the codes of the live doctor, the most telling first."""

from collections.abc import Iterator, Sequence
from typing import Final

from cvpn_doctor.capture.codes import NAME_UNKNOWN, STAGES, found
from cvpn_doctor.capture.judge_flow import FlowJudge, target
from cvpn_doctor.capture.model import CaptureFlow, CaptureName
from cvpn_doctor.model.finding import CERTAINTIES, Finding

_OWN_NAME: Final = "cvpn-endpoint-"


def judge(
    flows: Sequence[CaptureFlow], names: Sequence[CaptureName], started: str | None
) -> tuple[Finding, ...]:
    """All findings, the most telling first: what is proven, then what is earliest on the way."""
    good = {target(flow) for flow in flows if flow.carried_data}
    every: list[Finding] = [*_names(names)]
    for number, flow in enumerate(flows):
        one = FlowJudge(number, flow, flows, started).finding()
        repaired = target(flow) in good and not flow.carried_data
        if one is not None and not repaired and not _told(one, every):
            every.append(one)
    order = sorted(every, key=lambda one: (CERTAINTIES.index(one.certainty), STAGES[one.code]))
    return tuple(order)


def _told(one: Finding, others: Sequence[Finding]) -> bool:
    return any((one.code, one.args) == (other.code, other.args) for other in others)


def _names(names: Sequence[CaptureName]) -> Iterator[Finding]:
    """A name that does not exist, where no answer of the capture says otherwise."""
    known = {_zone(one.name) for one in names if one.addresses}
    told: set[str] = set()
    for number, one in enumerate(names):
        zone = _zone(one.name)
        if one.rcode != "nxdomain" or zone in known or zone in told:
            continue
        told.add(zone)
        # The bare name never exists: clients put a random word in front.
        bare = one.name.startswith((_OWN_NAME, "*."))
        yield found(
            NAME_UNKNOWN,
            "possible" if bare else "likely",
            {f"/names/{number}/rcode": one.rcode},
            server=one.server,
            name=one.name,
        )


def _zone(name: str) -> str:
    """The name without the random word."""
    return name[name.find(_OWN_NAME) :] if _OWN_NAME in name else name
