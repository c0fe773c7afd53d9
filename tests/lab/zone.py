"""A small authoritative name server's answers, without a socket.

Written here because a forwarder cannot stand for the authoritative servers of a zone: it gives no
SOA, no NS and no authoritative answer, and those are what a client asks for when it does not trust
its own resolver. A wildcard answers below its name only; the name itself does not exist, as was
seen with AWS Client VPN.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import TypedDict

TYPES = {"A": 1, "NS": 2, "SOA": 6, "AAAA": 28}
NO_SUCH_NAME = 3
NOT_IMPLEMENTED = 4
TTL = 60
_QUESTION_POINTER = b"\xc0\x0c"


class Zone(TypedDict):
    """`zones` are those answered for; `records` maps name to type to values."""

    zones: list[str]
    server: str
    records: dict[str, dict[str, list[str]]]


def encode_name(name: str) -> bytes:
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def answer(query: bytes, zone: Zone) -> bytes:
    """The answer to one query; empty where the query is no question."""
    if len(query) < 17 or query[2] & 0x80:
        return b""
    name, end = _read_name(query, 12)
    question = query[12 : end + 4]
    kind = int.from_bytes(query[end : end + 2], "big")
    number = next((key for key, value in TYPES.items() if value == kind), "")
    code, answers, authority = _look_up(name, number, zone)
    flags = 0x8400 | (query[2] & 1) << 8 | 0x80 | code
    head = query[:2] + struct.pack("!HHHHH", flags, 1, len(answers), len(authority), 0)
    return head + question + b"".join(answers) + b"".join(authority)


def _read_name(query: bytes, at: int) -> tuple[str, int]:
    labels = []
    while query[at]:
        length = query[at]
        labels.append(query[at + 1 : at + 1 + length].decode("latin-1").lower())
        at += 1 + length
    return ".".join(labels), at + 1


def _look_up(name: str, kind: str, zone: Zone) -> tuple[int, list[bytes], list[bytes]]:
    apex = _apex(name, zone)
    records = _records(name, zone)
    if name == apex:
        records = {**(records or {}), "NS": [zone["server"]], "SOA": [zone["server"]]}
    start_of_authority = [_record(encode_name(apex), "SOA", zone["server"])]
    if records is None:
        return NO_SUCH_NAME, [], start_of_authority
    found = [_record(_QUESTION_POINTER, kind, value) for value in records.get(kind, [])]
    return 0, found, [] if found else start_of_authority


def _apex(name: str, zone: Zone) -> str:
    """The longest zone which holds the name; the root holds all."""
    holding = [apex for apex in zone["zones"] if name == apex or name.endswith("." + apex)]
    return max(holding, key=len, default="")


def _records(name: str, zone: Zone) -> dict[str, list[str]] | None:
    """The records of a name; None where there is no such name and nothing below it."""
    records = zone["records"]
    if name in records:
        return records[name]
    labels = name.split(".")
    for cut in range(1, len(labels)):
        wild = "*." + ".".join(labels[cut:])
        if wild in records:
            return records[wild]
    return {} if name in zone["zones"] else None


def _record(owner: bytes, kind: str, value: str) -> bytes:
    address = kind in ("A", "AAAA")
    data = ipaddress.ip_address(value).packed if address else encode_name(value)
    if kind == "SOA":
        data += encode_name("hostmaster." + value) + struct.pack("!5I", 1, 7200, 900, 86400, TTL)
    return owner + struct.pack("!HHIH", TYPES[kind], 1, TTL, len(data)) + data
