"""`arp -n ADDRESS` and `ndp -an` of macOS → whether the link layer knows an address.

Real lines of arp; without an entry the exit code is 1::

    ? (192.168.1.254) at fc:ae:34:a1:3a:80 on en0 ifscope [ethernet]
    ? (192.168.1.9) at (incomplete) on en0 ifscope [ethernet]
    192.168.1.77 (192.168.1.77) -- no entry

and of ndp::

    Neighbor                        Linklayer Address  Netif Expire    St Flgs Prbs
    fe80::feae:34ff:fea1:3a80%en0   fc:ae:34:a1:3a:80    en0 23h59m58s S  R
    fe80::472:ae33:7f74:8baf%en0    (incomplete)         en0 expired   N
"""

import re
from typing import Final

from cvpn_doctor.parse.address import same_address

_ARP: Final = re.compile(r"\S+ \((?P<address>[^)]+)\) at (?P<link>\S+) on (?P<interface>\S+)")
_HARDWARE: Final = re.compile(r"(?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}")


def arp(text: str, address: str, interface: str) -> bool | None:
    """True: known. False: asked for in vain. None: no entry."""
    for line in text.splitlines():
        match = _ARP.match(line)
        if match and match["interface"] == interface and same_address(match["address"], address):
            return _HARDWARE.fullmatch(match["link"]) is not None
    return None


def ndp(text: str, address: str, interface: str) -> bool | None:
    """The same of IPv6."""
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 3 and words[2] == interface and same_address(words[0], address):
            return _HARDWARE.fullmatch(words[1]) is not None
    return None
