"""macOS: the probes work; what only macOS can tell is a later issue and says so."""

import platform
from typing import ClassVar

from cvpn_doctor.host.portable import PortableHost, elevated
from cvpn_doctor.model.platform import Platform


class MacHost(PortableHost):
    """A laptop with macOS."""

    system: ClassVar[str] = "macOS"

    def platform(self) -> Platform:
        """The release, e.g. "macOS 15.1"."""
        release = f"macOS {platform.mac_ver()[0]}".strip()
        return Platform(os="macos", release=release, elevated=elevated())
