"""Text to the values of an expectation: each function returns None for what is no such value.

Prefixes are brought to the canonical form of `ipaddress`; one with host bits set ("10.20.1.5/16")
is what people write for its network, and is taken for that.
"""

import ipaddress
import re
import reprlib
from urllib.parse import urlsplit

# Port names that OpenVPN would look up in the system's services file; those seen in profiles.
_PORT_NAMES = {"https": 443, "openvpn": 1194, "http": 80, "domain": 53}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_BRACKETED = re.compile(r"\[(?P<host>[^\]]+)\]:(?P<port>\d+)|(?P<bare>[^:]+):(?P<bare_port>\d+)")


def shown(text: object) -> str:
    """A value for a message: quoted, on one line, at most 60 characters."""
    quoted = f"`{text}`" if isinstance(text, str) and text.isprintable() else _ascii(text)
    return quoted if len(quoted) <= 60 else f"{quoted[:57]}..."


def printable(text: str) -> str:
    """The text with all that a terminal could obey, or JSON not carry, written as escapes."""
    return text if text.isprintable() else ascii(text)[1:-1]


def _ascii(value: object) -> str:
    try:
        return ascii(value) if isinstance(value, str) else reprlib.repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits; tables without end
        return f"a {type(value).__name__}"


def port_number(text: str) -> int | None:
    """A port from 1 to 65535, by number or by a common name."""
    if text in _PORT_NAMES:
        return _PORT_NAMES[text]
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    port = int(text)
    return port if 0 < port < 65536 else None


def small_number(text: str) -> int | None:
    """A number from 0 to 65535."""
    digits = text.isascii() and text.isdigit() and len(text) <= 5
    return int(text) if digits and int(text) < 65536 else None


def prefix(text: str) -> str | None:
    """`10.20.1.5/16` → `10.20.0.0/16`; an address alone is its own /32 or /128."""
    try:
        return str(ipaddress.ip_network(text, strict=False)) if "%" not in text else None
    except ValueError:
        return None


def masked_prefix(network: str, mask: str) -> str | None:
    """Network and netmask as `route` writes them; a mask must be ones followed by zeros."""
    try:
        ipaddress.IPv4Address(network)
        bits = int(ipaddress.IPv4Address(mask))
    except ValueError:
        return None
    length = bits.bit_count()
    if bits != (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF:
        return None
    return prefix(f"{network}/{length}")


def address(text: str) -> str | None:
    """An IPv4 or IPv6 address in canonical form, without a zone."""
    try:
        return str(ipaddress.ip_address(text)) if "%" not in text else None
    except ValueError:
        return None


def is_address(text: str) -> bool:
    """Whether `text` is an IP address literal, also in brackets or with a zone."""
    try:
        ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def domain(text: str) -> str | None:
    """A DNS name in lower case, without the dot at its end; at least one letter in it."""
    name = _ascii_name(text.removesuffix(".").lower())
    if len(name) > 253 or not any(c.isalpha() for c in name):
        return None
    return name if all(_LABEL.fullmatch(label) for label in name.split(".")) else None


def _ascii_name(name: str) -> str:
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def host_and_port(text: str) -> tuple[str, int] | None:
    """`10.20.1.5:22`, `db.corp.example:5432` or `[fd00::5]:443`."""
    match = _BRACKETED.fullmatch(text)
    if match is None:
        return None
    host, port = match["host"] or match["bare"], port_number(match["port"] or match["bare_port"])
    known = address(host) or domain(host)
    return (known, port) if known and port else None


def plain_http(text: str) -> str | None:
    """A URL of plain HTTP: a captive portal can only answer that, and it tells the time."""
    try:
        parts = urlsplit(text)
        good = parts.scheme == "http" and parts.hostname and (parts.port or 80)
    except ValueError:
        return None
    clean = text.isprintable() and " " not in text
    return text if good and parts.username is None and clean else None
