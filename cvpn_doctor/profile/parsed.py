"""What stands in a profile, line by line, before anything is concluded from it."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Directive:
    """One line: its name without a leading `--`, its values, its line number (from 1)."""

    name: str
    values: tuple[str, ...]
    line: int

    @property
    def text(self) -> str:
        """Name and values with single spaces, for messages."""
        return " ".join((self.name, *self.values))


@dataclass(frozen=True, slots=True)
class InlineBlock:
    """`<name> … </name>`. The text may be a private key: it is in no `repr`."""

    name: str
    text: str = field(repr=False)
    line: int

    @property
    def holds_pem(self) -> bool:
        """A PEM begins in it, perhaps after some explaining text."""
        return "-----BEGIN " in self.text


@dataclass(frozen=True, slots=True)
class Comment:
    """A `# cvpn-doctor:` line: what stands after the colon."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Connection:
    """The directives of one `<connection>` block, which hold for its own remote only."""

    directives: tuple[Directive, ...]
    line: int


@dataclass(frozen=True)
class ParsedProfile:
    """A profile as it is written. `repr` shows no block's text."""

    path: Path
    directives: tuple[Directive, ...] = ()
    blocks: tuple[InlineBlock, ...] = ()
    comments: tuple[Comment, ...] = ()
    connections: tuple[Connection, ...] = ()
    long_lines: tuple[int, ...] = ()  # OpenVPN 2.6 refuses them, OpenVPN 3 reads them
    encoding: Literal["utf-8", "latin-1"] = "utf-8"

    @cached_property
    def effective(self) -> tuple[Directive, ...]:
        """The directives outside blocks; `setenv opt NAME …` is the NAME it stands for."""
        return tuple(_effective(directive) for directive in self.directives)

    def named(self, *names: str) -> tuple[Directive, ...]:
        """The effective directives of these names, in the file's order."""
        return tuple(directive for directive in self.effective if directive.name in names)

    def blocks_named(self, *names: str) -> tuple[InlineBlock, ...]:
        """The inline blocks of these names, in the file's order."""
        return tuple(block for block in self.blocks if block.name in names)

    def mentions(self, *names: str) -> bool:
        """One of these names stands in the file, as a directive or as a block with any text."""
        return bool(self.named(*names)) or any(
            block.text.strip() for block in self.blocks_named(*names)
        )


def _effective(directive: Directive) -> Directive:
    # `setenv opt X` asks older programs to ignore X and newer ones to obey it: openvpn(8).
    if directive.name != "setenv" or directive.values[:1] != ("opt",) or not directive.values[1:]:
        return directive
    _, name, *values = directive.values
    return Directive(name, tuple(values), directive.line)
