"""Recordings as bytes: strict on reading, nothing secret on writing."""

from ipaddress import ip_address, ip_network

import msgspec

from cvpn_doctor.host.questions import BY_NAME
from cvpn_doctor.host.recorded import RecordedHost
from cvpn_doctor.model.expectation import Expectation
from cvpn_doctor.model.failure import CvpnDoctorError
from cvpn_doctor.model.recording import Recording

MOST_BYTES = 16 * 1024 * 1024  # a table of some 60,000 routes


class RecordingError(CvpnDoctorError):
    """A recording that cannot be read or written."""


def to_json(recording: Recording) -> bytes:
    """UTF-8, indented, one final newline. Raises RecordingError for one that is too large."""
    data = msgspec.json.format(msgspec.json.encode(recording), indent=1) + b"\n"
    if len(data) > MOST_BYTES:
        raise RecordingError(f"the recording is larger than {MOST_BYTES // 1024 // 1024} MiB")
    return data


def read_recording(data: bytes) -> Recording:
    """A recording, strictly typed, each answer included.

    Raises RecordingError for anything that is not one.
    """
    if len(data) > MOST_BYTES:
        raise RecordingError(f"larger than {MOST_BYTES // 1024 // 1024} MiB: not a recording")
    try:
        recording = msgspec.json.decode(data, type=Recording)
        _check(recording)
        RecordedHost(recording)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise RecordingError(f"not a recording of cvpn-doctor: {error}") from None
    return recording


def _check(recording: Recording) -> None:
    """Raises ValueError for what no program of ours writes."""
    for question in recording.questions:
        known = BY_NAME.get(question.question)
        if known is None:
            continue  # of a newer version: nobody will ask it
        if not set(question.about) <= set(known.arguments):
            raise ValueError(f"arguments of {question.question}: {sorted(question.about)}")
        if question.trouble is not None and question.seconds is None:
            raise ValueError(f"{question.question} both failed and was never answered")
    _check_expectation(recording.expectation)


def _check_expectation(expectation: Expectation) -> None:
    for prefix in (*expectation.routes, expectation.client_cidr):
        if prefix is not None:
            ip_network(prefix)
    for address in (*expectation.dns, *expectation.resolvers):
        ip_address(address)
