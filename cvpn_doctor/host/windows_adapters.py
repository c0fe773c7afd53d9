"""The adapters of Windows: GetAdaptersAddresses, with GetIfEntry2 and GetIfTable2.

Sources: iphlpapi.h, netioapi.h. GetAdaptersAddresses leaves out adapters that somebody disabled;
a disabled VPN adapter is a cause, so those are taken from GetIfTable2.
"""

import ctypes
from collections.abc import Iterator
from typing import Final, TypeVar

from cvpn_doctor.host import windows_layout as layout
from cvpn_doctor.host.windows_api import check, function, units_text, wide_text
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.parse.windows_adapter import Adapter, is_vpn_adapter
from cvpn_doctor.parse.windows_address import socket_address

UP: Final = 1  # IfOperStatusUp, and NET_IF_ADMIN_STATUS_UP
DHCP_ENABLED: Final = 4  # IP_ADAPTER_DHCP_ENABLED
FILTER_INTERFACE: Final = 2  # of InterfaceAndOperStatusFlags: a driver's layer, no adapter
# Skip anycast and multicast addresses, include gateways. Not INCLUDE_PREFIX: the length of an
# address's own prefix is there without it, and Wine fails with it.
FLAGS: Final = 0x02 | 0x04 | 0x80
OVERFLOW: Final = 111  # ERROR_BUFFER_OVERFLOW
NO_DATA: Final = 232
ROOM: Final = 32 * 1024
TRIES: Final = 4  # adapters may appear between two calls
MANY: Final = 10_000  # a list that goes round must not hold us

S = TypeVar("S", bound=ctypes.Structure)


def adapters() -> tuple[Adapter, ...]:
    """All adapters, by index."""
    listed = tuple(_listed())
    known = {adapter.number for adapter in listed}
    hidden = (a for a in _hidden() if a.number not in known)
    return tuple(sorted((*listed, *hidden), key=lambda adapter: adapter.number))


def _listed() -> Iterator[Adapter]:
    buffer = _addresses()
    if buffer is None:
        return
    entry = function("iphlpapi", "GetIfEntry2", ctypes.c_void_p)
    for found in _chain(layout.AdapterAddresses, ctypes.addressof(buffer)):
        index = found.index or found.ipv6_index
        row = layout.InterfaceRow(index=index)
        told = entry(ctypes.byref(row)) == 0
        yield Adapter(
            number=index,
            name=wide_text(found.friendly_name),
            description=wide_text(found.description),
            type=found.type,
            up=row.admin_status == UP if told else found.oper_status == UP,
            running=found.oper_status == UP,
            mtu=found.mtu,
            addresses=tuple(_unicast(found.unicast)),
            gateways=tuple(_addresses_of(found.gateways)),
            dns_servers=tuple(_addresses_of(found.dns_servers)),
            dns_suffixes=tuple(dict.fromkeys(_suffixes(found))),
            dhcp=bool(found.flags & DHCP_ENABLED),
            metric=found.ipv4_metric or found.ipv6_metric or None,
        )


def _addresses() -> "ctypes.Array[ctypes.c_char] | None":
    ask = function(
        "iphlpapi",
        "GetAdaptersAddresses",
        *(ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p),
    )
    size = ctypes.c_uint32(ROOM)
    code = OVERFLOW
    for _ in range(TRIES):
        buffer = ctypes.create_string_buffer(size.value)
        code = ask(0, FLAGS, None, buffer, ctypes.byref(size))
        if code != OVERFLOW:
            break
    if code == NO_DATA:
        return None
    check("GetAdaptersAddresses", code)
    return buffer


def _chain(kind: type[S], address: int | None) -> Iterator[S]:
    for _ in range(MANY):
        if not address:
            return
        one = kind.from_address(address)
        yield one
        address = one.next


def _unicast(address: int | None) -> Iterator[tuple[str, int]]:
    for one in _chain(layout.UnicastAddress, address):
        text = _text(one.address)
        if text is not None:
            yield text, one.prefix_length


def _addresses_of(address: int | None) -> Iterator[str]:
    for one in _chain(layout.ListedAddress, address):
        text = _text(one.address)
        if text is not None:
            yield text


def _text(where: layout.SocketAddress) -> str | None:
    if not where.address or where.length <= 0:
        return None
    return socket_address(ctypes.string_at(where.address, where.length))


def _suffixes(found: layout.AdapterAddresses) -> Iterator[str]:
    for text in (wide_text(found.dns_suffix), *_more_suffixes(found.dns_suffixes)):
        if text:
            yield text


def _more_suffixes(address: int | None) -> Iterator[str]:
    for one in _chain(layout.DnsSuffix, address):
        yield units_text(one.text)


def _hidden() -> Iterator[Adapter]:
    """VPN adapters that are not in use: disabled, or not plugged in."""
    try:
        rows = tuple(_interface_rows())
    except (Unsupported, OSError):
        return  # what is listed is there all the same
    for row in rows:
        description = units_text(row.description)
        if is_vpn_adapter(description) and not row.flags & FILTER_INTERFACE:
            yield Adapter(
                number=row.index,
                name=units_text(row.alias),
                description=description,
                type=row.type,
                up=row.admin_status == UP,
                running=row.oper_status == UP,
                mtu=row.mtu,
            )


def _interface_rows() -> Iterator[layout.InterfaceRow]:
    ask = function("iphlpapi", "GetIfTable2", ctypes.c_void_p)
    free = function("iphlpapi", "FreeMibTable", ctypes.c_void_p)
    pointer = ctypes.c_void_p()
    check("GetIfTable2", ask(ctypes.byref(pointer)))
    try:
        yield from rows_of(layout.InterfaceTable, layout.InterfaceRow, pointer.value)
    finally:
        free(pointer)


def rows_of(table: type[ctypes.Structure], row: type[S], address: int | None) -> Iterator[S]:
    """The rows of a MIB table: a count, then rows without gaps; copied, so that it can be freed."""
    if not address:
        return
    count = min(table.from_address(address).count, MANY * 100)
    first = address + table.rows.offset
    for number in range(count):
        yield row.from_buffer_copy(
            ctypes.string_at(first + number * ctypes.sizeof(row), ctypes.sizeof(row))
        )
