"""Structures of iphlpapi and wtsapi32, with fixed-width fields: laid out alike on every system.

Sources: Windows SDK iptypes.h, ipexport.h, ifdef.h, netioapi.h, nldef.h, ws2def.h, ws2ipdef.h,
wtsapi32.h.
tests/host/test_windows_layout.py asserts every size and offset against mingw-w64's headers.
Pointers are `c_void_p`, so that a structure can be read from plain memory; 64-bit only.
"""

import ctypes as c
from typing import Final

TEXT: Final = 257  # IF_MAX_STRING_SIZE + 1, in UTF-16 units


class SocketAddressInet(c.Structure):
    """SOCKADDR_INET: family, then what parse.windows_address reads; 28 bytes, aligned to 4."""

    _fields_ = (("words", c.c_uint32 * 7),)


class SocketAddress(c.Structure):
    """SOCKET_ADDRESS."""

    _fields_ = (("address", c.c_void_p), ("length", c.c_int32))


class Guid(c.Structure):
    """GUID."""

    _fields_ = (("one", c.c_uint32), ("two", c.c_uint16 * 2), ("rest", c.c_uint8 * 8))


class AddressPrefix(c.Structure):
    """IP_ADDRESS_PREFIX."""

    _fields_ = (("prefix", SocketAddressInet), ("length", c.c_uint8))


class ForwardRow(c.Structure):
    """MIB_IPFORWARD_ROW2."""

    _fields_ = (
        ("luid", c.c_uint64),
        ("index", c.c_uint32),
        ("destination", AddressPrefix),
        ("next_hop", SocketAddressInet),
        ("site_prefix_length", c.c_uint8),
        ("valid_lifetime", c.c_uint32),
        ("preferred_lifetime", c.c_uint32),
        ("metric", c.c_uint32),
        ("protocol", c.c_uint32),
        ("loopback", c.c_uint8),
        ("autoconfigure", c.c_uint8),
        ("publish", c.c_uint8),
        ("immortal", c.c_uint8),
        ("age", c.c_uint32),
        ("origin", c.c_uint32),
    )


class ForwardTable(c.Structure):
    """MIB_IPFORWARD_TABLE2; the rows go on behind the first."""

    _fields_ = (("count", c.c_uint32), ("rows", ForwardRow * 1))


class InterfaceRow(c.Structure):
    """MIB_IF_ROW2."""

    _fields_ = (
        ("luid", c.c_uint64),
        ("index", c.c_uint32),
        ("guid", Guid),
        ("alias", c.c_uint16 * TEXT),
        ("description", c.c_uint16 * TEXT),
        ("physical_address_length", c.c_uint32),
        ("physical_address", c.c_uint8 * 32),
        ("permanent_physical_address", c.c_uint8 * 32),
        ("mtu", c.c_uint32),
        ("type", c.c_uint32),
        ("tunnel_type", c.c_uint32),
        ("media_type", c.c_uint32),
        ("physical_medium_type", c.c_uint32),
        ("access_type", c.c_uint32),
        ("direction_type", c.c_uint32),
        ("flags", c.c_uint8),
        ("oper_status", c.c_uint32),
        ("admin_status", c.c_uint32),
        ("media_connect_state", c.c_uint32),
        ("network_guid", Guid),
        ("connection_type", c.c_uint32),
        ("counters", c.c_uint64 * 20),  # link speeds, octets, packets: not read
    )


class InterfaceTable(c.Structure):
    """MIB_IF_TABLE2; the rows go on behind the first."""

    _fields_ = (("count", c.c_uint32), ("rows", InterfaceRow * 1))


class IpInterfaceRow(c.Structure):
    """MIB_IPINTERFACE_ROW."""

    _fields_ = (
        ("family", c.c_uint32),
        ("luid", c.c_uint64),
        ("index", c.c_uint32),
        ("max_reassembly_size", c.c_uint32),
        ("identifier", c.c_uint64),
        ("router_advertisement_intervals", c.c_uint32 * 2),
        ("switches", c.c_uint8 * 9),
        ("router_discovery", c.c_uint32),
        ("dad_transmits", c.c_uint32),
        ("base_reachable_time", c.c_uint32),
        ("retransmit_time", c.c_uint32),
        ("path_mtu_discovery_timeout", c.c_uint32),
        ("link_local_behavior", c.c_uint32),
        ("link_local_timeout", c.c_uint32),
        ("zone_indices", c.c_uint32 * 16),
        ("site_prefix_length", c.c_uint32),
        ("metric", c.c_uint32),
        ("mtu", c.c_uint32),
        ("connected", c.c_uint8),
        ("abilities", c.c_uint8 * 3),
        ("reachable_time", c.c_uint32),
        ("transmit_offload", c.c_uint8),
        ("receive_offload", c.c_uint8),
        ("disable_default_routes", c.c_uint8),
    )


