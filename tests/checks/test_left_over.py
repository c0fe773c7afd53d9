"""What is left over from a tunnel, and what only looks like it."""

from cvpn_doctor.model.facts import RoutesFacts, TunnelFacts
from cvpn_doctor.model.network import Interface, InterfaceAddress, Process, Route, RouteTable
from tests.checks.cases import case, named

PROCESS = Process(pid=7, name="openvpn", state="running")
OWN = InterfaceAddress(address="100.101.7.3", prefix_length=32)


def _codes(*, running: bool, destination: str) -> dict[str, str]:
    tunnel = Interface(
        index=3, name="utun5", kind="tunnel", up=True, running=running, addresses=(OWN,)
    )
    table = RouteTable(routes=(Route(destination=destination, interface="utun5"),))
    made = case(RoutesFacts(table=table), TunnelFacts(interfaces=(tunnel,), processes=(PROCESS,)))
    return named(RoutesFacts, made)


def test_rows_of_a_dead_tunnel_are_left_over() -> None:
    assert _codes(running=False, destination="10.20.0.0/16") == {"routes-stale": "proven"}


def test_rows_of_a_living_tunnel_are_not() -> None:
    assert _codes(running=True, destination="10.20.0.0/16") == {}


def test_rows_that_every_interface_has_are_not() -> None:
    for destination in ("169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "fe80::/64"):
        assert _codes(running=False, destination=destination) == {}, destination
