"""What can differ between two labs, and the names and addresses which do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Transport = Literal["udp", "tcp"]
Mode = Literal["split", "full"]

REGION = "us-east-1"
ENDPOINT_ID = "cvpn-endpoint-0a1b2c3d4e5f67890"
CLIENT_VPN_ZONE = f"prod.clientvpn.{REGION}.amazonaws.com"
ENDPOINT_NAME = f"{ENDPOINT_ID}.{CLIENT_VPN_ZONE}"
ENDPOINT_ADDRESSES = ("203.0.113.10", "203.0.113.11")

LAPTOP_ADDRESS = "192.168.1.23"
ROUTER_ADDRESS = "192.168.1.1"
INTERNET_ADDRESS = "198.51.100.1"
NAME_SERVER = "198.51.100.53"
WEB_SERVER = "198.51.100.80"
TARGET = "10.0.2.10"
PEERED_TARGET = "10.1.0.10"
VPC_RESOLVER = "10.0.0.2"
VPC_ROUTE = "10.0.0.0/16"
PEERED_ROUTE = "10.1.0.0/16"
CLIENT_CIDR = "10.100.0.0/22"
CLIENT_POOL = "10.100.0.0/27"


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One healthy lab. `latency_ms` is the round trip between the router and the internet."""

    transport: Transport = "udp"
    port: int = 443
    mode: Mode = "split"
    connected: bool = True
    ipv6: bool = False
    latency_ms: float = 0.0
    pushed_routes: tuple[str, ...] = (VPC_ROUTE, PEERED_ROUTE)
    pool: str = CLIENT_POOL
