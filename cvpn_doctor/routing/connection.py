"""Where this laptop stands: which interface is its tunnel, and whether that tunnel lives. Pure.

Several judgements build on the same two answers, so each is worked out once a case.
"""

from functools import lru_cache

from cvpn_doctor.model.case import Case
from cvpn_doctor.model.facts import ClientLogFacts, RoutesFacts, TunnelFacts
from cvpn_doctor.model.network import Interface
from cvpn_doctor.model.push import LogAttempt
from cvpn_doctor.routing.forwarding import ForwardingMap
from cvpn_doctor.routing.tunnel import TunnelChoice, choose_tunnel


@lru_cache(maxsize=2)
def forwarding(case: Case) -> ForwardingMap | None:
    """Where each address goes; None where the route table was not collected."""
    routes = case.facts(RoutesFacts)
    return ForwardingMap.of(routes.table) if routes else None


@lru_cache(maxsize=2)
def tunnel(case: Case) -> TunnelChoice | None:
    """The interface that is our tunnel, living or dead; None where there is none."""
    tunnels, routes = case.facts(TunnelFacts), case.facts(RoutesFacts)
    if tunnels is None or routes is None:
        return None
    return choose_tunnel(tunnels.interfaces, routes.table, case.expectation, tunnels.processes)


def tunnel_interface(case: Case) -> Interface | None:
    """The interface record of `tunnel`."""
    choice, tunnels = tunnel(case), case.facts(TunnelFacts)
    if choice is None or tunnels is None:
        return None
    return next((i for i in tunnels.interfaces if i.name == choice.interface), None)


def connected(case: Case) -> bool:
    """Our tunnel is up, has an address, and a process holds it."""
    choice, interface = tunnel(case), tunnel_interface(case)
    if choice is None or interface is None or choice.certainty == "possible":
        return False
    return interface.up and interface.running and bool(interface.addresses)


def session(case: Case) -> LogAttempt | None:
    """The attempt in the client's log that built the tunnel which stands now.

    It is recognised by the address that the endpoint gave out; another day's log proves nothing.
    """
    logs, interface = case.facts(ClientLogFacts), tunnel_interface(case)
    if logs is None or interface is None:
        return None
    own = {address.address for address in interface.addresses}
    for attempt in reversed(logs.attempts):
        if attempt.push and (attempt.push.address or "").partition("/")[0] in own:
            return attempt
    return None
