"""What the judgements on routes share: the connected case, with everything at hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.cite import cite
from cvpn_doctor.model.facts import ClientLogFacts, RoutesFacts, TunnelFacts
from cvpn_doctor.model.finding import Certainty, Evidence, Finding
from cvpn_doctor.model.network import Interface, Route
from cvpn_doctor.model.push import LogAttempt
from cvpn_doctor.routing.connection import forwarding, session, tunnel, tunnel_interface
from cvpn_doctor.routing.forwarding import ForwardingMap

ID = "routes"


@dataclass(frozen=True, kw_only=True)
class View:
    """A connected laptop: its tunnel, its forwarding map, its session's log where there is one."""

    case: Case
    facts: RoutesFacts
    tunnel: Interface
    map: ForwardingMap
    interfaces: Sequence[Interface]
    session: LogAttempt | None
    certainty: Certainty  # how sure it is that this tunnel is ours, and that the map is right

    @classmethod
    def of(cls, facts: RoutesFacts, case: Case) -> "View | None":
        """None where there is no tunnel of ours."""
        choice, interface, table = tunnel(case), tunnel_interface(case), forwarding(case)
        tunnels = case.facts(TunnelFacts)
        if choice is None or interface is None or table is None or tunnels is None:
            return None
        certain = choice.certainty == "proven" or _pushed_here(case)
        doubtful = table.uncertain or not _system_agrees(facts, table)
        return cls(
            case=case,
            facts=facts,
            tunnel=interface,
            map=table,
            interfaces=tunnels.interfaces,
            session=session(case),
            certainty="proven" if certain and not doubtful else "likely",
        )

    def interface(self, name: str | None) -> Interface | None:
        """The interface of that name."""
        return next((i for i in self.interfaces if i.name == name), None)

    def cite_route(self, route: Route) -> Evidence:
        """Evidence for a row of the table."""
        number = self.facts.table.routes.index(route)
        return cite(ID, self.facts, "table", "routes", number, "destination")

    def cite_tunnel(self) -> Evidence:
        """Evidence for which interface the tunnel is."""
        tunnels = self.case.facts(TunnelFacts)
        assert tunnels is not None  # of() had it
        number = tunnels.interfaces.index(self.tunnel)
        return cite("tunnel_interface", tunnels, "interfaces", number, "name")

    def cite_push(self, prefix: str | None = None) -> tuple[Evidence, ...]:
        """Evidence from the log: the pushed route, or how far the session came."""
        logs = self.case.facts(ClientLogFacts)
        if logs is None or self.session is None or self.session.push is None:
            return ()
        at = ("attempts", logs.attempts.index(self.session))
        for number, route in enumerate(self.session.push.routes):
            if route.prefix == prefix:
                return (cite("client_log", logs, *at, "push", "routes", number, "prefix"),)
        return (cite("client_log", logs, *at, "stage"),)

    def at_most(self, finding: Finding) -> Finding:
        """The finding, no surer than the view itself."""
        if finding.certainty == "proven" and self.certainty == "likely":
            return finding.but(certainty="likely")
        return finding


def _pushed_here(case: Case) -> bool:
    return session(case) is not None


def _system_agrees(facts: RoutesFacts, table: ForwardingMap) -> bool:
    """The operating system's own answers for a sample are what the algebra says."""
    for answer in facts.answers:
        segment = table.lookup(answer.address)
        if segment is None or segment.stops:
            if answer.interface is not None:
                return False
        elif segment.type == "unicast" and answer.interface not in segment.interfaces:
            return False
    return True
