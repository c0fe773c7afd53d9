"""The beginning of an HTTP/1.x response → status, where it points, what kind of body it has.

A real one, of a captive portal::

    HTTP/1.1 302 Found
    Location: http://portal.hotel.example/login?mac=00-11-22-33-44-55
    Date: Mon, 23 Nov 2026 17:42:00 GMT
    Content-Length: 0
"""

import re
from datetime import UTC
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from cvpn_doctor.parse.address import is_address

BodyKind = Literal["empty", "address", "html", "text", "other"]

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [^\r\n]*)?\r?\n")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


class Head(NamedTuple):
    """Status line and headers, names in lower case; of equal names the first."""

    status: int
    headers: dict[str, str]
    size: int  # bytes up to the body


def head(data: bytes) -> Head | None:
    """The head, when it is complete and HTTP/1.x. None: more is needed, or it is none."""
    status = _STATUS.match(data)
    end = _END_OF_HEAD.search(data)
    if status is None or end is None:
        return None
    headers: dict[str, str] = {}
    for line in data[status.end() : end.start()].splitlines():
        name, colon, value = line.partition(b":")
        if colon:
            text = value.strip().decode("utf-8", "replace")
            headers.setdefault(name.strip().decode("ascii", "replace").lower(), text)
    return Head(int(status[1]), headers, end.end())


def may_be_http(data: bytes) -> bool:
    """Whether these first bytes may still become an HTTP/1.x response."""
    return data[:7] == b"HTTP/1."[: len(data)]


def body_length(found: Head) -> int | None:
    """The bytes of body that will come. None: until the end of the connection."""
    if found.status in (204, 304) or 100 <= found.status < 200:
        return 0
    length = found.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None


def body_kind(body: bytes, found: Head) -> BodyKind:
    """What kind of thing the first 4 KiB of a body are."""
    if "chunked" in found.headers.get("transfer-encoding", "").lower():
        body = _first_chunk(body)
    text = body.strip()
    if not text:
        return "empty"
    if len(text) <= 45 and is_address(text.decode("ascii", "replace")):
        return "address"
    media = found.headers.get("content-type", "").lower()
    if "html" in media or re.match(
        rb"<(!doctype html|html|head|body|meta|script)\b", text, re.IGNORECASE
    ):
        return "html"
    return "text" if media.startswith("text/") or _is_plain(text) else "other"


def location(value: str | None) -> str | None:
    """A redirect without its query, fragment and user: these hold the user's MAC, address, name."""
    if not value:
        return None
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    host = f"[{host}]" if ":" in host else host
    start = f"{parts.scheme}://{host}{port}" if parts.scheme and host else f"//{host}{port}"
    return (start if host else "") + parts.path or None


def rfc3339(date: str | None) -> str | None:
    """A `Date:` header as "2026-11-23T17:42:00Z"; None when it is none."""
    if not date:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - 20 ms for one header

    try:
        moment = parsedate_to_datetime(date)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _first_chunk(body: bytes) -> bytes:
    size, newline, rest = body.partition(b"\r\n")
    try:
        return rest[: int(size.partition(b";")[0], 16)] if newline else b""
    except ValueError:
        return body


def _is_plain(text: bytes) -> bool:
    return not re.search(rb"[\x00-\x08\x0e-\x1f]", text) and _is_utf8(text)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(text) - 3  # cut in the middle of a character
    return True
