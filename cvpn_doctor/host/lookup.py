"""Names as applications look them up: getaddrinfo, with a limit that holds.

getaddrinfo cannot be cancelled and may block for 20 s when the name servers are dead (measured),
so it runs in a daemon thread that is left behind.
"""

import queue
import socket
import threading
from typing import Final, Literal, cast

from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.model.answers import DnsAnswer
from cvpn_doctor.model.failure import Failure

_FAMILIES: Final = {"A": socket.AF_INET, "AAAA": socket.AF_INET6}


def ask(name: str, record: str, timeout: float) -> DnsAnswer:
    """The addresses that an application gets. `failure` is `dns_other` in most cases.

    The system folds NXDOMAIN, no such record, a dead server and more into a few numbers; only
    "no address of this family" (`dns_no_data`) and `timed_out` are certain. `detail` has its name.
    """
    deadline = Deadline(timeout)
    addresses, failure = _resolve(name, record, deadline)
    return DnsAnswer(
        server=None,
        name=name,
        record=cast("Literal['A', 'AAAA', 'NS']", record),
        addresses=addresses,
        failure=failure,
        seconds=deadline.elapsed(),
    )


def first_address(name: str, timeout: float) -> str | Failure:
    """An address to connect to: IPv4 before IPv6, as an underlay without IPv6 is the common one."""
    deadline = Deadline(timeout)
    failure: Failure | None = None
    for record in _FAMILIES:
        addresses, error = _resolve(name, record, deadline)
        if addresses:
            return addresses[0]
        failure = failure or error
    return failure or Failure(kind="dns_no_data")


def _resolve(name: str, record: str, deadline: Deadline) -> tuple[tuple[str, ...], Failure | None]:
    family = _FAMILIES.get(record)
    if family is None:
        return (), Failure(kind="dns_other", detail=f"the system's path has no {record}")
    answers: queue.SimpleQueue[tuple[str, ...] | Failure] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(_addresses(name, family))
        except Exception as error:
            answers.put(failure_of(error))

    threading.Thread(target=run, daemon=True, name=f"lookup-{record}").start()
    try:
        answer = answers.get(timeout=max(0.001, deadline.left()))
    except queue.Empty:
        return (), Failure(kind="timed_out")
    return ((), answer) if isinstance(answer, Failure) else (answer, None)


def _addresses(name: str, family: socket.AddressFamily) -> tuple[str, ...]:
    found = socket.getaddrinfo(name, None, family, socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
