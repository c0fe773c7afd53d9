"""The checks, in the order of a packet's way. The tuple is the registry: nothing is discovered.

In a frozen program, discovery by walking folders or by entry points finds nothing and says so to
nobody (docs/design/001-architecture.md).
"""

from cvpn_checks import (
    client_certificate,
    client_log,
    clock,
    deep,
    endpoint_name,
    endpoint_ports,
    handshake,
    identity_provider,
    name_witness,
    network,
    profile,
    routes,
    saml_ready,
    server_certificate,
    tunnel_dns,
    tunnel_interface,
    vpn_client,
)
from cvpn_doctor.model.check import AnyCheck

ALL: tuple[AnyCheck, ...] = (
    profile.CHECK,
    client_certificate.CHECK,
    clock.CHECK,
    network.CHECK,
    endpoint_name.CHECK,
    name_witness.CHECK,
    endpoint_ports.CHECK,
    handshake.CHECK,
    server_certificate.CHECK,
    saml_ready.CHECK,
    vpn_client.CHECK,
    tunnel_interface.CHECK,
    client_log.CHECK,
    identity_provider.CHECK,
    routes.CHECK,
    tunnel_dns.CHECK,
    deep.CHECK,
)
