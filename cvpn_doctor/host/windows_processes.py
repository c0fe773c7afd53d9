"""Processes, listening sockets and services of Windows, as far as an ordinary user may see."""

import ctypes
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from cvpn_doctor.host.windows_api import check, function
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.network import Listener, Process
from cvpn_doctor.parse import windows_client as client
from cvpn_doctor.parse import windows_tcp
from cvpn_doctor.parse.windows_address import AF_INET, AF_INET6

TABLE_OWNER_PID_LISTENER: Final = 3  # TCP_TABLE_CLASS
INSUFFICIENT: Final = 122  # ERROR_INSUFFICIENT_BUFFER
ROOM: Final = 16 * 1024
TRIES: Final = 5  # sockets may appear between two calls
_NO_SUCH_FAMILY: Final = (2, 87, 1168)  # IPv6 is not installed


def listeners() -> tuple[Listener, ...]:
    """The TCP sockets that wait for connections, with the program that holds each."""
    found = [*windows_tcp.listening4(_table(AF_INET)), *windows_tcp.listening6(_table(AF_INET6))]
    names = {pid: name for pid in {one.pid for one in found} if (name := _name(pid))}
    return tuple(
        Listener(address=one.address, port=one.port, process=names.get(one.pid)) for one in found
    )


def _table(family: int) -> bytes:
    ask = function(
        "iphlpapi",
        "GetExtendedTcpTable",
        *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32),
        *(ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint32),
    )
    size = ctypes.c_uint32(ROOM)
    code = INSUFFICIENT
    for _ in range(TRIES):
        buffer = ctypes.create_string_buffer(size.value)
        code = ask(buffer, ctypes.byref(size), 0, family, TABLE_OWNER_PID_LISTENER, 0)
        if code != INSUFFICIENT:
            break
    if family == AF_INET6 and code in _NO_SUCH_FAMILY:
        return b""
    check("GetExtendedTcpTable", code)
    return buffer.raw


def _name(pid: int) -> str | None:
    import psutil  # noqa: PLC0415 - 40 ms, and rarely needed

    if pid == 0:
        return None
    try:
        return client.program_name(psutil.Process(pid).name()) or None
    except (psutil.Error, OSError):
        return None


def vpn_processes() -> tuple[Process, ...]:
    """The VPN programs that run, by number. Raises Unsupported: names are not told here."""
    found, unreadable, readable = [], 0, 0
    for pid, name in _names():
        if name is None:
            unreadable += 1
            continue
        readable += 1
        if client.is_vpn_program(name):
            found.append(_process(pid, name))
    if unreadable and not readable:
        raise Unsupported("the system does not tell the names of processes")
    return tuple(sorted(found, key=lambda one: one.pid))


def _names() -> Iterator[tuple[int, str | None]]:
    import psutil  # noqa: PLC0415

    for pid in psutil.pids():
        if pid in (0, 4):  # "System Idle Process", "System": psutil knows them by number
            continue
        try:
            yield pid, client.program_name(psutil.Process(pid).name())
        except psutil.NoSuchProcess:
            continue
        except (psutil.Error, OSError):
            yield pid, None


def _process(pid: int, name: str) -> Process:
    profile = _profile(pid) if client.is_openvpn(name) else None
    return Process(pid=pid, name=name, state="running", profile=profile)


def _profile(pid: int) -> str | None:
    """Only the file's name: the rest of a command line may hold secrets."""
    import psutil  # noqa: PLC0415

    try:
        return client.profile_name(tuple(psutil.Process(pid).cmdline()))
    except (psutil.Error, OSError):  # a service's command line is closed to ordinary users
        return None


def services() -> Sequence[client.Service] | None:
    """The services that start AWS' program. None: not found, and some could not be looked at."""
    if sys.platform != "win32":
        raise Unsupported("services are a part of Windows")
    import psutil  # noqa: PLC0415

    found: list[client.Service] = []
    unreadable = 0
    try:
        for service in psutil.win_service_iter():
            try:
                command = service.binpath()
                if client.is_aws_service(command):
                    running = service.status() in ("running", "start_pending")
                    found.append(client.Service(service.name(), command, running))
            except psutil.NoSuchProcess:
                continue
            except (psutil.Error, OSError):
                unreadable += 1
    except (psutil.Error, OSError):
        return None
    return found if found or not unreadable else None
