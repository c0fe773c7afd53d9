"""What a lab needs of the machine, and what of it is missing."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

TOOLS = {
    "ip": "iproute2",
    "nft": "nftables",
    "openvpn": "openvpn",
    "dnsmasq": "dnsmasq-base",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "faketime": "faketime",
    "ping": "iputils-ping",
}


def missing() -> str:
    """A sentence which names what is missing; empty where the lab can run."""
    if sys.platform != "linux":
        return "the lab needs Linux"
    if os.geteuid() != 0:
        return "the lab needs root"
    absent = [f"{tool} (package {TOOLS[tool]})" for tool in TOOLS if not shutil.which(tool)]
    if not Path("/dev/net/tun").exists():
        absent.append("/dev/net/tun")
    return f"the lab needs {', '.join(absent)}" if absent else ""
