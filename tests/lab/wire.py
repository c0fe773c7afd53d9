"""A slow wire between two namespaces: packets copied between two TUN devices, each held back.

`python -m tests.lab.wire NAMESPACE DEVICE NAMESPACE DEVICE SECONDS` is used where the kernel has
no `netem`. The order of packets is kept.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from collections import deque
from dataclasses import dataclass, field

from tests.lab import kernel

_DOWN_SECONDS = 0.02


@dataclass
class Direction:
    """One way of the wire: packets wait in line until they are due."""

    source: int
    target: int
    seconds: float
    waiting: deque[tuple[float, bytes]] = field(default_factory=deque)

    def take(self) -> None:
        try:
            packet = os.read(self.source, 65535)
        except OSError:
            # The device is down: it may come up again.
            time.sleep(_DOWN_SECONDS)
            return
        self.waiting.append((time.monotonic() + self.seconds, packet))

    def deliver(self) -> float | None:
        """Hand over what is due; returns when the next one is, None where none waits."""
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            packet = self.waiting.popleft()[1]
            # A device which is down loses packets, as a wire does.
            with contextlib.suppress(OSError):
                os.write(self.target, packet)
        return self.waiting[0][0] if self.waiting else None


def _open(namespace: str, device: str) -> int:
    kernel.enter_network(namespace)
    return kernel.open_tun(device)


def main(left: str, left_device: str, right: str, right_device: str, seconds: str) -> None:
    near, far = _open(left, left_device), _open(right, right_device)
    ways = {
        near: Direction(near, far, float(seconds)),
        far: Direction(far, near, float(seconds)),
    }
    print("ready", flush=True)
    while True:
        due = [when for way in ways.values() if (when := way.deliver()) is not None]
        pause = max(0.0, min(due) - time.monotonic()) if due else None
        for source in select.select(list(ways), [], [], pause)[0]:
            ways[source].take()


if __name__ == "__main__":
    main(*sys.argv[1:])
