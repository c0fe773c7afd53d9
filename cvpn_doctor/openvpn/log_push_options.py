"""Each option that an endpoint may push, and the field that it fills. Pure.

Source: OpenVPN's manual, "Options pushed by the server"; openvpn/src/openvpn/options.c.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_interface, ip_network

from cvpn_doctor.model.push import PushedRoute, PushReply

_FLAGS = frozenset(
    (
        *("local", "autolocal", "def1", "bypass-dhcp", "bypass-dns", "block-local", "ipv6"),
        *("!ipv4", "block-ipv6"),
    )
)
_NEXT_HOPS = frozenset(("net_gateway", "vpn_gateway", "remote_host", "net_gateway_ipv6"))
_TOPOLOGIES = frozenset(("subnet", "net30", "p2p"))
_PROTOCOL_FLAGS = frozenset(("cc-exit", "tls-ekm", "dyn-tls-crypt", "aead-epoch"))
_DOMAIN = re.compile(r"~?(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?|\.")
_CIPHER = re.compile(r"[A-Za-z0-9-]{1,32}")


@dataclass
class Fields:
    """A reply that is being read."""

    values: dict[str, object] = field(default_factory=dict)
    routes: list[PushedRoute] = field(default_factory=list)
    dns: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    routing_domains: list[str] = field(default_factory=list)
    unread: int = 0

    def reply(self) -> PushReply:
        """The record."""
        return PushReply(
            routes=tuple(dict.fromkeys(self.routes)),
            dns=tuple(dict.fromkeys(self.dns)),
            domains=tuple(dict.fromkeys(self.domains)),
            routing_domains=tuple(dict.fromkeys(self.routing_domains)),
            unread=self.unread,
            **self.values,  # type: ignore[arg-type]  # each reader puts the type of its field
        )


Reader = Callable[[Fields, Sequence[str]], None]


def prefix_of(network: str, mask: str) -> str:
    """Network and dotted mask as prefix; ValueError for a mask with holes, or a wildcard's."""
    bits = int(ip_address(mask))
    inverted = bits ^ 0xFFFFFFFF
    if ":" in network + mask or inverted & (inverted + 1):
        raise ValueError(mask)
    return str(ip_network(f"{network}/{bits.bit_count()}", strict=False))


def _route(fields: Fields, words: Sequence[str]) -> None:
    mask = words[2] if len(words) > 2 and words[2] != "default" else "255.255.255.255"
    _add_route(fields, prefix_of(words[1], mask), words[3:])


def _route_ipv6(fields: Fields, words: Sequence[str]) -> None:
    if ":" not in words[1]:
        raise ValueError(words[1])
    _add_route(fields, str(ip_network(words[1], strict=False)), words[2:])


def _add_route(fields: Fields, prefix: str, rest: Sequence[str]) -> None:
    hop = rest[0] if rest and rest[0] != "default" else None
    if hop is not None and hop not in _NEXT_HOPS:
        hop = str(ip_address(hop))
    metric = int(rest[1]) if len(rest) > 1 and rest[1] != "default" else None
    fields.routes.append(PushedRoute(prefix=prefix, next_hop=hop, metric=metric))


def _flags(name: str) -> Reader:
    def read(fields: Fields, words: Sequence[str]) -> None:
        flags = tuple(word for word in words[1:] if word in _FLAGS)
        fields.unread += len(words) - 1 - len(flags)
        fields.values[name] = flags

    return read


def _dhcp_option(fields: Fields, words: Sequence[str]) -> None:
    kind, values = words[1].upper(), words[2:]
    if kind in ("DNS", "DNS6"):
        fields.dns.append(str(ip_address(values[0])))
    elif kind in ("DOMAIN", "DOMAIN-SEARCH", "ADAPTER_DOMAIN_SUFFIX"):
        fields.domains += _domains(values)
    elif kind == "DOMAIN-ROUTE":
        fields.routing_domains += _domains(values)


def _domains(values: Sequence[str]) -> list[str]:
    names = [name for value in values for name in value.split()]
    if not names or not all(_DOMAIN.fullmatch(name) for name in names):
        raise ValueError("domain")
    return names


