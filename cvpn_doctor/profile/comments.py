"""`# cvpn-doctor: WORD VALUE` lines: an expectation that travels in the profile itself.

No VPN client trips over a comment. A word that is not known is remarked on, not refused: it may
be one of a later version; a known word with a wrong value is refused, since it is a mistake for
certain.
"""

import re
from collections.abc import Iterator

from cvpn_doctor.model.failure import ProfileError
from cvpn_doctor.profile.parsed import Comment, ParsedProfile
from cvpn_doctor.profile.statements import (
    LISTS,
    MAX_REMARKS,
    Layer,
    Remark,
    Statement,
    gather,
    guess,
)
from cvpn_doctor.profile.values import masked_prefix, prefix, shown
from cvpn_doctor.profile.words import WORDS, Word

_BY_COMMENT = {word.comment: word for word in WORDS}
_WHOLE_LINE = frozenset({"helpdesk", "target"})  # values that hold spaces


def from_comments(parsed: ParsedProfile) -> tuple[Layer, tuple[Remark, ...]]:
    """The comments' layer and the words not known. Raises ProfileError for a wrong value."""
    statements: list[Statement] = []
    remarks: list[Remark] = []
    for comment in parsed.comments:
        name, _, rest = comment.text.replace("\t", " ").partition(" ")
        word = _BY_COMMENT.get(name.lower())
        if word is None:
            if len(remarks) < MAX_REMARKS:
                remarks.append(_unknown(name, comment, str(parsed.path)))
        else:
            values = tuple(_values(word, rest, comment, str(parsed.path)))
            statements.append(Statement(word.field, values, comment.line))
    return gather("comment", statements), tuple(remarks)


def _unknown(name: str, comment: Comment, path: str) -> Remark:
    hint = guess(name, _BY_COMMENT)
    return Remark(path, f"line {comment.line}", "unknown-word", shown(name), hint)


def _values(word: Word, rest: str, comment: Comment, path: str) -> Iterator[object]:
    texts = _texts(word, rest)
    if not texts or (texts[1:] and word.field not in LISTS):
        raise _wrong(word, rest.strip(), comment, path)
    for text in texts:
        value = word.read(text)
        if value is None:
            raise _wrong(word, text, comment, path)
        yield value


def _texts(word: Word, rest: str) -> list[str]:
    if word.comment == "helpdesk":
        return [rest.strip()] if rest.strip() else []
    text = re.split(r"(?:^|\s)[#;]", rest)[0].strip()  # a remark at the end of the comment
    if word.comment in _WHOLE_LINE:
        return [text] if text else []
    texts = text.replace(",", " ").split()
    return _joined(texts) if word.read is prefix else texts


def _joined(texts: list[str]) -> list[str]:
    """`10.20.0.0 255.255.0.0`, as the directive has it, is one prefix and not two hosts."""
    if len(texts) != 2 or "/" in texts[0]:
        return texts
    found = masked_prefix(*texts)
    return [found] if found else texts


def _wrong(word: Word, text: str, comment: Comment, path: str) -> ProfileError:
    return ProfileError(
        f"`{word.comment}` has the value {shown(text)}"
        if text
        else f"`{word.comment}` says nothing",
        path=path,
        line=comment.line,
        advice=f"write `# cvpn-doctor: {word.comment} {word.example}`",
    )
