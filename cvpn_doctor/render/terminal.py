"""The report as someone reads it who cannot work: the answer, who acts, what to do; then the rest.

Lines carry a style name and no escape codes; `cvpn_doctor.cli` paints them where a terminal is.
"""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from cvpn_doctor.model.facts import NameFacts, PortsFacts, RoutesFacts, TunnelFacts
from cvpn_doctor.model.network import Interface
from cvpn_doctor.model.report import CheckStatus, Report, ReportedFinding
from cvpn_doctor.render.plain import plain
from cvpn_doctor.routing.coverage import carried
from cvpn_doctor.routing.forwarding import ForwardingMap
from cvpn_doctor.routing.reach import mode
from cvpn_doctor.words import Language, label

Style = Literal["good", "bad", "doubt", "strong", "faint", "normal"]
MOST_SHOWN = 12  # prefixes in one line of details
WIDTH = 80  # of a small terminal, and of a ticket


class Line(NamedTuple):
    """One line of output and how it is meant."""

    text: str
    style: Style = "normal"


# The picture: laptop -> network -> name -> endpoint -> tunnel -> routes -> inside. The first check
# of a stop says how it is; any of them can say that there is a problem.
WAY: dict[str, tuple[str, ...]] = {
    "profile": ("profile", "clock", "client_certificate", "vpn_client", "saml_ready"),
    "network": ("network",),
    "endpoint_name": ("endpoint_name",),
    "endpoint_ports": ("endpoint_ports", "handshake", "server_certificate", "client_log"),
    "tunnel_interface": ("tunnel_interface",),
    "routes": ("routes",),
    "inside": ("inside", "tunnel_dns"),
}
_STYLE_OF: dict[str, Style] = {
    "healthy": "good",
    "ready": "good",
    "degraded": "bad",
    "broken": "bad",
    "undetermined": "doubt",
}


def terminal(report: Report, *, verbose: bool = False, quiet: bool = False) -> list[Line]:
    """All lines, the answer first. `quiet`: the answer only."""
    lines = list(_answer(report))
    if quiet:
        return lines[:1]
    lines += _action(report)
    lines += [Line(""), *_way(report)]
    lines += _also(report)
    if verbose:
        lines += _details(report)
    lines += _closing(report)
    return lines


def _language(report: Report) -> Language:
    return "ja" if report.language == "ja" else "en"


def _answer(report: Report) -> Iterator[Line]:
    language, root = _language(report), report.root_cause
    style = _STYLE_OF[report.verdict]
    if root is None:
        yield Line(label(f"verdict.{report.verdict}", language), style)
        if report.profile is None:
            yield Line(label("verdict.no_profile", language))
        yield from _undetermined(report)
        yield from _seen_good(report)
        return
    yield Line(plain(root.title), style)
    yield from _wrapped(root.text)
    if root.certainty != "proven":
        yield Line(label(f"section.{root.certainty}", language), "doubt")


def _undetermined(report: Report) -> Iterator[Line]:
    """What kept the doctor from a verdict: the checks that could not look."""
    if report.verdict != "undetermined":
        return
    for check in report.checks:
        if check.status == "not-collected":
            yield from _wrapped(f"{check.id}: {check.reason or ''}", first="  ? ", rest="    ")


def _seen_good(report: Report) -> Iterator[Line]:
    """What makes a good verdict good: only what was really seen."""
    language, profile = _language(report), report.profile
    if report.verdict not in ("healthy", "ready") or profile is None:
        return
    for observation in report.observations.values():
        match observation.facts:
            case PortsFacts() as ports:
                good = [a for a in ports.answers if a.outcome == "openvpn"]
                answers = ", ".join(
                    f"{a.address} {a.transport}/{a.port} ({a.seconds * 1000:.0f} ms)" for a in good
                )
                if answers:
                    yield from _wrapped(f"{label('seen.endpoint', language)}: {answers}")
            case TunnelFacts() as tunnels if report.verdict == "healthy":
                up = [i for i in tunnels.interfaces if i.kind == "tunnel" and i.running]
                for interface in up:
                    own = ", ".join(a.address for a in interface.addresses if ":" not in a.address)
                    yield from _wrapped(
                        f"{label('seen.tunnel', language)}: {interface.name} {own}".rstrip()
                    )
            case _:
                pass
    routes = profile.expectation.routes
    if report.verdict == "healthy" and routes:
        yield from _wrapped(f"{label('seen.routes', language)}: {', '.join(routes)}")


