"""The routes that a client tried to install, in the words of each system's tool."""

import re
from ipaddress import ip_network

from cvpn_doctor.openvpn.log_draft import MANY
from cvpn_doctor.openvpn.log_push_options import prefix_of
from cvpn_doctor.openvpn.log_timeline import Timeline

_A = r"[0-9A-Fa-f.:]{2,45}"
_LENGTH = re.compile(rf"({_A})/(\d{{1,3}})(?!\d)")
_MASK = re.compile(
    rf"(?:-net |-host |-inet )*(?P<network>{_A})"
    rf"(?: (?:MASK|netmask|-netmask) (?P<mask>{_A})| (?P<hop>{_A})(?: -netmask)? (?P<last>{_A}))"
)
_INET6 = re.compile(rf"-inet6 ({_A}) -prefixlen (\d{{1,3}})")


def with_length(timeline: Timeline) -> bool:
    """`net_route_v4_add: 10.0.0.0/16 via 10.8.0.129 dev [NULL]`."""
    match = _LENGTH.match(timeline.line.rest)
    return match is not None and _tried(timeline, match[1], match[2])


def with_mask(timeline: Timeline) -> bool:
    """`add -net 10.0.0.0 10.8.0.129 255.255.0.0`, `ADD 10.0.0.0 MASK 255.255.0.0 10.8.0.129`."""
    match = _INET6.match(timeline.line.rest)
    if match:
        return _tried(timeline, match[1], match[2])
    match = _MASK.match(timeline.line.rest)
    if match is None:
        return False
    return _tried(timeline, match["network"], match["mask"] or match["last"])


def _tried(timeline: Timeline, network: str, mask: str) -> bool:
    try:
        prefix = _prefix(network, mask)
    except ValueError:
        return False
    draft = timeline.current
    draft.reach("interface")
    if len(draft.routes) < MANY or prefix in draft.routes:
        draft.last_route = None if draft.routes.get(prefix) else prefix  # it is there already
        draft.routes[prefix] = True
    return True


def _prefix(network: str, mask: str) -> str:
    if mask.isdecimal():
        return str(ip_network(f"{network}/{mask}", strict=False))
    return prefix_of(network, mask)


def failed(timeline: Timeline) -> bool:
    """The error stands behind the route that it is about."""
    last = timeline.last
    if last is not None and last.last_route is not None:
        last.routes[last.last_route] = False
    return True
