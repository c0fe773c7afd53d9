"""One question, one answer, for everyone who asks meanwhile."""

from __future__ import annotations

import inspect
import sys
import threading
import time
from typing import Any

import pytest

from cvpn_doctor.host.linux import LinuxHost
from cvpn_doctor.host.macos import MacHost
from cvpn_doctor.host.portable import PortableHost
from cvpn_doctor.host.shared import Shared
from cvpn_doctor.host.windows import WindowsHost
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.host import Host

QUESTIONS = [name for name in vars(Host) if not name.startswith("_")]
LOCAL = [
    "interfaces",
    "routes",
    "resolvers",
    "hosts_file",
    "listeners",
    "vpn_processes",
    "vpn_clients",
    "aws_client",
    "client_logs",
    "proxies",
    "opens_web_pages",
    "logged_in_users",
]


class Slow(LinuxHost):
    """Counts how often the machine is really asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Any] = []

    def hosts_file(self) -> Any:
        self.asked.append("hosts_file")
        time.sleep(0.1)
        return super().hosts_file()

    def listeners(self) -> Any:
        self.asked.append("listeners")
        time.sleep(0.1)
        raise PermissionError("closed")

    def route_to(self, address: str, interface: str | None = None) -> Any:
        self.asked.append((address, interface))
        return super().route_to(address, interface)


def crowd(call: Any) -> list[Any]:
    found: list[Any] = []

    def one() -> None:
        try:
            found.append(call())
        except OSError as error:
            found.append(error)

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(found) == 12
    return found


def test_asked_once_by_a_crowd() -> None:
    host = Slow()
    shared = Shared(host)
    answers = crowd(shared.hosts_file)
    assert host.asked == ["hosts_file"]
    assert all(answer is answers[0] for answer in answers)


def test_an_exception_is_shared_too() -> None:
    host = Slow()
    shared = Shared(host)
    assert {type(error) for error in crowd(shared.listeners)} == {PermissionError}
    with pytest.raises(PermissionError):
        shared.listeners()
    assert host.asked == ["listeners"]


def test_questions_with_arguments_are_told_apart() -> None:
    host = Slow()
    shared = Shared(host)
    for _ in range(2):
        shared.route_to("127.0.0.1")
        shared.route_to("127.0.0.1", "lo")
    assert host.asked == [("127.0.0.1", None), ("127.0.0.1", "lo")]
    assert shared.random_label() != shared.random_label()


@pytest.mark.parametrize("kind", [LinuxHost, WindowsHost, MacHost, Shared])
def test_every_question_is_there_with_its_signature(kind: type) -> None:
    for name in QUESTIONS:
        wanted = inspect.signature(getattr(Host, name)).parameters
        assert list(inspect.signature(getattr(kind, name)).parameters) == list(wanted)


@pytest.mark.parametrize("name", LOCAL)
@pytest.mark.parametrize("kind", [LinuxHost, MacHost, WindowsHost])
def test_every_local_question_is_built(kind: type[PortableHost], name: str) -> None:
    assert getattr(kind, name) is not getattr(PortableHost, name)


@pytest.mark.skipif(sys.platform == "win32", reason="for systems that are not Windows")
@pytest.mark.parametrize(
    "name", sorted(set(LOCAL) - {"client_logs", "aws_client", "vpn_processes"})
)
def test_windows_questions_elsewhere_are_unsupported(name: str) -> None:
    with pytest.raises(Unsupported):
        getattr(WindowsHost(), name)()
