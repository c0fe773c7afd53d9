"""Certificates with one thing wrong each, and a revocation list, for the handshake's tests."""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.lab import pki

SERVERS = {
    "expired": replace(pki.SERVER, name="server-expired", first_day=-60, last_day=-2),
    "future": replace(pki.SERVER, name="server-future", first_day=2),
    "other-ca": replace(pki.SERVER, name="server-other", issuer="other-authority"),
    "no-eku": replace(pki.SERVER, name="server-no-eku", usage="none"),
    "client-eku": replace(pki.SERVER, name="server-client-eku", usage="client"),
    "other-name": replace(pki.SERVER, name="server-name", common_name="elsewhere.lab.example"),
}
CLIENTS = {
    "expired": replace(pki.CLIENT, name="client-expired", first_day=-60, last_day=-2),
    "revoked": replace(pki.CLIENT, name="client-revoked", common_name="client2.lab.example"),
    "other-ca": replace(pki.CLIENT, name="client-other", issuer="other-authority"),
    "server-eku": replace(pki.CLIENT, name="client-server-eku", usage="server"),
}


def revocation_list(*revoked: pki.Identity) -> Path:
    """A CRL of the lab's authority, made anew for each server."""
    authority = pki.identity(pki.AUTHORITY)
    key = serialization.load_pem_private_key(authority.key.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    now = datetime.datetime.now(datetime.UTC)
    issuer = x509.load_pem_x509_certificate(authority.certificate.read_bytes()).subject
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer)
        .last_update(now - datetime.timedelta(days=1))
        .next_update(now + datetime.timedelta(days=30))
    )
    for one in revoked:
        serial = x509.load_pem_x509_certificate(one.certificate.read_bytes()).serial_number
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now)
        builder = builder.add_revoked_certificate(entry.build())
    path = Path(tempfile.mkstemp(prefix="crl-", suffix=".pem", dir=pki.folder())[1])
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path
