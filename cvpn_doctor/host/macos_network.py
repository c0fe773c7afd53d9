"""Interfaces, routes and neighbours of macOS, from ifconfig, networksetup, netstat, route, arp."""

import errno
import os
import re
import subprocess
import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from cvpn_doctor.host.macos_ask import Run, malformed, printed, text
from cvpn_doctor.model.network import Interface, Route, RouteAnswer, RouteTable
from cvpn_doctor.parse import (
    bsd_neighbour,
    hardware_ports,
    ifconfig,
    macos_interface_kind,
    netstat_routes,
    route_get,
)

IFCONFIG: Final = "/sbin/ifconfig"
NETWORKSETUP: Final = "/usr/sbin/networksetup"
NETSTAT: Final = "/usr/sbin/netstat"
ROUTE: Final = "/sbin/route"
ARP: Final = "/usr/sbin/arp"
NDP: Final = "/usr/sbin/ndp"

# An entry that is being asked for right now looks like one that was asked for in vain.
NEIGHBOUR_PATIENCE: Final = 0.3
NEIGHBOUR_PAUSE: Final = 0.1
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}")


def interfaces(run: Run, indexes: Mapping[str, int]) -> tuple[Interface, ...]:
    """As listed. `indexes`: name → index, where ifconfig does not tell."""
    listing = ifconfig.links(printed(run, IFCONFIG, "-a"))
    if not listing.links:
        raise malformed(IFCONFIG)
    ports = _ports(run)
    return tuple(
        Interface(
            index=link.ifindex if link.ifindex is not None else indexes.get(link.name, 0),
            name=link.name,
            kind=macos_interface_kind.kind(link, ports),
            description=ports.get(link.name, ""),
            up=link.up,
            running=link.running,
            mtu=link.mtu,
            addresses=link.addresses,
        )
        for link in listing.links
    )


def routes(run: Run, known: Mapping[int, str]) -> RouteTable:
    """Both families. `known`: index → name of the interfaces, for names that are cut off."""
    found: list[Route] = []
    unread = 0
    for family in ("inet", "inet6"):
        table = netstat_routes.routes(
            printed(run, NETSTAT, "-rnl", "-f", family), known.values(), known
        )
        found += table.routes
        unread += table.unread
    if not found:
        raise malformed(NETSTAT)
    return RouteTable(routes=tuple(found), unread_rows=unread)


def route_to(run: Run, address: str, interface: str | None) -> RouteAnswer:
    """The kernel's decision. Raises ValueError: no address; OSError: no such interface."""
    bare, _, zone = address.partition("%")
    family = ("-inet6",) if ip_address(bare).version == 6 else ()
    bound = interface or zone
    scope = ("-ifscope", _checked(bound)) if bound else ()
    ended = run(ROUTE, "-nv", "get", *family, *scope, bare)
    answer = route_get.answer(text(ended), bare)
    if answer is not None:
        return answer
    if route_get.is_no_route((ended.output + ended.errors).decode("utf-8", "replace")):
        return RouteAnswer(address=bare)
    if bound and b"interface" in ended.errors:
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
    raise subprocess.CalledProcessError(ended.code, ROUTE)


def neighbour_reachable(run: Run, address: str, interface: str) -> bool | None:
    """From the ARP or NDP table; waits shortly for an answer that is on its way."""
    bare = address.partition("%")[0]
    is_ipv6 = ip_address(bare).version == 6
    end = time.monotonic() + NEIGHBOUR_PATIENCE
    while True:
        if is_ipv6:
            known = bsd_neighbour.ndp(text(run(NDP, "-an")), bare, interface)
        else:
            known = bsd_neighbour.arp(text(run(ARP, "-n", bare)), bare, interface)
        if known is not False or time.monotonic() >= end:
            return known
        time.sleep(NEIGHBOUR_PAUSE)


def _ports(run: Run) -> dict[str, str]:
    """What each device is; without it, every en* is taken for a cable."""
    try:
        return hardware_ports.ports(text(run(NETWORKSETUP, "-listallhardwareports")))
    except (OSError, OverflowError, subprocess.SubprocessError):
        return {}


def _checked(interface: str) -> str:
    """A name that can be nothing else than a name on a command line."""
    if not _NAME.fullmatch(interface):
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
    return interface
