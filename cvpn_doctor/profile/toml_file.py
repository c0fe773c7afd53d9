"""Expectation files: TOML that device management deploys (contract, section 5).

Tables `[endpoint."ID"]`, of which only the profile's own is used, `[network]` and `[helpdesk]`.
As in comments: an unknown key is remarked on, a known key with a wrong value is refused with its
path.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cvpn_doctor.model.expectation import Target
from cvpn_doctor.model.failure import ProfileError
from cvpn_doctor.profile.reading import MAX_BYTES
from cvpn_doctor.profile.statements import LISTS, MAX_REMARKS, Layer, Remark, RemarkKind, guess
from cvpn_doctor.profile.values import address, domain, printable, shown
from cvpn_doctor.profile.words import WORDS, Word

_TARGET_KEYS = frozenset({"name", "address", "port"})
_TABLES = ("endpoint", "network", "helpdesk")


def from_toml(label: str, data: bytes, endpoint_id: str | None) -> tuple[Layer, tuple[Remark, ...]]:
    """The file's layer and what was not used in it. `label` names the file in messages.

    Raises ProfileError for what is no TOML, and for a wrong value of a known key.
    """
    file = _File(label)
    for name, content in _decode(label, data).items():
        if name not in _TABLES:
            file.unknown(name[:60], name, _TABLES)
        elif name == "endpoint":
            _endpoints(file, _table(file, name, content), endpoint_id)
        else:
            _read_table(file, name, name, _table(file, name, content))
    return file.layer, tuple(file.remarks)


@dataclass
class _File:
    label: str
    layer: dict[str, tuple[Any, str]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, place: str, kind: RemarkKind, found: str, suggestion: str = "") -> None:
        place = printable(place)
        self.remarks.append(Remark(self.label, place, kind, shown(found), suggestion))

    def unknown(self, place: str, key: str, known: Iterable[str]) -> None:
        if len(self.remarks) < MAX_REMARKS:
            self.remark(place, "unknown-word", key, guess(key, known))

    def wrong(self, place: str, value: object, example: str) -> ProfileError:
        return ProfileError(
            f"{place} has the value {shown(value)}", path=self.label, advice=f"write {example}"
        )


def _decode(label: str, data: bytes) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - most runs have no such file

    if len(data) > MAX_BYTES:
        raise ProfileError("larger than 1 MiB", path=label, advice="name the TOML file")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ProfileError("not UTF-8", path=label, advice="save it as UTF-8") from None
    except RecursionError:
        raise ProfileError("nested too deeply", path=label, advice="name the TOML file") from None
    except ValueError as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        raise ProfileError(
            "this is not TOML" if place else "this is not TOML; it ends too early",
            path=label,
            line=int(place[1]) if place else None,
            advice='texts stand in quotes: tunnel = "split"',
        ) from None


def _table(file: _File, place: str, content: object) -> Mapping[str, Any]:
    if isinstance(content, dict):
        return content
    raise file.wrong(place, content, f"it as a table: [{place}]")


def _endpoints(file: _File, tables: Mapping[str, Any], endpoint_id: str | None) -> None:
    used = False
    for name, content in tables.items():
        place = f'endpoint."{name[:60]}"'
        if name.lower() == endpoint_id:
            used = True
            _read_table(file, "endpoint", place, _table(file, place, content))
    if tables and not used:
        own = f"this one is {endpoint_id}" if endpoint_id else "no endpoint's id is known here"
        file.remark("endpoint", "other-endpoint", ", ".join(tables), own)


def _read_table(file: _File, table: str, place: str, content: Mapping[str, Any]) -> None:
    known = {word.key: word for word in WORDS if word.table == table}
    for key, value in content.items():
        if key not in known:
            file.unknown(f"{place}.{key[:60]}", key, known)
        else:
            word = known[key]
            file.layer[word.field] = (_value(file, word, f"{place}.{key}", value), file.label)


def _value(file: _File, word: Word, place: str, value: object) -> object:
    if word.field not in LISTS:
        return _single(file, word, place, value)
    if not isinstance(value, list):
        raise file.wrong(place, value, f"a list: {word.key} = [{_example(word)}]")
    items = (_single(file, word, f"{place}[{i}]", item) for i, item in enumerate(value))
    return tuple(dict.fromkeys(items))


def _single(file: _File, word: Word, place: str, value: object) -> object:
    found = _target(file, place, value) if word.field == "targets" else _scalar(word, value)
    if found is None:
        raise file.wrong(place, value, _example(word))
    return found


def _scalar(word: Word, value: object) -> object:
    if word.field == "port":
        return value if type(value) is int and 0 < value < 65536 else None
    return word.read(value) if isinstance(value, str) else None


def _target(file: _File, place: str, value: object) -> Target | None:
    if not isinstance(value, dict):
        return None
    for key in value.keys() - _TARGET_KEYS:
        file.unknown(f"{place}.{key[:60]}", key, _TARGET_KEYS)
    where, port = value.get("address"), value.get("port")
    known = (address(where) or domain(where)) if isinstance(where, str) else None
    name = value.get("name", known)
    if not known or not isinstance(name, str) or not name.isprintable():
        return None
    if type(port) is not int or not 0 < port < 65536:
        return None
    return Target(name=name, address=known, port=port)


def _example(word: Word) -> str:
    if word.field == "targets":
        return '{ name = "ssh", address = "10.20.1.5", port = 22 }'
    if word.field == "port":
        return word.example
    return '"' + word.example.replace(" or ", '" or "') + '"'
