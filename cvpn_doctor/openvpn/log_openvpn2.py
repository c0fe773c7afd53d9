"""The lines of OpenVPN 2 on a process, its connection and its tunnel: AWS client up to 5, OpenVPN,
Tunnelblick, NetworkManager."""

import re

from cvpn_doctor.openvpn.log_timeline import Timeline

_BANNER = re.compile(
    r"(\d{1,3}(?:\.\d{1,3})?)[^\s\]]{0,40} (?:\[|x86|aarch|arm|amd|i\d86|apple|mingw|Windows|univ)"
)
_REMOTE = re.compile(r"(?:\[AF_INET6?\])?(?P<remote>(?=\S*[.:])[0-9A-Fa-f.:]{2,45}:\d{1,5})(?!\S)")
_DEVICE = re.compile(r"([A-Za-z][A-Za-z0-9_.-]{0,14})(?=\]| opened|$| \[)")


def banner(timeline: Timeline) -> bool:
    """A process begins; the text stands in the middle of other lines, too."""
    match = _BANNER.match(timeline.line.rest)
    if match is None or "ersion" in timeline.line.head[-12:]:
        return False
    if "nm-openvpn" in timeline.line.head:
        timeline.client = "networkmanager"
    draft = timeline.begin(new_process=True)
    draft.version, draft.client = f"2.{match[1]}", timeline.client or "openvpn2"
    return True


def tunnelblick(timeline: Timeline) -> bool:
    """Its own lines stand between those of OpenVPN."""
    timeline.client = "tunnelblick"
    return True


def remote(timeline: Timeline) -> bool:
    """`UDPv4 link remote: [AF_INET]203.0.113.10:443`."""
    match = _REMOTE.match(timeline.line.rest)
    draft = timeline.current
    if "nm-openvpn" in timeline.line.head:
        draft.client = timeline.client = "networkmanager"
    if match:
        draft.remote = match["remote"]
    last = timeline.line.head[-16:]
    if "UDP" in last and timeline.line.words.startswith("link"):
        draft.transport = "udp"
    elif "TCP" in last and timeline.line.words.startswith("link"):
        draft.transport = "tcp"
    return True


def remote_tcp(timeline: Timeline) -> bool:
    """A connection over TCP is made before there is a link."""
    remote(timeline)
    timeline.current.transport = "tcp"
    return True


def connect_failed(timeline: Timeline) -> bool:
    """`TCP: connect to [AF_INET]… failed: Connection refused`."""
    refused_ = "refused" in timeline.line.rest[:200]
    timeline.current.hint = "refused" if refused_ else "connect_failed"
    return True


def interface(timeline: Timeline) -> bool:
    """The tunnel's interface; a name that is no interface's stays where it is."""
    draft = timeline.current
    draft.reach("interface")
    match = _DEVICE.match(timeline.line.rest)
    if match:
        draft.interface = match[1]
    return True


def completed(timeline: Timeline) -> bool:
    """The tunnel stands."""
    draft = timeline.current
    draft.reach("completed")
    draft.last_route = draft.hint = None
    draft.with_errors |= timeline.line.rest.startswith(" With Errors")
    return True


def route_loop(timeline: Timeline) -> bool:
    """Packets to the endpoint go into the tunnel that they carry."""
    draft = timeline.current
    draft.reach("interface")
    draft.fault("route-loop", timeline.line.number)
    return True
