"""Calling Windows: DLLs from the system folder only; a function that is not there is said so.

Nothing here asks for administrator rights and no text is read that Windows localises.
"""

import ctypes
import sys
from collections.abc import Callable
from typing import Any, Final

from cvpn_doctor.model.failure import Unsupported

LOAD_LIBRARY_SEARCH_SYSTEM32: Final = 0x800
NOT_SUPPORTED: Final = 50  # ERROR_NOT_SUPPORTED; 120: ERROR_CALL_NOT_IMPLEMENTED
CALL_NOT_IMPLEMENTED: Final = 120

Function = Callable[..., int]


def function(dll: str, name: str, *arguments: Any, answers: Any = ctypes.c_uint32) -> Function:
    """A function; it answers with a 32-bit number unless said so. Raises Unsupported: not there."""
    if sys.platform != "win32":
        raise Unsupported(f"{dll}.dll is a part of Windows")
    library = ctypes.WinDLL(f"{dll}.dll", winmode=LOAD_LIBRARY_SEARCH_SYSTEM32, use_last_error=True)
    try:
        found: Any = getattr(library, name)
    except AttributeError:
        raise Unsupported(f"this Windows has no {name}") from None
    found.argtypes = arguments
    found.restype = answers
    called: Function = found
    return called


def check(name: str, code: int) -> None:
    """Raises Unsupported for "not supported", OSError with the Windows number for any other."""
    if code in (NOT_SUPPORTED, CALL_NOT_IMPLEMENTED):
        raise Unsupported(f"{name} is not supported here (error {code})")
    if code:
        raise windows_error(name, code)


def windows_error(name: str, code: int) -> OSError:
    """An OSError that carries a Windows number, without Windows' localised words."""
    if sys.platform == "win32":
        return OSError(0, name, None, code)
    return OSError(code, name)


def last_error() -> int:
    """The number that the last function called by this thread left behind."""
    if sys.platform != "win32":
        return 0
    return ctypes.get_last_error()


def wide_text(address: int | None) -> str:
    """The UTF-16 text at an address of this process; "" for none."""
    return ctypes.wstring_at(address) if address else ""


def units_text(units: "ctypes.Array[ctypes.c_uint16]") -> str:
    """The text in an array of UTF-16 units, up to the first zero."""
    return bytes(units).decode("utf-16-le", "replace").partition("\0")[0]


def is_administrator() -> bool:
    """Whether this process has administrator rights."""
    return bool(function("shell32", "IsUserAnAdmin")())
