"""The hard reset packet by packet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.openvpn import reset

sessions = st.binary(min_size=8, max_size=8)


def answer(theirs: bytes, ours: bytes, acks: tuple[int, ...] = (0,), packet_id: int = 0) -> bytes:
    listed = b"".join(ack.to_bytes(4, "big") for ack in acks)
    return b"\x40" + theirs + bytes([len(acks)]) + listed + ours + packet_id.to_bytes(4, "big")


def test_as_seen_on_the_wire() -> None:
    packet = reset.client_reset(bytes.fromhex("0102030405060708"))
    assert packet.hex() == "3801020304050607080000000000"
    assert reset.framed(packet).hex() == "000e3801020304050607080000000000"


@given(st.binary(max_size=20).filter(lambda b: len(b) != 8))
def test_session_id_has_eight_bytes(session: bytes) -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        reset.client_reset(session)


@given(
    sessions, sessions, st.lists(st.integers(0, 2**32 - 1), max_size=7), st.integers(0, 2**32 - 1)
)
def test_own_answer_is_believed(
    ours: bytes, theirs: bytes, more: list[int], packet_id: int
) -> None:
    found = reset.server_reset(answer(theirs, ours, (0, *more), packet_id), ours)
    assert found == reset.ServerReset(theirs, (0, *more), packet_id)


@given(sessions, sessions, sessions)
def test_answers_to_others_are_not(ours: bytes, theirs: bytes, other: bytes) -> None:
    if other != ours:
        assert reset.server_reset(answer(theirs, other), ours) is None
    assert reset.server_reset(answer(theirs, ours, (1,)), ours) is None
    assert reset.server_reset(answer(theirs, ours, ()), ours) is None


@given(sessions, sessions, st.integers(0, 25))
def test_cut_answers_are_not(ours: bytes, theirs: bytes, size: int) -> None:
    assert reset.server_reset(answer(theirs, ours)[:size], ours) is None


@given(st.binary(max_size=64), sessions)
def test_any_bytes(data: bytes, session: bytes) -> None:
    reset.server_reset(data, session)
    reset.may_be_openvpn(data)
    assert reset.recognise(data) in ("http", "tls", "ssh", "unknown")
    frame = reset.next_frame(data)
    if frame is not None:
        assert reset.framed(frame[0]) + frame[1] == data


@given(sessions, sessions, st.integers(0, 28))
def test_every_beginning_of_a_real_stream_may_be_openvpn(
    ours: bytes, theirs: bytes, size: int
) -> None:
    stream = reset.framed(answer(theirs, ours))
    assert reset.may_be_openvpn(stream[:size])
    assert (reset.next_frame(stream[:size]) is not None) == (size == 28)


@pytest.mark.parametrize(
    ("first", "name"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "http"),
        (b"\r\n<!DOCTYPE HTML PUBLIC", "http"),
        (b"<html>", "http"),
        (bytes.fromhex("15030100020246"), "tls"),
        (bytes.fromhex("160303007a02"), "tls"),
        (b"SSH-2.0-OpenSSH_9.2", "ssh"),
        (b"220 smtp ready", "unknown"),
        (b"", "unknown"),
        (b"\x16", "unknown"),
    ],
)
def test_recognise(first: bytes, name: str) -> None:
    assert reset.recognise(first) == name
    assert len(first) < 2 or not reset.may_be_openvpn(first)
