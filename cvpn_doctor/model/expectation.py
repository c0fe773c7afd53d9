"""What should be true on this laptop, and where each value came from (contract, section 5)."""

from typing import Literal

from cvpn_doctor.model.profile import Transport
from cvpn_doctor.model.record import Record

DEFAULT_WITNESS = "http://checkip.amazonaws.com/"


class Target(Record, frozen=True, kw_only=True):
    """Something inside the VPN that should answer on TCP."""

    name: str
    address: str  # an IP address or a host name
    port: int


class Expectation(Record, frozen=True, kw_only=True):
    """All fields optional: what nobody stated is not expected."""

    tunnel: Literal["split", "full"] | None = None
    routes: tuple[str, ...] = ()  # prefixes that must go through the tunnel, canonical CIDR form
    client_cidr: str | None = None  # the range that tunnel addresses come from
    dns: tuple[str, ...] = ()  # resolvers that the endpoint should push
    domains: tuple[str, ...] = ()  # names that must be answered inside
    targets: tuple[Target, ...] = ()
    transport: Transport | None = None
    port: int | None = None
    tunnel_mtu: int | None = None
    mss_fix: int | None = None
    server_name: str | None = None
    witness: str = DEFAULT_WITNESS  # plain HTTP outside the tunnel
    resolvers: tuple[str, ...] = ()  # further name servers that may be asked as witnesses
    helpdesk: str | None = None
    recipients: tuple[str, ...] = ()
    # field name -> "directive line 4" | "comment line 7" | "expect.toml" | "default"
    origins: dict[str, str] = {}
