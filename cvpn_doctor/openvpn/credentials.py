"""A client certificate and its key into an SSLContext, which takes nothing but file names.

Linux: an anonymous file in memory, never on a disk. Elsewhere: a temporary file of mode 0600 (on
Windows: in the user's own temporary folder), removed as soon as it has been read.
"""

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def load(context: ssl.SSLContext, certificate: bytes, key: bytes) -> bool:
    """Whether the pair could be used: it is whole, it fits, and it needs no passphrase."""
    with _file(certificate.strip() + b"\n" + key.strip() + b"\n") as name:
        try:
            # An empty passphrase, or OpenSSL would ask at the terminal for an encrypted key.
            context.load_cert_chain(name, password="")
        except (ssl.SSLError, OSError, ValueError):
            return False
    return True


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    descriptor = _in_memory()
    if descriptor is None:
        with _on_disk(content) as name:
            yield name
        return
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        file.write(content)
        yield f"/proc/self/fd/{descriptor}"


def _in_memory() -> int | None:
    """An anonymous file that can be opened by name, where there is such a thing."""
    create = getattr(os, "memfd_create", None)
    if create is None:
        return None
    try:
        descriptor: int = create("client", getattr(os, "MFD_CLOEXEC", 1))
    except OSError:
        return None
    if Path(f"/proc/self/fd/{descriptor}").exists():
        return descriptor
    os.close(descriptor)  # no /proc here
    return None


@contextmanager
def _on_disk(content: bytes) -> Iterator[str]:
    descriptor, name = tempfile.mkstemp(prefix="cvpn-")  # 0600, and exclusively ours
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        yield name
    finally:
        with suppress(OSError):
            Path(name).unlink()
