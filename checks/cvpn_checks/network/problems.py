"""What can be wrong on the way out of the laptop, declared."""

from cvpn_doctor.model.finding import Problem, Stage

ID = "network"

_BEYOND_THE_LINK = (
    "resolver-unreachable",
    "resolver-failing",
    "endpoint-name-unknown",
    "endpoint-name-filtered",
    "endpoint-name-hijacked",
    "endpoint-udp-blocked",
    "endpoint-tcp-blocked",
    "endpoint-silent",
    "endpoint-refused",
    "endpoint-not-openvpn",
)

NETWORK_DOWN = Problem(
    code="network-down",
    stage=Stage.LINK,
    severity="high",
    actor="user",
    explains=("internet-unreachable", "captive-portal", *_BEYOND_THE_LINK),
    neighbours=("internet-unreachable", "captive-portal", "resolver-unreachable"),
)

INTERNET_UNREACHABLE = Problem(
    code="internet-unreachable",
    stage=Stage.LINK,
    severity="high",
    actor="network-owner",
    explains=_BEYOND_THE_LINK,
    neighbours=("network-down", "captive-portal", "resolver-unreachable", "endpoint-silent"),
)

CAPTIVE_PORTAL = Problem(
    code="captive-portal",
    stage=Stage.LINK,
    severity="high",
    actor="user",
    explains=("internet-unreachable", *_BEYOND_THE_LINK),
    neighbours=("internet-unreachable", "endpoint-not-openvpn", "endpoint-name-hijacked"),
)

PROBLEMS = (NETWORK_DOWN, INTERNET_UNREACHABLE, CAPTIVE_PORTAL)
