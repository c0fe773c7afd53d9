"""Certificate authorities and leaves, made once and kept in a folder of this user.

A leaf is described by a record; whoever needs an expired, not yet valid, wrongly issued or wrongly
marked certificate writes another record.
"""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Usage = Literal["server", "client", "authority", "none"]

_KEY_BITS = 2048
_FRESH_DAYS = 30
_PURPOSES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}


@dataclass(frozen=True)
class Subject:
    """What a certificate shall say; days count from now, `issuer` "" means self-signed."""

    name: str
    common_name: str
    usage: Usage
    issuer: str = ""
    first_day: int = -30
    last_day: int = 3650


@dataclass(frozen=True)
class Identity:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path

    @property
    def certificate_text(self) -> str:
        return self.certificate.read_text()

    @property
    def key_text(self) -> str:
        return self.key.read_text()


AUTHORITY = Subject("authority", "Lab CA", "authority")
OTHER_AUTHORITY = Subject("other-authority", "Other CA", "authority")
SERVER = Subject("server", "server.lab.example", "server", "authority")
CLIENT = Subject("client", "client1.lab.example", "client", "authority")
WEB = Subject("web", "web.example", "server", "other-authority")
AUTHORITIES = {subject.name: subject for subject in (AUTHORITY, OTHER_AUTHORITY)}


def folder() -> Path:
    """The cache of this user: nobody else may have made it or write into it."""
    path = Path(tempfile.gettempdir()) / f"cvpn-doctor-lab-pki-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    state = path.lstat()
    if state.st_uid != os.getuid() or state.st_mode & 0o022 or path.is_symlink():
        raise PermissionError(f"{path} belongs to somebody else")
    return path


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with (path / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def identity(subject: Subject) -> Identity:
    """The certificate for a subject, from the cache where it is still fresh."""
    cache = folder()
    with _locked(cache):
        return _identity(cache, subject)


def _identity(cache: Path, subject: Subject) -> Identity:
    issuer = AUTHORITIES.get(subject.issuer)
    authority = _identity(cache, issuer) if issuer else None
    marks = repr((subject, authority.certificate.name if authority else None, _KEY_BITS))
    stem = f"{subject.name}-{hashlib.sha256(marks.encode()).hexdigest()[:12]}"
    found = Identity(cache / f"{stem}.crt", cache / f"{stem}.key")
    if not _fresh(found, authority):
        _make(found, subject, authority)
    return found


def _fresh(found: Identity, authority: Identity | None) -> bool:
    """Days count from the making, so an old leaf is made again; so is one older than its CA."""
    if not (found.certificate.exists() and found.key.exists()):
        return False
    made = found.certificate.stat().st_mtime
    oldest = time.time() - _FRESH_DAYS * 86400
    if authority:
        oldest = max(oldest, authority.certificate.stat().st_mtime)
    return oldest <= made <= time.time()


def _make(place: Identity, subject: Subject, authority: Identity | None) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    issuer_key, issuer_name = key, _name(subject.common_name)
    if authority:
        issuer_key, issuer_name = _load(authority)
    certificate = _builder(subject, key, issuer_key.public_key(), issuer_name).sign(
        issuer_key, hashes.SHA256()
    )
    _write(place.key, _key_pem(key))
    _write(place.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _load(authority: Identity) -> tuple[rsa.RSAPrivateKey, x509.Name]:
    key = serialization.load_pem_private_key(authority.key.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key, x509.load_pem_x509_certificate(authority.certificate.read_bytes()).subject


def _builder(
    subject: Subject,
    key: rsa.RSAPrivateKey,
    issuer_key: rsa.RSAPublicKey,
    issuer_name: x509.Name,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    authority = subject.usage == "authority"
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject.common_name))
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=subject.first_day))
        .not_valid_after(now + datetime.timedelta(days=subject.last_day))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_key_usage(authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
    )
    purpose = _PURPOSES.get(subject.usage)
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return builder


def _key_usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_encipherment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: another lab may read at this moment."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(data)
    part.chmod(0o600)
    part.replace(path)
