"""What can be wrong with routes, declared."""

from cvpn_doctor.model.finding import Actor, Problem, Severity, Stage

# Where the tunnel does not have the extent that it should, single routes are missing with it.
MISSING = (
    "route-not-pushed",
    "route-not-installed",
    "route-removed",
    "route-pull-refused",
)


def _problem(
    code: str,
    actor: Actor,
    *neighbours: str,
    severity: Severity = "medium",
    explains: tuple[str, ...] = (),
) -> Problem:
    return Problem(
        code=code,
        stage=Stage.ROUTES,
        severity=severity,
        actor=actor,
        explains=(*explains, "tunnel-dns-unrouted", "tunnel-dns-unreachable"),
        neighbours=neighbours,
    )


NOT_PUSHED = _problem(
    "route-not-pushed", "vpn-admin", "route-not-installed", "route-removed", "route-shadowed"
)
NOT_INSTALLED = _problem(
    "route-not-installed", "helpdesk", "route-not-pushed", "route-removed", "route-pull-refused"
)
REMOVED = _problem(
    "route-removed", "user", "route-not-pushed", "route-not-installed", "route-shadowed"
)
PULL_REFUSED = _problem(
    "route-pull-refused", "helpdesk", "route-not-pushed", "route-not-installed", "route-removed"
)
SHADOWED = _problem(
    "route-shadowed",
    "user",
    "lan-overlaps-route",
    "virtual-network-overlaps-route",
    "route-removed",
    "route-not-pushed",
)
LAN_OVERLAPS = _problem(
    "lan-overlaps-route",
    "user",
    "virtual-network-overlaps-route",
    "route-shadowed",
    "route-removed",
    "lan-overlaps-client-cidr",
)
VIRTUAL_OVERLAPS = _problem(
    "virtual-network-overlaps-route",
    "user",
    "lan-overlaps-route",
    "route-shadowed",
    "route-removed",
)
LAN_OVERLAPS_POOL = _problem(
    "lan-overlaps-client-cidr", "vpn-admin", "lan-overlaps-route", "route-shadowed"
)
FULL_UNEXPECTED = _problem(
    "full-tunnel-unexpected", "vpn-admin", "split-tunnel-unexpected", "full-tunnel-incomplete"
)
SPLIT_UNEXPECTED = _problem(
    "split-tunnel-unexpected",
    "vpn-admin",
    "full-tunnel-unexpected",
    "full-tunnel-incomplete",
    explains=MISSING,
)
FULL_INCOMPLETE = _problem(
    "full-tunnel-incomplete",
    "helpdesk",
    "split-tunnel-unexpected",
    "route-removed",
    "route-shadowed",
    severity="high",
    explains=(*MISSING, "split-tunnel-unexpected"),
)
STALE = Problem(
    code="routes-stale",
    stage=Stage.LAPTOP,
    severity="high",
    actor="user",
    explains=(
        "endpoint-bypass-stale",
        "dns-left-over",
        "resolver-unreachable",
        "endpoint-silent",
    ),
    neighbours=("route-removed", "endpoint-bypass-stale", "tunnel-interface-down"),
)
PROBLEMS = (
    STALE,
    FULL_UNEXPECTED,
    SPLIT_UNEXPECTED,
    FULL_INCOMPLETE,
    PULL_REFUSED,
    NOT_PUSHED,
    NOT_INSTALLED,
    REMOVED,
    SHADOWED,
    LAN_OVERLAPS,
    VIRTUAL_OVERLAPS,
    LAN_OVERLAPS_POOL,
)
