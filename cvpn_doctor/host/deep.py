"""Questions of `--deep` on Linux: packets that must not be fragmented, packets on the wire.

Neither needs scapy: the first is a UDP socket with an option, the second a packet socket.
IP_MTU_DISCOVER is of ip(7), IPV6_MTU_DISCOVER of ipv6(7), packet sockets of packet(7). As with any
packet that is too large, the kernel remembers for ten minutes what a router says of the way.
"""

import errno
import secrets
import selectors
import socket
import struct
import sys
import time
from collections import Counter
from contextlib import ExitStack
from typing import Final

import msgspec

from cvpn_doctor.host import errqueue
from cvpn_doctor.host.deadline import Deadline
from cvpn_doctor.host.failure import failure_of
from cvpn_doctor.host.sockets import open_socket, wait
from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.model.deep import InterfacePackets, MtuProbe, PathMtu
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.profile import Transport
from cvpn_doctor.openvpn import path_mtu as sizes
from cvpn_doctor.openvpn import reset
from cvpn_doctor.parse.tunnel_packet import way_of

MTU_DISCOVER: Final = {
    socket.AF_INET: (socket.IPPROTO_IP, 10),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 23),
}
DONT: Final = 0  # fragments as routers need it
PROBE: Final = 3  # sets "do not fragment", and ignores what is known of the path
HEADERS: Final = {socket.AF_INET: 20 + 8, socket.AF_INET6: 40 + 8}
EVERY_PROTOCOL: Final = 3  # ETH_P_ALL: what goes out is only shown to these sockets
SNAP: Final = 256  # bytes of a packet: headers and the first bytes behind them


def path_mtu(
    address: str, port: int, timeout: float, wait_seconds: float, interface: str | None = None
) -> PathMtu:
    """Padded hard resets until enough is known. Never raises for a network fault."""
    deadline = Deadline(timeout)
    seen: list[MtuProbe] = []
    icmp: Icmp | None = None
    try:
        while not deadline.passed():
            planned = sizes.next_probe(seen, fragments=":" not in address)
            if planned is None:
                break
            with _MtuQuestion(address, port, interface, whole=planned[1]) as question:
                probe = question.ask(planned[0], deadline.within(wait_seconds))
                icmp = question.icmp or icmp
            seen.append(probe)
    except OSError as error:
        result = sizes.path_mtu(address, port, seen, icmp)
        return msgspec.structs.replace(result, failure=failure_of(error))
    return sizes.path_mtu(address, port, seen, icmp)


class _MtuQuestion(ExitStack):
    """One packet of one size; a socket of its own, so that nothing of an earlier one is heard."""

    def __init__(self, address: str, port: int, interface: str | None, *, whole: bool) -> None:
        """Raises OSError."""
        super().__init__()
        self.icmp: Icmp | None = None
        self._whole = whole
        self._sock, where = open_socket(socket.SOCK_DGRAM, address, port, interface)
        self.enter_context(self._sock)
        try:
            level, option = MTU_DISCOVER[self._sock.family]
            self._sock.setsockopt(level, option, PROBE if whole else DONT)
            self._sock.connect(where)
        except BaseException:
            self.close()
            raise

    def ask(self, size: int, deadline: Deadline) -> MtuProbe:
        """Send it and listen. Raises OSError where the laptop will not send at all."""
        session = secrets.token_bytes(8)
        packet = reset.client_reset(session)
        try:
            self._sock.send(packet.ljust(size - HEADERS[self._sock.family], b"\0"))
        except OSError as error:
            if error.errno != errno.EMSGSIZE:
                raise
            return MtuProbe(
                size=size, outcome="too_big_here", whole=self._whole, mtu=_own_mtu(self._sock)
            )
        return self._listen(size, session, deadline)

    def _listen(self, size: int, session: bytes, deadline: Deadline) -> MtuProbe:
        while True:
            try:
                heard = self._sock.recv(65535)
            except BlockingIOError:
                heard = b""
            except OSError:  # an ICMP error: the queue says which
                heard = b""
            if reset.server_reset(heard, session) is not None:
                return MtuProbe(size=size, outcome="answered", whole=self._whole)
            too_big = next((e for e in errqueue.drain(self._sock) if _is_too_big(e)), None)
            if too_big is not None:
                self.icmp = too_big
                return MtuProbe(size=size, outcome="too_big", whole=self._whole, mtu=too_big.mtu)
            if deadline.passed():
                return MtuProbe(size=size, outcome="silent", whole=self._whole)
            if not heard:
                wait(self._sock, selectors.EVENT_READ, deadline.left())


def _is_too_big(icmp: Icmp) -> bool:
    """Fragmentation needed (RFC 1191), packet too big (RFC 4443)."""
    return (icmp.type, icmp.code) in ((3, 4), (2, 0))


def _own_mtu(sock: socket.socket) -> int | None:
    """What the kernel itself says of a packet that it would not send: its interface's MTU."""
    if sys.platform != "linux":
        return None
    try:
        _data, ancillary, _flags, _from = sock.recvmsg(0, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return None
    for _level, _kind, data in ancillary:
        if len(data) >= 16:  # struct sock_extended_err: errno, origin, type, code, pad, info
            number, origin, _type, _code, _pad, info = struct.unpack_from("=IBBBBI", data)
            if number == errno.EMSGSIZE and origin == 1 and info:  # SO_EE_ORIGIN_LOCAL
                return int(info)
    return None


def tunnel_packets(
    interfaces: tuple[str, ...],
    addresses: tuple[str, ...],
    transport: Transport,
    port: int,
    seconds: float,
) -> tuple[InterfacePackets, ...]:
    """Data packets of the tunnel, by interface. Raises PermissionError without CAP_NET_RAW."""
    if sys.platform != "linux":
        raise Unsupported("packets of the tunnel are seen on Linux only")
    until = time.monotonic() + seconds
    counts: Counter[tuple[str, str]] = Counter()
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for name in interfaces:
            sock = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0))
            sock.setblocking(False)
            sock.bind((name, EVERY_PROTOCOL))  # hears nothing before: protocol 0
            selector.register(sock, selectors.EVENT_READ, name)
        while (left := until - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                way = _next_way(key.fileobj, addresses, transport, port)
                counts[key.data, way] += 1
    return tuple(
        InterfacePackets(interface=n, sent=counts[n, "sent"], received=counts[n, "received"])
        for n in interfaces
    )


def _next_way(sock: object, addresses: tuple[str, ...], transport: Transport, port: int) -> str:
    assert isinstance(sock, socket.socket)
    try:
        packet = sock.recv(SNAP)
    except OSError:  # the interface went down
        return ""
    return way_of(packet, addresses, transport, port) or ""
