"""Our own packets of the TLS flights: how they are cut, and what their silence means.

The oracle is which of them the server acknowledges: it does so only once its TLS has swallowed
them (docs/design/004-openvpn.md, 1.2 to 1.4 and 8).
"""

from collections.abc import Sequence
from typing import Final

from cvpn_doctor.model.handshake import HandshakeStage, Silence
from cvpn_doctor.openvpn.reliable import Outgoing

# Our packets stay below 1,200 bytes, as the smallest of OpenVPN's own (2.5: 1,188 with UDP).
LARGEST_PAYLOAD: Final = 1150
# Our last flight begins with a tiny packet, which the server acknowledges before it can judge
# anything. It goes out again behind each retransmission, as an echo: a server that lives
# acknowledges it again, one that has refused our certificate does not. So a path that loses the
# large packets never looks like a refusal, in whatever order they arrive.
HEAD: Final = 1  # of the record's header: an unreadable record behind it is an error at once
UNANSWERED: Final = 2  # echoes in a row; one may be lost
# What counts as large for that: no path is known that drops less, IPv4 must carry 576.
LARGE: Final = 500
# Sendings of our last packet, and waits, before its silence means anything. Section 8.
REFUSAL_SENDS: Final = 3
REFUSAL_WAITS: Final = 5.5


def pieces(data: bytes, *, whole: bool) -> list[bytes]:
    """A flight cut into payloads, a tiny one first. `whole`: left whole where it fits."""
    if whole and len(data) <= LARGEST_PAYLOAD:
        return [data] if data else []
    starts = range(HEAD, len(data), LARGEST_PAYLOAD)
    body = [data[at : at + LARGEST_PAYLOAD] for at in starts]
    return [data[:HEAD], *body] if data else []


def silence(
    stage: HandshakeStage, flight: Sequence[Outgoing], *, large_came: bool, unanswered: int | None
) -> Silence:
    """Which packets are missing, if nothing more comes.

    `flight`: our packets after the hard reset; `large_came`: whether a large packet of the server
    arrived; `unanswered`: the latest echoes without an answer, None where none was sent.
    """
    match stage:
        case "nothing":
            return "reset"
        case "reset_answered":
            return "hello"
        case "client_flight_acked" | "accepted":
            return "server_finished"
        case "finished":
            return _end(flight, unanswered)
    return "mixed" if large_came else "server_flight"


def _end(flight: Sequence[Outgoing], unanswered: int | None) -> Silence:
    if unanswered is None:
        return "mixed"
    if unanswered >= UNANSWERED:
        return "end_of_client_flight"
    lacking = [one for one in flight if one.first_sent is not None and one.acked_at is None]
    return "large_client_packets" if any(one.size >= LARGE for one in lacking) else "mixed"


def is_refusal(lacking: Sequence[Outgoing], wait: float, now: float) -> bool:
    """Whether the end of the flight was sent often enough to take its silence for a refusal."""
    patience = REFUSAL_WAITS * wait
    return all(
        one.sends >= REFUSAL_SENDS and now >= (one.first_sent or now) + patience for one in lacking
    )
