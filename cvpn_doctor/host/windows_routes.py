"""Windows' routes: GetIpForwardTable2, GetIpInterfaceEntry, GetBestRoute2, GetIpNetEntry2.

Source: netioapi.h. All of these answer without administrator rights.
"""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from cvpn_doctor.host import windows_layout as layout
from cvpn_doctor.host.windows_adapters import rows_of
from cvpn_doctor.host.windows_api import check, function
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.network import RouteAnswer, RouteTable
from cvpn_doctor.parse import windows_route
from cvpn_doctor.parse.windows_adapter import Adapter
from cvpn_doctor.parse.windows_address import (
    AF_INET,
    AF_INET6,
    packed_socket_address,
    prefix_text,
    socket_address,
)
from cvpn_doctor.parse.windows_route import Link, Row, Unranked

NOT_FOUND: Final = 1168  # ERROR_NOT_FOUND: no such row, or the interface has no such family
FILE_NOT_FOUND: Final = 2  # what some of these say instead
NO_ROUTE: Final = (
    1231,
    1232,
    NOT_FOUND,
    FILE_NOT_FOUND,
)  # ERROR_NETWORK_UNREACHABLE, ERROR_HOST_UNREACHABLE
_FAMILIES: Final = {4: AF_INET, 6: AF_INET6}


def route_table(adapters: Sequence[Adapter]) -> RouteTable:
    """Both families. Raises Unsupported where the system does not tell enough to rank them."""
    rows = [row for family in _FAMILIES.values() for row in _rows(family)]
    links = dict(_links(adapters, {row.interface for row in rows}))
    names = {adapter.number: adapter.name for adapter in adapters}
    own = [address for adapter in adapters for address in adapter.addresses]
    try:
        routes, unread = windows_route.routes(rows, names, links, own)
    except Unranked as rivals:
        raise Unsupported(
            f"{rivals} is on two interfaces, and the system does not tell their metrics"
        ) from None
    return RouteTable(routes=routes, unread_rows=unread)


def route_to(address: str, index: int) -> RouteAnswer:
    """GetBestRoute2; `index`: of the interface to leave by, 0 for any."""
    ask = function(
        "iphlpapi",
        "GetBestRoute2",
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p),
        *(ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p),
    )
    target = _inet(address)
    row, source = layout.ForwardRow(), layout.SocketAddressInet()
    best = (ctypes.byref(row), ctypes.byref(source))
    code = ask(None, index, None, ctypes.byref(target), 0, *best)
    if code in NO_ROUTE:
        return RouteAnswer(address=address)
    check("GetBestRoute2", code)
    return RouteAnswer(
        address=address,
        interface=str(row.index),  # the caller knows the names
        next_hop=_specified(socket_address(bytes(row.next_hop))),
        source=socket_address(bytes(source)),
        destination=prefix_text(bytes(row.destination.prefix), row.destination.length),
        type="local" if row.loopback else "unicast",
    )


def neighbour_state(address: str, index: int) -> int | None:
    """NL_NEIGHBOR_STATE of an ARP or NDP entry; None: there is none."""
    ask = function("iphlpapi", "GetIpNetEntry2", ctypes.c_void_p)
    row = layout.NeighbourRow(address=_inet(address), index=index)
    code = ask(ctypes.byref(row))
    if code in (NOT_FOUND, FILE_NOT_FOUND):
        return None
    check("GetIpNetEntry2", code)
    return int(row.state)


def _rows(family: int) -> Iterator[Row]:
    ask = function("iphlpapi", "GetIpForwardTable2", ctypes.c_uint16, ctypes.c_void_p)
    free = function("iphlpapi", "FreeMibTable", ctypes.c_void_p)
    pointer = ctypes.c_void_p()
    code = ask(family, ctypes.byref(pointer))
    if code in (NOT_FOUND, FILE_NOT_FOUND):
        return  # this family is not installed
    check("GetIpForwardTable2", code)
    try:
        for row in rows_of(layout.ForwardTable, layout.ForwardRow, pointer.value):
            yield Row(
                interface=row.index,
                destination=bytes(row.destination.prefix),
                length=row.destination.length,
                next_hop=bytes(row.next_hop),
                metric=row.metric,
                protocol=row.protocol,
                loopback=bool(row.loopback),
            )
    finally:
        free(pointer)


def _links(
    adapters: Iterable[Adapter], used: Iterable[int]
) -> Iterator[tuple[tuple[int, int], Link]]:
    """Metric and state of each interface in each family, where the system has it."""
    listed = {adapter.number: adapter for adapter in adapters}
    for index in used:
        for version, family in _FAMILIES.items():
            adapter = listed.get(index)
            try:
                link = _link(index, family)
            except Unsupported:
                running = adapter is None or adapter.running
                link = Link(adapter.metric if adapter else None, running)
            if link is not None:
                yield (index, version), link


def _link(index: int, family: int) -> Link | None:
    ask = function("iphlpapi", "GetIpInterfaceEntry", ctypes.c_void_p)
    row = layout.IpInterfaceRow(family=family, index=index)
    code = ask(ctypes.byref(row))
    if code in (NOT_FOUND, FILE_NOT_FOUND):
        return None
    check("GetIpInterfaceEntry", code)
    return Link(row.metric, bool(row.connected))


def _inet(address: str) -> layout.SocketAddressInet:
    return layout.SocketAddressInet.from_buffer_copy(packed_socket_address(address))


def _specified(address: str | None) -> str | None:
    return None if address in (None, "0.0.0.0", "::") else address  # noqa: S104 - compared
