"""Loading scapy without a trace: no cache files, no routes, no look at the machine's interfaces.

Importing scapy writes some 3 MB below ~/.cache (and dies where it may not), reads a pickle from
there, and its network layers ask the system for interfaces; with a stopped Npcap on Windows they
even start that service. Only `config`, `packet`, `fields` and `utils` are loaded here, which touch
none of that, with a private folder in the place of the user's (docs/design/002-dependencies.md).
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from cvpn_doctor.model.failure import CvpnDoctorError

_FOLDERS = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")


class CaptureError(CvpnDoctorError):
    """A file that cannot be read as a capture. One line for the user."""


def load_scapy() -> None:
    """Import what of scapy is needed. Raises CaptureError where it is not installed."""
    if "scapy.utils" in sys.modules:
        return
    logging.getLogger("scapy").setLevel(logging.CRITICAL)  # what is odd is counted, not told
    with _private_folders():
        try:
            from scapy.config import conf  # noqa: PLC0415

            conf.route_autoload = conf.route6_autoload = False
            import scapy.fields  # noqa: PLC0415
            import scapy.packet  # noqa: PLC0415
            import scapy.utils  # noqa: F401, PLC0415
        except ImportError:
            raise CaptureError("reading captures needs scapy, which is not installed") from None


@contextmanager
def _private_folders() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _FOLDERS}
    with TemporaryDirectory(prefix="cvpn-doctor-") as folder:
        os.environ.update(dict.fromkeys(_FOLDERS, folder))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
