"""pcap and pcapng files to frames, by scapy's readers, within limits and to the last whole packet.

A file that ends in the middle is read as far as it goes. scapy's reader asks for as many bytes as
a block says that it has; the file given to it never hands out more than there are.
"""

import io
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal, NamedTuple

from cvpn_doctor.capture.loading import CaptureError, load_scapy

MOST_BYTES: Final = 512 * 1024 * 1024
_MAGICS: Final = {
    *(b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1"),  # pcap, microseconds
    *(b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1"),  # pcap, nanoseconds
    b"\x0a\x0d\x0d\x0a",  # pcapng
}
_LOOK_AT_CLOCK = 256  # packets between two looks


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of a capture is read."""

    bytes: int = MOST_BYTES
    packets: int = 2_000_000
    seconds: float = 60.0


class Frame(NamedTuple):
    """A packet as captured."""

    at: float  # seconds since 1970
    link: int  # LINKTYPE_*
    data: bytes
    length: int  # on the wire


class _Bounded(io.RawIOBase):
    """A file of known size, that notes whether somebody wanted more than it has."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        super().__init__()
        self._file = file
        self._left = size
        self.wanted_more = False

    def read(self, size: int = -1, /) -> bytes:
        """At most what is left."""
        asked = self._left if size < 0 else size
        data = self._file.read(min(asked, self._left))
        self._left -= len(data)
        # An end between two records is the end; one within a record is a damage.
        self.wanted_more = 0 < len(data) < asked or (self.wanted_more and not data)
        return data


class Capture:
    """An open capture. After the loop, `truncated` and `stopped` say how it ended."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self.truncated = False
        self.stopped: Literal["packets", "seconds"] | None = None

    def frames(self) -> Iterator[Frame]:
        """All packets. Raises CaptureError where the file is no capture at all."""
        try:
            with self._path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                self._check(file.read(4), size)
                file.seek(0)
                yield from self._read(_Bounded(file, size))
        except OSError as error:
            raise CaptureError(f"{self._path}: {error.strerror or 'cannot be read'}") from None

    def _check(self, magic: bytes, size: int) -> None:
        if size > self._limits.bytes:
            most = self._limits.bytes // (1024 * 1024)
            raise CaptureError(f"{self._path}: larger than {most} MiB; cut it down first")
        if magic not in _MAGICS:
            raise CaptureError(f"{self._path}: not a pcap or pcapng file")

    def _read(self, file: _Bounded) -> Iterator[Frame]:
        load_scapy()
        from scapy.error import Scapy_Exception  # noqa: PLC0415
        from scapy.utils import RawPcapNgReader  # noqa: PLC0415

        try:
            reader: Any = RawPcapNgReader(file)  # or its sibling for pcap, by the magic
        except Scapy_Exception:
            raise CaptureError(f"{self._path}: damaged from its first bytes on") from None
        end = time.monotonic() + self._limits.seconds
        count = 0
        while True:
            try:
                data, facts = reader._read_packet()  # noqa: SLF001 - no other gives the link type
            except EOFError:
                self.truncated = file.wanted_more or bool(file.read(1))
                return
            except Exception:  # noqa: BLE001 - a hostile file: the rest cannot be found
                self.truncated = True
                return
            yield _frame(reader, data, facts)
            count += 1
            if count >= self._limits.packets:
                self.stopped = "packets"
                return
            if count % _LOOK_AT_CLOCK == 0 and time.monotonic() > end:
                self.stopped = "seconds"
                return


def _frame(reader: Any, data: bytes, facts: Any) -> Frame:
    if hasattr(facts, "sec"):
        at = facts.sec + facts.usec / (1e9 if reader.nano else 1e6)
        return Frame(at, reader.linktype & 0xFFFF, data, facts.wirelen)
    if facts.tshigh is None:  # a simple packet block has no time
        return Frame(0.0, facts.linktype, data, facts.wirelen)
    at = ((facts.tshigh << 32) + facts.tslow) / facts.tsresol
    return Frame(at, facts.linktype, data, facts.wirelen)
