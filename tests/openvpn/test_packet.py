"""Packets and frames: every value comes back, every garbage is a ProtocolError."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.openvpn import reset
from cvpn_doctor.openvpn.packet import Frames, Opcode, Packet, ProtocolError, decode, encode
from cvpn_doctor.openvpn.reset import framed

ids = st.integers(0, 2**32 - 1)
sessions = st.binary(min_size=8, max_size=8)


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    opcode = draw(st.sampled_from(list(Opcode)))
    is_ack = opcode is Opcode.ACK_V1
    acks = tuple(draw(st.lists(ids, min_size=int(is_ack), max_size=8)))
    peer = draw(sessions) if acks else None
    number = None if is_ack else draw(ids)
    payload = b"" if is_ack else draw(st.binary(max_size=60))
    return Packet(
        opcode, draw(sessions), acks, peer, number, payload, key_id=draw(st.integers(0, 7))
    )


@given(packets())
def test_comes_back(packet: Packet) -> None:
    assert decode(encode(packet)) == packet


@given(st.binary(max_size=80))
def test_garbage(data: bytes) -> None:
    try:
        packet = decode(data)
    except ProtocolError:
        return
    assert encode(packet) == data


@given(packets(), st.data())
def test_cut_off(packet: Packet, data: st.DataObject) -> None:
    whole = encode(packet)
    size = data.draw(st.integers(0, len(whole) - len(packet.payload) - 1))
    with pytest.raises(ProtocolError):
        decode(whole[:size])


@given(st.lists(packets(), max_size=5), st.data())
def test_frames_in_any_pieces(sent: list[Packet], data: st.DataObject) -> None:
    stream, frames, found = b"".join(framed(encode(one)) for one in sent), Frames(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += frames.receive(stream[:size])
        stream = stream[size:]
    assert [decode(one) for one in found] == sent


@given(st.binary(max_size=200))
def test_any_stream(data: bytes) -> None:
    frames = Frames()
    try:
        frames.receive(data)
    except ProtocolError:
        return


def test_agrees_with_the_hard_reset() -> None:
    packet = Packet(Opcode.HARD_RESET_CLIENT_V2, bytes(range(8)), packet_id=0)
    assert encode(packet) == reset.client_reset(bytes(range(8)))


@pytest.mark.parametrize(
    "packet",
    [
        Packet(Opcode.ACK_V1, bytes(8)),
        Packet(Opcode.ACK_V1, bytes(8), (1,), bytes(8), None, b"x"),
        Packet(Opcode.CONTROL_V1, bytes(8)),
        Packet(Opcode.CONTROL_V1, bytes(7), packet_id=1),
        Packet(Opcode.CONTROL_V1, bytes(8), (1,), None, 1),
        Packet(Opcode.CONTROL_V1, bytes(8), packet_id=1, key_id=8),
    ],
)
def test_no_such_packet(packet: Packet) -> None:
    with pytest.raises(ValueError, match="no such packet"):
        encode(packet)
