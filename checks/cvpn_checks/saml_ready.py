"""Can the browser's answer of a SAML sign-in arrive?

The identity provider sends the browser to http://127.0.0.1:35001; newer clients take one of 8096
to 8115. If another program listens there, the sign-in cannot start: "There are no available
ports". Only the list of listeners is read; nothing is ever bound. Mode 43.
"""

from collections.abc import Iterable

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import CannotObserve, Check, Look, Touch
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import SamlFacts
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.finding import Exclusion, Finding, Problem, Stage
from cvpn_doctor.model.network import Listener
from cvpn_doctor.routing.connection import connected

ID = "saml_ready"
PORT = 35001
NEWER_PORTS = range(8096, 8116)  # AWS client 6, User Guide 2026
_OWN = ("aws", "acvc")  # the client itself, waiting for the browser
_LOCAL = ("127.0.0.1", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1")  # noqa: S104 - compared, not bound

PORT_BUSY = Problem(
    code="saml-port-busy",
    stage=Stage.SIGN_IN,
    severity="high",
    actor="user",
    explains=("saml-not-finished",),
    neighbours=("saml-not-finished", "saml-client-unsupported"),
)


def plan(look: Look) -> Iterable[Touch]:
    """Reads the list of listening sockets; binds nothing."""
    if look.profile and "saml" in look.profile.auth:
        yield Touch(kind="system", what="TCP listeners on this laptop", why="SAML's local port")
        yield Touch(kind="system", what="the program that opens web pages", why="SAML needs one")


def observe(look: Look) -> SamlFacts:
    """Listeners on the ports in question."""
    if look.profile is None or "saml" not in look.profile.auth:
        raise CannotObserve("not_applicable", "the profile does not sign in by SAML")
    listeners = tuple(
        listener
        for listener in look.host.listeners()
        if listener.address in _LOCAL and (listener.port == PORT or listener.port in NEWER_PORTS)
    )
    try:
        processes = look.host.vpn_processes()
    except Unsupported:
        processes = ()
    try:
        browser: bool | None = look.host.opens_web_pages()
    except Unsupported:
        browser = None
    return SamlFacts(listeners=listeners, processes=processes, browser=browser)


def judge(facts: SamlFacts, case: Case) -> Iterable[Finding | Exclusion]:
    """Port 35001 taken by a stranger, or every one of the newer ports."""
    strangers = [n for n, one in enumerate(facts.listeners) if not _is_own(one, facts)]
    taken = [n for n in strangers if facts.listeners[n].port == PORT]
    newer = {facts.listeners[n].port for n in strangers} & set(NEWER_PORTS)
    if len(newer) == len(NEWER_PORTS):
        taken += [n for n in strangers if facts.listeners[n].port in NEWER_PORTS][:1]
    if not taken:
        yield Exclusion(code=PORT_BUSY.code, because=f"nobody else listens on 127.0.0.1:{PORT}")
        return
    if connected(case):
        return  # the sign-in is over; who listens now does not matter
    listener = facts.listeners[taken[0]]
    yield PORT_BUSY.found(
        ID,
        cite(ID, facts, "listeners", taken[0], "port"),
        cite(ID, facts, "listeners", taken[0], "process"),
        port=listener.port,
        process=listener.process or "",
    ).but(certainty="proven" if listener.process else "likely")


def _is_own(listener: Listener, facts: SamlFacts) -> bool:
    """AWS' own client waits there; of another user's process nobody sees the name."""
    if listener.process is None:
        return any(_is_aws(process.name) for process in facts.processes)
    return _is_aws(listener.process)


def _is_aws(name: str) -> bool:
    return any(word in name.lower() for word in _OWN)


CHECK = Check(
    id=ID,
    title="The way back from the browser",
    facts=SamlFacts,
    problems=(PORT_BUSY,),
    observe=observe,
    judge=judge,
    plan=plan,
    seconds=1.5,
)
