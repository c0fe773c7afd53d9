"""What a profile's own directives let us expect.

A value that OpenVPN only warns about (a route that it cannot resolve, say) does not make the
profile unreadable: it is left out and remarked on. Directives with a placeholder are lint's
business.
"""

from collections.abc import Iterator

from cvpn_doctor.profile.parsed import Directive, ParsedProfile
from cvpn_doctor.profile.placeholders import placeholder_in
from cvpn_doctor.profile.remotes import remotes
from cvpn_doctor.profile.statements import Layer, Remark, Statement, gather
from cvpn_doctor.profile.summary import server_name
from cvpn_doctor.profile.values import address, domain, masked_prefix, prefix, shown, small_number

# Gateways that mean the tunnel; any other (`net_gateway`, an address) proves nothing about it.
_TUNNEL_GATEWAYS = frozenset({"vpn_gateway", "default"})
# Words that stand for an address known only at run time (openvpn(8), --route).
_RUN_TIME_NETWORKS = frozenset({"vpn_gateway", "net_gateway", "remote_host"})
_DOMAIN_OPTIONS = frozenset(
    {"DOMAIN", "DOMAIN-SEARCH", "ADAPTER_DOMAIN_SUFFIX", "DOMAIN-ROUTE", "DOMAIN-MATCH"}
)


def from_directives(parsed: ParsedProfile) -> tuple[Layer, tuple[Remark, ...]]:
    """The directives' layer and what could not be used. Raises ProfileError as `remotes` does."""
    usable = [d for d in parsed.effective if not placeholder_in(d)]
    found = [item for directive in usable for item in _read(directive, str(parsed.path))]
    statements = [item for item in found if isinstance(item, Statement)]
    remarks = tuple(item for item in found if isinstance(item, Remark))
    own = (*_first_remote(parsed), *_server_name(parsed), *statements)
    return gather("directive", own), remarks


def _first_remote(parsed: ParsedProfile) -> Iterator[Statement]:
    for first in remotes(parsed)[:1]:
        yield Statement("transport", (first.remote.transport,), first.transport_line)
        yield Statement("port", (first.remote.port,), first.port_line)


def _server_name(parsed: ParsedProfile) -> Iterator[Statement]:
    name = server_name(parsed)
    for directive in parsed.named("verify-x509-name")[-1:]:
        if name is not None and not placeholder_in(directive):
            yield Statement("server_name", (name,), directive.line)


def _read(directive: Directive, path: str) -> Iterator[Statement | Remark]:
    match directive.name, directive.values:
        case "redirect-gateway", flags:
            if "!ipv4" not in flags:  # then it redirects IPv6 alone
                yield Statement("tunnel", ("full",), directive.line)
        case "route" | "route-ipv6", _:
            yield from _route(directive, path)
        case "dhcp-option", (("DNS" | "DNS6"), value):
            yield _stated("dns", address(value), directive, path)
        case "dhcp-option", (option, *values) if option in _DOMAIN_OPTIONS:
            for value in values:
                yield _stated("domains", domain(value), directive, path)
        case "tun-mtu", (value, *_):
            yield _stated("tunnel_mtu", small_number(value) or None, directive, path)
        case "mssfix", (value, *_):
            yield _stated("mss_fix", small_number(value), directive, path)


def _route(directive: Directive, path: str) -> Iterator[Statement | Remark]:
    gateway_place = 2 if directive.name == "route" else 1
    gateway = directive.values[gateway_place : gateway_place + 1] or ("default",)
    network = directive.values[:1]
    if network and network[0] not in _RUN_TIME_NETWORKS and gateway[0] in _TUNNEL_GATEWAYS:
        yield _stated("routes", _prefix(directive), directive, path)
    elif not network or gateway[0] not in {*_RUN_TIME_NETWORKS, *_TUNNEL_GATEWAYS}:
        yield _unusable(directive, path)


def _prefix(directive: Directive) -> str | None:
    if directive.name == "route-ipv6":
        found = prefix(directive.values[0])
        return found if found and ":" in found else None
    mask = directive.values[1] if directive.values[1:] else "default"
    return masked_prefix(directive.values[0], "255.255.255.255" if mask == "default" else mask)


def _stated(
    field: str, value: str | int | None, directive: Directive, path: str
) -> Statement | Remark:
    if value is None:
        return _unusable(directive, path)
    return Statement(field, (value,), directive.line)


def _unusable(directive: Directive, path: str) -> Remark:
    return Remark(path, f"line {directive.line}", "unusable-value", shown(directive.text))
