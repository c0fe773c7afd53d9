"""The problem codes that a capture can name, with what the live checks say of each.

The checks stand above this room; a test holds the two together.
"""

from cvpn_doctor.model.finding import (
    Actor,
    ArgValue,
    Certainty,
    Evidence,
    EvidenceValue,
    Finding,
    Problem,
    Stage,
)

ID = "capture"


def _problem(code: str, stage: Stage, actor: Actor) -> Problem:
    return Problem(code=code, stage=stage, severity="high", actor=actor)


NAME_UNKNOWN = _problem("endpoint-name-unknown", Stage.NAME, "vpn-admin")
UDP_BLOCKED = _problem("endpoint-udp-blocked", Stage.TRANSPORT, "network-owner")
TCP_BLOCKED = _problem("endpoint-tcp-blocked", Stage.TRANSPORT, "network-owner")
REFUSED = _problem("endpoint-refused", Stage.TRANSPORT, "vpn-admin")
SILENT = _problem("endpoint-silent", Stage.TRANSPORT, "vpn-admin")
NOT_OPENVPN = _problem("endpoint-not-openvpn", Stage.TRANSPORT, "network-owner")
HANDSHAKE_CUT = _problem("endpoint-handshake-cut", Stage.TRANSPORT, "network-owner")
SERVER_EXPIRED = _problem("server-certificate-expired", Stage.TLS, "vpn-admin")
SERVER_NOT_YET = _problem("server-certificate-not-yet-valid", Stage.TLS, "vpn-admin")
CLIENT_REJECTED = _problem("client-certificate-rejected", Stage.TLS, "vpn-admin")

PROBLEMS = (
    NAME_UNKNOWN,
    UDP_BLOCKED,
    TCP_BLOCKED,
    REFUSED,
    SILENT,
    NOT_OPENVPN,
    HANDSHAKE_CUT,
    SERVER_EXPIRED,
    SERVER_NOT_YET,
    CLIENT_REJECTED,
)
STAGES = {problem.code: problem.stage for problem in PROBLEMS}


def found(
    problem: Problem,
    certainty: Certainty,
    evidence: dict[str, EvidenceValue],
    **args: ArgValue,
) -> Finding:
    """A finding; `evidence` maps JSON Pointers into the capture's report to their values."""
    proof = (Evidence(observation=ID, path=path, value=value) for path, value in evidence.items())
    return problem.found(ID, *proof, **args).but(certainty=certainty)
