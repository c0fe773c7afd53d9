"""The options of a PUSH_REPLY as a record. Pure. Source: OpenVPN's manual, and recorded replies.

`PUSH_REPLY,dhcp-option DNS 10.0.0.2,route 10.0.0.0 255.255.0.0,route-gateway 10.8.0.129,
topology subnet,ping 1,ping-restart 20,ifconfig 10.8.0.133 255.255.255.224,peer-id 1,…`

Values are parsed or compared with a closed list: a log may hold anything in their places.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from cvpn_doctor.model.push import PushReply
from cvpn_doctor.openvpn.log_push_options import READERS, Fields

MANY = 2_000  # of each list; the endpoint's quota of routes is far below
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|(\S+)')

# Known options that say nothing about routes, names or addresses.
_IGNORED = frozenset(
    (
        *("echo", "peer-id", "auth-token-user", "key-derivation", "explicit-exit-notify"),
        *("compress", "comp-lzo", "register-dns", "sndbuf", "rcvbuf", "setenv", "tun-ipv6"),
        *("auth", "reneg-sec", "socket-flags", "persist-key", "persist-tun", "dhcp-renew"),
        *("dhcp-release", "ip-win32", "route-delay", "route-method", "mssfix", "fragment"),
        *("link-mtu", "link-mtu-dynamic", "tun-mtu-extra", "client-nat", "setenv-safe"),
        *("reneg-bytes", "reneg-pkts", "hand-window", "verb", "keying-material-exporter"),
    )
)
KNOWN = frozenset(READERS) | _IGNORED


def read_push(options: str) -> PushReply:
    """The reply that these comma-separated options make; one that is not understood is counted."""
    return read_options(words_of(option) for option in options.split(","))


def words_of(option: str) -> list[str]:
    """The words of an option, as OpenVPN's own lexer sees them."""
    if '"' not in option and "'" not in option:
        return option.split()
    return [first or second or third for first, second, third in _WORD.findall(option)]


def read_options(options: Iterable[Sequence[str]]) -> PushReply:
    """The reply that these options make, each given in words."""
    fields = Fields()
    for words in options:
        if words and not _read_option(fields, words):
            fields.unread += 1
    return fields.reply()


def _read_option(fields: Fields, words: Sequence[str]) -> bool:
    reader = READERS.get(words[0])
    if reader is None:
        return words[0] in _IGNORED
    try:
        if any("%" in word for word in words):  # the zone of an IPv6 address is free text
            return False
        reader(fields, words)
    except (ValueError, IndexError):
        return False
    return True


def merge(first: PushReply, second: PushReply) -> PushReply:
    """A reply and its continuation."""
    changes: dict[str, object] = {}
    for name in PushReply.__struct_fields__:
        old, new = getattr(first, name), getattr(second, name)
        if name in ("redirect_gateway", "redirect_private"):
            changes[name] = old if new is None else tuple(dict.fromkeys((*(old or ()), *new)))
        elif isinstance(new, tuple):
            changes[name] = tuple(dict.fromkeys((*old, *new)))[:MANY]
        elif name == "unread":
            changes[name] = old + new
        elif name != "complete":  # what the last piece says
            changes[name] = new or old
    return msgspec.structs.replace(second, **changes)
