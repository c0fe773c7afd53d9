"""What can be wrong with the server's certificate, declared."""

from cvpn_doctor.model.finding import Actor, Problem, Stage

ID = "server_certificate"
_ALL = (
    "server-certificate-expired",
    "server-certificate-not-yet-valid",
    "server-certificate-untrusted",
    "server-certificate-name-mismatch",
    "server-certificate-wrong-usage",
    "tls-intercepted",
    "clock-skewed",
    "client-certificate-rejected",
)


def _problem(
    code: str, actor: Actor = "vpn-admin", explains: tuple[str, ...] = ("endpoint-handshake-cut",)
) -> Problem:
    return Problem(
        code=code,
        stage=Stage.TLS,
        severity="high",
        actor=actor,
        explains=explains,
        neighbours=tuple(other for other in _ALL if other != code),
    )


EXPIRED = _problem("server-certificate-expired")
NOT_YET_VALID = _problem("server-certificate-not-yet-valid")
UNTRUSTED = _problem(
    "server-certificate-untrusted",
    explains=(
        "endpoint-handshake-cut",
        "server-certificate-name-mismatch",
        "server-certificate-wrong-usage",
    ),
)
NAME_MISMATCH = _problem("server-certificate-name-mismatch")
WRONG_USAGE = _problem("server-certificate-wrong-usage")
INTERCEPTED = Problem(
    code="tls-intercepted",
    stage=Stage.TRANSPORT,
    severity="high",
    actor="network-owner",
    explains=("server-certificate-untrusted", "endpoint-handshake-cut"),
    voids=("endpoint-not-openvpn",),  # it is known what stands there
    neighbours=("server-certificate-untrusted", "endpoint-not-openvpn", "captive-portal"),
)
PROBLEMS = (INTERCEPTED, EXPIRED, NOT_YET_VALID, UNTRUSTED, NAME_MISMATCH, WRONG_USAGE)
