"""A packet capture taken on the lab's laptop, without any tool: a packet socket and a pcap file."""

from __future__ import annotations

import socket
import struct
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab import endpoint
from tests.lab.handshake_room import within
from tests.lab.lab import Lab

_EVERYTHING = 0x0003  # ETH_P_ALL
_ETHERNET = 1


class Recorder:
    """Records the laptop's network card from `with` to its end."""

    def __init__(self, lab: Lab, path: Path) -> None:
        self.path = path
        self._socket: socket.socket = within(lab.space("laptop"), _listen)
        self._frames: list[tuple[float, bytes]] = []
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._going = True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        time.sleep(0.05)
        self._going = False
        self._thread.join(5)
        self._socket.close()
        header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _ETHERNET)
        with self.path.open("wb") as file:
            file.write(header)
            for at, data in self._frames:
                second, rest = divmod(at, 1)
                size = len(data)
                file.write(struct.pack("<IIII", int(second), int(rest * 1e6), size, size))
                file.write(data)

    def _work(self) -> None:
        while self._going:
            try:
                data = self._socket.recv(65535)
            except TimeoutError:
                continue
            self._frames.append((time.time(), data))


def _listen() -> socket.socket:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING))
    sock.bind(("eth0", _EVERYTHING))
    sock.settimeout(0.02)
    return sock


def attempt(lab: Lab, seconds: float, *options: str) -> None:
    """Let the real client try for some time, and end it; whether it connects is not asked."""
    command = ("openvpn", *endpoint.WITHOUT_OFFLOAD, "--config", str(lab.profile))
    log = ("--log-append", str(lab.client_log))
    lab.client_log.touch()
    lab._start("client", lab.laptop.argv(*command, *log, *options))
    time.sleep(seconds)
    lab.disconnect()
