"""What the endpoint pushed, and how far a client's attempt came, read from the client's log."""

from typing import Literal

from cvpn_doctor.model.record import Record

AttemptStage = Literal[
    "started", "answered", "server_verified", "peer_connected", "pushed", "interface", "completed"
]


class PushedRoute(Record, frozen=True, kw_only=True):
    """A `route` or `route-ipv6` of the push reply, as prefix and next hop."""

    prefix: str
    next_hop: str | None = None
    metric: int | None = None


class PushReply(Record, frozen=True, kw_only=True):
    """The endpoint's options for this session."""

    routes: tuple[PushedRoute, ...] = ()
    redirect_gateway: tuple[str, ...] | None = None  # its flags: ("def1", "bypass-dhcp")
    dns: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    route_gateway: str | None = None
    address: str | None = None  # "10.100.0.2/27"
    topology: str | None = None
    ping: int | None = None
    ping_restart: int | None = None
    cipher: str | None = None
    tunnel_mtu: int | None = None
    block_outside_dns: bool = False
    unread: int = 0  # options that were not understood


class RouteAction(Record, frozen=True, kw_only=True):
    """A route that the client tried to install."""

    prefix: str
    added: bool  # False: the log tells of an error


class LogAttempt(Record, frozen=True, kw_only=True):
    """One connection attempt."""

    stage: AttemptStage = "started"
    started: str | None = None  # as the log has it, without zone
    remote: str | None = None  # address and port of the endpoint
    push: PushReply | None = None
    interface: str | None = None  # the tunnel's interface, where the log names it
    routes: tuple[RouteAction, ...] = ()
    with_errors: bool = False  # "Initialization Sequence Completed With Errors"
    closed: bool = False  # the log says that the client ended or restarted
    pulls_refused: tuple[str, ...] = ()  # options that the client's own settings ignored
