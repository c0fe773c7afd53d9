"""`scutil --proxy` of macOS → proxy settings, without users and passwords.

A real one::

    <dictionary> {
      ExceptionsList : <array> {
        0 : *.local
        1 : 169.254/16
      }
      HTTPEnable : 1
      HTTPPort : 3128
      HTTPProxy : proxy.example
      HTTPSEnable : 0
      ProxyAutoConfigEnable : 1
      ProxyAutoConfigURLString : http://wpad.example/proxy.pac
    }

Settings of single interfaces stand in dictionaries of their own below; those of the first level
are in force.
"""

from typing import Final
from urllib.parse import urlsplit

from cvpn_doctor.model.network import Proxy

_SCHEMES: Final = (("HTTP", "http"), ("HTTPS", "https"), ("SOCKS", "socks"), ("FTP", "ftp"))


def proxies(text: str) -> tuple[Proxy, ...]:
    """The proxies that are switched on."""
    fields = _first_level(text)
    found = [
        Proxy(origin="system", host=host, port=_port(fields.get(f"{key}Port", "")), scheme=scheme)
        for key, scheme in _SCHEMES
        if fields.get(f"{key}Enable") == "1" and (host := _host(fields.get(f"{key}Proxy", "")))
    ]
    pac = _pac(fields.get("ProxyAutoConfigURLString", ""))
    if fields.get("ProxyAutoConfigEnable") == "1" and pac is not None:
        found.append(pac)
    return tuple(found)


def _first_level(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    depth = 0
    for line in text.splitlines():
        words = line.strip()
        if words.endswith("{"):
            depth += 1
        elif words == "}":
            depth -= 1
        elif depth == 1:
            key, colon, value = words.partition(" : ")
            if colon:
                fields[key] = value
    return fields


def _host(text: str) -> str:
    """The host alone: some programs write user:password@host."""
    return text.strip().rpartition("@")[2]


def _pac(url: str) -> Proxy | None:
    """The host that serves the script; a script in a file or in the URL itself has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return Proxy(origin="pac", host=host, port=port, scheme=parts.scheme) if host else None


def _port(text: str) -> int | None:
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return value if 0 < value < 65536 else None
