"""The number of an interface, by the alias that people see: "Wi-Fi", "Ethernet 2".

`socket.if_nametoindex` of Windows knows other names ("ethernet_32769"), which nobody sees.
Source: netioapi.h, ConvertInterfaceAliasToLuid, ConvertInterfaceLuidToIndex.
"""

import ctypes
import errno

from cvpn_doctor.host.windows_api import function


def interface_index(alias: str) -> int:
    """The index. Raises OSError (ENXIO): there is no such interface."""
    to_luid = function("iphlpapi", "ConvertInterfaceAliasToLuid", ctypes.c_wchar_p, ctypes.c_void_p)
    to_index = function("iphlpapi", "ConvertInterfaceLuidToIndex", ctypes.c_void_p, ctypes.c_void_p)
    luid, index = ctypes.c_uint64(), ctypes.c_uint32()
    if to_luid(alias, ctypes.byref(luid)) or to_index(ctypes.byref(luid), ctypes.byref(index)):
        raise OSError(errno.ENXIO, "no such interface")
    return index.value
