"""A property list of macOS → one version in it.

A real Info.plist has among others ``<key>CFBundleShortVersionString</key><string>5.3.1</string>``;
SystemVersion.plist has ``<key>ProductVersion</key><string>15.1</string>``.
"""

import plistlib
from typing import Final
from xml.parsers.expat import ExpatError

LONGEST: Final = 64


def value(data: bytes, key: str) -> str | None:
    """The text under a key of the first level. None: not there, or no property list."""
    try:
        found = plistlib.loads(data)
    except (ValueError, ExpatError, AttributeError, KeyError, IndexError, TypeError):
        return None
    except (OverflowError, RecursionError, MemoryError):
        return None
    text = found.get(key) if isinstance(found, dict) else None
    return text if isinstance(text, str) and text.isprintable() and len(text) <= LONGEST else None
