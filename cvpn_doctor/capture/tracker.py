"""All packets of a capture sorted to the flows that matter; the others are forgotten at once.

A UDP flow is OpenVPN's from its first hard reset on, whatever the port. Where the capture began
later, data packets must keep one form throughout: QUIC's packets on port 443 begin alike, but
their first bytes change. A TCP flow to port 443 or 1194 is one until its client's first bytes show
that it is not.
"""

import struct
from ipaddress import ip_address
from typing import Final

from cvpn_doctor.capture.flow import ACK, RST, SYN, Ends, Flow
from cvpn_doctor.capture.layer import DATA_V2, PORTS
from cvpn_doctor.capture.names import PORT as DNS_PORT
from cvpn_doctor.capture.names import Names
from cvpn_doctor.capture.reading import Frame
from cvpn_doctor.capture.session import By
from cvpn_doctor.capture.side import is_data
from cvpn_doctor.capture.slicing import TCP, IcmpError, NotRead, Segment, cut

_CLIENT_RESETS: Final = (0x38, 0x50)  # V2, V3 with key id 0
_SERVER_RESET: Final = 0x40
_RESET_LENGTH: Final = 14
_LONGEST_FIRST: Final = 1200  # a reset with tls-crypt-v2 holds the client's key
_MOST_KNOWN: Final = 200_000
_MOST_FLOWS: Final = 20_000
_MOST_TTLS: Final = 20_000
_SETTLED: Final = 16  # packets of one form, after which a new key may change it

Key = tuple[int, bytes, int, bytes, int]


