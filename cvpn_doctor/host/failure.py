"""The one classifier from exceptions to the closed vocabulary of failures.

By error number, never by words: those are localised. Windows numbers: winsock2.h.
"""

import errno
import socket
import subprocess
from typing import Final

from cvpn_doctor.model.failure import Failure, FailureKind, Unsupported

_WSA: Final[dict[int, tuple[FailureKind, str]]] = {
    5: ("permission_denied", "ERROR_ACCESS_DENIED"),
    10013: ("permission_denied", "WSAEACCES"),
    10022: ("unknown", "WSAEINVAL"),
    10040: ("message_too_long", "WSAEMSGSIZE"),
    10047: ("network_unreachable", "WSAEAFNOSUPPORT"),
    10049: ("network_unreachable", "WSAEADDRNOTAVAIL"),
    10050: ("network_unreachable", "WSAENETDOWN"),
    10051: ("network_unreachable", "WSAENETUNREACH"),
    10052: ("connection_reset", "WSAENETRESET"),
    10053: ("connection_reset", "WSAECONNABORTED"),
    10054: ("connection_reset", "WSAECONNRESET"),
    10060: ("timed_out", "WSAETIMEDOUT"),
    10061: ("connection_refused", "WSAECONNREFUSED"),
    10064: ("host_unreachable", "WSAEHOSTDOWN"),
    10065: ("host_unreachable", "WSAEHOSTUNREACH"),
}
_POSIX: Final[dict[str, FailureKind]] = {
    "EACCES": "permission_denied",
    "EPERM": "permission_denied",
    "EMSGSIZE": "message_too_long",
    "EAFNOSUPPORT": "network_unreachable",
    "EADDRNOTAVAIL": "network_unreachable",
    "ENETDOWN": "network_unreachable",
    "ENETUNREACH": "network_unreachable",
    "ENETRESET": "connection_reset",
    "ECONNABORTED": "connection_reset",
    "ECONNRESET": "connection_reset",
    "EPIPE": "connection_reset",
    "ETIMEDOUT": "timed_out",
    "ECONNREFUSED": "connection_refused",
    "EHOSTDOWN": "host_unreachable",
    "EHOSTUNREACH": "host_unreachable",
    "EPROTO": "malformed",
    "ENOENT": "not_found",
    "ENODEV": "not_found",
    "ENXIO": "not_found",
    "ENOTDIR": "not_found",
}
# The system's resolver. glibc says NONAME for NXDOMAIN, but macOS and Windows say it for a name
# without this record type as well, and a search list or a second source may have had the last
# word: not certain, so `dns_other`. Only "no address of this family" is what it says.
_RESOLVER: Final[dict[str, FailureKind]] = {
    "EAI_AGAIN": "dns_other",
    "EAI_ADDRFAMILY": "dns_no_data",
    "EAI_FAIL": "dns_other",
    "EAI_NODATA": "dns_no_data",
    "EAI_NONAME": "dns_other",
    "EAI_SYSTEM": "dns_other",
}
_WSA_RESOLVER: Final[dict[int, tuple[FailureKind, str]]] = {
    11001: ("dns_other", "WSAHOST_NOT_FOUND"),
    11002: ("dns_other", "WSATRY_AGAIN"),
    11003: ("dns_other", "WSANO_RECOVERY"),
    11004: ("dns_no_data", "WSANO_DATA"),
}


def failure_of(error: BaseException) -> Failure:
    """What kind of failure an exception is. Total: what is not known is `unknown` with its type."""
    if isinstance(error, socket.gaierror):
        return _resolver_failure(error)
    if isinstance(error, OSError):
        return _os_failure(error)
    if isinstance(error, Unsupported):
        return Failure(kind="unsupported_platform", detail=str(error))
    return Failure(kind=_kind_by_type(error), detail=type(error).__name__)


def _kind_by_type(error: BaseException) -> FailureKind:
    if isinstance(error, subprocess.TimeoutExpired):
        return "timed_out"
    if isinstance(error, subprocess.SubprocessError):
        return "command_failed"
    if isinstance(error, UnicodeError) or type(error).__module__.startswith("dns."):
        return "malformed"
    return "unknown"


def _os_failure(error: OSError) -> Failure:
    number = getattr(error, "winerror", None) or error.errno
    if number in _WSA and (number >= 10000 or hasattr(error, "winerror")):
        kind, detail = _WSA[number]
        return Failure(kind=kind, detail=detail)
    name = errno.errorcode.get(number or 0, "")
    if name in _POSIX:
        return Failure(kind=_POSIX[name], detail=name)
    if isinstance(error, TimeoutError):  # a socket's own limit has no number
        return Failure(kind="timed_out")
    return Failure(kind="unknown", detail=name or type(error).__name__)


def _resolver_failure(error: socket.gaierror) -> Failure:
    if error.errno in _WSA_RESOLVER:
        kind, detail = _WSA_RESOLVER[error.errno]
        return Failure(kind=kind, detail=detail)
    for name, known in _RESOLVER.items():
        if getattr(socket, name, None) == error.errno:
            return Failure(kind=known, detail=name)
    return Failure(kind="dns_other", detail=f"EAI {error.errno}")
