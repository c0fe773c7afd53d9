"""The registry of faults: each is injected for real, and each has one exact root cause."""

from __future__ import annotations

from tests.lab import faults_before, faults_tunnel
from tests.lab.fault import Fault

FAULTS: tuple[Fault, ...] = (*faults_before.FAULTS, *faults_tunnel.FAULTS)


def by_name(name: str) -> Fault:
    """The fault of that name; KeyError where there is none."""
    return {fault.name: fault for fault in FAULTS}[name]
