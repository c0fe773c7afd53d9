"""Name servers of adapters and of NRPT rules → how names are resolved on a Windows laptop.

NRPT rules are registry keys. A real one, which OpenVPN 2.7 writes for a split tunnel
(src/openvpnserv/interactive.c)::

    OpenVPNDNSRouting-4242
        Name              REG_MULTI_SZ  .corp.example
        GenericDNSServers REG_SZ        10.20.0.2;10.20.0.3
        ConfigOptions     REG_DWORD     0x8

A name with a leading dot means the whole domain, "." everything. Source: [MS-GPNRPT].
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import Final

from cvpn_doctor.model.network import Resolver, ResolverConfig
from cvpn_doctor.parse.address import is_address
from cvpn_doctor.parse.windows_adapter import Adapter, kind

GENERIC_SERVERS: Final = 0x8  # ConfigOptions: GenericDNSServers holds
# What Windows shows where no IPv6 name server is configured; nobody answers there (RFC 3879).
_PLACEHOLDERS: Final = frozenset(f"fec0:0:0:ffff::{n}" for n in (1, 2, 3))
_WORST_METRIC: Final = 1 << 32


def resolver_config(
    adapters: Iterable[Adapter],
    policy_rules: Sequence[Mapping[str, object]],
    local_rules: Sequence[Mapping[str, object]],
    search: Sequence[str],
) -> ResolverConfig:
    """The name servers in the order in which Windows prefers them: rules, then adapters by metric.

    With rules of a group policy, those of programs do not hold.
    """
    usable = [a for a in adapters if a.running and kind(a) != "loopback"]
    usable.sort(key=lambda a: _WORST_METRIC if a.metric is None else a.metric)
    rules = nrpt(policy_rules, "nrpt-policy") or nrpt(local_rules, "nrpt")
    of_adapters = tuple(
        Resolver(address=server, interface=adapter.name, origin="adapter")
        for adapter in usable
        for server in adapter.dns_servers
        if server not in _PLACEHOLDERS
    )
    local = (r.address for r in of_adapters if ip_address(r.address).is_loopback)
    suffixes = search or [suffix for adapter in usable for suffix in adapter.dns_suffixes]
    return ResolverConfig(
        resolvers=rules + of_adapters,
        search=tuple(dict.fromkeys(suffix for suffix in suffixes if suffix)),
        stub=next(local, None),
        sources=("files", "dns"),
    )


def nrpt(rules: Iterable[Mapping[str, object]], origin: str) -> tuple[Resolver, ...]:
    """The servers that rules name, with the domains for which they are asked."""
    named = ((_domains(rule.get("Name")), _servers(rule)) for rule in rules)
    return tuple(
        Resolver(address=server, domains=domains, origin=origin)
        for domains, servers in named
        if domains is not None
        for server in servers
    )


def search_list(value: object) -> tuple[str, ...]:
    """The registry's SearchList: suffixes with commas or blanks between them."""
    words = re.split(r"[,\s]+", value) if isinstance(value, str) else []
    return tuple(word for word in words if word)


def _domains(value: object) -> tuple[str, ...] | None:
    """None: a rule without a name, which holds for nothing; (): everything."""
    names = value if isinstance(value, list) else [value]
    texts = [name.strip().lower() for name in names if isinstance(name, str) and name.strip()]
    if not texts:
        return None
    return () if "." in texts else tuple(text.strip(".") for text in texts)


def _servers(rule: Mapping[str, object]) -> tuple[str, ...]:
    options, text = rule.get("ConfigOptions"), rule.get("GenericDNSServers")
    if not isinstance(text, str) or (isinstance(options, int) and not options & GENERIC_SERVERS):
        return ()
    return tuple(part.strip() for part in re.split(r"[;,]", text) if is_address(part.strip()))
