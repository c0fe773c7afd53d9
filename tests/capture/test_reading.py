"""Formats, link types, damaged and hostile files."""

from __future__ import annotations

import gzip
import struct
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvpn_doctor.capture import Limits, read_capture
from cvpn_doctor.capture.control import dissect
from cvpn_doctor.capture.loading import CaptureError
from cvpn_doctor.capture.slicing import NotRead, cut
from cvpn_doctor.capture.streams import Framer, Piece, Stream
from cvpn_doctor.openvpn.packet import Opcode, ProtocolError, decode
from tests.capture.builder import Tape, ack, begin, control, data, reset

_MANY = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def session(*, tcp: bool = False) -> Tape:
    tape = Tape()
    begin(tape, tcp=tcp)
    tape.say(0.2, ack(1), up=False, tcp=tcp)
    for number in range(6):
        tape.say(1 + number, data(), up=number % 2 == 0, tcp=tcp)
    return tape


def pcap(link: int, packets: list[bytes], order: str = "<", magic: int = 0xA1B2C3D4) -> bytes:
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)]
    for at, one in enumerate(packets):
        parts += [struct.pack(order + "IIII", 1_750_000_000 + at, 5, len(one), len(one)), one]
    return b"".join(parts)


def ip_packets(tape: Tape) -> list[bytes]:
    return [bytes(one)[14:] for one in tape.packets]


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize(
    ("link", "head"),
    [
        (1, bytes(12) + b"\x08\x00"),
        (1, bytes(12) + b"\x81\x00\x00\x07\x08\x00"),
        (1, bytes(12) + b"\x88\xa8\x00\x07\x81\x00\x00\x07\x08\x00"),
        (1, bytes(12) + b"\x88\x64\x11\x00\x00\x01\x00\x00\x00\x21"),
        (113, bytes(14) + b"\x08\x00"),
        (276, b"\x08\x00" + bytes(18)),
        (0, b"\x02\0\0\0"),
        (108, b"\0\0\0\x02"),
        (101, b""),
        (228, b""),
    ],
)
def test_link_types(tmp_path: Path, link: int, head: bytes, tcp: bool) -> None:
    path = tmp_path / "one.pcap"
    path.write_bytes(pcap(link, [head + one for one in ip_packets(session(tcp=tcp))]))
    report = read_capture(path)
    assert report.carried_data
    assert (report.skipped, report.malformed, report.truncated) == (0, 0, False)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D])
def test_pcap_orders(tmp_path: Path, order: str, magic: int) -> None:
    path = tmp_path / "one.pcap"
    path.write_bytes(pcap(101, ip_packets(session()), order, magic))
    report = read_capture(path)
    assert report.carried_data
    assert report.started == "2025-06-15T15:06:40Z"


def test_pcapng(tmp_path: Path) -> None:
    report = read_capture(session().write(tmp_path / "one.pcapng", ng=True))
    assert report.carried_data
    assert not report.truncated


def test_ipv6(tmp_path: Path) -> None:
    here, there = bytes.fromhex("20010db8" + 24 * "0"), bytes.fromhex("20010db9" + 24 * "0")
    packets = []
    for up, payload in ((True, reset()), (True, reset()), (True, reset())):
        ports = struct.pack(">HHHH", 5000, 443, 8 + len(payload), 0)
        extension = b"\x11\0" + bytes(6)  # a destination header in front
        body = extension + ports + payload
        ends = here + there if up else there + here
        packets.append(struct.pack(">IHBB", 6 << 28, len(body), 60, 60) + ends + body)
    about = packets[0][:64]
    error = b"\x01\x04\0\0\0\0\0\0" + about
    packets.append(struct.pack(">IHBB", 6 << 28, len(error), 58, 60) + there + here + error)
    path = tmp_path / "one.pcap"
    path.write_bytes(pcap(101, packets))
    report = read_capture(path)
    assert [one.code for one in report.findings] == ["endpoint-refused"]


@pytest.mark.parametrize("ng", [False, True])
def test_cut_anywhere(tmp_path: Path, ng: bool) -> None:
    """A shorter file is read as far as it goes, and says so unless a record ends there."""
    whole = session().write(tmp_path / "whole", ng=ng).read_bytes()
    path, ends_well = tmp_path / "cut", []
    for size in range(4, len(whole)):
        path.write_bytes(whole[:size])
        try:
            report = read_capture(path)
        except CaptureError:
            assert size < 200
            continue
        if not report.truncated:
            ends_well.append(size)
    blocks = len(session().packets) + ng  # pcapng: after the interface's description too
    assert len(ends_well) <= blocks + 1
    assert read_capture(tmp_path / "whole").truncated is False


@pytest.mark.parametrize(
    "content", [b"", b"\xd4\xc3", b"not a capture at all", gzip.compress(bytes(100))]
)
def test_no_capture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CaptureError):
        read_capture(path)


def test_limits(tmp_path: Path) -> None:
    path = session().write(tmp_path / "one.pcap")
    with pytest.raises(CaptureError):
        read_capture(path, Limits(bytes=100))
    assert read_capture(path, Limits(packets=2)).stopped == "packets"