class Tracker:
    """Grows while the capture is read."""

    def __init__(self) -> None:
        self.flows: list[Flow] = []
        self.names = Names()
        self.ttls: dict[bytes, set[int]] = {}  # of packets that are no TCP resets
        self.packets = self.skipped = self.malformed = self.cut = 0
        self.first: float | None = None
        self.last = 0.0  # seconds after the first, as all times here
        self._known: dict[Key, tuple[Flow, By] | None] = {}

    def frame(self, frame: Frame) -> None:
        """One packet, of any kind and in any state."""
        self.packets += 1
        self.first = frame.at if self.first is None else self.first
        at = frame.at - self.first
        self.last = max(self.last, at)
        self.cut += len(frame.data) < frame.length
        try:
            found = cut(frame.link, frame.data)
        except NotRead:
            self.skipped += 1
            return
        except (struct.error, IndexError):
            self.malformed += len(frame.data) >= frame.length
            return
        if isinstance(found, IcmpError):
            self._error(found, at)
        else:
            self._segment(found, at)

    def _segment(self, segment: Segment, at: float) -> None:
        is_tcp = segment.protocol == TCP
        if not (is_tcp and segment.flags & RST) and len(self.ttls) < _MOST_TTLS:
            self.ttls.setdefault(segment.source, set()).add(segment.ttl)
        if not is_tcp and DNS_PORT in (segment.source_port, segment.target_port):
            self._name(segment, at)
            return
        key = segment[0:5]
        known = self._known.get(key)
        begins = self._begins(segment)
        if begins and (known is None or self._is_new(known[0], segment)):
            known = self._begin(segment, at)
        elif known is None:
            if key in self._known:
                return
            known = self._other(segment, at)
        if known is not None:
            self._give(known, segment, at)

    def _give(self, known: tuple[Flow, By], segment: Segment, at: float) -> None:
        flow, by = known
        if not flow.ends.is_tcp:
            if flow.recognised == "data" and not _same_form(flow, by, segment.payload):
                self._forget(flow)
            else:
                flow.datagram(by, segment, at)
            return
        if flow.recognised == "port" and by == "client" and segment.payload:
            if not _begins_stream(segment.payload):
                self._forget(flow)
                return
            flow.recognised = "handshake"
        flow.segment(by, segment, at)

    def _begins(self, segment: Segment) -> bool:
        data = segment.payload
        if segment.protocol == TCP:
            if segment.flags & (SYN | ACK) == SYN:
                return segment.target_port in PORTS
            return data[:3] in (b"\x00\x0e\x38", b"\x00\x0e\x50") and len(data) == 16
        # Version 3 (tls-crypt-v2, which AWS does not have) begins as QUIC's packets may.
        if len(data) < _RESET_LENGTH or data[0] != _CLIENT_RESETS[0]:
            return False
        if data[9:14] == bytes(5):
            return True
        is_first = segment[0:5] not in self._known
        return is_first and segment.target_port in PORTS and len(data) <= _LONGEST_FIRST

    def _is_new(self, flow: Flow, segment: Segment) -> bool:
        """Whether a first packet begins another attempt from the same port."""
        if flow.ends.is_tcp:
            return bool(segment.flags & SYN) and flow.closed_by is not None
        own = flow.session.client_id
        return own is not None and segment.payload[1:9] != own

    def _begin(self, segment: Segment, at: float) -> tuple[Flow, By] | None:
        ends = Ends(*segment[0:5])
        is_port = ends.is_tcp and not segment.payload
        return self._add(Flow(ends, "port" if is_port else "handshake", at, at), "client")

    def _other(self, segment: Segment, at: float) -> tuple[Flow, By] | None:
        """A packet of a flow whose beginning was not seen."""
        protocol, source, source_port, target, target_port = segment[0:5]
        data = segment.payload
        if protocol != TCP and data:
            answer = data[0] == _SERVER_RESET and data[9:14] == b"\x01\0\0\0\0" and len(data) >= 26
            back = answer or source_port in PORTS
            if answer or (is_data(data[0]) and {source_port, target_port} & set(PORTS)):
                here, there = (source, source_port), (target, target_port)
                client, server = (there, here) if back else (here, there)
                flow = Flow(
                    Ends(protocol, *client, *server), "handshake" if answer else "data", at, at
                )
                return self._add(flow, "server" if back else "client")
        if len(self._known) < _MOST_KNOWN:
            self._known[segment[0:5]] = None
        return None

    def _add(self, flow: Flow, by: By) -> tuple[Flow, By] | None:
        if len(self.flows) >= _MOST_FLOWS:
            return None
        self.flows.append(flow)
        there, back = _keys(flow.ends)
        self._known[there], self._known[back] = (flow, "client"), (flow, "server")
        return flow, by

    def _forget(self, flow: Flow) -> None:
        for key in _keys(flow.ends):
            self._known[key] = None
        self.flows.remove(flow)

    def _error(self, error: IcmpError, at: float) -> None:
        if len(self.ttls) < _MOST_TTLS:
            self.ttls.setdefault(error.sender, set()).add(error.ttl)
        known = self._known.get(error.about[0:5])
        if known is not None and known[1] == "client":
            known[0].error(error, str(ip_address(error.sender)), at)

    def _name(self, segment: Segment, at: float) -> None:
        answer = segment.source_port == DNS_PORT
        server = segment.source if answer else segment.target
        self.names.datagram(str(ip_address(server)), segment.payload, at, answer=answer)


def _keys(ends: Ends) -> tuple[Key, Key]:
    protocol, client, client_port, server, server_port = ends
    return (
        (protocol, client, client_port, server, server_port),
        (protocol, server, server_port, client, client_port),
    )


def _begins_stream(data: bytes) -> bool:
    """Whether a client's first bytes over TCP are a framed hard reset, as far as they go."""
    size = (data[0] << 8) + data[1] if len(data) > 1 else _RESET_LENGTH
    fits = _RESET_LENGTH <= size <= _LONGEST_FIRST
    return fits and (len(data) < 3 or data[2] in _CLIENT_RESETS)


def _same_form(flow: Flow, by: By, data: bytes) -> bool:
    """Whether a data packet looks like the side's first one: opcode, key and peer id."""
    if not data or not (is_data(data[0]) or flow.session.side(by).packets > _SETTLED):
        return False
    head = data[:4] if data[0] >> 3 == DATA_V2 else data[:1]
    return flow.form.setdefault(by, head) == head or flow.session.side(by).packets > _SETTLED
