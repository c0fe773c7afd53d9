"""The OpenVPN server, set up as an AWS Client VPN endpoint shows itself to a client.

No tls-auth, AES-256-GCM, subnet topology with the first host of a /27 as gateway, several sessions
per certificate.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path

from tests.lab.pki import Identity
from tests.lab.variant import VPC_RESOLVER, Variant

# Builds without the option must not stumble over it; with the offload module the tunnel would be
# no TUN device, which is not what the AWS client makes.
WITHOUT_OFFLOAD = ("--ignore-unknown-option", "disable-dco", "--disable-dco")


def arguments(variant: Variant, authority: Identity, server: Identity, log: Path) -> list[str]:
    """The command line of the server."""
    pool = ipaddress.ip_network(variant.pool)
    options = [
        *("openvpn", *WITHOUT_OFFLOAD, "--log-append", str(log), "--verb", "3"),
        *("--dev", "tun0", "--dev-type", "tun", "--topology", "subnet"),
        *("--server", str(pool.network_address), str(pool.netmask)),
        *("--port", str(variant.port), *_transport(variant)),
        *("--ca", str(authority.certificate), "--cert", str(server.certificate)),
        *("--key", str(server.key), "--dh", "none", "--duplicate-cn"),
        *("--cipher", "AES-256-GCM", "--data-ciphers", "AES-256-GCM"),
        *("--keepalive", "1", "20", "--reneg-sec", "0"),
        *("--push", f"dhcp-option DNS {VPC_RESOLVER}"),
    ]
    return [*options, *_pushed_paths(variant)]


def _transport(variant: Variant) -> tuple[str, ...]:
    if variant.transport == "tcp":
        return ("--proto", "tcp4-server")
    # Two addresses on one machine: an answer must leave by the one that was asked.
    return ("--proto", "udp4", "--multihome")


def _pushed_paths(variant: Variant) -> list[str]:
    if variant.mode == "full":
        return ["--push", "redirect-gateway def1"]
    networks = [ipaddress.ip_network(route) for route in variant.pushed_routes]
    pushes = [f"route {network.network_address} {network.netmask}" for network in networks]
    return [word for push in pushes for word in ("--push", push)]
