"""Windows: the probes work; what only Windows can tell is a later issue and says so."""

import platform
from typing import ClassVar

from cvpn_doctor.host.portable import PortableHost, elevated
from cvpn_doctor.model.platform import Platform


class WindowsHost(PortableHost):
    """A laptop with Windows."""

    system: ClassVar[str] = "Windows"

    def platform(self) -> Platform:
        """Release and build, e.g. "Windows 11 10.0.26100"."""
        release = f"Windows {platform.release()} {platform.version()}".strip()
        return Platform(os="windows", release=release, elevated=elevated())
