"""Why something could not be learned: a closed vocabulary, so that judgement never reads prose.

The one classifier from exceptions to kinds is `cvpn_doctor.host.failure`.
"""

from typing import Literal

from cvpn_doctor.model.record import Record

FailureKind = Literal[
    "cancelled",  # the run was interrupted or its deadline passed first
    "command_failed",  # a system command ended with an error
    "connection_refused",  # TCP reset, or ICMP port unreachable on a connected socket
    "connection_reset",  # an open connection was torn down by the other side
    "crashed",  # a fault of our own; `detail` holds the traceback's last line
    "dns_nxdomain",  # the name does not exist
    "dns_no_data",  # the name exists, but not with this record type
    "dns_refused",  # the resolver declines to answer
    "dns_servfail",  # the resolver tried and failed
    "dns_other",  # the system resolver failed without saying which of the above
    "host_unreachable",  # ICMP or a local table says so
    "malformed",  # something answered, but not in the protocol's form
    "message_too_long",  # larger than the path's MTU with "do not fragment"
    "needs_missing",  # a check that this one builds on could not be observed
    "network_unreachable",  # no route in the local table
    "not_applicable",  # there is nothing of this kind here; `detail` says why
    "not_asked",  # left out by the user (--skip, --check, --offline)
    "not_found",  # no such file, command or interface
    "permission_denied",  # the operating system or a local firewall refused
    "timed_out",  # no answer within the time given
    "unknown",  # none of the above; `detail` has the exception's type
    "unsupported_platform",  # this question is not answered on this operating system
]


class Failure(Record, frozen=True, kw_only=True):
    """What kind of failure, and a short detail free of personal data."""

    kind: FailureKind
    detail: str = ""


class Unsupported(Exception):  # noqa: N818 - a statement about the platform, not an error
    """The question cannot be answered on this operating system; never an empty answer."""


class CvpnDoctorError(Exception):
    """Base of the errors that are told to the user in one line. Never a traceback."""


class ProfileError(CvpnDoctorError):
    """A profile or expectation file that cannot be read. Names the file, the line, what to do."""

    def __init__(
        self, message: str, *, path: str, line: int | None = None, advice: str = ""
    ) -> None:
        place = path if line is None else f"{path}:{line}"
        super().__init__(f"{place}: {message}" + (f" - {advice}" if advice else ""))
        self.message = message
        self.path = path
        self.line = line
        self.advice = advice
