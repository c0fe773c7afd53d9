"""What Windows keeps in its registry of names, proxies, clients and its own version.

Paths: [MS-GPNRPT]; OpenVPN src/openvpnserv/interactive.c; learn.microsoft.com, "TCP/IP and NBT
configuration parameters", "Uninstall Registry Key", "ProxySettingsPerUser".
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cvpn_doctor.host import windows_registry as registry
from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.network import Proxy, ResolverConfig
from cvpn_doctor.parse import windows_names, windows_proxy, windows_version
from cvpn_doctor.parse.windows_adapter import Adapter

TCPIP: Final = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
DNS_POLICY: Final = r"SOFTWARE\Policies\Microsoft\Windows NT\DNSClient"
NRPT_LOCAL: Final = r"SYSTEM\CurrentControlSet\Services\Dnscache\Parameters\DnsPolicyConfig"
NRPT_POLICY: Final = rf"{DNS_POLICY}\DnsPolicyConfig"
INTERNET: Final = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings"
INTERNET_POLICY: Final = r"SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings"
UNINSTALL: Final = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
VERSION: Final = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"


def resolver_config(adapters: Sequence[Adapter]) -> ResolverConfig:
    """Name servers of the adapters, and of the rules in both keys."""
    policy = registry.values("machine", DNS_POLICY).get("SearchList")
    own = registry.values("machine", TCPIP)
    return windows_names.resolver_config(
        adapters,
        tuple(registry.children("machine", NRPT_POLICY)),
        tuple(registry.children("machine", NRPT_LOCAL)),
        windows_names.search_list(policy) or windows_names.search_list(own.get("SearchList")),
    )


def proxies() -> tuple[Proxy, ...]:
    """WinINET's settings of the user (or of the machine, where a policy says so), WinHTTP's."""
    policy = registry.values("machine", INTERNET_POLICY)
    per_machine = policy.get("ProxySettingsPerUser") == 0
    settings = registry.values("machine" if per_machine else "user", INTERNET)
    connections = registry.values("machine", rf"{INTERNET}\Connections")
    found = (
        *windows_proxy.wininet(settings),
        *windows_proxy.winhttp(connections.get("WinHttpSettings")),
    )
    return tuple(dict.fromkeys(found))


def uninstall_entries() -> Iterator[Mapping[str, object]]:
    """Installed programs: for all users, 64 and 32 bit, and for this user."""
    yield from registry.children("machine", UNINSTALL, 64)
    yield from registry.children("machine", UNINSTALL, 32)
    yield from registry.children("user", UNINSTALL)


def hosts_path() -> str:
    """The hosts file: in the folder that Tcpip names, where it names one that can be read."""
    root = os.environ.get("SYSTEMROOT", r"C:\Windows")
    folder = registry.values("machine", TCPIP).get("DataBasePath")
    usual = rf"{root}\System32\drivers\etc"
    named = folder if isinstance(folder, str) and folder else usual
    named = re.sub("%systemroot%", lambda _: root, named, flags=re.IGNORECASE)
    return rf"{named}\hosts"


def release() -> str:
    """The version, by number; the build decides between Windows 10 and 11."""
    if sys.platform != "win32":
        raise Unsupported("not Windows")
    version = sys.getwindowsversion()
    more = registry.values("machine", VERSION)
    return windows_version.release(
        *version.platform_version,
        version.product_type,
        more.get("UBR"),
        more.get("DisplayVersion"),
    )


HTTPS_CHOICE: Final = (
    r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice"
)
HTTPS_CLASS: Final = r"Software\Classes\https\shell\open\command"


def has_https_handler() -> bool:
    """Whether a program is registered for https addresses."""
    chosen = registry.values("user", HTTPS_CHOICE)
    return bool(chosen.get("ProgId")) or bool(registry.values("machine", HTTPS_CLASS))
