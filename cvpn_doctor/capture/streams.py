"""A TCP direction put in order, and cut into OpenVPN's frames; both hold no more than a little."""

from typing import Final, NamedTuple

from cvpn_doctor.capture.layer import OPCODES

_MASK = 0xFFFFFFFF
_HALF = 0x80000000
_MOST_WAITING: Final = 64  # segments that wait for an earlier one
_MOST_HELD: Final = 256 * 1024
_LONGEST_FRAME: Final = 0x4000  # a data packet of the largest tunnel that anybody uses


class Piece(NamedTuple):
    """Bytes that follow on the last ones, unless something between them is missing."""

    data: bytes
    after_gap: bool = False


class Stream:
    """One direction of a connection."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._waiting: dict[int, bytes] = {}
        self.gaps = 0
        self.repeated = 0

    def start(self, sequence: int) -> None:
        """After a SYN: the number of the first byte."""
        self._next = (sequence + 1) & _MASK
        self._waiting.clear()

    def receive(self, sequence: int, data: bytes) -> list[Piece]:
        """What can be read now, in order."""
        if self._next is None:
            self._next = sequence
        ahead = (sequence - self._next) & _MASK
        if ahead >= _HALF:  # begins before what is wanted: sent again, at least in part
            old = (-ahead) & _MASK
            self.repeated += 1
            if old >= len(data):
                return []
            data, ahead = data[old:], 0
        if ahead == 0:
            return [Piece(data), *self._follow(len(data))]
        self._waiting.setdefault(sequence, data)
        held = sum(map(len, self._waiting.values()))
        if len(self._waiting) <= _MOST_WAITING and held <= _MOST_HELD:
            return []
        return self._jump()

    def _follow(self, size: int) -> list[Piece]:
        assert self._next is not None  # set before the first byte is read
        self._next = (self._next + size) & _MASK
        found: list[Piece] = []
        while self._waiting:
            late = {n: (self._next - n) & _MASK for n in self._waiting}
            number = next((n for n, behind in late.items() if behind < _HALF), None)
            if number is None:
                break
            data = self._waiting.pop(number)[late[number] :]
            if data:
                found.append(Piece(data))
                self._next = (self._next + len(data)) & _MASK
        return found

    def _jump(self) -> list[Piece]:
        """The capture lacks a piece: go on behind it."""
        assert self._next is not None
        self.gaps += 1
        begin = self._next
        first = min(self._waiting, key=lambda number: (number - begin) & _MASK)
        self._next = first
        data = self._waiting.pop(first)
        return [Piece(data, after_gap=True), *self._follow(len(data))]


class Framer:
    """Frames of a stream: a u16 length and a packet each."""

    def __init__(self) -> None:
        self._rest = b""
        self.broken = False

    def receive(self, piece: Piece) -> list[bytes]:
        """Whole packets. `broken` is set where no packet can start."""
        if piece.after_gap:  # senders write a packet at once: a segment mostly begins with one
            self._rest, self.broken = b"", False
        if self.broken:
            return []
        data, at = self._rest + piece.data, 0
        found: list[bytes] = []
        while len(data) - at >= 3:
            size = (data[at] << 8) + data[at + 1]
            if not 1 <= size <= _LONGEST_FRAME or data[at + 2] >> 3 not in OPCODES:
                self.broken = True
                break
            if len(data) - at - 2 < size:
                break
            found.append(data[at + 2 : at + 2 + size])
            at += 2 + size
        self._rest = b"" if self.broken else data[at:]
        return found