def test_huge_block_length_takes_no_memory(tmp_path: Path) -> None:
    whole = session().write(tmp_path / "one.pcapng", ng=True).read_bytes()
    path = tmp_path / "huge.pcapng"
    path.write_bytes(whole + struct.pack("<II", 6, 0xFFFFFFF0) + bytes(40))
    report = read_capture(path)
    assert report.carried_data
    assert report.truncated


def test_snap_length(tmp_path: Path) -> None:
    """Heads alone still tell who answered."""
    tape = session()
    parts = [pcap(1, [])]
    for at, one in enumerate(tape.packets):
        raw = bytes(one)
        parts += [struct.pack("<IIII", 1_750_000_000 + at, 0, len(raw[:70]), len(raw)), raw[:70]]
    path = tmp_path / "one.pcap"
    path.write_bytes(b"".join(parts))
    report = read_capture(path)
    assert report.cut > 0
    assert report.malformed == 0
    assert report.carried_data


def test_web_traffic_is_forgotten(tmp_path: Path) -> None:
    tape = Tape()
    tape.open()
    tape.tcp(0.1, "PA", b"\x16\x03\x01\x02\x00" + bytes(200))
    tape.tcp(0.2, "PA", b"\x16\x03\x03" + bytes(200), up=False)
    quic = Tape(port=50_009)
    for number in range(40):  # QUIC's short headers change; now and then they look like data
        quic.udp(1 + number, bytes([0x40 | number % 32, number, 7]) + bytes(80), up=number % 2 == 0)
    tape.packets += quic.packets
    report = tape.read(tmp_path)
    assert report.flows == ()


def test_data_alone_is_a_session(tmp_path: Path) -> None:
    tape = Tape()
    for number in range(8):
        tape.udp(number, data(), up=number % 2 == 0)
    report = tape.read(tmp_path)
    assert report.carried_data
    assert report.flows[0].recognised == "data"


@_MANY
@given(st.binary(max_size=2000), st.sampled_from([b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a", b""]))
def test_random_bytes(tmp_path: Path, content: bytes, magic: bytes) -> None:
    path = tmp_path / "random"
    path.write_bytes(magic + content)
    begun = time.monotonic()
    with suppress(CaptureError):
        read_capture(path)
    assert time.monotonic() - begun < 5


@_MANY
@given(st.data(), st.booleans(), st.booleans())
def test_mutated_captures(tmp_path: Path, draw: st.DataObject, tcp: bool, ng: bool) -> None:
    name = tmp_path / f"seed-{tcp}-{ng}"
    if not name.exists():
        session(tcp=tcp).write(name, ng=ng)
    content = bytearray(name.read_bytes())
    for _ in range(draw.draw(st.integers(1, 12))):
        at = draw.draw(st.integers(4, len(content) - 1))
        content[at] = draw.draw(st.integers(0, 255))
    path = tmp_path / "mutated"
    path.write_bytes(content)
    begun = time.monotonic()
    with suppress(CaptureError):
        read_capture(path)
    assert time.monotonic() - begun < 5


@_MANY
@given(st.sampled_from([0, 1, 101, 113, 276]), st.binary(max_size=120))
def test_any_frame(link: int, frame: bytes) -> None:
    with suppress(NotRead, struct.error, IndexError):
        cut(link, frame)


@_MANY
@given(st.binary(max_size=60), st.sampled_from([int(one) for one in Opcode]))
def test_layer_reads_what_the_live_code_reads(rest: bytes, opcode: int) -> None:
    packet = bytes([opcode << 3]) + rest
    try:
        expected = decode(packet)
    except ProtocolError:
        assert dissect(packet) is None
    else:
        assert dissect(packet) == expected


@_MANY
@given(st.data())
def test_stream_in_any_order(draw: st.DataObject) -> None:
    """Segments cut, doubled and shuffled give the same frames."""
    packets = [control(number, bytes(number * 7)) for number in range(1, 8)]
    whole = b"".join(len(one).to_bytes(2, "big") + one for one in packets)
    start = draw.draw(st.integers(0, 0xFFFFFFFF))
    edges = sorted({0, len(whole), *draw.draw(st.lists(st.integers(0, len(whole)), max_size=8))})
    segments = list(pairwise(edges))
    stream, framer, found = Stream(), Framer(), []
    stream.start(start - 1 & 0xFFFFFFFF)
    for begin_at, end in draw.draw(st.permutations(segments + segments[:2])):
        for piece in stream.receive((start + begin_at) & 0xFFFFFFFF, whole[begin_at:end]):
            found += framer.receive(piece)
    assert found == packets
    assert not framer.broken


def test_stream_goes_on_behind_a_gap() -> None:
    stream = Stream()
    stream.start(0)
    pieces: list[Piece] = []
    for number in range(80):
        pieces += stream.receive(100 + 10 * number, bytes(10))
    assert stream.gaps == 1
    assert pieces[0].after_gap
