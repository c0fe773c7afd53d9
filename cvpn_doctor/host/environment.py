"""Proxies that the environment names: reported, never used by any probe."""

from collections.abc import Mapping
from typing import Final

from cvpn_doctor.model.network import Proxy
from cvpn_doctor.parse.proxy_url import environment_proxy

VARIABLES: Final = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")


def proxies(environment: Mapping[str, str]) -> tuple[Proxy, ...]:
    """The distinct proxies, lower-case variables before upper-case ones."""
    found: list[Proxy] = []
    for name in (*VARIABLES, *(name.upper() for name in VARIABLES)):
        proxy = environment_proxy(environment.get(name, ""))
        if proxy is not None and proxy not in found:
            found.append(proxy)
    return tuple(found)
