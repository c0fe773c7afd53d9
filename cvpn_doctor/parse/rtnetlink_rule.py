"""Linux RTM_NEWRULE messages → policy routing rules.

Source: linux/fib_rules.h `struct fib_rule_hdr` (family, dst_len, src_len, tos, table, res1, res2,
action, u32 flags) and FRA_*. A real body, `100: not from all fwmark 0xca6c lookup 51820`::

    02 00 00 00 fc 00 00 01 02 00 00 00  08 00 0f 00 6c ca 00 00  08 00 0e 00 ff ff ff ff
    05 00 15 00 00 00 00 00  08 00 06 00 64 00 00 00  08 00 0a 00 6c ca 00 00
    08 00 10 00 ff ff ff ff
"""

import struct
from collections.abc import Mapping
from typing import Final, Literal

from cvpn_doctor.model.network import Rule, RuleAction
from cvpn_doctor.parse.address import IPV4, IPV6
from cvpn_doctor.parse.netlink import attributes, number, text
from cvpn_doctor.parse.rtnetlink_route import prefix

DST, SRC, INCOMING, GOTO, PRIORITY, MARK = 1, 2, 3, 4, 6, 10
TUNNEL_ID, SUPPRESS_GROUP, SUPPRESS_LENGTH, TABLE, MARK_MASK, OUTGOING = 12, 13, 14, 15, 16, 17
L3MDEV, UID_RANGE = 19, 20
LAST_HARMLESS = 21  # FRA_PROTOCOL: who made the rule; every later attribute is a condition
INVERT = 2
NONE = 0xFFFFFFFF  # "-1": no suppression

_HEADER = struct.Struct("=8BI")
_ACTIONS: Final[dict[int, RuleAction]] = {
    1: "lookup",
    2: "goto",
    3: "nop",
    6: "blackhole",
    7: "unreachable",
    8: "prohibit",
}


def rule_of(body: bytes) -> Rule | None:
    """The rule of one RTM_NEWRULE. None: broken, or an action that is not known."""
    if len(body) < 12:
        return None
    family, dst_len, src_len, tos, table, _, _, action, flags = _HEADER.unpack_from(body)
    if family not in (IPV4, IPV6) or action not in _ACTIONS:
        return None
    found = attributes(body, 12)
    version: Literal[4, 6] = 4 if family == IPV4 else 6
    suppress = number(found.get(SUPPRESS_LENGTH))
    return Rule(
        family=version,
        priority=number(found.get(PRIORITY)) or 0,
        action=_ACTIONS[action],
        table=(number(found.get(TABLE)) or table or None) if action == 1 else None,
        goto=number(found.get(GOTO)) if action == 2 else None,
        source=prefix(family, src_len, found.get(SRC)) if src_len else None,
        destination=prefix(family, dst_len, found.get(DST)) if dst_len else None,
        mark=_mark(found),
        mark_mask=_mark_mask(found),
        incoming_interface=text(found.get(INCOMING)) or None,
        outgoing_interface=text(found.get(OUTGOING)) or None,
        uid_range=_uid_range(found.get(UID_RANGE)),
        suppress_prefix_length=None if suppress == NONE else suppress,
        inverted=bool(flags & INVERT),
        unread=_unread(found, tos, src_len, dst_len),
    )


def _mark(found: Mapping[int, bytes]) -> int | None:
    """A mask alone is a condition too: the kernel leaves a mark of 0 out."""
    mark = number(found.get(MARK))
    return 0 if mark is None and number(found.get(MARK_MASK)) else mark


def _mark_mask(found: Mapping[int, bytes]) -> int:
    mask = number(found.get(MARK_MASK))
    return NONE if mask is None else mask


def _uid_range(value: bytes | None) -> tuple[int, int] | None:
    if value is None or len(value) != 8:
        return None
    first, last = struct.unpack("=II", value)
    return None if (first, last) == (0, NONE) else (int(first), int(last))


def _unread(found: Mapping[int, bytes], tos: int, src_len: int, dst_len: int) -> bool:
    """Whether the rule has conditions that the model does not hold (ports, tos, VRF, ...)."""
    return (
        tos != 0
        or any(kind > LAST_HARMLESS for kind in found)
        or any(found.get(TUNNEL_ID, b""))
        or any(found.get(L3MDEV, b""))
        or number(found.get(SUPPRESS_GROUP)) not in (None, NONE)
        or (src_len > 0 and SRC not in found)
        or (dst_len > 0 and DST not in found)
    )
