"""Reads what a profile brings along for TLS: its CA, the client's certificate and key.

Inline blocks win over files, as in OpenVPN. A file that cannot be read is simply not there: that
it is missing is a finding of `lint`.
"""

import base64
import binascii
from pathlib import Path

from cvpn_doctor.model.material import Material
from cvpn_doctor.profile.parsed import ParsedProfile
from cvpn_doctor.profile.reading import Read, read_file

# Kept in a store of the system or on a token: openvpn(8).
_ELSEWHERE = (
    "cryptoapicert",
    "pkcs11-id",
    "pkcs11-id-management",
    "management-external-cert",
    "management-external-key",
)


def material(parsed: ParsedProfile, read: Read = read_file) -> Material:
    """The PEM texts of `ca`, `cert` and `key`, or of a PKCS#12 file that has no password."""
    elsewhere = next((d.name for d in parsed.named(*_ELSEWHERE)), None)
    ca, certificate, key = (_content(parsed, name, read) for name in ("ca", "cert", "key"))
    bundle = _content(parsed, "pkcs12", read)
    if bundle is not None:
        opened = _open_pkcs12(bundle)
        if opened is None:
            return Material(ca=ca, elsewhere="pkcs12")
        certificate, key = opened
    return Material(ca=ca, certificate=certificate, key=key, elsewhere=elsewhere)


def _content(parsed: ParsedProfile, name: str, read: Read) -> bytes | None:
    for block in parsed.blocks_named(name):
        if block.text.strip():
            return block.text.encode()
    for directive in parsed.named(name):
        if directive.values and directive.values[0] != "[inline]":
            try:
                return read(parsed.path.parent / Path(directive.values[0]))
            except (OSError, ValueError):
                return None
    return None


def _open_pkcs12(data: bytes) -> tuple[bytes, bytes] | None:
    """Certificate and key of a bundle without a password; one with a password stays closed."""
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - 40 ms, rarely used
        Encoding,
        NoEncryption,
        PrivateFormat,
    )
    from cryptography.hazmat.primitives.serialization.pkcs12 import (  # noqa: PLC0415
        load_key_and_certificates,
    )

    for password in (None, b""):
        try:
            key, certificate, _ = load_key_and_certificates(_binary(data), password)
        except (ValueError, TypeError):
            continue
        if key is None or certificate is None:
            return None
        return certificate.public_bytes(Encoding.PEM), key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    return None


def _binary(data: bytes) -> bytes:
    """An inline bundle is base64; a file is DER, which begins with a sequence."""
    if data[:1] == b"\x30":
        return data
    try:
        return base64.b64decode(data, validate=False)
    except binascii.Error as error:
        raise ValueError("neither DER nor base64") from error
