"""Reads an .ovpn file by OpenVPN's own rules, and nothing beyond them.

Followed from openvpn(8), "Configuration file" and "Inline file support", and compared with OpenVPN
2.6.14: an inline block starts at a line of the one word `<name>` (even quoted, even after `--`) and
ends at the first line that, without its indentation, begins with `</name>`.

Not followed is a nested `config FILE`: a profile is not trusted, and must not make us read, and
perhaps report, any other file. `load` says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cvpn_doctor.model.failure import ProfileError
from cvpn_doctor.profile.encoding import Encoding, decode
from cvpn_doctor.profile.lexer import MAX_LINE_BYTES, LineError, split_line
from cvpn_doctor.profile.parsed import Comment, Connection, Directive, InlineBlock, ParsedProfile
from cvpn_doctor.profile.reading import Read, read_file, read_profile_bytes
from cvpn_doctor.profile.values import shown

_COMMENT = re.compile(r"[ \t]*[#;]+[ \t]*cvpn-doctor[ \t]*:(?P<text>.*)", re.IGNORECASE | re.DOTALL)
MAX_DIRECTIVES = 20_000  # profiles that hold a country's routes have some 10,000
_WHITE = " \t\n\v\f\r"


def read_profile(path: Path, read: Read = read_file) -> ParsedProfile:
    """Reads and parses the file. Raises ProfileError, and nothing else."""
    return parse(read_profile_bytes(path, read), path)


def parse(data: bytes, path: Path) -> ParsedProfile:
    """What the bytes of a profile say. Raises ProfileError with the line, and nothing else."""
    text, encoding = decode(data, path)
    found = _read(text, path, encoding)
    return ParsedProfile(
        path=path,
        directives=tuple(found.directives),
        blocks=tuple(found.blocks),
        comments=tuple(found.comments),
        connections=tuple(_connections(found.blocks, path)),
        long_lines=tuple(found.long_lines),
        encoding=encoding,
    )


@dataclass
class _Found:
    directives: list[Directive] = field(default_factory=list)
    blocks: list[InlineBlock] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    long_lines: list[int] = field(default_factory=list)


def _read(text: str, path: Path, encoding: Encoding, first_line: int = 1) -> _Found:
    found = _Found()
    lines = iter(enumerate(_lines(text), start=first_line))
    for number, line in lines:
        if len(line.encode(encoding)) > MAX_LINE_BYTES:
            found.long_lines.append(number)
        if comment := _COMMENT.match(line):
            found.comments.append(Comment(comment["text"].strip(), number))
        elif words := _words(line, number, path):
            _add(found, words, number, lines, path)
        if len(found.directives) > MAX_DIRECTIVES:
            raise _too_many(path, number)
    return found


def _too_many(path: Path, number: int) -> ProfileError:
    message = f"more than {MAX_DIRECTIVES} directives"
    return ProfileError(message, path=str(path), line=number, advice="this is no VPN profile")


def _lines(text: str) -> Iterator[str]:
    """Lines with their line feed; str.splitlines would split at more than OpenVPN does."""
    *whole, rest = text.split("\n")
    yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _words(line: str, number: int, path: Path) -> tuple[str, ...]:
    if line.lstrip(_WHITE).startswith("-----BEGIN "):
        raise ProfileError(
            "a certificate or key stands outside a block",
            path=str(path),
            line=number,
            advice="put it between <cert> and </cert>, <key> and </key> or <ca> and </ca>",
        )
    try:
        return split_line(line)
    except LineError as error:
        raise ProfileError(
            error.message, path=str(path), line=number, advice=error.advice
        ) from None


def _add(
    found: _Found,
    words: tuple[str, ...],
    number: int,
    lines: Iterator[tuple[int, str]],
    path: Path,
) -> None:
    name = words[0][2:] if len(words[0]) > 2 and words[0].startswith("--") else words[0]
    if len(words) == 1 and len(name) > 2 and name[0] == "<" and name[-1] == ">":
        found.blocks.append(_block(name[1:-1], number, lines, path))
    else:
        found.directives.append(Directive(name, words[1:], number))


def _block(name: str, start: int, lines: Iterator[tuple[int, str]], path: Path) -> InlineBlock:
    end = f"</{name}>"
    if name.startswith("/"):
        raise ProfileError(
            f"{shown(f'<{name}>')} closes a block that is not open",
            path=str(path),
            line=start,
            advice="remove the line, or add the one that opens the block",
        )
    text: list[str] = []
    for _, line in lines:
        if line.lstrip(_WHITE).startswith(end):
            return InlineBlock(name, "".join(text), start)
        text.append(line)
    raise ProfileError(
        f"the block {shown(f'<{name}>')} is not closed",
        path=str(path),
        line=start,
        advice=f"add a line {shown(end)}, or replace the placeholder if it is one",
    )


def _connections(blocks: list[InlineBlock], path: Path) -> Iterator[Connection]:
    for block in blocks:
        if block.name == "connection":
            inside = _read(block.text, path, "utf-8", first_line=block.line + 1)
            yield Connection(tuple(inside.directives), block.line)
