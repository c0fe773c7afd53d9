"""Puts together what should be true on this laptop, and where each value came from.

In this order, the later winning field by field (contract, section 5): the profile's directives, its
`# cvpn-doctor:` comments, TOML files in the order given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cvpn_doctor.model.expectation import DEFAULT_WITNESS, Expectation
from cvpn_doctor.profile.comments import from_comments
from cvpn_doctor.profile.directives import from_directives
from cvpn_doctor.profile.lexer import MAX_LINE_BYTES
from cvpn_doctor.profile.parsed import ParsedProfile
from cvpn_doctor.profile.statements import Layer, Remark, merge
from cvpn_doctor.profile.summary import summarise
from cvpn_doctor.profile.toml_file import from_toml
from cvpn_doctor.profile.values import shown

_DEFAULTS: Layer = {"witness": (DEFAULT_WITNESS, "default")}

Read = tuple[Layer, tuple[Remark, ...]]


@dataclass(frozen=True, slots=True)
class Expected:
    """The expectation, and what was read but not used, such as a mistyped word."""

    expectation: Expectation
    warnings: tuple[Remark, ...] = ()


def expect(parsed: ParsedProfile | None, toml_files: Sequence[tuple[str, bytes]] = ()) -> Expected:
    """Merges all sources. `toml_files` are (file name for messages, content), the later wins.

    Without a profile no `[endpoint."…"]` table is used. Raises ProfileError for a wrong value.
    """
    endpoint = summarise(parsed).endpoint_id if parsed else None
    read: list[Read] = [(_DEFAULTS, ())]
    if parsed is not None:
        read += [from_directives(parsed), from_comments(parsed), ({}, _oddities(parsed))]
    read += [from_toml(label, data, endpoint) for label, data in toml_files]
    warnings = tuple(remark for _, remarks in read for remark in remarks)
    return Expected(merge([layer for layer, _ in read]), warnings)


def _oddities(parsed: ParsedProfile) -> tuple[Remark, ...]:
    path = str(parsed.path)
    long = f"more than {MAX_LINE_BYTES} bytes"
    hint = "OpenVPN 2 refuses the whole profile; make it shorter"
    return (
        *(Remark(path, f"line {line}", "line-too-long", long, hint) for line in parsed.long_lines),
        *(
            Remark(path, f"line {d.line}", "not-followed", shown(d.text), "put its lines here")
            for d in parsed.named("config")
        ),
    )
