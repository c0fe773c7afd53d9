"""`networksetup -listallhardwareports` of macOS → which device is what.

A real one::

    Hardware Port: Wi-Fi
    Device: en0
    Ethernet Address: a4:83:e7:00:00:01

    Hardware Port: Thunderbolt Bridge
    Device: bridge0
    Ethernet Address: 82:0b:12:00:00:01

    VLAN Configurations
    ===================
"""

from typing import Final

# "WLAN" on a German system, "AirPort" up to 10.6
_WIFI: Final = frozenset({"wi-fi", "wifi", "wlan", "airport"})
_PHONES: Final = ("iphone", "ipad")


def ports(text: str) -> dict[str, str]:
    """Device → name of its hardware port."""
    found: dict[str, str] = {}
    port = ""
    for line in text.splitlines():
        label, colon, value = line.partition(": ")
        if colon and label.strip() == "Hardware Port":
            port = value.strip()
        elif colon and label.strip() == "Device" and value.strip():
            found[value.strip()] = port
    return found


def is_wifi(port: str) -> bool:
    """Whether this is the name of a Wi-Fi port."""
    return port.casefold() in _WIFI


def is_phone(port: str) -> bool:
    """Whether this is a phone that shares its mobile network by cable ("iPhone USB")."""
    return port.casefold().startswith(_PHONES)
