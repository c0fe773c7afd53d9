"""The control channel under virtual time: loss, disorder, silence at each stage, forgeries."""

from __future__ import annotations

import random
import ssl
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvpn_doctor.openvpn.control import UNREADABLE, Control, Ended, Reached
from cvpn_doctor.openvpn.packet import Opcode, Packet, decode, encode
from cvpn_doctor.openvpn.reset import framed
from tests.openvpn.handshake_world import (
    CA,
    OTHER,
    Network,
    ServerRole,
    client_tls,
    lossy,
    run,
)

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize("version", [V12, V13])
def test_healthy(version: ssl.TLSVersion) -> None:
    network = Network()
    told, attempts, servers = run(network, lambda: ServerRole(tls=version))
    assert (told.end, told.stage) == ("accepted", "accepted")
    assert len(attempts.sessions) == 1
    assert network.seconds < 0.1
    assert told.tls.requested
    assert told.tls.chain
    assert servers[0].dead  # our goodbye ended its session
    stages = []
    while (event := told.next_event()) is not None:
        stages.append(event.stage if isinstance(event, Reached) else event.end)
    assert (
        stages[:4] == ["reset_answered", "server_flight", "hello_acked", "finished"]
        or stages[:4] == ["reset_answered", "hello_acked", "server_flight", "finished"]
        or "hello_acked" not in stages
    )
    assert stages[-1] == "accepted"


def test_without_tickets_the_settled_ack_is_the_proof() -> None:
    told, _, _ = run(Network(), lambda: ServerRole(tickets=0))
    assert told.end == "accepted"
    assert told.tls.tickets == 0


def test_nothing_of_the_user_is_ever_sent() -> None:
    """After our Finished there are acks and the goodbye only, no application data."""
    network = Network()
    told, _, servers = run(network)
    assert told.end == "accepted"
    assert all(not server.tls.pending() for server in servers)
    ours = [decode(data) for _, way, data in network.log if way == "up"]
    flight = {packet.packet_id: packet.payload for packet in ours if packet.payload}
    assert flight[max(flight, key=lambda number: number or 0)] == UNREADABLE


@pytest.mark.parametrize("share", [0.05, 0.2])
@pytest.mark.parametrize("version", [V12, V13])
def test_loss_is_lived_through(version: ssl.TLSVersion, share: float) -> None:
    failed = []
    for seed in range(40):
        network = lossy(seed, share, jitter=0.01)
        told, attempts, _ = run(network, lambda: ServerRole(tls=version), limit=12.0)
        assert sum(one.sender.packets[0].sends for one in attempts.sessions) <= 6
        if told.end != "accepted":
            failed.append((seed, told.stage, told.silence(), network.seconds))
    assert len(failed) <= (1 if share > 0.1 else 0), failed


def test_disorder_and_duplicates() -> None:
    for seed in range(20):
        told, _, _ = run(lossy(seed, 0.0, jitter=0.05, twice=0.3))
        assert told.end == "accepted"


def size_over(limit: int, *ways: str) -> Network:
    return Network(lambda way, data: [] if way in ways and len(data) > limit else [0.005])


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize(
    ("ways", "silence"),
    [
        (("up",), "large_client_packets"),
        (("down",), "server_flight"),
        (("up", "down"), "server_flight"),
    ],
)
def test_large_packets_are_lost(version: ssl.TLSVersion, ways: Any, silence: str) -> None:
    network = size_over(800, *ways)
    told, attempts, servers = run(network, lambda: ServerRole(tls=version))
    assert (told.end, told.silence()) == (None, silence)
    assert network.seconds < 4.0
    assert sum(one.sender.packets[0].sends for one in attempts.sessions) <= 6
    assert all(server.dead for server in servers)  # the goodbye fills the gap


@pytest.mark.parametrize("version", [V12, V13])
def test_client_certificate_is_refused_in_silence(version: ssl.TLSVersion) -> None:
    network = Network()
    told, attempts, _ = run(network, lambda: ServerRole(tls=version, trusted=OTHER))
    assert (told.end, told.stage) == (None, "finished")
    assert told.silence() == "end_of_client_flight"
    assert network.seconds < 3.0
    assert len(attempts.sessions) == 2


