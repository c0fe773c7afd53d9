"""What findings are called, in the language of the reader. Pure tables: one file a code.

A finding carries a code and arguments; the sentence is made here, so a bundle from a Japanese
laptop reads in English at the helpdesk. English is the source and the fallback.
"""

import string
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from cvpn_doctor.model.finding import ArgValue
from cvpn_doctor.model.record import Record

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Words(Record, frozen=True, kw_only=True):
    """A finding in words: the answer in one line, the reason, what to do."""

    title: str
    text: str
    steps: tuple[str, ...]


class Page(Record, frozen=True, kw_only=True):
    """What `explain` says of a code."""

    code: str
    title: str
    means: str
    known: str
    changes: str
    steps: tuple[str, ...]


class _Places(dict[str, str]):
    """What a page shows without a case: the argument's name, as in `--port PORT`."""

    def get(self, key: str, _default: object = None) -> str:
        """The place of one argument."""
        return key.upper()


class _Plain(string.Formatter):
    """Fills in `{name}` and nothing else: no attribute, no index, no conversion of foreign data."""

    def get_field(self, field_name: str, _args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """One value; a name that is not given shows as an ellipsis."""
        if not field_name.isidentifier():
            raise ValueError(f"not a plain placeholder: {field_name!r}")
        return kwargs.get(field_name, "…"), field_name


# What an administrator's command needs, where no profile tells it.
_PLACES = {"endpoint_id": "ENDPOINT_ID", "region": "REGION"}


def tell(code: str, args: Mapping[str, ArgValue], language: Language) -> Words:
    """The words of a finding. The first variant that fits its arguments is used."""
    table = _table(code, language)
    chosen = dict(table)
    for variant in table.get("variant", ()):
        if all(args.get(name) == value for name, value in variant["when"].items()):
            chosen.update(variant)
            break
    shown = {**_PLACES, **{name: _shown(value) for name, value in args.items()}}
    return Words(
        title=_fill(chosen["title"], shown),
        text=_fill(chosen["text"], shown),
        steps=tuple(_fill(step, shown) for step in chosen["steps"]),
    )


def page(code: str, language: Language) -> Page:
    """The page of a code. Raises KeyError for one that no table knows."""
    table = _table(code, language)
    return Page(
        code=code,
        title=_fill(table.get("heading", table["title"]), _Places()),
        means=table["means"],
        known=table["known"],
        changes=table["changes"],
        steps=tuple(_fill(step, _Places()) for step in table["steps"]),
    )


def label(name: str, language: Language, **values: str | int) -> str:
    """A word of the program's own surface, e.g. `label("verdict.ready", "en")`."""
    return _fill(_interface(language)[name], {key: str(value) for key, value in values.items()})


def codes(language: Language) -> tuple[str, ...]:
    """Every code that has words in this language."""
    folder = resources.files(__name__) / language
    names = (item.name for item in folder.iterdir())
    return tuple(
        sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml") and n[0] != "_")
    )


@cache
def _table(code: str, language: Language) -> dict[str, Any]:
    if code not in codes(language):
        raise KeyError(code)
    text = (resources.files(__name__) / language / f"{code}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _interface(language: Language) -> dict[str, str]:
    path = resources.files(__name__) / language / "_interface.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        f"{group}.{name}": text for group, names in tables.items() for name, text in names.items()
    }


def _shown(value: ArgValue) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _fill(template: str, args: Mapping[str, str]) -> str:
    return _Plain().vformat(template, (), args)
