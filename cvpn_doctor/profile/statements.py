"""The common form of what directives, comments and TOML state, and how the later one wins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cvpn_doctor.model.expectation import Expectation

LISTS = frozenset({"routes", "dns", "domains", "targets", "resolvers", "recipients"})

RemarkKind = Literal[
    "unknown-word",  # a comment's word or a TOML key of a later version, or a typing mistake
    "unusable-value",  # a directive that OpenVPN only warns about
    "line-too-long",  # OpenVPN 2 refuses the profile, OpenVPN 3 does not
    "not-followed",  # a nested `config` file
    "other-endpoint",  # a TOML file has tables, but none for this endpoint
]

MAX_REMARKS = 100  # of one kind and file; each costs a guess, and nobody reads more

# Field of Expectation -> (value, origin).
Layer = Mapping[str, tuple[Any, str]]


@dataclass(frozen=True, slots=True)
class Statement:
    """One line that states something about a field; no line means a default."""

    field: str
    values: tuple[Any, ...]
    line: int | None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that was not used, so that nobody believes it was. It stops nothing."""

    path: str
    place: str  # "line 7", or the key path in a TOML file
    kind: RemarkKind
    found: str
    suggestion: str = ""

    def __str__(self) -> str:
        hint = f" - {self.suggestion}" if self.suggestion else ""
        return f"{self.path}, {self.place}: {self.kind.replace('-', ' ')}: {self.found}{hint}"


def gather(kind: str, statements: Iterable[Statement]) -> Layer:
    """Lines of one file as a layer: lists are joined, of single values the last one holds."""
    fields: dict[str, list[Statement]] = {}
    for statement in statements:
        if statement.field not in LISTS:
            fields[statement.field] = []
        fields.setdefault(statement.field, []).append(statement)
    return {name: (_value(name, stated), _origin(kind, stated)) for name, stated in fields.items()}


def merge(layers: Sequence[Layer]) -> Expectation:
    """The later layer wins, field by field."""
    fields = {name: stated for layer in layers for name, stated in layer.items()}
    values = {name: value for name, (value, _) in fields.items()}
    return Expectation(**values, origins={name: origin for name, (_, origin) in fields.items()})


def guess(word: str, known: Iterable[str]) -> str:
    """`did you mean …?` for a likely slip of the finger, else nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a typing mistake

    near = get_close_matches(word[:40].lower(), tuple(known), n=1)
    return f"did you mean `{near[0]}`?" if near else ""


def _value(name: str, stated: list[Statement]) -> Any:
    values = tuple(value for statement in stated for value in statement.values)
    return tuple(dict.fromkeys(values)) if name in LISTS else values[-1]


def _origin(kind: str, stated: list[Statement]) -> str:
    lines = sorted({statement.line for statement in stated if statement.line is not None})
    if not lines:
        return "default"
    return f"{kind} line{'s' if lines[1:] else ''} {', '.join(map(str, lines))}"
