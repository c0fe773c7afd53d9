"""How large may packets be on the way to the endpoint, and by which interface do they leave?

Asked only with --deep. Small packets pass and large ones vanish where a link on the way takes less
than it should and nobody says so (mode 112). Hard resets of growing length that must not be
fragmented show it, without privileges and without a session. Where tunnel packets really leave is
seen on the wire only, which needs the right to listen there.
"""

from collections.abc import Callable, Iterable
from functools import partial

from cvpn_doctor.model.answers import PortAnswer
from cvpn_doctor.model.case import Case
from cvpn_doctor.model.check import CannotObserve, Check, Look, Touch
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.deep import InterfacePackets, PathMtu
from cvpn_doctor.model.facts import DeepFacts, NameFacts, PortsFacts, TunnelFacts
from cvpn_doctor.model.failure import Failure, Unsupported
from cvpn_doctor.model.finding import Exclusion, Finding, Problem, Stage
from cvpn_doctor.model.profile import Remote
from cvpn_doctor.routing.tunnel import choose_tunnel

ID = "deep"
LEAST = 1280  # every IPv6 link takes it; smaller ones cut OpenVPN's own control packets
OLD_SERVERS = 1000  # bytes that servers of every version answer (docs/design/004-openvpn.md, 6)
LISTEN_SECONDS = 1.3  # the client and the endpoint say something every second
SHORTEST_WAIT, LONGEST_WAIT = 0.2, 0.5

TOO_SMALL = Problem(
    code="path-mtu-too-small",
    stage=Stage.QUALITY,
    severity="medium",
    actor="vpn-admin",
    neighbours=("endpoint-handshake-cut",),
)


def plan(look: Look) -> Iterable[Touch]:
    """Eight packets at most, and listening."""
    remote = look.profile.first if look.profile else None
    if remote is None or not look.deep:
        return
    if remote.transport == "udp":
        yield Touch(
            kind="packet",
            what=f"one of the endpoint's addresses udp/{remote.port}, at most eight",
            why="hard resets of 576 to 1500 bytes: what the way carries",
        )
    yield Touch(kind="system", what="every interface, while connected", why="the tunnel's packets")


def observe(look: Look) -> DeepFacts:
    """Both questions side by side; each may fail for itself."""
    if not look.deep:
        raise CannotObserve("not_applicable", "only with --deep")
    remote = look.profile.first if look.profile else None
    ports = look.facts(PortsFacts)
    if remote is None or ports is None:
        raise CannotObserve("needs_missing", "no endpoint to ask")
    questions: list[Callable[[], PathMtu | tuple[InterfacePackets, ...]]] = [
        partial(_path, look, remote, ports),
        partial(_packets, look, remote),
    ]
    path, packets = look.ask(questions).results()
    return DeepFacts(
        path=path if isinstance(path, PathMtu) else None,
        path_failure=path if isinstance(path, Failure) else None,
        packets=packets if isinstance(packets, tuple) else (),
        packets_failure=packets if isinstance(packets, Failure) else None,
    )


def _path(look: Look, remote: Remote, ports: PortsFacts) -> PathMtu:
    """The first address that answered the plain reset."""
    if remote.transport != "udp":
        raise CannotObserve("not_applicable", "over TCP, the system finds the size itself")
    answer = next((a for a in ports.answers if _is_ours(a, remote)), None)
    if answer is None:
        raise CannotObserve("needs_missing", "the endpoint did not answer")
    wait = min(LONGEST_WAIT, max(SHORTEST_WAIT, 4 * answer.seconds))
    return look.host.path_mtu(
        answer.address, remote.port, look.remaining() - 0.1, wait, ports.bound
    )


def _is_ours(answer: PortAnswer, remote: Remote) -> bool:
    same = (answer.transport, answer.port) == (remote.transport, remote.port)
    return same and answer.outcome == "openvpn"


def _packets(look: Look, remote: Remote) -> tuple[InterfacePackets, ...]:
    if not _is_connected(look):
        raise CannotObserve("not_applicable", "not connected")
    names = look.facts(NameFacts)
    addresses = names.addresses if names else ()
    seconds = min(LISTEN_SECONDS, look.remaining() - 0.1)
    return look.host.tunnel_packets(addresses, remote.transport, remote.port, seconds)


def _is_connected(look: Look) -> bool:
    """As far as it can be seen while looking; judgements have a case to ask."""
    tunnels = look.facts(TunnelFacts)
    if tunnels is None:
        return False
    try:
        table = look.host.routes()
    except (Unsupported, OSError):
        return False
    choice = choose_tunnel(tunnels.interfaces, table, look.expectation, tunnels.processes)
    return choice is not None and any(
        i.name == choice.interface and i.up and i.running and i.addresses
        for i in tunnels.interfaces
    )


def judge(facts: DeepFacts, _case: Case) -> Iterable[Finding | Exclusion]:
    """Too small only where something other than mere silence speaks for it."""
    path = facts.path
    if path is None or path.largest is None:
        return
    if path.lost is None or path.lost > LEAST:
        passed = f"{path.address}: {path.largest} bytes pass"
        if path.largest >= LEAST:
            yield Exclusion(code=TOO_SMALL.code, because=passed)
        return
    finding = TOO_SMALL.found(
        ID,
        cite(ID, facts, "path", "largest"),
        cite(ID, facts, "path", "lost"),
        cite(ID, facts, "path", "bound"),
        address=path.address,
        size=path.largest,
        how=path.bound or "silent",
    )
    yield finding if _is_proven(path) else finding.but(certainty="possible", severity="low")


def _is_proven(path: PathMtu) -> bool:
    """Silence counts where it came twice, and the server does answer packets of that size."""
    if path.bound in ("told", "here"):
        return True
    server_takes_it = path.fragments_pass is True or (path.lost or 0) <= OLD_SERVERS
    return path.silences >= 2 and server_takes_it


CHECK = Check(
    id=ID,
    title="Packet sizes and ways",
    facts=DeepFacts,
    problems=(TOO_SMALL,),
    observe=observe,
    judge=judge,
    plan=plan,
    needs=("endpoint_ports",),
    seconds=3.2,
    sends=True,
)
