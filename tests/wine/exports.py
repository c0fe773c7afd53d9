"""The names that a 64-bit Windows DLL exports, one a line, as a .def file has them.

Source: Microsoft, "PE Format" (optional header, section table, export directory).
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from pathlib import Path


class Image:
    """A PE32+ file, addressed as it will lie in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        header = struct.unpack_from("<I", data, 0x3C)[0]
        sections, optional_size = struct.unpack_from("<6xH12xH", data, header)
        self.optional = header + 24
        first = self.optional + optional_size
        self._sections = [
            struct.unpack_from("<8sIIII", data, first + 40 * number) for number in range(sections)
        ]

    def number(self, size: str, at: int) -> int:
        return int(struct.unpack_from(f"<{size}", self._data, at)[0])

    def text(self, at: int) -> str:
        return self._data[at : self._data.index(b"\0", at)].decode("ascii")

    def offset(self, address: int) -> int:
        for _name, virtual_size, start, raw_size, raw in self._sections:
            if start <= address < start + max(virtual_size, raw_size):
                return int(raw + address - start)
        raise ValueError(f"no section holds {address:#x}")

    def is_code(self, address: int) -> bool:
        return any(
            name.startswith(b".text") and start <= address < start + size
            for name, size, start, _raw_size, _raw in self._sections
        )


def exports(image: Image) -> Iterator[str]:
    directory = image.offset(image.number("I", image.optional + 112))
    count = image.number("I", directory + 24)
    functions, names, ordinals = (
        image.offset(image.number("I", directory + at)) for at in (28, 32, 36)
    )
    for number in range(count):
        name = image.text(image.offset(image.number("I", names + 4 * number)))
        ordinal = image.number("H", ordinals + 2 * number)
        code = image.is_code(image.number("I", functions + 4 * ordinal))
        yield name if code else f"{name} DATA"


if __name__ == "__main__":
    for line in exports(Image(Path(sys.argv[1]).read_bytes())):
        print(line)
