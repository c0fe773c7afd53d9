"""X.501 names from DER to the form in which OpenVPN prints and compares them.

OpenVPN (ssl_verify_openssl.c): X509_NAME_print_ex with ", " between, short names, in the order of
the certificate, UTF-8, control characters escaped: `C=DE, O=Example, CN=server`.
"""

from collections.abc import Iterator
from typing import Final

from cvpn_doctor.openvpn.packet import ProtocolError

_SHORT: Final = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.17": "postalCode",
    "2.5.4.41": "name",
    "2.5.4.42": "GN",
    "2.5.4.43": "initials",
    "2.5.4.46": "dnQualifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
_ENCODINGS: Final = {
    0x0C: "utf-8",  # UTF8String
    0x12: "ascii",  # NumericString
    0x13: "ascii",  # PrintableString
    0x14: "latin-1",  # T61String
    0x16: "ascii",  # IA5String
    0x1C: "utf-32-be",  # UniversalString
    0x1E: "utf-16-be",  # BMPString
}
_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_OID: Final = 0x06

Attribute = tuple[str, str]  # short name, value


def text(name: bytes) -> str:
    """A DER Name as one line. Raises ProtocolError."""
    parts = [" + ".join(f"{k}={v}" for k, v in relative) for relative in _attributes(name)]
    return ", ".join(parts)


def common_name(name: bytes) -> str | None:
    """The last common name, which is the one that OpenVPN takes. Raises ProtocolError."""
    found = [v for relative in _attributes(name) for k, v in relative if k == "CN"]
    return found[-1] if found else None


def _attributes(name: bytes) -> list[list[Attribute]]:
    outer = list(_elements(name))
    if len(outer) != 1 or outer[0][0] != _SEQUENCE:
        raise ProtocolError("not a name")
    return [
        [_attribute(tag, value) for tag, value in _elements(relative)]
        for relative in (_only(_SET, one) for one in _elements(outer[0][1]))
    ]


def _attribute(tag: int, content: bytes) -> Attribute:
    parts = list(_elements(_only(_SEQUENCE, (tag, content))))
    if len(parts) != 2:
        raise ProtocolError("not an attribute")
    oid = _object_id(_only(_OID, parts[0]))
    return _SHORT.get(oid, oid), _value(*parts[1])


def _only(tag: int, element: tuple[int, bytes]) -> bytes:
    if element[0] != tag:
        raise ProtocolError("unexpected element in a name")
    return element[1]


def _value(tag: int, content: bytes) -> str:
    encoding = _ENCODINGS.get(tag)
    if encoding is None:
        return "#" + content.hex()
    decoded = content.decode(encoding, "replace")
    return "".join(c if c.isprintable() else f"\\{ord(c):02X}" for c in decoded)


def _object_id(content: bytes) -> str:
    numbers, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(value)
            value = 0
    if not numbers or len(content) > 64:
        raise ProtocolError("not an object identifier")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element, one behind the other."""
    while data:
        size, start = _length(data)
        if len(data) < start + size:
            raise ProtocolError("cut off")
        yield data[0], data[start : start + size]
        data = data[start + size :]


def _length(data: bytes) -> tuple[int, int]:
    """The content's size, and where it starts."""
    if len(data) < 2:
        raise ProtocolError("cut off")
    if data[1] < 0x80:
        return data[1], 2
    count = data[1] & 0x7F
    if not 1 <= count <= 3 or len(data) < 2 + count:
        raise ProtocolError("no such length")
    return int.from_bytes(data[2 : 2 + count], "big"), 2 + count
