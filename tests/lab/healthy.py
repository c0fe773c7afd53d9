"""The registry of healthy laptops: none of them may give a problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Literal

from tests.lab.fault import client_log, no_arguments
from tests.lab.lab import Lab
from tests.lab.variant import ROUTER_ADDRESS, Variant

# An address of the internet where nothing answers, not even with an error.
SILENT_ADDRESS = "198.51.100.54"


def nothing(lab: Lab) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Healthy:
    """A lab in which the verdict is good."""

    name: str
    variant: Variant
    verdict: Literal["healthy", "ready"]
    prepare: Callable[[Lab], object] = nothing
    doctor_args: Callable[[Lab], tuple[str, ...]] = no_arguments


def _add_dead_resolver(lab: Lab) -> None:
    """The second of two is dead: names resolve at once, and nobody notices."""
    lab.space("internet").ip(f"address add {SILENT_ADDRESS}/24 dev isp0")
    lab.space("internet").nft(f"add rule inet lab input ip daddr {SILENT_ADDRESS} drop")
    lab.laptop.use_resolvers(ROUTER_ADDRESS, SILENT_ADDRESS)


def _connected() -> tuple[Healthy, ...]:
    return tuple(
        Healthy(
            name=f"{mode}-{transport}-{port}",
            variant=Variant(mode=mode, transport=transport, port=port),
            verdict="healthy",
        )
        for mode, transport, port in product(_MODES, _TRANSPORTS, (443, 1194))
    )


_MODES: tuple[Literal["split", "full"], ...] = ("split", "full")
_TRANSPORTS: tuple[Literal["udp", "tcp"], ...] = ("udp", "tcp")

HEALTHY: tuple[Healthy, ...] = (
    *_connected(),
    Healthy(name="ready-udp", variant=Variant(connected=False), verdict="ready"),
    Healthy(name="ready-tcp", variant=Variant(connected=False, transport="tcp"), verdict="ready"),
    Healthy(
        name="second-lan",
        variant=Variant(),
        verdict="healthy",
        prepare=lambda lab: lab.add_second_lan(),
    ),
    Healthy(name="ipv6-on-lan", variant=Variant(ipv6=True), verdict="healthy"),
    Healthy(
        name="docker-bridge",
        variant=Variant(),
        verdict="healthy",
        prepare=lambda lab: lab.add_bridge("docker0", "172.17.0.1/16"),
    ),
    Healthy(name="latency-50", variant=Variant(latency_ms=50), verdict="healthy"),
    Healthy(
        name="latency-50-ready",
        variant=Variant(latency_ms=50, connected=False),
        verdict="ready",
    ),
    Healthy(
        name="one-resolver-dead",
        variant=Variant(connected=False),
        verdict="ready",
        prepare=_add_dead_resolver,
    ),
    Healthy(
        name="full-with-client-log",
        variant=Variant(mode="full"),
        verdict="healthy",
        doctor_args=client_log,
    ),
    Healthy(
        name="split-with-client-log",
        variant=Variant(),
        verdict="healthy",
        doctor_args=client_log,
    ),
)
