"""Lines and the words that OpenVPN 2.6.14 makes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.profile.lexer import MAX_WORDS, LineError, split_line

SPLIT = [
    ("plain", "remote host 443\n", ("remote", "host", "443")),
    ("tabs and carriage return", "\tproto\v udp \r\n", ("proto", "udp")),
    ("double quotes", 'ca "my ca.crt"\n', ("ca", "my ca.crt")),
    ("single quotes keep backslashes", r"ca 'C:\x y'" + "\n", ("ca", r"C:\x y")),
    ("empty value", 'a "" b', ("a", "", "b")),
    ("quotes end a word", 'a "x"y', ("a", "x", "y")),
    ("quotes inside a word", "a b'c d\"e\n", ("a", "b'c", 'd"e')),
    ("escaped space", r"ca my\ ca.crt" + "\n", ("ca", "my ca.crt")),
    ("escaped quote", r'a "b\"c" \"d' + "\n", ("a", 'b"c', '"d')),
    ("escaped backslash", r"a C:\\x" + "\n", ("a", r"C:\x")),
    ("escaped space between words", "a \\ b\n", ("a", "b")),
    ("escaped line end", "a foo\\\n", ("a", "foo\n")),
    ("backslash alone at the end", "a \\", ("a",)),
    ("comment", "# a b\n", ()),
    ("semicolon", "  ;a\n", ()),
    ("comment at the end", "verb 3 # three\n", ("verb", "3")),
    ("comment after a quoted word", 'a "b"#c\n', ("a", "b")),
    ("comment though escaped", "a \\# b\n", ("a",)),
    ("no comment inside a word", "a b#c d;e\n", ("a", "b#c", "d;e")),
    ("empty", "\n", ()),
    ("Unicode space is no white space", "a b\u00a0c\u2003d\n", ("a", "b\u00a0c\u2003d")),
]


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in SPLIT], ids=[r[0] for r in SPLIT])
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert split_line(text) == words


@pytest.mark.parametrize(
    "text", ['a "b\n', "a 'b\n", "a b\\c\n", "a \\'b\n", 'a "b\\n"\n', "a b\\", 'a "b\\']
)
def test_lines_that_openvpn_refuses(text: str) -> None:
    with pytest.raises(LineError):
        split_line(text)


def test_the_seventeenth_word_is_dropped() -> None:
    assert split_line(" ".join(map(str, range(30)))) == tuple(map(str, range(MAX_WORDS)))


WORD = st.text(st.characters(exclude_characters="\n\0", exclude_categories=["Cs"]), max_size=20)


def render(word: str, quote: str) -> str:
    """A word in the way of writing that was asked for, or in the next one that can hold it."""
    if quote == "'" and "'" not in word:
        return f"'{word}'"
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    if quote == "" and word and word[0] not in "#;'":
        return "".join(f"\\{c}" if c in " \t\v\f\r" and i else c for i, c in enumerate(escaped))
    return f'"{escaped}"'


@given(st.lists(st.tuples(WORD, st.sampled_from(["'", '"', ""])), max_size=MAX_WORDS))
def test_what_is_written_is_read(words: list[tuple[str, str]]) -> None:
    stripped = [(word.lstrip(" \t\v\f\r"), quote) for word, quote in words]
    line = " ".join(render(word, quote) for word, quote in stripped)
    assert split_line(f"{line} # end\n") == tuple(word for word, _ in stripped)
