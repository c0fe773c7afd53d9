"""The words in which an administrator states an expectation, the same in comments and in TOML.

Contract, section 5. One table: the comment's word, the TOML table and key, the field of
Expectation, how a value is read, and an example for the person who wrote a wrong one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cvpn_doctor.model.expectation import Target
from cvpn_doctor.profile.values import (
    address,
    domain,
    host_and_port,
    plain_http,
    port_number,
    prefix,
)

Table = Literal["endpoint", "network", "helpdesk"]


@dataclass(frozen=True, slots=True)
class Word:
    """How one field of the expectation is written."""

    comment: str
    table: Table
    key: str
    field: str
    read: Callable[[str], Any]  # None for a value that is none
    example: str


def _tunnel(text: str) -> str | None:
    return text.lower() if text.lower() in {"split", "full"} else None


def _transport(text: str) -> str | None:
    return text.lower() if text.lower() in {"udp", "tcp"} else None


def _free(text: str) -> str | None:
    return text if text and text.isprintable() else None


def _recipient(text: str) -> str | None:
    return text if text.startswith("age1") and text.isalnum() and text.isascii() else None


def _target(text: str) -> Target | None:
    """`NAME ADDRESS:PORT`; without a name the address is the name."""
    name, _, place = text.strip().rpartition(" ")
    found = host_and_port(place)
    if found is None or not name.isprintable():
        return None
    return Target(name=name.strip() or place, address=found[0], port=found[1])


WORDS = (
    Word("tunnel", "endpoint", "tunnel", "tunnel", _tunnel, "split or full"),
    Word("route", "endpoint", "routes", "routes", prefix, "10.20.0.0/16"),
    Word("client-cidr", "endpoint", "client_cidr", "client_cidr", prefix, "10.100.0.0/22"),
    Word("dns", "endpoint", "dns", "dns", address, "10.20.0.2"),
    Word("domain", "endpoint", "domains", "domains", domain, "corp.example"),
    Word("target", "endpoint", "targets", "targets", _target, "ssh 10.20.1.5:22"),
    Word("transport", "endpoint", "transport", "transport", _transport, "udp or tcp"),
    Word("port", "endpoint", "port", "port", port_number, "443"),
    Word("witness", "network", "witness", "witness", plain_http, "http://host/path"),
    Word("resolver", "network", "resolvers", "resolvers", address, "192.0.2.53"),
    Word("helpdesk", "helpdesk", "contact", "helpdesk", _free, "it@example.com"),
    Word("recipient", "helpdesk", "recipients", "recipients", _recipient, "age1…"),
)