def test_server_certificate_is_not_trusted() -> None:
    network = Network()
    told, _, servers = run(network, make_tls=lambda: client_tls(ca=OTHER))
    assert told.end == "untrusted"
    assert told.tls.verify_code in (19, 20)
    assert told.tls.chain
    assert told.tls.alerts[-1].sender == "client"
    assert network.seconds < 0.1
    assert servers[0].dead


def test_silence_after_the_reset() -> None:
    def make() -> ServerRole:
        server = ServerRole()
        server.hears = lambda packet: packet.opcode is not Opcode.CONTROL_V1
        return server

    network = Network()
    told, _, _ = run(network, make)
    assert (told.stage, told.silence()) == ("reset_answered", "hello")
    assert network.seconds < 4.0


def test_silence_from_the_beginning() -> None:
    network = Network(lambda way, data: [])
    told, attempts, _ = run(network, limit=4.0)
    assert (told.stage, told.silence()) == ("nothing", "reset")
    assert sum(one.sender.packets[0].sends for one in attempts.sessions) <= 6
    assert not any(decode(d).opcode is not Opcode.HARD_RESET_CLIENT_V2 for _, _, d in network.log)


def test_forgeries_are_counted_and_change_nothing() -> None:
    control = Control(b"OURSOURS", client_tls())
    control.connect(0.0)
    control.to_send(0.0)
    forged = [
        encode(Packet(Opcode.HARD_RESET_SERVER_V2, b"FORGERID", (0,), b"NOTOURS!", 0)),
        encode(Packet(Opcode.HARD_RESET_SERVER_V2, b"FORGERID", (1,), b"OURSOURS", 0)),
        encode(Packet(Opcode.CONTROL_V1, b"FORGERID", (0,), b"OURSOURS", 0, b"x")),
        b"HTTP/1.1 400",
        b"",
    ]
    for data in forged:
        control.receive(data, 0.1)
    assert (control.stage, control.bogus) == ("nothing", 5)
    control.receive(
        encode(Packet(Opcode.HARD_RESET_SERVER_V2, b"SERVERID", (0,), b"OURSOURS", 0)), 0.2
    )
    assert control.stage == "reset_answered"
    more = [
        encode(Packet(Opcode.CONTROL_V1, b"FORGERID", (), None, 1, b"\x15\x03\x03\0\2\2\x28")),
        encode(Packet(Opcode.CONTROL_V1, b"SERVERID", (1,), b"NOTOURS!", 1, b"x")),
        encode(Packet(Opcode.CONTROL_V1, b"SERVERID", (), None, 1, b"x", key_id=1)),
        encode(Packet(Opcode.SOFT_RESET_V1, b"SERVERID", (), None, 1)),
    ]
    for data in more:
        control.receive(data, 0.3)
    assert (control.stage, control.bogus, control.end) == ("reset_answered", 9, None)


def test_a_plain_alert_is_told_by_name() -> None:
    control = Control(b"OURSOURS", client_tls())
    control.connect(0.0)
    control.to_send(0.0)
    control.receive(
        encode(Packet(Opcode.HARD_RESET_SERVER_V2, b"SERVERID", (0,), b"OURSOURS", 0)), 0.1
    )
    alert = bytes.fromhex("15030300020246")
    control.receive(encode(Packet(Opcode.CONTROL_V1, b"SERVERID", (), None, 1, alert)), 0.2)
    assert control.end == "alert"
    assert control.tls.alerts[-1].name == "protocol_version"
    events = iter(control.next_event, None)
    assert [e for e in events if isinstance(e, Ended)] == [Ended("alert", 0.2)]


def test_every_copy_of_the_hello_carries_the_ack_of_the_reset() -> None:
    """A server without state knows its own session id by it."""
    network = Network(
        lambda way, data: [] if way == "up" and data[0] >> 3 == Opcode.CONTROL_V1 else [0.005]
    )
    run(network)
    hellos = [decode(d) for _, way, d in network.log if way == "up" and len(d) > 400]
    assert len(hellos) > 2
    assert all(packet.acks and packet.peer for packet in hellos)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.sampled_from([V12, V13]))
