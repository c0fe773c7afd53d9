"""Certificates from DER to what may be told of them. Malformed ones are None, never an exception.

`cryptography` is 40 ms to import: import this module only where certificates have come.
"""

import hashlib
import warnings
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from cvpn_doctor.model.handshake import Certificate
from cvpn_doctor.openvpn.distinguished_name import common_name, text
from cvpn_doctor.openvpn.packet import ProtocolError

# What `cryptography` raises for certificates that others still accept.
_MALFORMED: Final = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
    ProtocolError,
)
_PURPOSES: Final = {  # names as OpenSSL and openvpn(8) write them
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.5": "ipsecEndSystem",
    "1.3.6.1.5.5.7.3.6": "ipsecTunnel",
    "1.3.6.1.5.5.7.3.7": "ipsecUser",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "2.5.29.37.0": "anyExtendedKeyUsage",
}

_KEYS: Final = {
    "rsa": rsa.RSAPublicKey,
    "ec": ec.EllipticCurvePublicKey,
    "dsa": dsa.DSAPublicKey,
    "ed25519": ed25519.Ed25519PublicKey,
    "ed448": ed448.Ed448PublicKey,
}


def summarise(der: bytes) -> Certificate | None:
    """One certificate; None where it is malformed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is merely odd is not ours to tell
        try:
            return _summary(x509.load_der_x509_certificate(der), der)
        except _MALFORMED:
            return None


def summarise_all(chain: tuple[bytes, ...]) -> tuple[tuple[Certificate, ...], int]:
    """The certificates in order, and how many were malformed."""
    found = [summarise(der) for der in chain]
    sound = tuple(one for one in found if one is not None)
    return sound, len(found) - len(sound)


def _summary(certificate: x509.Certificate, der: bytes) -> Certificate:
    subject, issuer = certificate.subject.public_bytes(), certificate.issuer.public_bytes()
    key_type, key_bits = _key(certificate)
    return Certificate(
        subject=text(subject),
        common_name=common_name(subject),
        issuer=text(issuer),
        issuer_common_name=common_name(issuer),
        not_before=_moment(certificate.not_valid_before_utc),
        not_after=_moment(certificate.not_valid_after_utc),
        sha256=hashlib.sha256(der).hexdigest(),
        key_type=key_type,
        key_bits=key_bits,
        extended_key_usage=_purposes(certificate),
        key_usage=_usages(certificate),
        is_ca=_is_ca(certificate),
        self_signed=subject == issuer,
    )


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def _key(certificate: x509.Certificate) -> tuple[str, int | None]:
    try:
        key = certificate.public_key()
    except _MALFORMED:
        return "unknown", None
    kind = next((name for name, one in _KEYS.items() if isinstance(key, one)), "unknown")
    return kind, getattr(key, "key_size", None)


def _purposes(certificate: x509.Certificate) -> tuple[str, ...] | None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return None
    dotted = (purpose.dotted_string for purpose in found)
    return tuple(_PURPOSES.get(number, number) for number in dotted)


def _usages(certificate: x509.Certificate) -> tuple[str, ...] | None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    named = {  # RFC 5280 4.2.1.3, in its order
        "digitalSignature": usage.digital_signature,
        "nonRepudiation": usage.content_commitment,
        "keyEncipherment": usage.key_encipherment,
        "dataEncipherment": usage.data_encipherment,
        "keyAgreement": usage.key_agreement,
        "keyCertSign": usage.key_cert_sign,
        "cRLSign": usage.crl_sign,
        "encipherOnly": usage.key_agreement and usage.encipher_only,
        "decipherOnly": usage.key_agreement and usage.decipher_only,
    }
    return tuple(name for name, is_set in named.items() if is_set)


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def alternative_names(der: bytes) -> tuple[str, ...]:
    """The DNS alternative names; none where the certificate or the extension is malformed."""
    try:
        extensions = x509.load_der_x509_certificate(der).extensions
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, *_MALFORMED):
        return ()
    return tuple(names.get_values_for_type(x509.DNSName))
