"""The structures are laid out as the Windows headers say: asserted by mingw-w64's own compiler."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

from cvpn_doctor.host import windows_layout as layout

COMPILER = shutil.which("x86_64-w64-mingw32-gcc")
HEADER = """
#define _WIN32_WINNT 0x0A00
#include <winsock2.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <ipexport.h>
#include <netioapi.h>
#include <wtsapi32.h>
#include <stddef.h>
"""
# Our structure, theirs, and of each field that is read (or stands before one) the name in C.
STRUCTURES: dict[str, tuple[type[ctypes.Structure], dict[str, str]]] = {
    "SOCKADDR_INET": (layout.SocketAddressInet, {"words": "Ipv4"}),
    "SOCKET_ADDRESS": (
        layout.SocketAddress,
        {"address": "lpSockaddr", "length": "iSockaddrLength"},
    ),
    "GUID": (layout.Guid, {"one": "Data1", "two": "Data2", "rest": "Data4"}),
    "IP_ADDRESS_PREFIX": (layout.AddressPrefix, {"prefix": "Prefix", "length": "PrefixLength"}),
    "MIB_IPFORWARD_ROW2": (
        layout.ForwardRow,
        {
            "luid": "InterfaceLuid",
            "index": "InterfaceIndex",
            "destination": "DestinationPrefix",
            "next_hop": "NextHop",
            "site_prefix_length": "SitePrefixLength",
            "valid_lifetime": "ValidLifetime",
            "preferred_lifetime": "PreferredLifetime",
            "metric": "Metric",
            "protocol": "Protocol",
            "loopback": "Loopback",
            "autoconfigure": "AutoconfigureAddress",
            "publish": "Publish",
            "immortal": "Immortal",
            "age": "Age",
            "origin": "Origin",
        },
    ),
    "MIB_IPFORWARD_TABLE2": (layout.ForwardTable, {"count": "NumEntries", "rows": "Table"}),
    "MIB_IF_ROW2": (
        layout.InterfaceRow,
        {
            "luid": "InterfaceLuid",
            "index": "InterfaceIndex",
            "guid": "InterfaceGuid",
            "alias": "Alias",
            "description": "Description",
            "physical_address_length": "PhysicalAddressLength",
            "physical_address": "PhysicalAddress",
            "permanent_physical_address": "PermanentPhysicalAddress",
            "mtu": "Mtu",
            "type": "Type",
            "tunnel_type": "TunnelType",
            "media_type": "MediaType",
            "physical_medium_type": "PhysicalMediumType",
            "access_type": "AccessType",
            "direction_type": "DirectionType",
            "flags": "InterfaceAndOperStatusFlags",
            "oper_status": "OperStatus",
            "admin_status": "AdminStatus",
            "media_connect_state": "MediaConnectState",
            "network_guid": "NetworkGuid",
            "connection_type": "ConnectionType",
            "counters": "TransmitLinkSpeed",
        },
    ),
    "MIB_IF_TABLE2": (layout.InterfaceTable, {"count": "NumEntries", "rows": "Table"}),
    "MIB_IPINTERFACE_ROW": (
        layout.IpInterfaceRow,
        {
            "family": "Family",
            "luid": "InterfaceLuid",
            "index": "InterfaceIndex",
            "max_reassembly_size": "MaxReassemblySize",
            "identifier": "InterfaceIdentifier",
            "router_advertisement_intervals": "MinRouterAdvertisementInterval",
            "switches": "AdvertisingEnabled",
            "router_discovery": "RouterDiscoveryBehavior",
            "dad_transmits": "DadTransmits",
            "base_reachable_time": "BaseReachableTime",
            "retransmit_time": "RetransmitTime",
            "path_mtu_discovery_timeout": "PathMtuDiscoveryTimeout",
            "link_local_behavior": "LinkLocalAddressBehavior",
            "link_local_timeout": "LinkLocalAddressTimeout",
            "zone_indices": "ZoneIndices",
            "site_prefix_length": "SitePrefixLength",
            "metric": "Metric",
            "mtu": "NlMtu",
            "connected": "Connected",
            "abilities": "SupportsWakeUpPatterns",
            "reachable_time": "ReachableTime",
            "transmit_offload": "TransmitOffload",
            "receive_offload": "ReceiveOffload",
            "disable_default_routes": "DisableDefaultRoutes",
        },
    ),
    "MIB_IPNET_ROW2": (
        layout.NeighbourRow,
        {
            "address": "Address",
            "index": "InterfaceIndex",
            "luid": "InterfaceLuid",
            "physical_address": "PhysicalAddress",
            "physical_address_length": "PhysicalAddressLength",
            "state": "State",
            "flags": "Flags",
            "reachability_time": "ReachabilityTime",
        },
    ),
    "IP_ADAPTER_DNS_SERVER_ADDRESS": (
        layout.ListedAddress,
        {"alignment": "Alignment", "next": "Next", "address": "Address"},
    ),
    "IP_ADAPTER_GATEWAY_ADDRESS": (
        layout.ListedAddress,
        {"alignment": "Alignment", "next": "Next", "address": "Address"},
    ),
    "IP_ADAPTER_UNICAST_ADDRESS": (
        layout.UnicastAddress,
        {
            "alignment": "Alignment",
            "next": "Next",
            "address": "Address",
            "prefix_origin": "PrefixOrigin",
            "suffix_origin": "SuffixOrigin",
            "dad_state": "DadState",
            "valid_lifetime": "ValidLifetime",
            "preferred_lifetime": "PreferredLifetime",
            "lease_lifetime": "LeaseLifetime",
            "prefix_length": "OnLinkPrefixLength",
        },
    ),
    "IP_ADAPTER_DNS_SUFFIX": (layout.DnsSuffix, {"next": "Next", "text": "String"}),
    "IP_ADAPTER_ADDRESSES": (
        layout.AdapterAddresses,
        {
            "length": "Length",
            "index": "IfIndex",
            "next": "Next",
            "guid_name": "AdapterName",
            "unicast": "FirstUnicastAddress",
            "anycast": "FirstAnycastAddress",
            "multicast": "FirstMulticastAddress",
            "dns_servers": "FirstDnsServerAddress",
            "dns_suffix": "DnsSuffix",
            "description": "Description",
            "friendly_name": "FriendlyName",
            "physical_address": "PhysicalAddress",
            "physical_address_length": "PhysicalAddressLength",
            "flags": "Flags",
            "mtu": "Mtu",
            "type": "IfType",
            "oper_status": "OperStatus",
            "ipv6_index": "Ipv6IfIndex",
            "zone_indices": "ZoneIndices",
            "prefixes": "FirstPrefix",
            "transmit_speed": "TransmitLinkSpeed",
            "receive_speed": "ReceiveLinkSpeed",
            "wins_servers": "FirstWinsServerAddress",
            "gateways": "FirstGatewayAddress",
            "ipv4_metric": "Ipv4Metric",
            "ipv6_metric": "Ipv6Metric",
            "luid": "Luid",
            "dhcpv4_server": "Dhcpv4Server",
            "compartment": "CompartmentId",
            "network_guid": "NetworkGuid",
            "connection_type": "ConnectionType",
            "tunnel_type": "TunnelType",
            "dhcpv6_server": "Dhcpv6Server",
            "dhcpv6_duid": "Dhcpv6ClientDuid",
            "dhcpv6_duid_length": "Dhcpv6ClientDuidLength",
            "dhcpv6_iaid": "Dhcpv6Iaid",
            "dns_suffixes": "FirstDnsSuffix",
        },
    ),
    "IP_OPTION_INFORMATION": (
        layout.IpOptions,
        {
            "ttl": "Ttl",
            "tos": "Tos",
            "flags": "Flags",
            "size": "OptionsSize",
            "data": "OptionsData",
        },
    ),
    "WTS_SESSION_INFOW": (
        layout.SessionInfo,
        {"id": "SessionId", "station": "pWinStationName", "state": "State"},
    ),
}


def assertions() -> list[str]:
    """One static assertion for each size and each offset."""
    found = []
    for theirs, (ours, fields) in STRUCTURES.items():
        size = ctypes.sizeof(ours)
        found.append(f'_Static_assert(sizeof({theirs}) == {size}, "size of {theirs}");')
        for field, name in fields.items():
            at = getattr(ours, field).offset
            found.append(f'_Static_assert(offsetof({theirs}, {name}) == {at}, "{theirs}.{name}");')
    return found


def compiles(lines: list[str], folder: Path) -> bool:
    source = folder / "layout.c"
    source.write_text("\n".join([HEADER, *lines, "int main(void) { return 0; }\n"]))
    command = [str(COMPILER), "-fsyntax-only", str(source)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    for line in done.stderr.splitlines():
        print(line)
    return done.returncode == 0


@pytest.mark.skipif(COMPILER is None, reason="needs apt package gcc-mingw-w64-x86-64-win32")
def test_layouts_are_those_of_the_headers(tmp_path: Path) -> None:
    lines = assertions()
    assert len(lines) > 150
    assert compiles(lines, tmp_path)


@pytest.mark.skipif(COMPILER is None, reason="needs apt package gcc-mingw-w64-x86-64-win32")
def test_a_wrong_layout_is_seen(tmp_path: Path) -> None:
    wrong = assertions()[0].replace("== 28", "== 32")
    assert not compiles([wrong], tmp_path)


def test_every_field_is_asserted() -> None:
    for ours, fields in STRUCTURES.values():
        assert set(fields) == {field[0] for field in ours._fields_}
