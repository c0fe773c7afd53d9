"""A line: one session's way to the address, over a non-blocking socket of its own.

It moves bytes between socket and session, and knows how the network or the laptop itself refused,
where it did.
"""

from typing import Protocol

from cvpn_doctor.host.outcome import Ending
from cvpn_doctor.openvpn.control import Control


class Line(Protocol):
    """One session and its way to the address."""

    control: Control
    unsent: int | None  # TCP on Linux: bytes that the peer's system did not confirm

    def fileno(self) -> int:
        """For the selector."""
        ...

    @property
    def wants_write(self) -> bool:
        """Whether to wait until bytes can be written."""
        ...

    def work(self, now: float) -> None:
        """Read what came, let time pass, write what is due. Never blocks, never raises."""
        ...

    @property
    def believed_at(self) -> float | None:
        """When an error that was heard will be believed; None: there is none."""
        ...

    def ending(self, now: float) -> Ending | None:
        """How the way there failed; None: it did not, so far."""
        ...

    def leave(self, now: float) -> None:
        """Say goodbye, and close."""
        ...
