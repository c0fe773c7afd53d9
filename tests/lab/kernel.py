"""The few system calls that the standard library of Python 3.11 does not offer.

Namespaces and mounts are entered with `ctypes`, so that a helper process needs neither a wrapper
program per step nor a package of its own.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
PR_SET_PDEATHSIG = 1

_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x1001
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def enter_network(namespace: str) -> None:
    """Move this thread into a named network namespace; sockets made before stay where they are."""
    handle = os.open(f"/run/netns/{namespace}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(_libc.setns(handle, CLONE_NEWNET), f"setns {namespace}")
    finally:
        os.close(handle)


def unshare(flags: int) -> None:
    """Give this process namespaces of its own."""
    _check(_libc.unshare(flags), "unshare")


def die_with_parent(signal_number: int) -> None:
    """Ask for a signal when the parent process ends, however it ends."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "prctl")


def mount(source: str, target: str | Path, kind: str = "", flags: int = 0, data: str = "") -> None:
    """mount(2)."""
    _check(
        _libc.mount(
            source.encode(),
            os.fsencode(target),
            kind.encode() or None,
            flags,
            data.encode() or None,
        ),
        f"mount {source} {target}",
    )


def open_tun(device: str) -> int:
    """A file descriptor for an existing TUN device of the current network namespace."""
    handle = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(handle, _TUNSETIFF, struct.pack("16sH22x", device.encode(), _IFF_TUN_NO_PI))
    return handle
