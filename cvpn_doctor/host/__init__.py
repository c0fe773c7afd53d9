"""The only room with windows: everything that is asked of this machine and of the network."""

import sys

from cvpn_doctor.model.failure import Unsupported
from cvpn_doctor.model.host import Host


def this_host() -> Host:
    """The machine that this runs on. Raises Unsupported on a system that is none of the three."""
    if sys.platform == "linux":
        from cvpn_doctor.host.linux import LinuxHost  # noqa: PLC0415 - one system's code only

        return LinuxHost()
    if sys.platform == "win32":
        from cvpn_doctor.host.windows import WindowsHost  # noqa: PLC0415

        return WindowsHost()
    if sys.platform == "darwin":
        from cvpn_doctor.host.macos import MacHost  # noqa: PLC0415

        return MacHost()
    raise Unsupported(f"{sys.platform} is not supported")
