"""`ps -axwwo pid=,state=,comm=` of macOS → the VPN programs among the processes.

Real lines; the command is the whole path of the program, with its blanks::

      612 S    /Applications/AWS VPN Client/AWS VPN Client.app/Contents/MacOS/AWS VPN Client
      640 Ss   /Library/PrivilegedHelperTools/com.amazonaws.acvc.helper
      655 Z    (acvc-openvpn)

Other users' programs are listed too. A real line of `ps -wwo args= -p 655`, of AWS' client 5::

    /Applications/AWS VPN Client/AWS VPN Client.app/Contents/Resources/openvpn/acvc-openvpn --config /Users/u/.config/AWSVPNClient/OpenVpnConfigs/current_connection.txt --management 127.0.0.1 8096
"""  # noqa: E501 - a real command line is long

import re
from typing import Final

from cvpn_doctor.model.network import Process
from cvpn_doctor.parse.process import State, file_name, is_vpn

_LINE: Final = re.compile(r"\s*(\d{1,9})\s+([A-Za-z?])\S*\s+(\S.*)")
_STATES: Final[dict[str, State]] = {
    **dict.fromkeys("IRSU", "running"),  # idle, runnable, sleeping, uninterruptible: ps(1)
    "T": "stopped",
    "Z": "zombie",
}
_CONFIG: Final = re.compile(r" --config (.+?)(?= --[a-z]|$)", re.MULTILINE)
# As they are called on macOS; what has the same name everywhere is in `parse.process`.
_NAMES: Final = frozenset(
    [
        "com.amazonaws.acvc.helper",
        "OpenVPN Connect",
        "ovpnagent",
        "Tunnelblick",
        "tunnelblickd",
        "tunnelblick-helper",
        "Viscosity",
        "com.sparklabs.ViscosityHelper",
        "Tailscale",
        "io.tailscale.ipn.macsys.network-extension",
        "IPNExtension",
        "WireGuard",
        "WireGuardNetworkExtension",
        "Cloudflare WARP",
        "CloudflareWARP",
        "acvpnagent",
        "Cisco Secure Client",
        "Cisco AnyConnect Secure Mobility Client",
        "GlobalProtect",
        "Zscaler",
        "ZscalerTunnel",
        "ZscalerService",
        "FortiClient",
        "FortiTray",
        "Mullvad VPN",
        "NordVPN",
        "ProtonVPN",
        "ExpressVPN",
        "ZeroTier",
        "Pritunl",
        "pritunl-service",
        "Twingate",
        "F5 VPN",
        "Endpoint_Security_VPN",
        "racoon",
        "pppd",
    ]
)


def vpn_processes(text: str) -> tuple[Process, ...]:
    """By number; lines that are not understood are none of theirs."""
    found = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        name = _name(match[3]) if match else ""
        if match and (name in _NAMES or is_vpn(name)):
            state = _STATES.get(match[2].upper(), "unknown")
            found[int(match[1])] = Process(pid=int(match[1]), name=name, state=state)
    return tuple(found[pid] for pid in sorted(found))


def profile(arguments: str) -> str | None:
    """The file name of the profile that a command line of OpenVPN names; its words are not kept.

    `ps` prints the blanks in a path like those between arguments: the next option ends it.
    """
    match = _CONFIG.search(arguments)
    return file_name(match[1].strip()) if match else None


def _name(command: str) -> str:
    """The program's file name; a zombie's stands in parentheses."""
    last = command.rstrip().rpartition("/")[2]
    return last[1:-1] if last.startswith("(") and last.endswith(")") else last