class NeighbourRow(c.Structure):
    """MIB_IPNET_ROW2."""

    _fields_ = (
        ("address", SocketAddressInet),
        ("index", c.c_uint32),
        ("luid", c.c_uint64),
        ("physical_address", c.c_uint8 * 32),
        ("physical_address_length", c.c_uint32),
        ("state", c.c_uint32),
        ("flags", c.c_uint8),
        ("reachability_time", c.c_uint32),
    )


class ListedAddress(c.Structure):
    """The common start of IP_ADAPTER_{DNS_SERVER,GATEWAY}_ADDRESS."""

    _fields_ = (("alignment", c.c_uint64), ("next", c.c_void_p), ("address", SocketAddress))


class UnicastAddress(c.Structure):
    """IP_ADAPTER_UNICAST_ADDRESS_LH."""

    _fields_ = (
        ("alignment", c.c_uint64),
        ("next", c.c_void_p),
        ("address", SocketAddress),
        ("prefix_origin", c.c_uint32),
        ("suffix_origin", c.c_uint32),
        ("dad_state", c.c_uint32),
        ("valid_lifetime", c.c_uint32),
        ("preferred_lifetime", c.c_uint32),
        ("lease_lifetime", c.c_uint32),
        ("prefix_length", c.c_uint8),
    )


class DnsSuffix(c.Structure):
    """IP_ADAPTER_DNS_SUFFIX."""

    _fields_ = (("next", c.c_void_p), ("text", c.c_uint16 * 256))


class AdapterAddresses(c.Structure):
    """IP_ADAPTER_ADDRESSES_LH."""

    _fields_ = (
        ("length", c.c_uint32),
        ("index", c.c_uint32),
        ("next", c.c_void_p),
        ("guid_name", c.c_void_p),
        ("unicast", c.c_void_p),
        ("anycast", c.c_void_p),
        ("multicast", c.c_void_p),
        ("dns_servers", c.c_void_p),
        ("dns_suffix", c.c_void_p),
        ("description", c.c_void_p),
        ("friendly_name", c.c_void_p),
        ("physical_address", c.c_uint8 * 8),
        ("physical_address_length", c.c_uint32),
        ("flags", c.c_uint32),
        ("mtu", c.c_uint32),
        ("type", c.c_uint32),
        ("oper_status", c.c_uint32),
        ("ipv6_index", c.c_uint32),
        ("zone_indices", c.c_uint32 * 16),
        ("prefixes", c.c_void_p),
        ("transmit_speed", c.c_uint64),
        ("receive_speed", c.c_uint64),
        ("wins_servers", c.c_void_p),
        ("gateways", c.c_void_p),
        ("ipv4_metric", c.c_uint32),
        ("ipv6_metric", c.c_uint32),
        ("luid", c.c_uint64),
        ("dhcpv4_server", SocketAddress),
        ("compartment", c.c_uint32),
        ("network_guid", Guid),
        ("connection_type", c.c_uint32),
        ("tunnel_type", c.c_uint32),
        ("dhcpv6_server", SocketAddress),
        ("dhcpv6_duid", c.c_uint8 * 130),
        ("dhcpv6_duid_length", c.c_uint32),
        ("dhcpv6_iaid", c.c_uint32),
        ("dns_suffixes", c.c_void_p),
    )


class SessionInfo(c.Structure):
    """WTS_SESSION_INFOW."""

    _fields_ = (("id", c.c_uint32), ("station", c.c_void_p), ("state", c.c_uint32))


class IpOptions(c.Structure):
    """IP_OPTION_INFORMATION."""

    _fields_ = (
        ("ttl", c.c_uint8),
        ("tos", c.c_uint8),
        ("flags", c.c_uint8),
        ("size", c.c_uint8),
        ("data", c.c_void_p),
    )
