"""Packet captures to the timeline and the codes of the live doctor. The only room with scapy.

`read_capture` is the door; it loads scapy when it is called, and nothing before.
"""

from pathlib import Path

from cvpn_doctor.capture.model import CaptureReport
from cvpn_doctor.capture.reading import Limits


def read_capture(path: Path, limits: Limits | None = None) -> CaptureReport:
    """A pcap or pcapng file, read and judged.

    Raises CaptureError, a line for the user, where it is no capture, too large, or scapy is not
    there. Damaged packets and a damaged end are counted in the report, never an error.
    """
    from cvpn_doctor.capture.loading import load_scapy  # noqa: PLC0415 - it takes its time

    load_scapy()
    from cvpn_doctor.capture.whole import read  # noqa: PLC0415 - imports scapy

    return read(path, limits or Limits())


__all__ = ["CaptureReport", "Limits", "read_capture"]
