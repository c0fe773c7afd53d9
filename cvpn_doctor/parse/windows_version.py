"""Windows' version numbers → how people call it: "Windows 11 24H2 10.0.26100.2314".

Windows 11 still calls itself 10.0; builds from 22000 on are 11 (learn.microsoft.com, "Windows 11
release information"). `product`: OSVERSIONINFOEX wProductType, 1 is a workstation.
"""

from typing import Final

WORKSTATION: Final = 1
FIRST_WINDOWS_11: Final = 22000


def release(major: int, minor: int, build: int, product: int, update: object, name: object) -> str:
    """`update`: the registry's UBR, `name`: its DisplayVersion, where they are there."""
    if product != WORKSTATION:
        system = "Windows Server"
    elif major >= 10:
        system = "Windows 11" if build >= FIRST_WINDOWS_11 else "Windows 10"
    else:
        system = "Windows"
    version = f"{major}.{minor}.{build}"
    if isinstance(update, int):
        version += f".{update}"
    words = (system, name if isinstance(name, str) and name else "", version)
    return " ".join(word for word in words if word)
