"""Runs inside the Windows Python: every local question, its answer or why there is none, as JSON.

`python -m tests.wine.answers [seed]`. With `seed`, what a real Windows would hold is written to
the registry, the service manager and the disk of this prefix before.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from cvpn_doctor.host import this_host, windows_processes
from cvpn_doctor.host.sockets import local_address, open_socket, wait
from cvpn_doctor.model.failure import Unsupported

SERVICE: Final = r'"C:\Program Files\Amazon\AWS VPN Client\AWSVPNClient.Service.exe"'
NRPT: Final = r"SYSTEM\CurrentControlSet\Services\Dnscache\Parameters\DnsPolicyConfig"
POLICY: Final = r"SOFTWARE\Policies\Microsoft\Windows NT\DNSClient\DnsPolicyConfig"
INTERNET: Final = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings"
UNINSTALL: Final = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
QUESTIONS: Final = (
    *("platform", "interfaces", "routes", "resolvers", "hosts_file", "listeners"),
    *("vpn_processes", "vpn_clients", "aws_client", "client_logs", "proxies", "logged_in_users"),
)


def told(ask: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"answer": msgspec.to_builtins(ask())}
    except Unsupported as error:
        return {"unsupported": str(error)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def answers() -> dict[str, dict[str, Any]]:
    host = this_host()
    found = {name: told(getattr(host, name)) for name in QUESTIONS}
    found["route_to"] = told(lambda: host.route_to("198.51.100.80"))
    found["neighbour"] = told(lambda: host.neighbour_reachable("192.168.1.1", "eth0"))
    found["no interface"] = told(lambda: host.route_to("198.51.100.80", "Ethernet 99"))
    found["bound"] = told(lambda: bound_to("eth0"))
    found["services"] = told(windows_processes.services)
    return found


def bound_to(interface: str) -> str | None:
    """The own address of a connection that must leave by an interface, named by its alias."""
    sock, where = open_socket(socket.SOCK_STREAM, "198.51.100.80", 80, interface)
    with sock:
        sock.connect_ex(where)
        wait(sock, selectors.EVENT_WRITE, 2)
        return local_address(sock)


def seed() -> None:
    import winreg as w  # noqa: PLC0415 - Windows only

    hive: Any = w.HKEY_LOCAL_MACHINE  # type: ignore[attr-defined, unused-ignore]
    put(hive, rf"{NRPT}\OpenVPNDNSRouting-4242", Name=[".corp.example"], ConfigOptions=8)
    put(hive, rf"{NRPT}\OpenVPNDNSRouting-4242", GenericDNSServers="10.20.0.2;10.20.0.3")
    put(hive, rf"{UNINSTALL}\aws", DisplayName="AWS VPN Client", DisplayVersion="5.3.1")
    user: Any = w.HKEY_CURRENT_USER  # type: ignore[attr-defined, unused-ignore]
    put(user, INTERNET, ProxyEnable=1, ProxyServer="jane:secret@proxy.example:8080")
    put(user, INTERNET, AutoConfigURL="http://pac.example/proxy.pac")
    blob = b"\x18" + bytes(7) + b"\x03\0\0\0" + b"\x0e\0\0\0" + b"h.example:3128" + bytes(4)
    put(hive, rf"{INTERNET}\Connections", WinHttpSettings=blob)
    logs = Path(os.environ["APPDATA"]) / "AWSVPNClient" / "logs"
    logs.mkdir(parents=True)
    (logs / "ovpn_aws_vpn_client_1.log").write_text("a log")
    hosts = Path(os.environ["SYSTEMROOT"]) / "System32" / "drivers" / "etc" / "hosts"
    hosts.unlink(missing_ok=True)  # not written in place: the prefix shares it
    hosts.write_text("\ufeff203.0.113.10 vpn.example\n", encoding="utf-8")
    make_service()


def put(hive: Any, path: str, **values: str | int | bytes | list[str]) -> None:
    import winreg as w  # noqa: PLC0415

    kinds = {str: 1, bytes: 3, int: 4, list: 7}  # REG_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ
    key: Any = w.CreateKey(hive, path)  # type: ignore[attr-defined, unused-ignore]
    for name, value in values.items():
        w.SetValueEx(key, name, 0, kinds[type(value)], value)  # type: ignore[attr-defined, unused-ignore]


def make_service() -> None:
    """A service under a name that nobody documents, which starts AWS' program; not started."""
    api: Any = ctypes.WinDLL("advapi32.dll")  # type: ignore[attr-defined, unused-ignore]
    api.OpenSCManagerW.restype = api.CreateServiceW.restype = ctypes.c_void_p
    manager = ctypes.c_void_p(api.OpenSCManagerW(None, None, 0xF003F))
    name = ctypes.c_wchar_p("SomeName")
    how = (0xF01FF, 0x10, 3, 1)  # all access, a process of its own, on demand, errors normal
    made = api.CreateServiceW(manager, name, name, *how, ctypes.c_wchar_p(SERVICE), *[None] * 5)
    assert made


if __name__ == "__main__":
    if "seed" in sys.argv:
        seed()
    with socket.create_server(("127.0.0.1", 35001)):
        sys.stdout.buffer.write(msgspec.json.encode(answers()))
