"""Lines of an OpenVPN client's log as a timeline of attempts. Pure.

Reads what OpenVPN 2 writes (AWS client up to 5, OpenVPN, Tunnelblick), with any prefix of time
stamps, also through the management interface (`>LOG:…`). Events are recognised by the program's
own fixed English texts (openvpn/src/openvpn: init.c, push.c, ssl.c, route.c, tun.c). A line that
is not recognised is counted, never kept.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_network

import msgspec

from cvpn_doctor.model.push import AttemptStage, LogAttempt, RouteAction
from cvpn_doctor.model.record import Record
from cvpn_doctor.openvpn.push import merge, read_push

STAGES: tuple[AttemptStage, ...] = (
    "started",
    "answered",
    "server_verified",
    "peer_connected",
    "pushed",
    "interface",
    "completed",
)
LINE_LENGTH = 16_384  # a push reply with two hundred routes has some 8,000 characters


class LogReading(Record, frozen=True, kw_only=True):
    """The attempts, oldest first, and how many lines said nothing that is known."""

    attempts: tuple[LogAttempt, ...] = ()
    unknown_lines: int = 0


@dataclass
class _Timeline:
    done: list[LogAttempt] = field(default_factory=list)
    current: LogAttempt | None = None
    last_route: str | None = None  # the route whose installation the next lines may be about
    unknown: int = 0

    def attempt(self) -> LogAttempt:
        """The attempt that is going on; a closed one is followed by a new one."""
        if self.current is None or self.current.closed:
            self.begin(None)
        assert self.current is not None  # begin() made one
        return self.current

    def begin(self, started: str | None) -> None:
        if self.current is not None:
            self.done.append(self.current)
        self.current, self.last_route = LogAttempt(started=started), None

    def change(self, **fields: object) -> None:
        self.current = msgspec.structs.replace(self.attempt(), **fields)

    def reach(self, stage: AttemptStage) -> None:
        if STAGES.index(stage) > STAGES.index(self.attempt().stage):
            self.change(stage=stage)


_Event = Callable[[_Timeline, re.Match[str]], None]


def read_attempts(text: str) -> LogReading:
    """The timeline that a log tells, whole or cut off at either end."""
    timeline = _Timeline()
    for line in text.splitlines():
        short = line[:LINE_LENGTH]
        if short.strip() and not _apply(timeline, short):
            timeline.unknown += 1
    attempts = [*timeline.done, *([timeline.current] if timeline.current else [])]
    return LogReading(attempts=tuple(attempts), unknown_lines=timeline.unknown)


def _apply(timeline: _Timeline, line: str) -> bool:
    for pattern, event in _EVENTS:
        match = pattern.search(line)
        if match:
            event(timeline, match)
            return True
    return False


def _banner(timeline: _Timeline, match: re.Match[str]) -> None:
    timeline.begin(match["time"].strip(" :[]") or None)


def _remote(timeline: _Timeline, match: re.Match[str]) -> None:
    timeline.change(remote=match["remote"])


def _stage(stage: AttemptStage) -> _Event:
    def reach(timeline: _Timeline, _match: re.Match[str]) -> None:
        timeline.reach(stage)

    return reach


def _push(timeline: _Timeline, match: re.Match[str]) -> None:
    push = read_push(match["options"])
    before = timeline.attempt().push
    # A reply that is too long for one message is continued in the next ("push-continuation").
    timeline.change(push=merge(before, push) if before else push)
    timeline.reach("pushed")


def _interface(timeline: _Timeline, match: re.Match[str]) -> None:
    timeline.change(interface=match["name"])
    timeline.reach("interface")


def _route_added(timeline: _Timeline, match: re.Match[str]) -> None:
    prefix = _prefix(match)
    if prefix is None:
        timeline.unknown += 1
        return
    routes = timeline.attempt().routes
    timeline.change(routes=(*routes, RouteAction(prefix=prefix, added=True)))
    timeline.last_route = prefix


def _prefix(match: re.Match[str]) -> str | None:
    mask = match.groupdict().get("mask") or match["length"]
    try:
        return str(ip_network(f"{match['network']}/{mask}", strict=False))
    except ValueError:
        return None


def _route_failed(timeline: _Timeline, _match: re.Match[str]) -> None:
    """The error stands behind the route that it is about."""
    routes = timeline.attempt().routes
    if timeline.last_route is not None and routes:
        failed = RouteAction(prefix=routes[-1].prefix, added=False)
        timeline.change(routes=(*routes[:-1], failed))


def _refused(timeline: _Timeline, match: re.Match[str]) -> None:
    refused = timeline.attempt().pulls_refused
    timeline.change(pulls_refused=(*refused, match["option"].split()[0][:40]))


def _completed(timeline: _Timeline, match: re.Match[str]) -> None:
    timeline.reach("completed")
    timeline.last_route = None
    if match["errors"]:
        timeline.change(with_errors=True)


def _closed(timeline: _Timeline, _match: re.Match[str]) -> None:
    if timeline.current is not None:
        timeline.change(closed=True)


_ADDRESS = r"[0-9A-Fa-f.:]+"
_EVENTS: tuple[tuple[re.Pattern[str], _Event], ...] = tuple(
    (re.compile(pattern), event)
    for pattern, event in (
        (
            r"^(?P<time>.{0,40}?)OpenVPN \d+\.\d+\S* (?:\[|x86|aarch|arm|amd|i\d86|apple|mingw)",
            _banner,
        ),
        (r"link remote: (?:\[[^\]]*\])?(?P<remote>\S+)", _remote),
        (r"TLS: Initial packet from", _stage("answered")),
        (r"VERIFY OK: depth=0", _stage("server_verified")),
        (r"Peer Connection Initiated with", _stage("peer_connected")),
        (r"PUSH: Received control message: '?PUSH_REPLY,(?P<options>[^']*)", _push),
        (r"(?:TUN/TAP device|DCO device|Opened utun device) (?P<name>\S+)", _interface),
        (rf"net_route_v[46]_add: (?P<network>{_ADDRESS})/(?P<length>\d+)", _route_added),
        (
            rf"(?:/route|ip-route|\bROUTE) (?:add|ADD) (?:-net )?(?P<network>{_ADDRESS})"
            rf" (?:(?:MASK|netmask) (?P<mask>{_ADDRESS})|{_ADDRESS} (?P<length>{_ADDRESS}))",
            _route_added,
        ),
        (rf"ip(?: -6)? route add (?P<network>{_ADDRESS})/(?P<length>\d+)", _route_added),
        (
            r"route add command failed|RTNETLINK answers|sitnl_send: rtnl|route addition failed"
            r"|route addition using .* failed|failed because route exists",
            _route_failed,
        ),
        (r"Pushed option removed by filter: '(?P<option>[^']+)'", _refused),
        (
            r"option '(?P<option>[\w-]+)' cannot be used in this context \(\[PUSH-OPTIONS\]\)",
            _refused,
        ),
        (r"Initialization Sequence Completed(?P<errors> With Errors)?", _completed),
        (
            r"process restarting|process exiting|Restart pause|SIG(?:TERM|INT|HUP|USR1)\["
            r"|Closing TUN/TAP interface|net_route_v[46]_del",
            _closed,
        ),
    )
)
