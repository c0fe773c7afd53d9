"""Proxy settings of Windows → hosts and ports, never user or password.

Real values: ProxyServer ``proxy.example:8080``, or by scheme
``http=proxy.example:8080;https=proxy.example:8443;socks=10.0.0.1:1080``; AutoConfigURL
``http://pac.example/proxy.pac``. WinHttpSettings (`netsh winhttp set proxy proxy.example:8080`) is
binary: u32 size, u32 counter, u32 flags, u32 length, text, u32 length, exceptions::

    18 00 00 00 00 00 00 00 03 00 00 00 12 00 00 00 "proxy.example:8080" 00 00 00 00
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from cvpn_doctor.model.network import Proxy

USES_PROXY: Final = 2  # of the flags
TEXT_LIMIT: Final = 4096


def wininet(settings: Mapping[str, object]) -> tuple[Proxy, ...]:
    """What browsers and most programs use, from the values of `Internet Settings`."""
    found: list[Proxy] = []
    script = settings.get("AutoConfigURL")
    if isinstance(script, str):
        found += _proxies(script, "pac")
    servers = settings.get("ProxyServer")
    if settings.get("ProxyEnable") == 1 and isinstance(servers, str):
        found += _proxies(servers, "system")
    return tuple(dict.fromkeys(found))


def winhttp(blob: object) -> tuple[Proxy, ...]:
    """What services use, from the value WinHttpSettings."""
    if not isinstance(blob, bytes) or len(blob) < 16:
        return ()
    flags, length = struct.unpack_from("<II", blob, 8)
    text = blob[16 : 16 + min(length, TEXT_LIMIT)]
    if not flags & USES_PROXY or len(text) < length:
        return ()
    return tuple(_proxies(text.decode("ascii", "replace"), "system"))


def _proxies(text: str, origin: str) -> Iterator[Proxy]:
    for part in text.replace(" ", ";").split(";") if origin == "system" else [text.strip()]:
        scheme, equals, rest = part.partition("=")
        address = rest if equals and "/" not in scheme else part
        try:
            parts = urlsplit(address if "://" in address else f"//{address}")
            host, port = parts.hostname, parts.port
        except ValueError:
            continue
        if host:
            named = scheme if address is rest else parts.scheme
            yield Proxy(
                origin="pac" if origin == "pac" else "system", host=host, port=port, scheme=named
            )
