"""TLS handshake messages as Python's message callback shows them: certificates, CA names.

RFC 5246 7.4.2 and 7.4.4 (TLS 1.2), RFC 8446 4.4.2 and 4.3.2 (TLS 1.3). Each `body` is the message
without its four bytes of type and length. Malformed parts are left out, never an exception.
"""

from typing import Final, NamedTuple

from cvpn_doctor.openvpn.distinguished_name import text
from cvpn_doctor.openvpn.packet import ProtocolError

CERTIFICATE_AUTHORITIES: Final = 47  # RFC 8446 4.2.4
SUPPORTED_VERSIONS: Final = 43  # RFC 8446 4.2.1
MOST_CERTIFICATES: Final = 32
MOST_NAMES: Final = 256


class ServerHello(NamedTuple):
    """What the server chose."""

    version: str
    cipher: int


def server_hello(body: bytes) -> ServerHello:
    """Version and cipher suite. RFC 5246 7.4.1.3, RFC 8446 4.1.3."""
    _session, rest = _vector(body[34:], 1)
    extensions = _vector(rest[3:], 2)[0]
    chosen = _extension(extensions, SUPPORTED_VERSIONS) or body[:2]
    known = {b"\x03\x04": "TLSv1.3", b"\x03\x03": "TLSv1.2", b"\x03\x02": "TLSv1.1"}
    version = known.get(chosen, f"0x{chosen.hex()}")
    return ServerHello(version, int.from_bytes(rest[:2], "big"))


def certificates(body: bytes) -> tuple[bytes, ...]:
    """The DER certificates of a Certificate message.

    Which version it is shows in the lengths: TLS 1.2 starts with the three bytes of the list's
    length; TLS 1.3 with a context (empty from a server), then the list, with extensions between.
    """
    old = len(body) >= 3 and int.from_bytes(body[:3], "big") == len(body) - 3
    data = body[3:] if old else _vector(body, 1)[1][3:]
    found: list[bytes] = []
    while len(data) >= 3 and len(found) < MOST_CERTIFICATES:
        der, data = _vector(data, 3)
        if not old:
            data = _vector(data, 2)[1]
        found.append(der)
    return tuple(found)


def accepted_issuers(body: bytes, *, is_13: bool) -> tuple[str, ...]:
    """The CA names of a CertificateRequest, as OpenVPN would print them."""
    data = _names_13(body) if is_13 else _names_12(body)
    found: list[str] = []
    while len(data) >= 2 and len(found) < MOST_NAMES:
        name, data = _vector(data, 2)
        try:
            found.append(text(name))
        except ProtocolError:
            continue
    return tuple(found)


def _names_12(body: bytes) -> bytes:
    _types, rest = _vector(body, 1)
    _algorithms, rest = _vector(rest, 2)
    return _vector(rest, 2)[0]


def _names_13(body: bytes) -> bytes:
    extensions = _vector(_vector(body, 1)[1], 2)[0]
    return _vector(_extension(extensions, CERTIFICATE_AUTHORITIES), 2)[0]


def _extension(extensions: bytes, wanted: int) -> bytes:
    """The content of one extension, empty where it is missing."""
    while len(extensions) >= 4:
        kind = int.from_bytes(extensions[:2], "big")
        content, extensions = _vector(extensions[2:], 2)
        if kind == wanted:
            return content
    return b""


def _vector(data: bytes, width: int) -> tuple[bytes, bytes]:
    """A vector with its length in front, and what follows; cut off where the data ends."""
    end = width + int.from_bytes(data[:width], "big")
    return data[width:end], data[end:]
