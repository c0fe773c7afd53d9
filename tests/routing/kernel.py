"""A network namespace of its own, and the kernel's answers in it by rtnetlink."""

import ctypes
import ipaddress
import itertools
import json
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cvpn_doctor.model.network import Route, RouteTable, Rule
from cvpn_doctor.routing.forwarding import Flow

TABLES = {"local": 255, "main": 254, "default": 253}
INTERFACES = ("v0", "v1", "v2", "t0")
CLONE_NEWNET = 0x40000000


class Namespace:
    """A network namespace: `ip` in it, and a netlink socket that stays in it."""

    _numbers = itertools.count()

    def __init__(self) -> None:
        self.name = f"cvdr{os.getpid()}-{next(self._numbers)}"
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        try:
            self._socket = self._open()
            self._build()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=True)

    def _open(self) -> socket.socket:
        opened: list[socket.socket] = []

        def enter() -> None:  # only this thread changes its namespace
            libc = ctypes.CDLL(None, use_errno=True)
            with Path(f"/run/netns/{self.name}").open() as handle:
                assert libc.setns(handle.fileno(), CLONE_NEWNET) == 0
            opened.append(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        opened[0].settimeout(5)
        return opened[0]

    def _build(self) -> None:
        lines = ["link set lo up", "tuntap add t0 mode tun"]
        for number in range(3):
            lines.append(f"link add v{number} type veth peer name w{number}")
            lines.append(f"link set w{number} up")
        for number, name in enumerate(INTERFACES):
            lines.append(f"link set {name} up")
            lines.append(f"addr add 10.{200 + number}.0.1/24 dev {name}")
        self.batch(lines)
        addresses = [
            f"addr add fd00:{number + 1}::1/64 dev {name} nodad"
            for number, name in enumerate(INTERFACES)
        ]
        self.batch(addresses, family=6)

    def batch(self, lines: list[str], family: int = 4, force: bool = False) -> None:
        forced = ["-force"] if force else []
        command = ["ip", f"-{family}", "-n", self.name, *forced, "-batch", "-"]
        done = subprocess.run(
            command, input="\n".join(lines), text=True, capture_output=True, check=False
        )
        assert force or done.returncode == 0, done.stderr

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        command = ["ip", "-n", self.name, "-j", "-details", *arguments]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return json.loads(text or "[]")

    def index(self, name: str) -> int:
        return next(i["ifindex"] for i in self.json("link") if i["ifname"] == name)

    def table(self) -> RouteTable:
        routes = [
            route
            for family in (4, 6)
            for row in self.json(f"-{family}", "route", "show", "table", "all")
            for route in routes_of(row, family)
        ]
        rules = [
            rule_of(row, family) for family in (4, 6) for row in self.json(f"-{family}", "rule")
        ]
        return RouteTable(routes=tuple(routes), rules=tuple(rules))

    def ask(self, address: str, flow: Flow, oif: int, match: bool) -> "Answer":
        """RTM_GETROUTE: what the kernel does with a packet, or with `match` which row decides."""
        target = ipaddress.ip_address(address)
        family = socket.AF_INET if target.version == 4 else socket.AF_INET6
        flags = 0x1000 | (0x2000 if match else 0)  # RTM_F_LOOKUP_TABLE, RTM_F_FIB_MATCH
        bits = target.max_prefixlen
        source_bits = 0 if flow.source is None else bits
        body = struct.pack("BBBBBBBBI", family, bits, source_bits, 0, 0, 0, 0, 0, flags)
        body += attribute(1, target.packed)
        if flow.mark:
            body += attribute(16, struct.pack("I", flow.mark))
        if flow.uid is not None:
            body += attribute(25, struct.pack("I", flow.uid))
        if flow.source is not None:
            body += attribute(2, ipaddress.ip_address(flow.source).packed)
        if oif:
            body += attribute(4, struct.pack("I", oif))
        self._socket.send(struct.pack("IHHII", 16 + len(body), 26, 1, 1, 0) + body)
        return Answer(self._socket.recv(65536))


def attribute(kind: int, value: bytes) -> bytes:
    padding = b"\0" * (-len(value) % 4)
    return struct.pack("HH", 4 + len(value), kind) + value + padding


class Answer:
    """A reply to RTM_GETROUTE: an error number, or the row."""

    TYPES = {1: "unicast", 2: "local", 3: "broadcast", 5: "multicast", 4: "anycast"} | {
        6: "blackhole",
        7: "unreachable",
        8: "prohibit",
        9: "throw",
    }

    def __init__(self, reply: bytes) -> None:
        _, kind, _, _, _ = struct.unpack_from("IHHII", reply)
        self.error = 0
        self.attributes: dict[int, bytes] = {}
        if kind == 2:
            self.error = -struct.unpack_from("i", reply, 16)[0]
            return
        _, self.length, _, _, table, _, _, type_, _ = struct.unpack_from("BBBBBBBBI", reply, 16)
        self.type = self.TYPES[type_]
        self.attributes = dict(attributes_of(reply[28:]))
        self.table = self._number(15, table)
        self.metric = self._number(6, 0)

    def _number(self, kind: int, default: int) -> int:
        value = self.attributes.get(kind)
        return default if value is None else struct.unpack("I", value)[0]

    @property
    def next_hops(self) -> set[tuple[int, str | None]]:
        if 9 not in self.attributes:
            return {(self._number(4, 0), address_of(self.attributes))}
        return set(next_hops_of(self.attributes[9]))


def attributes_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        yield kind, data[4:length]
        data = data[(length + 3) & ~3 :]


def address_of(attributes: dict[int, bytes]) -> str | None:
    gateway = attributes.get(5)
    return None if gateway is None else str(ipaddress.ip_address(gateway))


def next_hops_of(data: bytes) -> Iterator[tuple[int, str | None]]:
    while len(data) >= 8:
        length, _, _, index = struct.unpack_from("HBBi", data)
        yield index, address_of(dict(attributes_of(data[8:length])))
        data = data[(length + 3) & ~3 :]


def routes_of(row: dict[str, Any], family: int) -> Iterator[Route]:
    default = "0.0.0.0/0" if family == 4 else "::/0"
    for hop in row.get("nexthops", [row]):
        flags = [*row.get("flags", []), *hop.get("flags", [])]
        yield Route(
            destination=default if row["dst"] == "default" else row["dst"],
            interface=hop.get("dev", row.get("dev")),
            next_hop=hop.get("gateway"),
            metric=row.get("metric", 0),
            table=number_of(row.get("table", "main")),
            type=row["type"] if row["type"] != "anycast" else "local",
            multipath="nexthops" in row,
            dead="dead" in flags,
            link_down="linkdown" in flags,
        )


def number_of(table: str) -> int:
    return TABLES.get(table) or int(table)


def rule_of(row: dict[str, Any], family: int) -> Rule:
    def prefix(name: str, length: str) -> str | None:
        value = row.get(name, "all")
        return None if value == "all" else f"{value}/{row.get(length, 32 if family == 4 else 128)}"

    special = next((name for name in ("goto", "nop") if name in row), "lookup")
    action = row.get("action", special)
    return Rule(
        family=4 if family == 4 else 6,
        priority=row["priority"],
        action=action,
        table=number_of(row["table"]) if "table" in row else None,
        goto=row.get("goto"),
        source=prefix("src", "srclen"),
        destination=prefix("dst", "dstlen"),
        mark=int(row["fwmark"], 0) if "fwmark" in row else None,
        mark_mask=int(row.get("fwmask", "0xffffffff"), 0),
        incoming_interface=row.get("iif"),
        outgoing_interface=row.get("oif"),
        uid_range=(row["uid_start"], row["uid_end"]) if "uid_start" in row else None,
        suppress_prefix_length=row.get("suppress_prefixlen"),
        inverted="not" in row,
    )
