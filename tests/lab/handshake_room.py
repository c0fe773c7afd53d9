"""The handshake asked from the laptop's network, and the server's own count of its clients."""

from __future__ import annotations

import ctypes
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from cvpn_doctor.host import handshake
from cvpn_doctor.model.handshake import HandshakeAnswer
from tests.lab import endpoint, pki
from tests.lab.lab import Lab
from tests.lab.network import LabError, Namespace, wait_until
from tests.lab.pki import Identity, Subject
from tests.lab.variant import ENDPOINT_ADDRESSES

CLONE_NEWNET = 0x40000000


def within(space: Namespace, call: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Run `call` on a thread of its own in a network namespace."""
    result: list[Any] = []

    def work() -> None:
        try:
            with space.path.open("rb") as file:
                if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            result.extend((call(), None))
        except BaseException as error:
            result.extend((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if not result:
        raise LabError("hung")
    if result[1] is not None:
        raise result[1]
    return result[0]


def serve(lab: Lab, server: Subject = pki.SERVER, *options: str) -> None:
    """The endpoint with another certificate or more options, and with a management socket."""
    lab.stop("server")
    socket_path = lab.folder / "management"
    socket_path.unlink(missing_ok=True)
    argv = endpoint.arguments(
        lab.served, pki.identity(pki.AUTHORITY), pki.identity(server), lab.folder / "server.log"
    )
    more = (*options, "--management", str(socket_path), "unix")
    lab._start("server", lab.space("endpoint").argv(*argv, *more))
    lab.await_server()
    wait_until(socket_path.exists, "the management socket")


def ask(
    lab: Lab,
    timeout: float = 8.0,
    client: Identity | None = None,
    authority: Subject = pki.AUTHORITY,
    **more: Any,
) -> HandshakeAnswer:
    """The handshake, with the lab's client certificate unless told otherwise."""
    given = client or pki.identity(pki.CLIENT)
    pems = {
        "ca": pki.identity(authority).certificate.read_bytes(),
        "certificate": given.certificate.read_bytes(),
        "key": given.key.read_bytes(),
        **more,
    }
    variant = lab.variant
    answer: HandshakeAnswer = within(
        lab.space("laptop"),
        lambda: handshake.ask(
            ENDPOINT_ADDRESSES[0], variant.transport, variant.port, timeout, **pems
        ),
    )
    return answer


def log(lab: Lab) -> str:
    """The server's log."""
    return (lab.folder / "server.log").read_text()


def instances(lab: Lab) -> int:
    """How many clients the server holds at this moment, half-open ones too."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(str(lab.folder / "management"))
        sock.sendall(b"status 3\n")
        text = b""
        while b"\nEND" not in text:
            more = sock.recv(65536)
            if not more:
                raise LabError(f"the management ended: {text!r}")
            text += more
    return sum(line.startswith(b"CLIENT_LIST") for line in text.splitlines())


def none_left(lab: Lab, seconds: float = 0.05) -> bool:
    """Whether the server holds no client any more after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        if instances(lab) == 0:
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
