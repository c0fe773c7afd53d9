"""The options of a PUSH_REPLY as a record. Pure. Source: OpenVPN's manual, and recorded replies.

`PUSH_REPLY,dhcp-option DNS 10.0.0.2,route 10.0.0.0 255.255.0.0,route-gateway 10.8.0.129,
topology subnet,ping 1,ping-restart 20,ifconfig 10.8.0.133 255.255.255.224,peer-id 1,…`
"""

from collections.abc import Callable
from ipaddress import ip_interface, ip_network

import msgspec

from cvpn_doctor.model.push import PushedRoute, PushReply

# Known options that say nothing about routes, names or addresses.
_IGNORED = frozenset(
    (
        *("echo", "peer-id", "auth-token", "auth-token-user", "protocol-flags", "key-derivation"),
        *("explicit-exit-notify", "push-continuation", "session-timeout", "compress", "comp-lzo"),
        *("register-dns", "sndbuf", "rcvbuf", "ping-exit", "inactive", "setenv", "block-ipv6"),
        *("ifconfig-ipv6", "tun-ipv6", "auth", "route-metric"),
    )
)

_Reader = Callable[[PushReply, list[str]], PushReply]


def read_push(options: str) -> PushReply:
    """The reply that these comma-separated options make; one that is not understood is counted."""
    push = PushReply()
    for option in options.split(","):
        words = option.split()
        if not words:
            continue
        try:
            push = _read_option(push, words)
        except (ValueError, IndexError):
            push = msgspec.structs.replace(push, unread=push.unread + 1)
    return push


def merge(first: PushReply, second: PushReply) -> PushReply:
    """A reply and its continuation."""
    return msgspec.structs.replace(
        first,
        routes=tuple(dict.fromkeys((*first.routes, *second.routes))),
        dns=tuple(dict.fromkeys((*first.dns, *second.dns))),
        domains=tuple(dict.fromkeys((*first.domains, *second.domains))),
        redirect_gateway=first.redirect_gateway or second.redirect_gateway,
        route_gateway=second.route_gateway or first.route_gateway,
        address=second.address or first.address,
        topology=second.topology or first.topology,
        cipher=second.cipher or first.cipher,
        unread=first.unread + second.unread,
    )


def _read_option(push: PushReply, words: list[str]) -> PushReply:
    reader = _READERS.get(words[0])
    if reader is not None:
        return reader(push, words)
    if words[0] in _IGNORED:
        return push
    return msgspec.structs.replace(push, unread=push.unread + 1)


def _route(push: PushReply, words: list[str]) -> PushReply:
    mask = words[2] if len(words) > 2 else "255.255.255.255"
    prefix = str(ip_network(f"{words[1]}/{mask}", strict=False))
    return _with_route(push, prefix, words[3] if len(words) > 3 else None)


def _route_ipv6(push: PushReply, words: list[str]) -> PushReply:
    prefix = str(ip_network(words[1], strict=False))
    return _with_route(push, prefix, words[2] if len(words) > 2 else None)


def _with_route(push: PushReply, prefix: str, next_hop: str | None) -> PushReply:
    route = PushedRoute(prefix=prefix, next_hop=next_hop)
    return msgspec.structs.replace(push, routes=(*push.routes, route))


def _redirect(push: PushReply, words: list[str]) -> PushReply:
    return msgspec.structs.replace(push, redirect_gateway=tuple(words[1:]))


def _dhcp_option(push: PushReply, words: list[str]) -> PushReply:
    kind, value = words[1].upper(), words[2]
    if kind in ("DNS", "DNS6"):
        return msgspec.structs.replace(push, dns=(*push.dns, str(ip_interface(value).ip)))
    if kind in ("DOMAIN", "DOMAIN-SEARCH", "ADAPTER_DOMAIN_SUFFIX"):
        return msgspec.structs.replace(push, domains=(*push.domains, value))
    return push


def _ifconfig(push: PushReply, words: list[str]) -> PushReply:
    interface = ip_interface(f"{words[1]}/{words[2]}")
    return msgspec.structs.replace(push, address=str(interface))


def _number(field: str) -> _Reader:
    def read(push: PushReply, words: list[str]) -> PushReply:
        return msgspec.structs.replace(push, **{field: int(words[1])})

    return read


def _word(field: str) -> _Reader:
    def read(push: PushReply, words: list[str]) -> PushReply:
        return msgspec.structs.replace(push, **{field: words[1][:64]})

    return read


def _block_outside_dns(push: PushReply, _words: list[str]) -> PushReply:
    return msgspec.structs.replace(push, block_outside_dns=True)


_READERS: dict[str, _Reader] = {
    "route": _route,
    "route-ipv6": _route_ipv6,
    "redirect-gateway": _redirect,
    "redirect-private": lambda push, _words: push,
    "dhcp-option": _dhcp_option,
    "ifconfig": _ifconfig,
    "route-gateway": _word("route_gateway"),
    "topology": _word("topology"),
    "ping": _number("ping"),
    "ping-restart": _number("ping_restart"),
    "tun-mtu": _number("tunnel_mtu"),
    "cipher": _word("cipher"),
    "block-outside-dns": _block_outside_dns,
}
