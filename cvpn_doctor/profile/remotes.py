"""Which server, port and transport a client tries, with OpenVPN's defaults applied.

openvpn(8): `port` and `proto` hold for each `remote` that names none of its own, wherever they
stand; a `<connection>` block inherits what stood above it; where a block has a remote, those
outside blocks are not used. Defaults: UDP, port 1194.
"""

from collections import deque
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

from cvpn_doctor.model.failure import ProfileError
from cvpn_doctor.model.profile import Remote, Transport
from cvpn_doctor.profile.parsed import Connection, Directive, ParsedProfile
from cvpn_doctor.profile.placeholders import placeholder_in
from cvpn_doctor.profile.values import port_number, shown

Family = Literal["any", "ipv4", "ipv6"]

_FAMILIES: dict[str, Family] = {"": "any", "4": "ipv4", "6": "ipv6"}
_UDP: dict[str, tuple[Transport, Family]] = {
    f"udp{digit}": ("udp", family) for digit, family in _FAMILIES.items()
}
_TCP: dict[str, tuple[Transport, Family]] = {
    f"tcp{digit}{role}": ("tcp", family)
    for digit, family in _FAMILIES.items()
    for role in ("", "-client", "-server")
}
PROTOCOLS = _UDP | _TCP
_FORMS = {
    "port": "write `port 443`",
    "rport": "write `rport 443`",
    "proto": "write `proto udp` or `proto tcp`",
    "remote": "write `remote HOST 443`",
}


@dataclass(frozen=True, slots=True)
class SourcedRemote:
    """A remote, and the lines that its port and transport come from; None is OpenVPN's default."""

    remote: Remote
    port_line: int | None
    transport_line: int | None


@dataclass(frozen=True, slots=True)
class _Settings:
    """The state of OpenVPN's connection entry while it reads line after line."""

    host: str | None = None
    line: int = 0
    port: int = 1194
    port_line: int | None = None
    transport: Transport = "udp"
    family: Family = "any"
    transport_line: int | None = None


def remotes(parsed: ParsedProfile) -> tuple[SourcedRemote, ...]:
    """Every remote in the order in which it is tried. Lines with a placeholder are left out.

    Raises ProfileError for a port or protocol that OpenVPN refuses.
    """
    usable = tuple(d for d in parsed.effective if not placeholder_in(d))
    entries = _in_blocks(parsed, usable) or _outside_blocks(parsed, usable)
    return tuple(_sourced(entry) for entry in entries)


def _in_blocks(parsed: ParsedProfile, usable: tuple[Directive, ...]) -> list[_Settings]:
    path, above, entries = str(parsed.path), _Settings(), []
    waiting = deque(d for d in usable if d.name != "remote")
    for block in parsed.connections:
        while waiting and waiting[0].line < block.line:
            above = _applied(above, waiting.popleft(), path)
        entries.append(_entry(_usable(block), path, above))
    return [entry for entry in entries if entry.host]


def _outside_blocks(parsed: ParsedProfile, usable: tuple[Directive, ...]) -> list[_Settings]:
    path = str(parsed.path)
    common = _entry(tuple(d for d in usable if d.name != "remote"), path, _Settings())
    entries = (_applied(common, d, path) for d in usable if d.name == "remote")
    return [entry for entry in entries if entry.host]


def _usable(block: Connection) -> tuple[Directive, ...]:
    return tuple(d for d in block.directives if not placeholder_in(d))


def _entry(directives: tuple[Directive, ...], path: str, start: _Settings) -> _Settings:
    return reduce(lambda settings, d: _applied(settings, d, path), directives, start)


def _applied(settings: _Settings, directive: Directive, path: str) -> _Settings:
    match directive.name, directive.values:
        case (("port" | "rport"), (port,)):
            return _with_port(settings, port, directive.line, path)
        case "proto", (protocol,):
            return _with_protocol(settings, protocol, directive.line, path)
        case "remote", (host, *_) if not host.isprintable():
            raise ProfileError(
                "the remote's name holds control characters",
                path=path,
                line=directive.line,
                advice=_FORMS["remote"],
            )
        case "remote", (host, *rest) if len(rest) <= 2:
            return _with_remote(replace(settings, host=host, line=directive.line), rest, path)
        case (("port" | "rport" | "proto" | "remote"), _):
            raise ProfileError(
                f"`{directive.name}` has {len(directive.values)} values",
                path=path,
                line=directive.line,
                advice=_FORMS[directive.name],
            )
    return settings


def _with_remote(settings: _Settings, rest: list[str], path: str) -> _Settings:
    if rest:
        settings = _with_port(settings, rest[0], settings.line, path)
    if rest[1:]:
        family = settings.family
        settings = _with_protocol(settings, rest[1], settings.line, path)
        if settings.family == "any":  # "udp" names no family, and so changes none
            settings = replace(settings, family=family)
    return settings


def _with_port(settings: _Settings, text: str, line: int, path: str) -> _Settings:
    port = port_number(text)
    if port is None:
        raise ProfileError(
            f"{shown(text)} is not a port", path=path, line=line, advice="write 443 or 1194"
        )
    return replace(settings, port=port, port_line=line)


def _with_protocol(settings: _Settings, text: str, line: int, path: str) -> _Settings:
    if text not in PROTOCOLS:
        raise ProfileError(
            f"{shown(text)} is not a protocol", path=path, line=line, advice="write udp or tcp"
        )
    transport, family = PROTOCOLS[text]
    return replace(settings, transport=transport, family=family, transport_line=line)


def _sourced(entry: _Settings) -> SourcedRemote:
    remote = Remote(
        host=entry.host or "",
        port=entry.port,
        transport=entry.transport,
        family=entry.family,
        line=entry.line,
    )
    return SourcedRemote(remote, entry.port_line, entry.transport_line)
