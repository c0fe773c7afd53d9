"""OpenVPN 3's list of pushed options: the push reply over several lines."""

import re

from cvpn_doctor.openvpn.log_timeline import OPTIONS, Timeline
from cvpn_doctor.openvpn.push import read_options

_OPTION_LINE = re.compile(r"\s{0,8}\d{1,4}((?: \[[^\]]{0,1024}\])+)\s*")
_OPTION_WORD = re.compile(r"\[([^\]]*)\]")


def listed(timeline: Timeline) -> bool:
    """What was pushed, an option a line; other lists have a word before theirs."""
    if timeline.line.head.endswith(("UNUSED ", "PROTOCOL ", "CAPTURED ", "Tunnel ")):
        return timeline.line.head.endswith("PROTOCOL ")
    if timeline.line.rest.strip():
        return False
    timeline.reach("pushed")
    timeline.options = []
    return True


def option_line(timeline: Timeline, text: str) -> bool:
    """`0 [route] [10.0.0.0] [255.255.0.0]`, while the list goes on."""
    if timeline.options is None:
        return False
    match = _OPTION_LINE.fullmatch(text)
    if match is None or len(timeline.options) >= OPTIONS:
        end_of_options(timeline)
        return False
    timeline.options.append(_OPTION_WORD.findall(match[1]))
    return True


def end_of_options(timeline: Timeline) -> None:
    """The list is whole."""
    found, timeline.options = timeline.options, None
    if found and timeline.last is not None:
        timeline.last.push = read_options(found)