def test_any_world_gives_a_verdict_in_time(seed: int, version: ssl.TLSVersion) -> None:
    dice = random.Random(seed)
    share, jitter, limit = dice.random(), dice.random() * 2, dice.choice([300, 800, 2000])

    def fate(_way: str, data: bytes) -> list[float]:
        if dice.random() < share or len(data) > limit:
            return []
        return [dice.random() * jitter for _ in range(dice.choice([1, 1, 2]))]

    network = Network(fate)
    trusted = dice.choice([CA, OTHER])
    run(network, lambda: ServerRole(tls=version, trusted=trusted), limit=8.0)
    assert network.seconds <= 8.01
    assert len(network.log) < 600


class HostileServer:
    """Answers with what hypothesis draws: real forms, broken ones, and anything."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def packets(self, ours: bytes) -> list[bytes]:
        forms = st.one_of(
            st.binary(max_size=60),
            st.builds(self._form, st.sampled_from(list(Opcode)), st.integers(0, 14), _PAYLOADS),
        )
        found: list[Any] = self.data.draw(st.lists(forms, max_size=6))
        return [one if isinstance(one, bytes) else one(ours) for one in found]

    @staticmethod
    def _form(opcode: Opcode, number: int, payload: bytes) -> Any:
        def make(ours: bytes) -> bytes:
            acks = tuple(range(number % 5))
            if opcode is Opcode.ACK_V1:
                return encode(Packet(opcode, b"SERVERID", acks or (0,), ours))
            peer = ours if acks else None
            return encode(Packet(opcode, b"SERVERID", acks, peer, number, payload))

        return make


_PAYLOADS = st.one_of(
    st.binary(max_size=80),
    st.builds(
        lambda kind, body: bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body,
        st.integers(20, 24),
        st.binary(max_size=60),
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.booleans())
def test_a_hostile_server_raises_nothing_and_holds_nothing_up(data: Any, stream: bool) -> None:
    control = Control(b"OURSOURS", client_tls(), stream=stream)
    control.connect(0.0)
    server, now = HostileServer(data), 0.0
    first = encode(Packet(Opcode.HARD_RESET_SERVER_V2, b"SERVERID", (0,), b"OURSOURS", 0))
    sent = control.to_send(now)
    if data.draw(st.booleans()):
        control.receive(framed(first) if stream else first, now)
    for _ in range(12):
        for packet in server.packets(b"OURSOURS"):
            whole = data.draw(st.booleans())
            control.receive(framed(packet) if stream and whole else packet, now)
        sent += control.to_send(now)
        due = control.timer()
        now = max(now + 0.05, now if due is None else due)
        control.handle_timer(now)
        sent += control.to_send(now)
    sent += control.leave()
    assert control.stage != "accepted"
    assert len(sent) < 400
    assert control.to_send(now + 100) == []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_damaged_packets_of_a_real_server(seed: int) -> None:
    """Bits turn over in the TLS bytes themselves: an end in order, never an exception."""
    dice = random.Random(seed)
    control, server, now = Control(b"OURSOURS", client_tls()), ServerRole(), 0.0
    control.connect(now)
    for _ in range(30):
        now += 0.1
        for packet in control.to_send(now):
            server.receive(packet, now)
        for packet in server.to_send(now):
            damaged = bytearray(packet)
            if dice.random() < 0.3:
                damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
            control.receive(bytes(damaged), now)
        control.handle_timer(now)
    control.leave()


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_a_refusal_is_never_taken_for_a_narrow_path(share: float) -> None:
    """Packets that overtake each other, and lost ones, do not change the verdict."""
    found = []
    for seed in range(40):
        told, _, _ = run(
            lossy(seed, share, jitter=0.01), lambda: ServerRole(trusted=OTHER), limit=12
        )
        assert told.end is None
        found.append(told.silence())
    assert found.count("end_of_client_flight") >= (40 if share == 0 else 38)


def test_every_session_of_a_refusal_ends() -> None:
    network = Network()
    _, _, servers = run(network, lambda: ServerRole(trusted=OTHER))
    assert all(server.dead for server in servers)
