"""pcap and pcapng files to frames, by scapy's readers, within limits and to the last whole packet.

A file that ends in the middle is read as far as it goes. scapy's reader asks for as many bytes as
a block says that it has; the file given to it never hands out more than there are.
"""

import io
import os
import struct
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
_LONGEST = 0xFFFF  # as scapy reads a packet
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
    """A file of known size."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        super().__init__()
        self._file = file
        self.left = size

    def read(self, size: int = -1, /) -> bytes:
        """At most what is left."""
        data = self._file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data

    def take_back(self, size: int) -> None:
        """The last bytes once more."""
        self._file.seek(-size, os.SEEK_CUR)
        self.left += size


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
            reader: Any = RawPcapNgReader(file)  # type: ignore[arg-type]  # or its sibling for pcap, by the magic
        except Scapy_Exception:
            raise CaptureError(f"{self._path}: damaged from its first bytes on") from None
        end = time.monotonic() + self._limits.seconds
        count, left = 0, file.left
        while True:
            try:
                data, facts = reader._read_packet()  # noqa: SLF001 - no other gives the link type
            except EOFError:
                self.truncated |= not _ends_well(reader, file, left)
                return
            except Exception:  # a hostile file: where the rest begins, nobody can say
                self.truncated = True
                return
            left = file.left
            self.truncated |= len(data) < min(getattr(facts, "caplen", 0), _LONGEST)
            yield _frame(reader, data, facts)
            count += 1
            if count >= self._limits.packets:
                self.stopped = "packets"
                return
            if count % _LOOK_AT_CLOCK == 0 and time.monotonic() > end:
                self.stopped = "seconds"
                return


def _ends_well(reader: Any, file: _Bounded, left: int) -> bool:
    """Whether the bytes after the last packet are nothing, or whole blocks without a packet."""
    if file.left or not hasattr(reader, "interfaces"):
        return left == 0
    file.take_back(left)
    while file.left:
        head = file.read(8)
        if len(head) < 8:
            return False
        (size,) = struct.unpack(f"{reader.endian}4xI", head)
        if size < 12 or size - 8 > file.left:
            return False
        file.read(size - 8)
    return True


def _frame(reader: Any, data: bytes, facts: Any) -> Frame:
    if hasattr(facts, "sec"):
        at = facts.sec + facts.usec / (1e9 if reader.nano else 1e6)
        return Frame(at, reader.linktype & 0xFFFF, data, facts.wirelen)
    if facts.tshigh is None:  # a simple packet block has no time
        return Frame(0.0, facts.linktype, data, facts.wirelen)
    at = ((facts.tshigh << 32) + facts.tslow) / facts.tsresol
    return Frame(at, facts.linktype, data, facts.wirelen)