def _action(report: Report) -> Iterator[Line]:
    language, root = _language(report), report.root_cause
    if root is None:
        return
    who = label(f"actor.{root.actor}", language)
    yield Line("")
    yield Line(f"{label('section.who', language)}: {who}", "strong")
    yield Line(f"{label('section.what', language)}:", "strong")
    for number, step in enumerate(root.steps, 1):
        yield from _wrapped(step, first=f"  {number}. ", rest="     ")


def _way(report: Report) -> Iterator[Line]:
    """The path as a small picture; ASCII, so that no console breaks it."""
    language = _language(report)
    statuses = {check.id: check.status for check in report.checks}
    names = [label(f"way.{stop}", language) for stop in WAY]
    marks = [label(f"status.{_status_of(stop, statuses)}", language) for stop in WAY]
    widths = [max(_cells(n), _cells(m)) for n, m in zip(names, marks, strict=True)]
    yield Line("  " + " - ".join(map(_centered, names, widths)), "faint")
    style: Style = "bad" if "fail" in statuses.values() else "normal"
    yield Line("  " + "   ".join(map(_centered, marks, widths)).rstrip(), style)


def _status_of(stop: str, statuses: Mapping[str, CheckStatus]) -> CheckStatus:
    """A problem of any check of the stop, else what its first check says."""
    found = [statuses.get(check, "not-collected") for check in WAY[stop]]
    return "fail" if "fail" in found else found[0]


