"""Interfaces, routes, rules, resolvers: what an operating system says of its network."""

from typing import Literal

from cvpn_doctor.model.record import Record

InterfaceKind = Literal[
    "loopback",
    "ethernet",
    "wifi",
    "cellular",
    "tunnel",  # TUN, Wintun, ovpn-dco, TAP of a VPN client, utun, WireGuard, ppp
    "bridge",  # Docker, libvirt, WSL, Hyper-V, VM host networks: a network inside this laptop
    "other",
]
RouteType = Literal[
    "unicast", "local", "broadcast", "multicast", "blackhole", "unreachable", "prohibit", "throw"
]
RuleAction = Literal["lookup", "goto", "nop", "blackhole", "unreachable", "prohibit"]

MAIN_TABLE = 254
LOCAL_TABLE = 255


class InterfaceAddress(Record, frozen=True, kw_only=True):
    """One address of an interface, e.g. 192.168.1.23/24."""

    address: str
    prefix_length: int
    peer: str | None = None  # the far end of a point-to-point link


class Interface(Record, frozen=True, kw_only=True):
    """A network interface as the operating system lists it."""

    index: int
    name: str
    kind: InterfaceKind
    description: str = (
        ""  # Windows: the adapter's description; Linux: the link kind ("tun", "veth")
    )
    up: bool  # administratively up
    running: bool  # has a carrier; for a tunnel: a process holds it
    mtu: int | None = None  # bytes
    addresses: tuple[InterfaceAddress, ...] = ()


class Route(Record, frozen=True, kw_only=True):
    """One row of a routing table.

    A multipath route is one row per next hop, all with `multipath` set. `metric` is the whole
    cost: on Windows, route metric plus interface metric.
    """

    destination: str  # "10.20.0.0/16", "2001:db8::/32"; the default is "0.0.0.0/0" or "::/0"
    interface: str | None = None
    next_hop: str | None = None  # None: on-link
    metric: int = 0
    table: int = MAIN_TABLE
    type: RouteType = "unicast"
    source: str | None = None  # preferred source address
    protocol: str = ""  # who put it there: "kernel", "dhcp", "static", "ra", ...
    multipath: bool = False
    dead: bool = False  # the next hop's interface is down (RTNH_F_DEAD)
    link_down: bool = False  # the interface has no carrier (RTNH_F_LINKDOWN)
    scoped: bool = False  # macOS RTF_IFSCOPE: only for sockets bound to that interface


class Rule(Record, frozen=True, kw_only=True):
    """A policy routing rule (Linux `ip rule`). All conditions that are set must hold."""

    family: Literal[4, 6]
    priority: int
    action: RuleAction = "lookup"
    table: int | None = None
    goto: int | None = None  # the priority to jump to, with action "goto"
    source: str | None = None  # prefix
    destination: str | None = None  # prefix
    mark: int | None = None
    mark_mask: int = 0xFFFFFFFF
    incoming_interface: str | None = None
    outgoing_interface: str | None = None
    uid_range: tuple[int, int] | None = None
    suppress_prefix_length: int | None = None  # ignore results with this prefix length or shorter
    inverted: bool = False  # "not": the rule holds where its conditions do not
    unread: bool = False  # has conditions (ports, tos, protocol) that are not modelled


class RouteTable(Record, frozen=True, kw_only=True):
    """The whole table of a host, all tables and both families, and the rules where there are any.

    No rules at all means one table: rows of `MAIN_TABLE` and `LOCAL_TABLE`, local first.
    """

    routes: tuple[Route, ...]
    rules: tuple[Rule, ...] = ()
    unread_rows: int = 0  # rows that could not be understood; counted, never dropped silently


class RouteAnswer(Record, frozen=True, kw_only=True):
    """What the operating system itself says it would do with a packet to `address`."""

    address: str
    interface: str | None = None
    next_hop: str | None = None
    source: str | None = None
    table: int | None = None
    destination: str | None = None  # the winning prefix, where the system tells
    metric: int | None = None
    type: RouteType | None = None  # None: no route at all


class Resolver(Record, frozen=True, kw_only=True):
    """A name server that this laptop is told to ask."""

    address: str
    port: int = 53
    interface: str | None = None  # per-link resolver (systemd-resolved, Windows, macOS scoped)
    domains: tuple[str, ...] = ()  # asked only for these; empty: for everything
    origin: str = ""  # "resolv.conf", "systemd-resolved", "expectation", "authoritative"


class ResolverConfig(Record, frozen=True, kw_only=True):
    """How names are resolved on this laptop."""

    resolvers: tuple[Resolver, ...]
    search: tuple[str, ...] = ()
    stub: str | None = None  # a local forwarder that the applications ask, e.g. 127.0.0.53
    sources: tuple[str, ...] = ()  # the order of nsswitch.conf for hosts: ("files", "dns")


class HostsEntry(Record, frozen=True, kw_only=True):
    """A line of the hosts file."""

    address: str
    names: tuple[str, ...]
    line: int


class Listener(Record, frozen=True, kw_only=True):
    """A TCP socket that waits for connections."""

    address: str
    port: int
    process: str | None = None  # None: another user's process, the system does not tell
    user: str | None = None


class Process(Record, frozen=True, kw_only=True):
    """A running program of interest. Never its arguments: they may hold secrets."""

    pid: int
    name: str
    state: Literal["running", "stopped", "zombie", "unknown"] = "unknown"
    profile: str | None = None  # the profile that its command line names (file name only)


class VpnClient(Record, frozen=True, kw_only=True):
    """An installed VPN client."""

    product: Literal["aws", "openvpn", "openvpn-connect", "tunnelblick", "networkmanager", "other"]
    name: str
    version: str | None = None
    running: bool = False
    service_running: bool | None = None  # None: it has no service, or that could not be seen


class LoggedInUser(Record, frozen=True, kw_only=True):
    """An interactive session. The name is a count's label only: never stored."""

    seat: str  # "console", "pts", "rdp"
    active: bool = True


class Proxy(Record, frozen=True, kw_only=True):
    """Proxy settings, without any password or user name."""

    origin: Literal["environment", "system", "pac"]
    host: str  # for a PAC file: the host that serves it
    port: int | None = None
    scheme: str = ""
