"""`cvpn-doctor read-capture`: a packet capture as an answer and a timeline."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cvpn_doctor.capture import CaptureReport, read_capture
from cvpn_doctor.capture.model import CaptureEvent, CaptureFlow, CaptureName, DataCount
from cvpn_doctor.cli.choices import UsageError
from cvpn_doctor.cli.show import write_bytes, write_file
from cvpn_doctor.model.exits import HEALTHY, PROBLEM, UNDETERMINED
from cvpn_doctor.model.finding import Finding
from cvpn_doctor.render.plain import plain
from cvpn_doctor.words import Language, Words, label, tell

_MOST_FLOWS = 20
_MOST_EVENTS = 40
_MOST_NAMES = 20


def read(path: Path, json: str | None, language: Language) -> int:
    """Read, judge, show; the exit code says what was found."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    report = read_capture(path)
    if json is not None:
        data = msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
        if json == "-":
            write_bytes(data)
            return exit_code(report)
        write_file(Path(json), data)
    for line in text(report, language):
        sys.stdout.write(plain(line) + "\n")
    return exit_code(report)


def exit_code(report: CaptureReport) -> int:
    """A mere possibility is no problem found."""
    if any(finding.certainty != "possible" for finding in report.findings):
        return PROBLEM
    return HEALTHY if report.carried_data and not report.findings else UNDETERMINED


def text(report: CaptureReport, language: Language) -> Iterator[str]:
    """All lines, the answer first. They may hold foreign text: make it plain."""
    yield from _answer(report, language)
    yield ""
    yield label(
        "capture.summary",
        language,
        packets=report.packets,
        seconds=f"{report.seconds:.1f}",
        started=report.started or "?",
    )
    yield from _shortcomings(report, language)
    for name in report.names[:_MOST_NAMES]:
        yield _name(name, language)
    for number, flow in enumerate(report.flows[:_MOST_FLOWS]):
        yield ""
        yield from _flow(number, flow, language)
    left_out = len(report.flows) - _MOST_FLOWS + report.flows_left_out
    if left_out > 0:
        yield label("capture.more_flows", language, count=left_out)


def _answer(report: CaptureReport, language: Language) -> Iterator[str]:
    if not report.findings:
        yield label("capture.good" if report.carried_data else "capture.undetermined", language)
        return
    first, *others = report.findings
    words = _words(first, language)
    yield f"{words.title} [{first.code}]"
    if words.text:
        yield words.text
    if first.certainty != "proven":
        yield label(f"section.{first.certainty}", language)
    yield f"{label('section.who', language)}: {label(f'actor.{first.actor}', language)}"
    for number, step in enumerate(words.steps, 1):
        yield f"  {number}. {step}"
    for evidence in first.evidence:
        yield f"{label('section.evidence', language)}: {evidence.path} = {evidence.value}"
    for other in others:
        where = " ".join(str(other.args[key]) for key in ("address", "name") if key in other.args)
        sure = label(f"certainty.{other.certainty}", language)
        title = _words(other, language).title
        yield f"{label('section.also', language)}: {title} [{other.code}] {where} ({sure})"


def _words(finding: Finding, language: Language) -> Words:
    """The live doctor's words; a code that has none yet is shown as it is."""
    try:
        words = tell(finding.code, finding.args, language)
    except KeyError:
        return Words(title=finding.code, text="", steps=())
    if finding.args.get("how") == "nothing-came-back":  # the live doctor asked other ports too
        shown = {key: str(value) for key, value in finding.args.items()}
        silent = label("capture.silent", language, **shown)
        return Words(title=words.title, text=silent, steps=words.steps)
    return words


def _shortcomings(report: CaptureReport, language: Language) -> Iterator[str]:
    """What of the file could not be read."""
    if report.truncated:
        yield label("capture.truncated", language)
    if report.stopped:
        yield label(f"capture.stopped_{report.stopped}", language)
    for kind in ("skipped", "malformed", "cut"):
        count = getattr(report, kind)
        if count:
            yield label(f"capture.{kind}", language, count=count)


def _name(name: CaptureName, language: Language) -> str:
    answer = ", ".join(name.addresses) or name.rcode or label("capture.no_answer", language)
    return f"{name.asked:10.3f}  DNS {name.server}: {name.name} = {answer}"


def _flow(number: int, flow: CaptureFlow, language: Language) -> Iterator[str]:
    ends = f"{_end(flow.client, flow.client_port)} -> {_end(flow.server, flow.server_port)}"
    yield f"#{number} {flow.transport} {ends}  {flow.name or ''}".rstrip()
    yield f"   {label('capture.stage', language)}: {flow.stage}  {_facts(flow)}".rstrip()
    if flow.tls_version == "TLSv1.3" and flow.recognised == "handshake":
        yield f"   {label('capture.encrypted_chain', language)}"
    for one in flow.chain:
        yield f"   {one.subject}  {one.not_before} - {one.not_after}"
    for event in flow.events[:_MOST_EVENTS]:
        yield _event(event, language)
    left_out = len(flow.events) - _MOST_EVENTS + flow.events_left_out
    if left_out > 0:
        yield f"   {label('capture.more_events', language, count=left_out)}"


def _end(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _facts(flow: CaptureFlow) -> str:
    """Numbers, in the language of protocols."""
    parts = [flow.tls_version or ""]
    if flow.reset_answered is not None:
        parts.append(f"rtt={flow.reset_answered * 1000:.0f}ms")
    parts += [_data("data>", flow.data_from_client), _data("data<", flow.data_from_server)]
    for name, value in (
        ("max>", flow.largest_from_client),
        ("max<", flow.largest_from_server),
        ("again>", flow.retransmissions_client),
        ("again<", flow.retransmissions_server),
        ("unacked", ",".join(map(str, flow.unacked))),
        ("gaps", flow.gaps),
    ):
        parts.append(f"{name}={value}" if value else "")
    return "  ".join(part for part in parts if part)


def _data(name: str, data: DataCount) -> str:
    return f"{name}={data.packets}({data.bytes} B)" if data.packets else ""


def _event(event: CaptureEvent, language: Language) -> str:
    what = label(f"capture.{event.kind}", language)
    who = {"client": ">", "server": "<", "other": "!"}[event.by]
    parts = [f"{event.at:10.3f}  {who} {what}"]
    if event.icmp is not None:
        parts.append(f"{event.icmp.type}/{event.icmp.code} {event.icmp.sender}")
    for name, value in (("#", event.packet_id), ("ttl ", event.ttl), ("", event.detail or None)):
        if value is not None:
            parts.append(f"{name}{value}")
    if event.size is not None:
        parts.append(f"{event.size} B")
    if event.count > 1:
        parts.append(f"x{event.count} - {event.until:.3f}")
    return "  ".join(parts)
