"""A log as lines: what stands before the program's own words, and by which process. Pure.

The prefix differs by program, by syslog and by language, so it is not parsed from the left: the
program's fixed words are looked for near the beginning, and the prefix is what stands before.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

LINE_LENGTH = 16_384  # a push reply with two hundred routes has some 8,000 characters
PREFIX_LENGTH = 256
PIECES = 64 * 1024  # of a line that holds others: copied from OpenVPN Connect, they stand behind ⏎

_COLOUR = re.compile(r"(?:\x1b|#033)\[[0-9;]{0,16}[A-Za-z]")
_PID = re.compile(r"\[(\d{1,10})\]: ")
# openvpn/src/openvpn/multi.c: what a server says of a client has that client's address before it.
_OF_A_SERVER = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|\[AF_INET6\]\S{2,45}):\d{1,5} ")
_LINK = "link remote: "


class Line(NamedTuple):
    """One line whose words are known: `head`, the words, and the `rest` behind them."""

    number: int
    head: str
    words: str
    rest: str

    @property
    def process(self) -> str | None:
        """The number that syslog gives, where it does."""
        match = _PID.search(self.head)
        return match[1] if match else None

    @property
    def of_a_server(self) -> bool:
        """Whether a server on this machine says it of one of its clients."""
        return _OF_A_SERVER.search(self.head) is not None and self.words != _LINK


def numbered(text: str, first: int) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; CRLF, colours and ⏎ are seen to, blank ones left out."""
    number = first - 1
    for number, raw in enumerate(text.split("\n"), first):
        if len(raw) <= LINE_LENGTH and "⏎" not in raw and "\r" not in raw:
            pieces = [raw]
        else:
            pieces = raw[:PIECES].replace("⏎", "\r").split("\r")
        for piece in pieces:
            clean = piece[:LINE_LENGTH]
            if "\x1b" in clean or "#033" in clean:
                clean = _COLOUR.sub("", clean)
            if clean.strip():
                yield number, clean


def count(text: str) -> int:
    """How many lines a text has; an end of line at its end begins no other."""
    return text.count("\n") + (1 if text and not text.endswith("\n") else 0)
