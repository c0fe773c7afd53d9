"""Profiles as AWS Client VPN exports them, with the expectation in comment lines."""

from __future__ import annotations

from tests.lab.pki import Identity
from tests.lab.variant import (
    CLIENT_CIDR,
    ENDPOINT_NAME,
    PEERED_ROUTE,
    VPC_RESOLVER,
    VPC_ROUTE,
    Variant,
)


def expectation(variant: Variant) -> list[str]:
    """The comment lines that say what should be true on the laptop."""
    facts = [
        f"tunnel {variant.mode}",
        f"route {VPC_ROUTE}",
        f"route {PEERED_ROUTE}",
        f"client-cidr {CLIENT_CIDR}",
        f"dns {VPC_RESOLVER}",
    ]
    return [f"# cvpn-doctor: {fact}" for fact in facts]


def render(
    variant: Variant,
    authority: Identity,
    client: Identity,
    server_name: str,
    *,
    host: str = ENDPOINT_NAME,
) -> str:
    """The text of an .ovpn file; `host` takes the place of the endpoint's name."""
    lines = [
        *expectation(variant),
        "client",
        "dev tun",
        f"proto {variant.transport}",
        f"remote {host} {variant.port}",
        "remote-random-hostname",
        "resolv-retry infinite",
        "nobind",
        "remote-cert-tls server",
        "cipher AES-256-GCM",
        "verb 3",
        *_block("ca", authority.certificate_text),
        *_block("cert", client.certificate_text),
        *_block("key", client.key_text),
        "reneg-sec 0",
        f"verify-x509-name {server_name} name",
    ]
    return "\n".join(lines) + "\n"


def _block(name: str, text: str) -> list[str]:
    return [f"<{name}>", text.strip(), f"</{name}>", ""]
