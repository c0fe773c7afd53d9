"""What was gathered of a flow → its record: how far it came, what is missing, who ended it."""

from collections.abc import Iterable
from ipaddress import ip_address
from itertools import islice
from typing import Final, NamedTuple

from cvpn_doctor.capture.flow import Flow, Reset
from cvpn_doctor.capture.model import CaptureFlow, ResetOrigin, TcpReset
from cvpn_doctor.capture.session import Session
from cvpn_doctor.capture.side import Sent
from cvpn_doctor.model.handshake import Certificate, HandshakeStage

_FIRST_TTLS: Final = (64, 128, 255)  # that systems give to their packets
_FEWEST_DATA: Final = 3  # packets of each side, where nothing else was seen of a flow
_MOST_SIZES: Final = 64
_SAME_PLACE: Final = 1  # hops by which two ways from the same sender may differ


class Surroundings(NamedTuple):
    """What the rest of the capture says."""

    end: float
    ttls: dict[bytes, set[int]]
    names: dict[str, str]


def is_telling(flow: Flow) -> bool:
    """Whether there is enough of a flow to call it OpenVPN's."""
    session = flow.session
    few = min(session.client.packets, session.server.packets) < _FEWEST_DATA
    return flow.recognised != "data" or not few


def record(flow: Flow, around: Surroundings) -> CaptureFlow:
    """The flow as it is told."""
    session, ends = flow.session, flow.ends
    server = str(ip_address(ends.server))
    name = around.names.get(server)
    chain, malformed = _certificates(session.chain)
    unacked = _unacked(session)
    hello = session.server_hello
    tls = session.client.tls_packets
    return CaptureFlow(
        client=str(ip_address(ends.client)),
        client_port=ends.client_port,
        server=server,
        server_port=ends.server_port,
        transport="tcp" if ends.is_tcp else "udp",
        recognised="endpoint" if flow.recognised == "port" and name else flow.recognised,
        name=name,
        started=round(flow.started, 6),
        ended=round(flow.ended, 6),
        waited=round(max(0.0, around.end - _unanswered_since(flow, unacked)), 6),
        stage=_stage(session),
        resets=session.resets,
        reset_answered=_reset_answered(session),
        wrapped=session.wrapped,
        tls_version=hello.version if hello else None,
        cipher=f"0x{hello.cipher:04x}" if hello else None,
        chain=chain,
        malformed_certificates=malformed,
        server_flight_complete=session.flight_complete,
        server_packets_missing=session.server.missing,
        certificate_requested=session.certificate_requested,
        client_certificate=session.client_certificate,
        alerts=tuple(session.alerts),
        hello_sizes=_sizes(hello_packets(session)),
        acked=_sizes(one for one in tls if one.packet_id in session.client.acked),
        unacked=_sizes(unacked),
        last_unacked_only=_last_only(session, unacked),
        retransmissions_client=session.client.retransmissions,
        retransmissions_server=session.server.retransmissions,
        largest_from_client=session.client.largest,
        largest_from_server=session.server.largest,
        data_from_client=session.client.count(),
        data_from_server=session.server.count(),
        icmp=tuple(icmp for at, icmp in flow.icmp if at >= (session.server.last or 0.0)),
        opened=flow.opened if ends.is_tcp else None,
        connects=flow.connects,
        tcp_resets=tuple(_reset(one, ends.server, around) for one in flow.resets),
        closed_by=flow.closed_by,
        speaks=session.speaks,
        malformed=session.malformed,
        gaps=sum(stream.gaps for stream in flow.streams.values()),
        events=tuple(session.timeline.events),
        events_left_out=session.timeline.left_out,
    )


def _sizes(packets: Iterable[Sent]) -> tuple[int, ...]:
    return tuple(one.size for one in islice(packets, _MOST_SIZES))


def hello_packets(session: Session) -> list[Sent]:
    """The client's packets up to the end of its last ClientHello."""
    tls = session.client.tls_packets
    if session.hello_id:
        return [one for one in tls if one.packet_id <= session.hello_id]
    return [one for one in tls if one.tls_order == 0]


def _flight(session: Session) -> list[Sent]:
    """What the client sent in reply to the server's flight."""
    hello = len(hello_packets(session))
    return [one for one in session.client.tls_packets[hello:] if one.tls_order > 0]


def _unacked(session: Session) -> list[Sent]:
    return [one for one in session.client.tls_packets if one.packet_id not in session.client.acked]


def _last_only(session: Session, unacked: list[Sent]) -> bool:
    """Whether what the server never acknowledged is exactly the end of the client's flight."""
    flight = _flight(session)
    return bool(unacked) and bool(flight) and unacked == flight[-len(unacked) :]


def _stage(session: Session) -> HandshakeStage:
    """How far it came, in the words of the live handshake."""
    if session.server.packets or (session.server_encrypted and session.flight_complete):
        return "accepted"
    flight = _flight(session)
    if flight:
        done = all(one.packet_id in session.client.acked for one in flight)
        return "client_flight_acked" if done else "finished"
    if session.server.tls_packets:
        return "server_flight"
    hello = hello_packets(session)
    if hello and all(one.packet_id in session.client.acked for one in hello):
        return "hello_acked"
    return "nothing" if session.answered is None else "reset_answered"


def _reset_answered(session: Session) -> float | None:
    if session.answered is None or session.first_reset is None:
        return None
    return round(max(0.0, session.answered - session.first_reset), 6)


def _unanswered_since(flow: Flow, unacked: list[Sent]) -> float:
    session = flow.session
    if unacked:
        return min(one.at for one in unacked)
    if session.answered is None and session.first_reset is not None:
        return session.first_reset
    hello = hello_packets(session)
    if hello and not session.server.tls_packets:
        return hello[0].at  # what came since then was sent again, or says that it came again
    return flow.started if session.server.last is None else session.server.last


def _certificates(chain: tuple[bytes, ...]) -> tuple[tuple[Certificate, ...], int]:
    if not chain:
        return (), 0
    from cvpn_doctor.openvpn.certificate import summarise_all  # noqa: PLC0415 - 40 ms

    return summarise_all(chain)


def _reset(reset: Reset, server: bytes, around: Surroundings) -> TcpReset:
    usual = tuple(sorted(around.ttls.get(server, ())))
    hops = _hops(reset.ttl)
    nearest = min((abs(_hops(ttl) - hops) for ttl in usual), default=None)
    origin: ResetOrigin = "unknown"
    if nearest is not None:
        origin = "between" if nearest > _SAME_PLACE else "endpoint"
    return TcpReset(
        at=round(reset.at, 6), ttl=reset.ttl, usual_ttls=usual, origin=origin, hops=hops
    )


def _hops(ttl: int) -> int:
    """How many links away a packet's sender is: its first value is the next usual one above."""
    return next(first for first in _FIRST_TTLS if ttl <= first) - ttl + 1
