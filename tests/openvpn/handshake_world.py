"""A server in this process and a network under virtual time, for the control channel's tests."""

from __future__ import annotations

import heapq
import random
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from cvpn_doctor.openvpn.attempts import Attempts
from cvpn_doctor.openvpn.control import Control
from cvpn_doctor.openvpn.packet import Opcode, Packet, ProtocolError, decode, encode
from cvpn_doctor.openvpn.reliable import Receiver, Sender
from cvpn_doctor.openvpn.tls import Tls
from tests.lab import pki

CA, SERVER, CLIENT, OTHER = (
    pki.identity(subject)
    for subject in (pki.AUTHORITY, pki.SERVER, pki.CLIENT, pki.OTHER_AUTHORITY)
)


def client_tls(client: pki.Identity | None = CLIENT, ca: pki.Identity = CA) -> Tls:
    if client is None:
        return Tls(ca.certificate.read_bytes())
    return Tls(
        ca.certificate.read_bytes(), client.certificate.read_bytes(), client.key.read_bytes()
    )


class ServerRole:
    """One session of a server as OpenVPN 2.6 behaves over UDP: refuses without a word."""

    def __init__(
        self,
        *,
        tls: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
        trusted: pki.Identity = CA,
        identity: pki.Identity = SERVER,
        tickets: int = 2,
    ) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity.certificate, identity.key)
        context.load_verify_locations(trusted.certificate)
        context.verify_mode = ssl.CERT_REQUIRED
        context.maximum_version = tls
        context.num_tickets = tickets
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_side=True)
        self.sender, self.receiver = Sender(repeats=True), Receiver()
        self.session = b"SERVERID"
        self.peer: bytes | None = None
        self.dead = False
        self.hears: Callable[[Packet], bool] = lambda packet: True

    def receive(self, data: bytes, now: float) -> None:
        packet = decode(data)
        if self.dead or not self.hears(packet):
            return
        if self.peer is None:
            self.peer = packet.session_id
            self.sender.add(Opcode.HARD_RESET_SERVER_V2, b"")
        self.sender.acknowledge(packet.acks, now)
        if packet.packet_id is None:
            return
        for payload in self.receiver.receive(packet.packet_id, packet.payload) or ():
            if payload:
                self._tls(payload)

    def _tls(self, payload: bytes) -> None:
        self._in.write(payload)
        try:
            self.tls.do_handshake()
            self.tls.read(1)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            self.dead = True
        data = self._out.read()
        for at in range(0, len(data), 1150):
            self.sender.add(Opcode.CONTROL_V1, data[at : at + 1150])

    def to_send(self, now: float) -> list[bytes]:
        if self.dead or self.peer is None:
            return []
        packets = []
        for one in self.sender.due(now):
            acks = self.receiver.take_acks(4, again=True)
            packet = Packet(one.opcode, self.session, acks, self.peer, one.packet_id, one.payload)
            packets.append(encode(packet))
            self.sender.sent(one, len(packets[-1]), now)
        while self.receiver.owed:
            acks = self.receiver.take_acks(8, again=False)
            packets.append(encode(Packet(Opcode.ACK_V1, self.session, acks, self.peer)))
        return packets


@dataclass
class Network:
    """What happens to each packet: `fate` gives the delays of its copies."""

    fate: Callable[[str, bytes], list[float]] = lambda way, data: [0.005]
    seconds: float = 0.0
    log: list[tuple[float, str, bytes]] = field(default_factory=list)


def lossy(seed: int, share: float, jitter: float = 0.0, twice: float = 0.0) -> Network:
    dice = random.Random(seed)

    def fate(_way: str, _data: bytes) -> list[float]:
        copies = 2 if dice.random() < twice else 1
        return [0.005 + dice.random() * jitter for _ in range(copies) if dice.random() >= share]

    return Network(fate)


def run(  # noqa: C901 - a world in one loop
    network: Network,
    make_server: Callable[[], ServerRole] = ServerRole,
    make_tls: Callable[[], Tls] = client_tls,
    limit: float = 8.0,
) -> tuple[Control, Attempts, list[ServerRole]]:
    """All sessions until the verdict, each with a server of its own, and the goodbye."""
    numbers, now = count(), 0.0
    made = count(1)
    attempts = Attempts(
        lambda resets: Control(next(made).to_bytes(8, "big"), make_tls(), resets=resets), 0.0, limit
    )
    servers: list[ServerRole] = []
    waiting: list[tuple[float, int, str, int, bytes]] = []

    def post(way: str, index: int, packets: list[bytes]) -> None:
        for data in packets:
            network.log.append((now, way, data))
            for delay in network.fate(way, data):
                heapq.heappush(waiting, (now + delay, next(numbers), way, index, data))

    def deliver(until: float) -> None:
        while waiting and waiting[0][0] <= until:
            _at, _number, way, index, data = heapq.heappop(waiting)
            if way == "up":
                servers[index].receive(data, now)
                post("down", index, servers[index].to_send(now))
            else:
                attempts.sessions[index].receive(data, now)

    for _step in range(100_000):
        deliver(now)
        session = attempts.begin(now)
        if session is not None:
            servers.append(make_server())
            session.connect(now)
        for index, one in enumerate(attempts.sessions):
            one.handle_timer(now)
            post("up", index, one.to_send(now))
            post("down", index, servers[index].to_send(now))
        told = attempts.verdict(now)
        if told is not None:
            break
        times = [attempts.timer(now), *(time for s in servers if (time := s.sender.timer()))]
        times += [waiting[0][0]] if waiting else []
        now = max(now, min(times)) if min(times) > now else now + 1e-4
    else:
        raise AssertionError("no verdict")
    for index, one in enumerate(attempts.sessions):
        post("up", index, one.leave())
    network.seconds = now
    now += 1.0
    deliver(now)
    return told, attempts, servers


__all__ = ["CA", "CLIENT", "OTHER", "SERVER", "Network", "ProtocolError", "ServerRole"]
