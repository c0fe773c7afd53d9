"""Did the endpoint give out the expected name servers, and does this laptop use them?

A three-way comparison: expected, pushed (from the client's log), in force. AWS pushes name
servers and no domains; a plain OpenVPN on Linux applies none of them without a script. Modes 97
and 98 (docs/design/005).
"""

from collections.abc import Iterable

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import Check, Look, Touch
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import ClientLogFacts, TunnelDnsFacts
from cvpn_doctor.model.finding import Evidence, Exclusion, Finding, Problem, Stage
from cvpn_doctor.model.push import LogAttempt, PushReply
from cvpn_doctor.routing.connection import connected, session

ID = "tunnel_dns"
NOT_PUSHED = Problem(
    code="tunnel-dns-not-pushed",
    stage=Stage.TUNNEL_DNS,
    severity="medium",
    actor="vpn-admin",
    neighbours=("tunnel-dns-not-applied", "tunnel-dns-unreachable"),
)
NOT_APPLIED = Problem(
    code="tunnel-dns-not-applied",
    stage=Stage.TUNNEL_DNS,
    severity="medium",
    actor="helpdesk",
    neighbours=("tunnel-dns-not-pushed", "tunnel-dns-unreachable"),
)


def plan(_look: Look) -> Iterable[Touch]:
    """Reads the resolver's configuration."""
    yield Touch(kind="system", what="name servers in force", why="against what was pushed")


def observe(look: Look) -> TunnelDnsFacts:
    """How names are resolved now."""
    return TunnelDnsFacts(config=look.host.resolvers())


def judge(facts: TunnelDnsFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """Only what the log of this very session tells can be compared."""
    current = session(case)
    push = current.push if current else None
    if current is None or push is None or not connected(case):
        return
    yield from _not_pushed(push, current, case)
    yield from _not_applied(facts, push, current, case)


def _not_pushed(push: PushReply, current: LogAttempt, case: Case) -> Iterable[Finding | Exclusion]:
    expected = case.expectation.dns
    missing = tuple(server for server in expected if server not in push.dns)
    if expected and missing and push.complete:
        yield NOT_PUSHED.found(ID, _cite(case, current, "stage"), missing=missing, pushed=push.dns)
    else:
        because = f"pushed: {', '.join(push.dns) or 'none'}"
        yield Exclusion(code=NOT_PUSHED.code, because=because)


def _not_applied(
    facts: TunnelDnsFacts, push: PushReply, current: LogAttempt, case: Case
) -> Iterable[Finding | Exclusion]:
    in_force = tuple(resolver.address for resolver in facts.config.resolvers)
    missing = tuple(server for server in push.dns if server not in in_force)
    if push.dns and len(missing) == len(push.dns):
        yield NOT_APPLIED.found(
            ID, _cite(case, current, "push", "dns"), pushed=push.dns, in_force=in_force[:4]
        )
    else:
        yield Exclusion(code=NOT_APPLIED.code, because=f"in force: {', '.join(in_force[:4])}")


def _cite(case: Case, current: LogAttempt, *path: str) -> Evidence:
    logs = case.facts(ClientLogFacts)
    assert logs is not None  # the session came from there
    return cite("client_log", logs, "attempts", logs.attempts.index(current), *path)


def applies(_facts: TunnelDnsFacts, case: Case) -> str | None:
    """Without a log of this session there is nothing to compare with."""
    if not connected(case):
        return "the VPN is not connected"
    return None if session(case) else "no log of this session"


CHECK = Check(
    id=ID,
    title="Names inside the VPN",
    facts=TunnelDnsFacts,
    problems=(NOT_PUSHED, NOT_APPLIED),
    observe=observe,
    judge=judge,
    plan=plan,
    applies=applies,
    seconds=1.5,
)
