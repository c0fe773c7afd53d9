"""Bytes of a profile to text, refusing what OpenVPN could not read either, and saying what it is.

OpenVPN reads bytes: an UTF-8 byte order mark is skipped, everything beyond ASCII is passed through,
white space includes the carriage return, and a NUL ends a line. A profile that Windows PowerShell
wrote with `>` is UTF-16 and unreadable to every client, which makes it a cause to be named.
"""

import codecs
from pathlib import Path
from typing import Literal

from cvpn_doctor.model.failure import ProfileError
from cvpn_doctor.profile.reading import MAX_BYTES

Encoding = Literal["utf-8", "latin-1"]

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# How files begin that are taken for a profile by mistake: what they are, what to do.
_MISTAKEN: tuple[tuple[bytes, str, str], ...] = (
    (b"<!doctype", "this is a web page", "download the profile again; the sign-in page was saved"),
    (b"<html", "this is a web page", "download the profile again; the sign-in page was saved"),
    (b'{"', "this is JSON", "save only the value of ClientConfiguration (--output text)"),
    (b"{\r\n", "this is JSON", "save only the value of ClientConfiguration (--output text)"),
    (b"{\n", "this is JSON", "save only the value of ClientConfiguration (--output text)"),
    (b"{\\rtf", "this is rich text", "save it as plain text"),
    (b"pk\x03\x04", "this is a ZIP archive", "unpack it first"),
)


def decode(data: bytes, path: Path) -> tuple[str, Encoding]:
    """The text, and how it was encoded. Raises ProfileError for what is no text of a profile."""
    if len(data) > MAX_BYTES:
        raise _refuse(path, "larger than 1 MiB", "this is no VPN profile; name the .ovpn file")
    if data.startswith(_UTF16):
        raise _refuse(path, "encoded in UTF-16", "save it as UTF-8; PowerShell's > writes UTF-16")
    body = data.removeprefix(codecs.BOM_UTF8).rstrip(b"\0")
    if not body.strip():
        raise _refuse(path, "the file is empty", "export the profile again")
    _refuse_mistaken(body, path)
    _refuse_binary(body, path)
    _refuse_lone_returns(body, path)
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:  # OpenVPN does not mind, so neither do we
        return body.decode("latin-1"), "latin-1"


def _refuse(path: Path, message: str, advice: str, line: int | None = None) -> ProfileError:
    return ProfileError(message, path=str(path), line=line, advice=advice)


def _refuse_mistaken(body: bytes, path: Path) -> None:
    start = body[:64].lstrip(b" \t\r\n").lower()
    for signature, message, advice in _MISTAKEN:
        if start.startswith(signature):
            raise _refuse(path, message, advice)


def _refuse_binary(body: bytes, path: Path) -> None:
    place = body.find(b"\0")
    if place < 0:
        return
    line = body.count(b"\n", 0, place) + 1
    raise _refuse(path, "holds a NUL byte: a binary file or UTF-16", "save it as UTF-8 text", line)


def _refuse_lone_returns(body: bytes, path: Path) -> None:
    # OpenVPN takes a carriage return for white space: without any line feed, all is one line.
    if b"\n" not in body and b"\r" in body.strip():
        raise _refuse(path, "its lines end in a lone carriage return", "save it with line feeds", 1)
