"""What one flow of a capture proves, judged among the others, from the records alone.

Thresholds in seconds: a client sends its hard reset again after 2, 4, 8 s (OpenVPN ssl.c) and a
SYN after 1, 3, 7 s (RFC 6298), so 4 s without a word hold at least two tries.
"""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Final

from cvpn_doctor.capture.codes import (
    CLIENT_REJECTED,
    HANDSHAKE_CUT,
    NOT_OPENVPN,
    REFUSED,
    SERVER_EXPIRED,
    SERVER_NOT_YET,
    SILENT,
    TCP_BLOCKED,
    UDP_BLOCKED,
    found,
)
from cvpn_doctor.capture.model import CaptureFlow
from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.model.finding import Certainty, EvidenceValue, Finding

_LONG: Final = 4.0
# RFC 8446 6.2: what a server says of a certificate that it was shown, or that it missed.
_CERTIFICATE_ALERTS: Final = {
    "bad_certificate",
    "unsupported_certificate",
    "certificate_revoked",
    "certificate_expired",
    "certificate_unknown",
    "unknown_ca",
    "access_denied",
    "certificate_required",
}
_EVERY_PATH: Final = 1000  # bytes that go through wherever anything does; RFC 791 says 576
_SMALLEST_WITH_CERTIFICATE: Final = 500  # bytes of the client's last flight


_PRIVATE: Final = tuple(
    ip_network(net)
    for net in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        *("fc00::/7", "fe80::/10"),
    )
)


def target(flow: CaptureFlow) -> tuple[str, str, int]:
    """Where a flow goes."""
    return flow.server, flow.transport, flow.server_port


