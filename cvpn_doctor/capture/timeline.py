"""Events in their order, with repetitions of the same thing in one."""

from typing import Final

import msgspec

from cvpn_doctor.capture.model import CaptureEvent, EventKind, Sender
from cvpn_doctor.model.answers import Icmp

MOST_EVENTS: Final = 400
_MERGED: Final = {"ack", "data", "keepalive", "again", "control", "foreign"}
_LOOK_BACK: Final = 8


class Timeline:
    """Grows to `MOST_EVENTS` and counts the rest."""

    def __init__(self) -> None:
        self.events: list[CaptureEvent] = []
        self.left_out = 0

    def add(
        self,
        at: float,
        kind: EventKind,
        by: Sender,
        size: int | None = None,
        packet_id: int | None = None,
        *,
        ttl: int | None = None,
        icmp: Icmp | None = None,
        detail: str = "",
    ) -> None:
        """One more. Traffic in both directions at once becomes one event a direction."""
        if kind in _MERGED and self._merge(at, kind, by, packet_id):
            return
        if len(self.events) >= MOST_EVENTS:
            self.left_out += 1
            return
        event = CaptureEvent(
            at=round(at, 6),
            kind=kind,
            by=by,
            size=size,
            packet_id=packet_id,
            ttl=ttl,
            icmp=icmp,
            detail=detail,
        )
        self.events.append(event)

    def _merge(self, at: float, kind: EventKind, by: Sender, packet_id: int | None) -> bool:
        for back in range(1, min(len(self.events), _LOOK_BACK) + 1):
            event = self.events[-back]
            if event.kind not in _MERGED:
                return False
            same_packet = event.packet_id == packet_id or kind != "again"
            if (event.kind, event.by) == (kind, by) and same_packet:
                self.events[-back] = msgspec.structs.replace(
                    event, count=event.count + 1, until=round(at, 6)
                )
                return True
        return False