def _dns(fields: Fields, words: Sequence[str]) -> None:
    """`dns server 1 address 10.0.0.2 [fd00::2]:53`, `dns search-domains a b` (since 2.6)."""
    if words[1] == "search-domains":
        fields.domains += _domains(words[2:])
    elif words[1] == "server" and words[3] == "address":
        fields.dns += [_server(word) for word in words[4:]]
    elif words[1] == "server" and words[3] == "resolve-domains":
        fields.routing_domains += _domains(words[4:])
    elif words[1] != "server":
        raise ValueError(words[1])


def _server(word: str) -> str:
    """An address, that may have a port behind it."""
    if word.startswith("["):
        return str(ip_address(word[1 : word.index("]")]))
    host, _, port = word.rpartition(":")
    return str(ip_address(host if port.isdigit() and host.count(".") == 3 else word))


def _ifconfig(fields: Fields, words: Sequence[str]) -> None:
    """Address and mask, or address and far end, as the topology has it."""
    try:
        length = prefix_of("0.0.0.0", words[2]).partition("/")[2]  # noqa: S104 - no socket
    except ValueError:
        fields.values["peer_address"] = str(ip_address(words[2]))
        length = "32"
    fields.values["address"] = str(ip_interface(f"{words[1]}/{length}"))


def _ifconfig_ipv6(fields: Fields, words: Sequence[str]) -> None:
    interface = ip_interface(words[1])
    if not isinstance(interface.ip, IPv6Address):
        raise ValueError(words[1])
    if len(words) > 2:
        fields.values["route_gateway_ipv6"] = str(ip_address(words[2]))
    fields.values["address_ipv6"] = str(interface)


def _gateway(fields: Fields, words: Sequence[str]) -> None:
    fields.values["route_gateway"] = words[1] if words[1] == "dhcp" else str(ip_address(words[1]))


def _gateway_ipv6(fields: Fields, words: Sequence[str]) -> None:
    fields.values["route_gateway_ipv6"] = str(ip_address(words[1]))


def _number(name: str) -> Reader:
    def read(fields: Fields, words: Sequence[str]) -> None:
        if len(words[1]) > 10:
            raise ValueError(name)
        fields.values[name] = int(words[1])

    return read


def _true(name: str) -> Reader:
    def read(fields: Fields, _words: Sequence[str]) -> None:
        fields.values[name] = True

    return read


def _topology(fields: Fields, words: Sequence[str]) -> None:
    if words[1] not in _TOPOLOGIES:
        raise ValueError("topology")
    fields.values["topology"] = words[1]


def _cipher(fields: Fields, words: Sequence[str]) -> None:
    if not _CIPHER.fullmatch(words[1]):
        raise ValueError("cipher")
    fields.values["cipher"] = words[1]


def _protocol_flags(fields: Fields, words: Sequence[str]) -> None:
    known = tuple(word for word in words[1:] if word in _PROTOCOL_FLAGS)
    fields.unread += len(words) - 1 - len(known)
    fields.values["protocol_flags"] = known


def _continuation(fields: Fields, words: Sequence[str]) -> None:
    """2: more follows; 1: this is the last piece (openvpn/src/openvpn/push.c)."""
    fields.values["complete"] = int(words[1]) != 2


READERS: dict[str, Reader] = {
    "route": _route,
    "route-ipv6": _route_ipv6,
    "redirect-gateway": _flags("redirect_gateway"),
    "redirect-private": _flags("redirect_private"),
    "dhcp-option": _dhcp_option,
    "dns": _dns,
    "ifconfig": _ifconfig,
    "ifconfig-ipv6": _ifconfig_ipv6,
    "route-gateway": _gateway,
    "route-ipv6-gateway": _gateway_ipv6,
    "route-metric": _number("route_metric"),
    "topology": _topology,
    "ping": _number("ping"),
    "ping-restart": _number("ping_restart"),
    "ping-exit": _number("ping_exit"),
    "inactive": _number("inactive"),
    "session-timeout": _number("session_timeout"),
    "tun-mtu": _number("tunnel_mtu"),
    "cipher": _cipher,
    "auth-token": _true("auth_token"),
    "block-outside-dns": _true("block_outside_dns"),
    "block-ipv6": _true("block_ipv6"),
    "protocol-flags": _protocol_flags,
    "push-continuation": _continuation,
}