def _cells(text: str) -> int:
    """Columns that a text takes: two for wide characters."""
    from unicodedata import east_asian_width  # noqa: PLC0415 - only where a picture is drawn

    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _centered(text: str, width: int) -> str:
    room = width - _cells(text)
    return " " * (room // 2) + text + " " * (room - room // 2)


def _also(report: Report) -> Iterator[Line]:
    """Consequences folded under their cause, then contributing causes, then warnings."""
    language, root = _language(report), report.root_cause
    others = [f for f in report.findings if root is None or f.code != root.code]
    consequences = [f for f in others if f.caused_by]
    rest = [f for f in others if not f.caused_by]
    for heading, group in (("because", consequences), ("also", rest)):
        if group:
            yield Line("")
            yield Line(f"{label(f'section.{heading}', language)}:", "strong")
            for finding in group:
                yield from _wrapped(_titled(finding), first="  - ", rest="    ")


def _titled(finding: ReportedFinding) -> str:
    return f"{finding.title} [{finding.code}]"


def _details(report: Report) -> Iterator[Line]:
    language = _language(report)
    yield Line("")
    yield Line(f"{label('section.details', language)}:", "strong")
    yield from _facts(report)
    for finding in report.findings:
        yield from _proof(finding, language)
    if report.ruled_out:
        yield Line(f"  {label('section.ruled_out', language)}:", "strong")
        for exclusion in report.ruled_out:
            yield from _wrapped(f"{exclusion.code}: {exclusion.because}", "    ", "      ")
    yield Line(f"  {label('section.checks', language)}:", "strong")
    for check in report.checks:
        reason = f"  {check.reason}" if check.reason else ""
        state = label(f"status.{check.status}", language)
        yield from _wrapped(
            f"{check.id:<18} {state:<8} {check.seconds:6.2f} s{reason}", "    ", " " * 23
        )


def _proof(finding: ReportedFinding, language: Language) -> Iterator[Line]:
    sure = label(f"certainty.{finding.certainty}", language)
    yield Line(f"  {label('section.evidence', language)}: {finding.code} ({sure})", "strong")
    for evidence in finding.evidence:
        yield from _wrapped(
            f"{evidence.observation} {evidence.path} = {_value(evidence.value)}", "    ", "      "
        )


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _facts(report: Report) -> Iterator[Line]:
    """What was seen on the way, one line each."""
    for observation in report.observations.values():
        match observation.facts:
            case NameFacts() as names if names.addresses:
                yield from _wrapped(f"{names.zone}: {', '.join(names.addresses)}", "  ", "    ")
            case PortsFacts() as ports:
                waited_for = (a for a in ports.answers if a.outcome != "failed")
                for answer in waited_for:
                    way = f" via {answer.interface}" if answer.interface else ""
                    yield Line(
                        plain(
                            f"  {answer.address} {answer.transport}/{answer.port}:"
                            f" {answer.outcome} ({answer.seconds * 1000:.0f} ms{way})"
                        )
                    )
            case TunnelFacts() as tunnels:
                for interface in tunnels.interfaces:
                    if interface.kind != "loopback" and interface.addresses:
                        addresses = ", ".join(
                            f"{a.address}/{a.prefix_length}" for a in interface.addresses
                        )
                        yield from _wrapped(
                            f"{interface.name} ({interface.kind}): {addresses}", "  ", "    "
                        )
            case RoutesFacts() as routes:
                yield from _carried(routes, report)
            case _:
                pass


def _carried(routes: RoutesFacts, report: Report) -> Iterator[Line]:
    """What really goes through each tunnel, expected or not."""
    tunnels = next(
        (o.facts for o in report.observations.values() if isinstance(o.facts, TunnelFacts)), None
    )
    own = [i for i in tunnels.interfaces if i.kind == "tunnel"] if tunnels else []
    try:
        table = ForwardingMap.of(routes.table) if own else None
        for interface in own:
            if table is not None:
                yield from _wrapped(
                    f"-> {interface.name}: {_extent(table, interface)}", "  ", "    "
                )
    except ValueError:  # a foreign report may hold rows that are none
        return


def _extent(table: ForwardingMap, interface: Interface) -> str:
    """A full tunnel in a word, else its prefixes."""
    found = mode(table, interface)
    if found.kind in ("full", "half"):
        return f"{found.kind} ({found.how})"
    prefixes = carried(table, interface.name)
    more = f", +{len(prefixes) - MOST_SHOWN}" if len(prefixes) > MOST_SHOWN else ""
    return ", ".join(prefixes[:MOST_SHOWN]) + more


def _closing(report: Report) -> Iterator[Line]:
    language, root = _language(report), report.root_cause
    expectation = report.profile.expectation if report.profile else report.expectation
    yield Line("")
    if expectation and expectation.helpdesk:
        yield from _wrapped(f"{label('section.contact', language)}: {expectation.helpdesk}")
    if report.profile is None:
        yield Line(label("section.name_profile", language))
    if root is not None:
        yield Line(label("section.more", language, code=root.code), "faint")


def _wrapped(text: str, first: str = "", rest: str = "") -> Iterator[Line]:
    shown = plain(text)
    lines = _wrap_plain(shown, WIDTH - len(first)) if shown.isascii() else _wrap_wide(shown, first)
    for number, line in enumerate(lines):
        yield Line((rest if number else first) + line)


def _wrap_plain(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)


def _wrap_wide(text: str, indent: str) -> list[str]:
    """Japanese has no spaces to break at, and its characters take two columns."""
    from rich.console import Console  # noqa: PLC0415 - costs time that English need not pay
    from rich.text import Text  # noqa: PLC0415

    width = WIDTH - len(indent)
    return [str(line).rstrip() for line in Text(text).wrap(Console(width=width), width)]
