"""The whole of a capture: read, sorted to flows, judged."""

from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cvpn_doctor.capture.build import Surroundings, is_telling, record
from cvpn_doctor.capture.flow import Flow
from cvpn_doctor.capture.judge import judge
from cvpn_doctor.capture.model import CaptureReport
from cvpn_doctor.capture.reading import Capture, Limits
from cvpn_doctor.capture.tracker import Tracker

_MOST_FLOWS: Final = 200


def read(path: Path, limits: Limits) -> CaptureReport:
    """Raises CaptureError where the file is no capture."""
    capture, tracker = Capture(path, limits), Tracker()
    for frame in capture.frames():
        tracker.frame(frame)
    around = Surroundings(tracker.last, tracker.ttls, tracker.names.addresses())
    flows = _flows(tracker, around.names)
    told = tuple(record(flow, around) for flow in flows[:_MOST_FLOWS])
    started = _moment(tracker.first)
    names = tuple(tracker.names.seen)
    return CaptureReport(
        started=started,
        seconds=round(tracker.last, 6),
        packets=tracker.packets,
        skipped=tracker.skipped,
        malformed=tracker.malformed + tracker.names.malformed,
        cut=tracker.cut,
        truncated=capture.truncated,
        stopped=capture.stopped,
        names=names,
        flows=told,
        flows_left_out=len(flows) - len(told),
        findings=judge(told, names, started),
    )


def _flows(tracker: Tracker, names: dict[str, str]) -> list[Flow]:
    """Those of OpenVPN; others to its ports only where there is nothing better, and they failed."""
    every = [flow for flow in tracker.flows if is_telling(flow)]
    servers = {flow.ends.server for flow in every if flow.recognised != "port"}
    servers |= {ip_address(address).packed for address in names}
    sure = [flow for flow in every if flow.ends.server in servers]
    if sure or tracker.names.seen:
        return sure
    return [flow for flow in every if not flow.opened]


def _moment(seconds: float | None) -> str | None:
    """RFC 3339, UTC; None for a time that no calendar has."""
    if seconds is None:
        return None
    try:
        when = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")
