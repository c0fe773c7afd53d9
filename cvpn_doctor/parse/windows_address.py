"""SOCKADDR as Windows hands it over → the address as text.

Source: ws2def.h, ws2ipdef.h. u16 family (machine's order), u16 port, then for AF_INET (2) four
bytes of address; for AF_INET6 (23) u32 flow, sixteen bytes of address, u32 scope. A real one,
192.168.1.23 port 53::

    02 00 00 35 c0 a8 01 17 00 00 00 00 00 00 00 00
"""

import struct
from ipaddress import ip_address
from typing import Final

from cvpn_doctor.parse.address import address_text

AF_INET: Final = 2
AF_INET6: Final = 23  # of Windows
_PREFIX_BITS: Final = {AF_INET: 32, AF_INET6: 128}


def socket_address(data: bytes) -> str | None:
    """The address without port and scope. None: no IP address, or cut off."""
    if len(data) < 8:
        return None
    (family,) = struct.unpack_from("<H", data)
    if family == AF_INET:
        return address_text(data[4:8])
    if family == AF_INET6 and len(data) >= 24:
        return address_text(data[8:24])
    return None


def packed_socket_address(address: str) -> bytes:
    """SOCKADDR_INET of an address, 28 bytes, without a port and a scope. Raises ValueError."""
    packed = ip_address(address.partition("%")[0]).packed
    if len(packed) == 4:
        return struct.pack("<HH4s20x", AF_INET, 0, packed)
    return struct.pack("<HHI16sI", AF_INET6, 0, 0, packed, 0)


def prefix_text(data: bytes, length: int) -> str | None:
    """SOCKADDR_INET and a prefix length in CIDR form, host bits cleared. None: no such prefix."""
    address = socket_address(data)
    bits = _PREFIX_BITS.get(int.from_bytes(data[:2], "little"), -1)
    if address is None or not 0 <= length <= bits:
        return None
    packed = ip_address(address).packed
    rest = bits - length
    masked = (int.from_bytes(packed, "big") >> rest << rest).to_bytes(len(packed), "big")
    return f"{address_text(masked)}/{length}"
