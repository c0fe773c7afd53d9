"""A certificate and its key, as a profile holds them: what may be told of them. Pure.

`cryptography` is 40 ms to import: import this module only where a profile has a certificate.
"""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from cvpn_doctor.model.handshake import Certificate
from cvpn_doctor.model.material import KeyState, Material, PublicMaterial
from cvpn_doctor.openvpn.certificate import summarise

_BEGIN = b"-----BEGIN CERTIFICATE-----"


def public_of(material: Material) -> PublicMaterial:
    """What may be told of a profile's material; of a recorded one, what was told then."""
    if material.public is not None:
        return material.public
    known, malformed = authorities(material.ca) if material.ca else ((), 0)
    own = material.certificate
    return PublicMaterial(
        authorities=known,
        malformed=malformed,
        given=own is not None,
        certificate=own_certificate(own) if own is not None else None,
        key=key_of(own, material.key) if own is not None else "missing",
        elsewhere=material.elsewhere,
    )


def own_certificate(pem: bytes) -> Certificate | None:
    """The first certificate of a PEM text, which may have other text in front of it."""
    found = _load(pem)
    return summarise(found.public_bytes(serialization.Encoding.DER)) if found else None


def authorities(pem: bytes) -> tuple[tuple[Certificate, ...], int]:
    """All certificates of a PEM text, and how many of them are malformed."""
    pieces = [_BEGIN + piece for piece in pem.split(_BEGIN)[1:]]
    read = [own_certificate(piece) for piece in pieces]
    good = tuple(certificate for certificate in read if certificate is not None)
    return good, len(read) - len(good)


def key_of(certificate: bytes, key: bytes | None) -> KeyState:
    """Whether the key is the certificate's own: their public halves are compared."""
    if key is None:
        return "missing"
    if b"ENCRYPTED" in key:
        return "encrypted"
    loaded = _load(certificate)
    try:
        private = serialization.load_pem_private_key(key[key.find(b"-----BEGIN") :], None)
        mine = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "unreadable"
    if loaded is None:
        return "unreadable"
    theirs = loaded.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return "matches" if mine == theirs else "other"


def _load(pem: bytes) -> x509.Certificate | None:
    start = pem.find(_BEGIN)
    if start < 0:
        return None
    try:
        return x509.load_pem_x509_certificate(pem[start:])
    except ValueError:
        return None