class FlowJudge:
    """One flow, judged among the others."""

    def __init__(
        self, number: int, flow: CaptureFlow, flows: Sequence[CaptureFlow], started: str | None
    ) -> None:
        self.number = number
        self.flow = flow
        self.flows = flows
        self.started = started
        self.where: dict[str, str | int] = {
            "address": flow.server,
            "transport": flow.transport,
            "port": flow.server_port,
        }

    def finding(self) -> Finding | None:
        """What is wrong with it, by the strongest sign."""
        one = self._icmp() or self._reset()
        if one is None and not self.flow.carried_data:
            one = self._foreign() or self._certificate() or self._alert()
            one = one or self._handshake() or self._silent()
        if one is not None and self.flow.recognised == "port":
            return one.but(certainty="possible")  # nobody knows whether it was meant for OpenVPN
        return one

    def _proof(self, *paths: str) -> dict[str, EvidenceValue]:
        """Values of the flow by their paths, e.g. "icmp/0/sender"."""
        proof: dict[str, EvidenceValue] = {}
        for path in paths:
            value: object = self.flow
            for step in path.split("/"):
                value = value[int(step)] if isinstance(value, tuple) else getattr(value, step)
            assert value is None or isinstance(value, str | int | float | bool)
            proof[f"/flows/{self.number}/{path}"] = value
        return proof

    def _icmp(self) -> Finding | None:
        """An error that no answer followed: by the endpoint itself, or by something before it."""
        for number, icmp in enumerate(self.flow.icmp):
            if not _is_refusal(icmp, self.flow.server):
                continue
            proof = self._proof(f"icmp/{number}/sender", f"icmp/{number}/code")
            if icmp.sender == self.flow.server:
                return found(REFUSED, "proven", proof, how="icmp", **self.where)
            blocked = UDP_BLOCKED if self.flow.transport == "udp" else TCP_BLOCKED
            certainty: Certainty = "likely" if _is_unreachable(icmp) else "proven"
            return found(
                blocked, certainty, proof, how="rejected", sender=icmp.sender, **self.where
            )
        return None

    def _reset(self) -> Finding | None:
        """A TCP reset: of another distance than the endpoint's packets, or of its own."""
        for number, reset in enumerate(self.flow.tcp_resets):
            path = f"tcp_resets/{number}"
            if reset.origin == "between":
                proof = self._proof(f"{path}/ttl", f"{path}/usual_ttls/0")
                return self._between(proof, reset.hops, "proven")
            if self.flow.opened:
                continue
            proof = self._proof(f"{path}/ttl")
            if reset.origin == "unknown" and reset.hops == 1 and self._far_away():
                return self._between(proof, reset.hops, "likely")
            certainty: Certainty = "proven" if reset.origin == "endpoint" else "likely"
            return found(REFUSED, certainty, proof, how="reset", **self.where)
        return None

    def _between(self, proof: dict[str, EvidenceValue], hops: int, certainty: Certainty) -> Finding:
        how = "reset-on-the-way"
        return found(TCP_BLOCKED, certainty, proof, how=how, hops=hops, **self.where)

    def _far_away(self) -> bool:
        """A client in a private network, a server outside: not on the same link."""
        return _is_private(self.flow.client) and not _is_private(self.flow.server)

    def _foreign(self) -> Finding | None:
        if self.flow.speaks is not None:
            proof = self._proof("speaks")
            return found(NOT_OPENVPN, "proven", proof, speaks=self.flow.speaks, **self.where)
        cut_off = self.flow.resets and self.flow.closed_by == "server"
        if cut_off and self.flow.stage == "nothing":
            proof = self._proof("closed_by", "stage")
            return found(NOT_OPENVPN, "likely", proof, speaks="nothing", **self.where)
        return None

    def _certificate(self) -> Finding | None:
        """By the capture's own clock, which may be as wrong as the laptop's: likely only."""
        for depth, one in enumerate(self.flow.chain):
            path = f"chain/{depth}"
            if self.started is None:
                return None
            which = "issuer" if depth else "leaf"
            args = {"which": which, "subject": one.subject, **self.where}
            if one.not_after < self.started:
                proof = self._proof(f"{path}/not_after")
                return found(SERVER_EXPIRED, "likely", proof, not_after=one.not_after, **args)
            if one.not_before > self.started:
                proof = self._proof(f"{path}/not_before")
                return found(SERVER_NOT_YET, "likely", proof, not_before=one.not_before, **args)
        return None

    def _handshake(self) -> Finding | None:
        flow = self.flow
        if flow.wrapped or not (flow.waited >= _LONG or flow.closed_by == "server"):
            return None
        match flow.stage:
            case "reset_answered" if flow.hello_sizes:
                return self._cut(
                    "closed" if flow.closed_by == "server" else "after-reset",
                    "stage",
                    "hello_sizes/0",
                )
            case "hello_acked":
                return self._cut("large-packets-down", "stage")
            case "server_flight" if (
                flow.server_packets_missing or flow.server_flight_complete is False
            ):
                return self._cut("large-packets-down", "stage", "server_packets_missing")
            case "finished" if flow.unacked:
                return self._last_flight()
        return None

    def _alert(self) -> Finding | None:
        """In clear with TLS 1.2 only, and sent by servers since 2.7, over TCP."""
        for number, alert in enumerate(self.flow.alerts):
            if alert.sender == "server" and alert.name in _CERTIFICATE_ALERTS:
                proof = self._proof(f"alerts/{number}/name")
                return self._rejected("proven", proof, alert.name)
        return None

    def _cut(self, how: str, *proof: str) -> Finding:
        args = {"how": how, "stage": self.flow.stage, **self.where}
        return found(HANDSHAKE_CUT, "likely", self._proof(*proof), **args)

    def _last_flight(self) -> Finding | None:
        """Of the client's answer to the server, something was never acknowledged."""
        flow = self.flow
        if not flow.last_unacked_only:
            return self._cut("large-packets-up", "unacked/0")
        if flow.certificate_requested is False:
            return None
        flight = (*flow.acked[len(flow.hello_sizes) :], *flow.unacked)
        if flow.client_certificate is None and sum(flight) < _SMALLEST_WITH_CERTIFICATE:
            return None  # too small to hold a certificate
        # Of packets that all are larger than any that came through, the size may be the reason;
        # a connection that the server ends, or a small packet among them, says otherwise.
        largest = max(_EVERY_PATH, *flow.acked)
        too_large = flow.closed_by != "server" and min(flow.unacked) > largest
        if too_large and len(flow.unacked) == len(flight):
            return self._cut("large-packets-up", "unacked/0").but(certainty="possible")
        proof = self._proof("last_unacked_only", "unacked/0", "stage")
        return self._rejected("likely", proof)

    def _rejected(
        self, certainty: Certainty, proof: dict[str, EvidenceValue], alert: str = ""
    ) -> Finding:
        shown = {True: "sent", False: "not_given", None: "unknown"}[self.flow.client_certificate]
        return found(CLIENT_REJECTED, certainty, proof, how=shown, alert=alert, **self.where)

    def _silent(self) -> Finding | None:
        """No answer at all, to at least two tries."""
        flow = self.flow
        tries = (
            flow.resets if flow.transport == "udp" else flow.connects + flow.retransmissions_client
        )
        mute = bool(flow.opened) and flow.resets > 0
        if flow.stage != "nothing" or flow.waited < _LONG or (tries < 2 and not mute):
            return None
        if mute:
            proof = self._proof("opened", "stage")
            return found(SILENT, "likely", proof, how="connected-but-mute", **self.where)
        if flow.opened:
            return None
        proof = self._proof("waited", "resets" if flow.transport == "udp" else "connects")
        witness = self._witness()
        if witness is not None:
            number, other = witness
            blocked = UDP_BLOCKED if flow.transport == "udp" else TCP_BLOCKED
            proof[f"/flows/{number}/stage"] = other.stage
            shown = f"{other.transport}/{other.server_port}"
            return found(blocked, "proven", proof, how="silent", witness=shown, **self.where)
        return found(SILENT, "likely", proof, how="nothing-came-back", **self.where)

    def _witness(self) -> tuple[int, CaptureFlow] | None:
        """Another flow to the same address, on another transport or port, that was answered."""
        for number, other in enumerate(self.flows):
            is_other = other.server == self.flow.server and target(other) != target(self.flow)
            itself = [reset for reset in other.tcp_resets if reset.origin == "endpoint"]
            if is_other and (other.stage != "nothing" or other.opened or itself):
                return number, other
        return None


def _is_refusal(icmp: Icmp, server: str) -> bool:
    """Destination unreachable, but not "fragmentation needed" (RFC 792, RFC 4443)."""
    if ":" in server:
        return icmp.type == 1
    return icmp.type == 3 and icmp.code != 4


def _is_unreachable(icmp: Icmp) -> bool:
    """Net or host unreachable: it may as well be a broken line as a filter."""
    if ":" in icmp.sender:
        return icmp.code in (0, 3)
    return icmp.code in (0, 1)


def _is_private(address: str) -> bool:
    return any(ip_address(address) in net for net in _PRIVATE)
