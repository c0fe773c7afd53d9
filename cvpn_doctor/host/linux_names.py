"""Which name servers a Linux laptop is told to ask, behind whatever stub its applications ask."""

import subprocess
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Final

from cvpn_doctor.host.command import output
from cvpn_doctor.host.tree import Tree
from cvpn_doctor.model.network import Resolver, ResolverConfig
from cvpn_doctor.parse import nsswitch, resolv_conf, systemd_resolved
from cvpn_doctor.parse.systemd_resolved import LinkNames, Server

RESOLV_CONF: Final = "/etc/resolv.conf"
RESOLVED_SERVERS: Final = "/run/systemd/resolve/resolv.conf"  # all real servers, without links
# What the applications' stub forwards to, when NetworkManager runs dnsmasq.
NETWORKMANAGER_SERVERS: Final = "/run/NetworkManager/no-stub-resolv.conf"
LINK_STATES: Final = ("/run/systemd/resolve/netif", "/run/systemd/netif/links")
RESOLVECTL: Final = "/usr/bin/resolvectl"
RESOLVECTL_TIMEOUT: Final = 1.0
_RESOLVED_STUBS: Final = frozenset({"127.0.0.53", "127.0.0.54"})


def resolver_config(tree: Tree, names: Mapping[int, str]) -> ResolverConfig:
    """The configuration. `names`: interface index → name. Raises OSError: unreadable."""
    sources = nsswitch.host_sources(tree.text_or_none("/etc/nsswitch.conf") or "")
    try:
        configured = resolv_conf.parse(tree.text(RESOLV_CONF))
    except FileNotFoundError:
        # resolv.conf(5): without a file, the name server is on this machine.
        configured = resolv_conf.ResolvConf()
    stub = next((server for server in configured.servers if ip_address(server).is_loopback), None)
    by_nss = "resolve" in sources and tree.exists(RESOLVED_SERVERS)
    if by_nss or stub in _RESOLVED_STUBS:
        found = _behind_resolved(tree, names)
    elif stub is not None:
        found = _plain(tree.text_or_none(NETWORKMANAGER_SERVERS), "NetworkManager")
    else:
        found = ()
    return ResolverConfig(
        resolvers=found or tuple(_resolver(Server(s), "resolv.conf") for s in configured.servers),
        search=configured.search,
        stub=stub,
        sources=sources,
    )


def _behind_resolved(tree: Tree, names: Mapping[int, str]) -> tuple[Resolver, ...]:
    """The servers of each link, then the global ones that no link names."""
    links = _link_states(tree, names) or _by_resolvectl(tree)
    of_links = tuple(
        _resolver(server, "systemd-resolved", interface, link.only_for)
        for interface, link in links.items()
        for server in link.servers
    )
    known = {resolver.address for resolver in of_links}
    everywhere = _plain(tree.text_or_none(RESOLVED_SERVERS), "systemd-resolved")
    return of_links + tuple(r for r in everywhere if r.address not in known)


def _link_states(tree: Tree, names: Mapping[int, str]) -> dict[str, LinkNames]:
    """Of each link, what D-Bus told systemd-resolved, else what systemd-networkd knows."""
    found: dict[str, LinkNames] = {}
    for folder in LINK_STATES:
        for entry in tree.names(folder):
            interface = names.get(int(entry)) if entry.isascii() and entry.isdigit() else None
            text = tree.text_or_none(f"{folder}/{entry}") if interface else None
            state = systemd_resolved.link_state(text) if text else LinkNames()
            if interface and state.servers:
                found.setdefault(interface, state)
    return found


def _by_resolvectl(tree: Tree) -> dict[str, LinkNames]:
    """Only where the state files tell nothing: a process costs more than all the rest."""
    if not tree.is_live or not tree.exists(RESOLVECTL):
        return {}
    try:
        texts = [output(RESOLVECTL, what, timeout=RESOLVECTL_TIMEOUT) for what in ("dns", "domain")]
    except (OSError, subprocess.SubprocessError):
        return {}
    return systemd_resolved.resolvectl(texts[0], texts[1])


def _plain(text: str | None, origin: str) -> tuple[Resolver, ...]:
    servers: Iterable[str] = resolv_conf.parse(text).servers if text else ()
    return tuple(_resolver(Server(server), origin) for server in servers)


def _resolver(
    server: Server, origin: str, interface: str | None = None, domains: tuple[str, ...] = ()
) -> Resolver:
    return Resolver(
        address=server.address,
        port=server.port,
        interface=interface,
        domains=domains,
        origin=origin,
    )
