"""What `--deep` brings home: packet sizes that pass, and interfaces that tunnel packets use."""

from typing import Literal

from cvpn_doctor.model.answers import Icmp
from cvpn_doctor.model.failure import Failure
from cvpn_doctor.model.record import Record


class MtuProbe(Record, frozen=True, kw_only=True):
    """One padded hard reset, and what became of it."""

    size: int  # bytes of the IP packet
    outcome: Literal["answered", "silent", "too_big", "too_big_here"]
    whole: bool = True  # "do not fragment" was set
    mtu: int | None = None  # what the refusal named: of an ICMP error, or of the own interface


class PathMtu(Record, frozen=True, kw_only=True):
    """The largest IP packet that reaches the endpoint unfragmented, between two bounds.

    bound: who set the upper one: an ICMP error, the laptop's own interface, or mere silence.
    """

    address: str
    port: int
    largest: int | None = None  # answered
    lost: int | None = None  # the smallest that did not pass; None: everything passed
    bound: Literal["told", "here", "silent"] | None = None
    silences: int = 0  # of packets of the size `lost`
    fragments_pass: bool | None = None  # the size `lost` was answered without "do not fragment"
    icmp: Icmp | None = None
    probes: tuple[MtuProbe, ...] = ()
    failure: Failure | None = None  # why it ended early


class InterfacePackets(Record, frozen=True, kw_only=True):
    """Packets of the tunnel's data channel that were seen on one interface."""

    interface: str
    sent: int = 0
    received: int = 0
