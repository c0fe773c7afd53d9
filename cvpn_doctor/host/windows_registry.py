"""Reading the registry: values and keys as they are, what is missing is empty."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from cvpn_doctor.model.failure import Unsupported

Root = Literal["machine", "user"]
View = Literal[32, 64]
MANY: Final = 10_000  # keys or values of one key


def values(root: Root, path: str, view: View = 64) -> dict[str, object]:
    """All values of a key; {} where it is not there or not readable."""
    if sys.platform != "win32":
        raise Unsupported("the registry is a part of Windows")
    import winreg  # noqa: PLC0415 - Windows only

    found: dict[str, object] = {}
    try:
        with _open(root, path, view) as key:
            for number in range(MANY):
                name, value, _kind = winreg.EnumValue(key, number)
                found[name] = value
    except OSError:  # there are no more, or no such key
        pass
    return found


def keys(root: Root, path: str, view: View = 64) -> tuple[str, ...]:
    """The names of the keys below a key; () where it is not there or not readable."""
    if sys.platform != "win32":
        raise Unsupported("the registry is a part of Windows")
    import winreg  # noqa: PLC0415

    try:
        with _open(root, path, view) as key:
            count = winreg.QueryInfoKey(key)[0]
            return tuple(winreg.EnumKey(key, number) for number in range(min(count, MANY)))
    except OSError:  # no such key, or one that vanished meanwhile
        return ()


def children(root: Root, path: str, view: View = 64) -> Iterator[Mapping[str, object]]:
    """The values of each key below a key."""
    for name in keys(root, path, view):
        yield values(root, f"{path}\\{name}", view)


def _open(root: Root, path: str, view: View) -> Any:  # a winreg.HKEYType, where there is one
    """Raises OSError: no such key, or it may not be read."""
    if sys.platform != "win32":
        raise Unsupported("the registry is a part of Windows")
    import winreg  # noqa: PLC0415

    hive = winreg.HKEY_LOCAL_MACHINE if root == "machine" else winreg.HKEY_CURRENT_USER
    which = winreg.KEY_WOW64_64KEY if view == 64 else winreg.KEY_WOW64_32KEY
    return winreg.OpenKey(hive, path, 0, winreg.KEY_READ | which)
