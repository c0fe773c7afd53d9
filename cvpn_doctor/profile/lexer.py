"""Splits one line of an .ovpn file into its words, as OpenVPN does.

OpenVPN has a small lexer of its own, neither a shell's nor an INI file's (openvpn(8),
"Configuration file"; each rule below was compared with OpenVPN 2.6.14, see
tests/profile/test_against_openvpn.py):

* words are separated by white space; `"…"` and `'…'` quote only at the start of a word;
* a backslash may precede a backslash, a double quote or white space, and nothing else; inside
  single quotes it is an ordinary character;
* `#` and `;` start a comment at the start of a word, not inside one, even after a backslash;
* of more than sixteen words (the name and fifteen values) the rest is dropped without a word.
"""

import re

MAX_WORDS = 16  # MAX_PARMS of OpenVPN's options.h; measured: the 17th word vanishes
MAX_LINE_BYTES = 255  # with its end; measured: OpenVPN 2.6 stops at a longer line

_WHITE = r" \t\n\v\f\r"  # isspace() of the C locale: not Unicode's white space
_TOKEN = re.compile(
    rf"(?P<gap>(?:\\?[{_WHITE}])++|\\\Z)"
    r"|(?P<comment>\\?[#;].*+)"
    r'|"(?P<double>[^"\\]*+(?:\\.[^"\\]*+)*+)"'
    r"|'(?P<single>[^']*+)'"
    rf"|(?P<bare>(?:[^{_WHITE}\"'\\]|\\.)(?:[^{_WHITE}\\]|\\.)*+)(?P<torn>\\\Z)?",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPABLE = frozenset('\\" \t\n\v\f\r')


class LineError(ValueError):
    """A line that OpenVPN refuses. `advice` says what to write instead."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


def split_line(line: str) -> tuple[str, ...]:
    """The words of `line` (with its line end, if it has one), or nothing for a comment.

    Raises LineError for an open quote, a wrong backslash, or a backslash at the end of the file.
    """
    words: list[str] = []
    place = 0
    while place < len(line) and len(words) < MAX_WORDS:
        token = _TOKEN.match(line, place)
        if token is None:
            raise _open_end(line[place])
        place = token.end()
        if token["torn"]:
            raise LineError("a backslash ends the file", "remove it")
        words.extend(_word(token))
    return tuple(words)


def _word(token: re.Match[str]) -> tuple[str, ...]:
    if token["single"] is not None:
        return (token["single"],)
    text = token["double"] if token["double"] is not None else token["bare"]
    return () if text is None else (_ESCAPE.sub(_escaped, text),)


def _escaped(match: re.Match[str]) -> str:
    if match[1] not in _ESCAPABLE:
        raise LineError(
            "a single backslash before a character that needs none",
            "write two backslashes, or / in paths",
        )
    return match[1]


def _open_end(character: str) -> LineError:
    if character in "\"'":
        return LineError(f"a quotation mark {character} is not closed", "close it on the same line")
    return LineError("a backslash ends the line", "remove it")
