"""A proxy setting as people write it → host and port, never user or password.

Real ones: ``http://user:secret@proxy.example:3128/``, ``proxy.example:8080``, ``socks5h://[::1]:1080``.
"""

from urllib.parse import urlsplit

from cvpn_doctor.model.network import Proxy


def environment_proxy(value: str) -> Proxy | None:
    """The proxy of an environment variable. None: empty or not understood."""
    text = value.strip()
    if not text:
        return None
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return Proxy(origin="environment", host=host, port=port, scheme=parts.scheme) if host else None
