"""What can be wrong with the endpoint's name, declared."""

from cvpn_doctor.model.finding import Actor, Problem, Stage

ID = "endpoint_name"

_WITHOUT_A_NAME = (
    "endpoint-silent",
    "endpoint-refused",
    "endpoint-not-openvpn",
    "endpoint-udp-blocked",
    "endpoint-tcp-blocked",
    "endpoint-transport-changed",
)

ALL_NAME_CODES = (
    "resolver-unreachable",
    "resolver-failing",
    "endpoint-name-unknown",
    "endpoint-name-filtered",
    "endpoint-name-hijacked",
    "endpoint-name-overridden",
)

_IN_FRONT = ("network-down", "internet-unreachable", "captive-portal")


def _problem(
    code: str, actor: Actor, explains: tuple[str, ...] = (), voids: tuple[str, ...] = ()
) -> Problem:
    return Problem(
        code=code,
        stage=Stage.NAME,
        severity="high",
        actor=actor,
        explains=(*explains, *_WITHOUT_A_NAME),
        voids=voids,
        neighbours=(*(c for c in ALL_NAME_CODES if c != code), *_IN_FRONT),
    )


RESOLVER_UNREACHABLE = _problem("resolver-unreachable", "network-owner")

RESOLVER_FAILING = _problem("resolver-failing", "network-owner")

UNKNOWN = _problem("endpoint-name-unknown", "vpn-admin")

FILTERED = _problem("endpoint-name-filtered", "network-owner")

HIJACKED = _problem("endpoint-name-hijacked", "network-owner", voids=_WITHOUT_A_NAME)

OVERRIDDEN = _problem(
    "endpoint-name-overridden", "user", ("endpoint-name-hijacked",), voids=_WITHOUT_A_NAME
)

# A name server inside the VPN that cannot be reached is a fault of the tunnel, not of this network.
TUNNEL_DNS_UNROUTED = Problem(
    code="tunnel-dns-unrouted",
    stage=Stage.TUNNEL_DNS,
    severity="high",
    actor="vpn-admin",
    neighbours=("tunnel-dns-unreachable", "resolver-unreachable", "route-not-pushed"),
)

TUNNEL_DNS_UNREACHABLE = Problem(
    code="tunnel-dns-unreachable",
    stage=Stage.TUNNEL_DNS,
    severity="high",
    actor="vpn-admin",
    neighbours=("tunnel-dns-unrouted", "resolver-unreachable"),
)

DNS_LEFT_OVER = Problem(
    code="dns-left-over",
    stage=Stage.LAPTOP,
    severity="high",
    actor="helpdesk",
    explains=("resolver-unreachable", *_WITHOUT_A_NAME),
    neighbours=("resolver-unreachable", "tunnel-dns-unreachable", "network-down"),
)

PROBLEMS = (
    DNS_LEFT_OVER,
    RESOLVER_UNREACHABLE,
    RESOLVER_FAILING,
    UNKNOWN,
    FILTERED,
    HIJACKED,
    OVERRIDDEN,
    TUNNEL_DNS_UNROUTED,
    TUNNEL_DNS_UNREACHABLE,
)
