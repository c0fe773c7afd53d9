"""`explain`, `list`, `schema`: what the program knows, generated from what the code declares."""

import sys
import textwrap
from collections.abc import Iterator

import msgspec

from cvpn_doctor.cli.choices import one_of
from cvpn_doctor.cli.show import write_bytes
from cvpn_doctor.model.finding import Problem
from cvpn_doctor.words import Language, label, page


def explain(code: str, language: Language) -> int:
    """The page of a code. An unknown one is a usage error that names the nearest."""
    problems = {problem.code: problem for _, problem in _declared()}
    one_of(code, tuple(sorted(problems)), "explain")
    told, problem = page(code, language), problems[code]
    sections = [
        ("page.means", told.means),
        ("page.known", told.known),
        ("page.changes", told.changes),
    ]
    print(f"{told.title}  [{code}]\n")
    for name, text in sections:
        print(f"{label(name, language)}\n{_wrapped(text)}\n")
    print(f"{label('section.who', language)}: {label(f'actor.{problem.actor}', language)}")
    print(f"{label('section.what', language)}:")
    for number, step in enumerate(told.steps, 1):
        print(textwrap.fill(step, 78, initial_indent=f"  {number}. ", subsequent_indent="     "))
    near = [c for c in problem.neighbours if c in problems]
    if near:
        print(f"\n{label('page.neighbours', language)}")
        for neighbour in near:
            print(f"  {neighbour}: {page(neighbour, language).title}")
    return 0


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 78, initial_indent="  ", subsequent_indent="  ")


def _declared() -> Iterator[tuple[str, Problem]]:
    from cvpn_checks import ALL  # noqa: PLC0415

    for check in ALL:
        for problem in check.problems:
            yield check.id, problem


def list_checks(*, as_json: bool) -> int:
    """The checks and the codes that each can name, as a table or as JSON."""
    from cvpn_checks import ALL  # noqa: PLC0415

    if as_json:
        data = {
            "checks": [
                {
                    "id": check.id,
                    "title": check.title,
                    "needs": check.needs,
                    "sends": check.sends,
                    "codes": [problem.code for problem in check.problems],
                }
                for check in ALL
            ],
            "codes": [
                {
                    "code": problem.code,
                    "check": check_id,
                    "severity": problem.severity,
                    "actor": problem.actor,
                    "title": page(problem.code, "en").title,
                }
                for check_id, problem in _declared()
            ],
        }
        write_bytes(msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")
        return 0
    for check in ALL:
        print(f"{check.id}: {check.title}")
        for problem in check.problems:
            print(f"  {problem.code:<36} {page(problem.code, 'en').title}")
    return 0


def schema() -> int:
    """The JSON Schema of the report."""
    from cvpn_checks import ALL  # noqa: PLC0415
    from cvpn_doctor.report import schema as make_schema  # noqa: PLC0415

    sys.stdout.flush()
    write_bytes(msgspec.json.format(msgspec.json.encode(make_schema(ALL)), indent=2) + b"\n")
    return 0
