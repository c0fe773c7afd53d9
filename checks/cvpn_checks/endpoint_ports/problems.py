"""What can be wrong between the laptop and the endpoint's port, declared."""

from cvpn_doctor.model.finding import Actor, Problem, Stage

ID = "endpoint_ports"


def _problem(
    code: str, actor: Actor, neighbours: tuple[str, ...], explains: tuple[str, ...] = ()
) -> Problem:
    return Problem(
        code=code,
        stage=Stage.TRANSPORT,
        severity="high",
        actor=actor,
        explains=explains,
        neighbours=(
            *neighbours,
            "internet-unreachable",
            "captive-portal",
            "endpoint-name-hijacked",
        ),
    )


_SILENCES = ("endpoint-silent", "endpoint-refused", "endpoint-transport-changed")

UDP_BLOCKED = _problem("endpoint-udp-blocked", "network-owner", _SILENCES)

TCP_BLOCKED = _problem("endpoint-tcp-blocked", "network-owner", _SILENCES)

REFUSED = _problem(
    "endpoint-refused",
    "vpn-admin",
    (
        "endpoint-udp-blocked",
        "endpoint-tcp-blocked",
        "endpoint-silent",
        "endpoint-transport-changed",
    ),
)

SILENT = _problem(
    "endpoint-silent",
    "vpn-admin",
    (
        "endpoint-udp-blocked",
        "endpoint-tcp-blocked",
        "endpoint-refused",
        "endpoint-transport-changed",
    ),
)

TRANSPORT_CHANGED = _problem(
    "endpoint-transport-changed",
    "vpn-admin",
    ("endpoint-udp-blocked", "endpoint-tcp-blocked", "endpoint-refused", "endpoint-silent"),
)

NOT_OPENVPN = _problem(
    "endpoint-not-openvpn", "network-owner", ("endpoint-tcp-blocked", "endpoint-transport-changed")
)

FAMILY_MISMATCH = _problem("endpoint-address-family-mismatch", "vpn-admin", ("network-down",))

FIREWALL = Problem(
    code="local-firewall-blocks",
    stage=Stage.LAPTOP,
    severity="high",
    actor="endpoint-security",
    explains=("endpoint-udp-blocked", "endpoint-tcp-blocked", "endpoint-silent"),
    neighbours=("endpoint-udp-blocked", "endpoint-tcp-blocked", "network-down"),
)

BYPASS_STALE = Problem(
    code="endpoint-bypass-stale",
    stage=Stage.LAPTOP,
    severity="high",
    actor="user",
    explains=("endpoint-udp-blocked", "endpoint-tcp-blocked", "endpoint-silent"),
    neighbours=("endpoint-silent", "routes-stale"),
)

PROBLEMS = (
    UDP_BLOCKED,
    TCP_BLOCKED,
    REFUSED,
    SILENT,
    TRANSPORT_CHANGED,
    NOT_OPENVPN,
    FAMILY_MISMATCH,
    FIREWALL,
    BYPASS_STALE,
)
