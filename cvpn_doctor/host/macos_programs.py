"""Sockets, processes, proxies and sessions of macOS, from lsof, netstat, ps, scutil and who."""

import subprocess
from collections.abc import Mapping
from typing import Final

import msgspec

from cvpn_doctor.host import environment
from cvpn_doctor.host.macos_ask import Run, malformed, printed, text
from cvpn_doctor.model.network import Listener, LoggedInUser, Process, Proxy, ResolverConfig
from cvpn_doctor.parse import (
    lsof,
    macos_process,
    netstat_listening,
    scutil_dns,
    scutil_proxy,
    who,
)
from cvpn_doctor.parse.address import is_loopback
from cvpn_doctor.parse.process import OPENVPN

LSOF: Final = "/usr/sbin/lsof"
NETSTAT: Final = "/usr/sbin/netstat"
PS: Final = "/bin/ps"
SCUTIL: Final = "/usr/sbin/scutil"
WHO: Final = "/usr/bin/who"

# mDNSResponder reads the hosts file before it asks anyone.
SOURCES: Final = ("files", "dns")


def resolvers(run: Run) -> ResolverConfig:
    """Whom ordinary programs ask; resolvers for bound sockets alone are none of them."""
    output = printed(run, SCUTIL, "--dns")
    if "DNS configuration" not in output:  # "No DNS configuration available" without a network
        raise malformed(SCUTIL)
    found = scutil_dns.configuration(output)
    everything = [r.address for r in found.resolvers if not r.domains]
    stub = everything[0] if everything and is_loopback(everything[0]) else None
    return ResolverConfig(
        resolvers=found.resolvers, search=found.search, stub=stub, sources=SOURCES
    )


def listeners(run: Run) -> tuple[Listener, ...]:
    """All sockets by netstat; lsof names the programs of this user (of all users, as root)."""
    everyone = netstat_listening.listeners(printed(run, NETSTAT, "-an", "-p", "tcp"))
    own = _own_listeners(run)
    named = {(one.address, one.port) for one in own}
    return (*own, *(one for one in everyone if (one.address, one.port) not in named))


def vpn_processes(run: Run) -> tuple[Process, ...]:
    """All users' VPN programs."""
    # without -ww, ps cuts its lines at 79 columns where there is no terminal
    output = printed(run, PS, "-axwwo", "pid=,state=,comm=")
    if not output.strip():
        raise malformed(PS)
    return tuple(_with_profile(run, seen) for seen in macos_process.vpn_processes(output))


def _with_profile(run: Run, seen: Process) -> Process:
    """Of OpenVPN's command line the profile's file name, and nothing else."""
    if seen.name not in OPENVPN or seen.state == "zombie":
        return seen
    try:
        arguments = text(run(PS, "-wwo", "args=", "-p", str(seen.pid)))
    except (OSError, OverflowError, subprocess.SubprocessError):
        return seen
    return msgspec.structs.replace(seen, profile=macos_process.profile(arguments))


def proxies(run: Run, variables: Mapping[str, str]) -> tuple[Proxy, ...]:
    """The system's, then those of the environment."""
    system = scutil_proxy.proxies(printed(run, SCUTIL, "--proxy"))
    return system + environment.proxies(variables)


def logged_in_users(run: Run) -> tuple[LoggedInUser, ...]:
    """Screen sessions, also those that are switched away, and remote terminals."""
    return who.sessions(text(run(WHO)))


def _own_listeners(run: Run) -> tuple[Listener, ...]:
    """() where lsof cannot be asked: then nobody is named, and nothing is missing."""
    try:
        ended = run(LSOF, "-nP", "+c0", "-iTCP", "-sTCP:LISTEN", "-F", "pctn")
    except (OSError, OverflowError, subprocess.SubprocessError):
        return ()
    return lsof.listeners(text(ended))  # its exit code is 1 where there is none
