"""Small questions asked from the laptop, to prove that the lab is what it says.

`python -m tests.lab.probe dns SERVER NAME | udp ADDRESS PORT | tcp ADDRESS PORT | http ADDRESS`
prints one word or line. Independent of the program under test, whose probes it must not trust.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import sys
from collections.abc import Callable

from tests.lab import zone

SECONDS = 0.6
RESET = b"\x38" + b"probe..." + b"\0" + b"\0\0\0\0"
_REPLY_OPCODE = 0x40
_IP_RECVERR = 11


def dns(server: str, name: str) -> str:
    """The addresses, or how there was none."""
    query = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0" + zone.encode_name(name) + b"\0\x01\0\x01"
    reply = _exchange(server, 53, query)
    if isinstance(reply, str):
        return reply
    if reply[3] & 15:
        return {2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}.get(reply[3] & 15, "error")
    addresses = re.findall(rb"\0\x01\0\x01....\0\x04(....)", reply[12:], re.DOTALL)
    return " ".join(sorted(socket.inet_ntoa(address) for address in addresses)) or "empty"


def udp(address: str, port: str) -> str:
    """What answers the first packet of an OpenVPN client."""
    reply = _exchange(address, int(port), RESET)
    if isinstance(reply, str):
        return reply
    return "openvpn" if reply[0] == _REPLY_OPCODE else "other"


def tcp(address: str, port: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
        stream.settimeout(SECONDS)
        try:
            stream.connect((address, int(port)))
        except OSError as error:
            return "silent" if isinstance(error, TimeoutError) else _error_name(error)
        try:
            stream.sendall(struct.pack("!H", len(RESET)) + RESET)
            reply = stream.recv(4096)
        except OSError as error:
            return f"open, {'silent' if isinstance(error, TimeoutError) else _error_name(error)}"
    if not reply:
        return "open, closed"
    return "openvpn" if reply[2:3] == bytes([_REPLY_OPCODE]) else f"open, {reply[:16]!r}"


def http(address: str) -> str:
    """The status line, the target of a redirect, and the first line of the body."""
    try:
        with socket.create_connection((address, 80), SECONDS) as stream:
            stream.sendall(b"GET / HTTP/1.1\r\nHost: checkip.amazonaws.com\r\n\r\n")
            text = b"".join(iter(lambda: stream.recv(4096), b"")).decode()
    except OSError as error:
        return "silent" if isinstance(error, TimeoutError) else _error_name(error)
    head, _, body = text.partition("\r\n\r\n")
    location = re.findall(r"Location: (\S+)", head)
    return " ".join([head.split("\r\n")[0], *location, body.split("\n")[0]])


def _exchange(address: str, port: int, question: bytes) -> bytes | str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(SECONDS)
        datagrams.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        try:
            datagrams.connect((address, port))
            datagrams.send(question)
            return datagrams.recv(4096)
        except TimeoutError:
            return "silent"
        except OSError as error:
            return _icmp(datagrams) or _error_name(error)


def _icmp(datagrams: socket.socket) -> str:
    """The ICMP error that is waiting, and who sent it."""
    try:
        _, extra, _, _ = datagrams.recvmsg(512, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return ""
    for _, kind, data in extra:
        if kind == _IP_RECVERR and data[4] == 2:
            return f"icmp {data[5]}/{data[6]} from {socket.inet_ntoa(data[20:24])}"
    return ""


def _error_name(error: OSError) -> str:
    return os.strerror(error.errno or 0)


if __name__ == "__main__":
    questions: dict[str, Callable[..., str]] = {"dns": dns, "udp": udp, "tcp": tcp, "http": http}
    print(questions[sys.argv[1]](*sys.argv[2:]))
