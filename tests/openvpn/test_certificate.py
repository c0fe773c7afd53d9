"""Certificates, names and TLS messages: sound ones told, malformed ones counted."""

from __future__ import annotations

import ssl
from typing import Any

from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from cvpn_doctor.model.handshake import Certificate
from cvpn_doctor.openvpn import tls_messages
from cvpn_doctor.openvpn.certificate import summarise, summarise_all
from cvpn_doctor.openvpn.credentials import _on_disk, load
from cvpn_doctor.openvpn.distinguished_name import common_name, text
from cvpn_doctor.openvpn.packet import ProtocolError
from cvpn_doctor.openvpn.verification import verification
from tests.openvpn.handshake_world import CA, CLIENT, OTHER, SERVER


def der(identity: Any) -> bytes:
    return ssl.PEM_cert_to_DER_cert(identity.certificate_text)


def test_a_leaf_and_its_ca() -> None:
    (leaf, ca), malformed = summarise_all((der(SERVER), der(CA)))
    assert malformed == 0
    assert (leaf.subject, leaf.common_name) == ("CN=server.lab.example", "server.lab.example")
    assert (leaf.issuer_common_name, leaf.is_ca, leaf.self_signed) == ("Lab CA", False, False)
    assert (ca.is_ca, ca.self_signed, ca.extended_key_usage) == (True, True, None)
    assert (leaf.key_type, leaf.key_bits) == ("rsa", 2048)
    assert leaf.key_usage == ("digitalSignature", "keyEncipherment")
    assert leaf.not_before < leaf.not_after
    assert leaf.not_after.endswith("Z")


@settings(max_examples=300)
@given(st.data())
def test_damaged_certificates_are_counted(data: st.DataObject) -> None:
    whole = bytearray(der(SERVER))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    summarise(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    found = summarise(bytes(whole))
    assert found is None or isinstance(found, Certificate)


def test_malformed_is_counted() -> None:
    assert summarise_all((b"", b"0", der(CA)))[1] == 2


@given(st.binary(max_size=80))
def test_any_name(data: bytes) -> None:
    for read in (text, common_name):
        try:
            read(data)
        except ProtocolError:
            continue


def test_name_as_openvpn_prints_it() -> None:
    def element(tag: int, *parts: bytes) -> bytes:
        body = b"".join(parts)
        return bytes([tag, len(body)]) + body

    def part(oid: bytes, value: str) -> bytes:
        return element(0x30, element(6, oid), element(0x0C, value.encode()))

    country, organisation = part(b"\x55\x04\x06", "DE"), part(b"\x55\x04\x0a", "Ex\nample")
    name, other = part(b"\x55\x04\x03", "Müller"), part(b"\x2a\x03\x04", "x")
    whole = element(
        0x30, element(0x31, country), element(0x31, organisation, name), element(0x31, other)
    )
    assert text(whole) == "C=DE, O=Ex\\0Aample + CN=Müller, 1.2.3.4=x"
    assert common_name(whole) == "Müller"


@given(st.binary(max_size=200), st.booleans())
def test_any_tls_message(body: bytes, is_13: bool) -> None:
    tls_messages.certificates(body)
    tls_messages.accepted_issuers(body, is_13=is_13)
    tls_messages.server_hello(body)


def test_depth_of_the_fault() -> None:
    chain = (summarise(der(SERVER)), summarise(der(CA)))
    sound = [one for one in chain if one is not None]
    late = "2999-01-01T00:00:00Z"
    assert verification(10, sound, late).depth == 1
    assert verification(9, sound, "1999-01-01T00:00:00Z").depth == 1
    assert verification(19, sound, late).depth == 1
    assert verification(20, sound[:1], late).depth == 0
    assert verification(26, sound, late).name == "invalid_purpose"
    assert verification(999, sound, late).name == "code_999"


def test_key_pairs() -> None:
    def loads(certificate: bytes, key: bytes) -> bool:
        return load(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate, key)

    pem, key = CLIENT.certificate.read_bytes(), CLIENT.key.read_bytes()
    assert loads(pem, key)
    assert not loads(pem, OTHER.key.read_bytes())
    assert not loads(b"", b"")
    form = serialization.PrivateFormat.PKCS8
    encrypted = serialization.load_pem_private_key(key, None).private_bytes(
        serialization.Encoding.PEM, form, serialization.BestAvailableEncryption(b"secret")
    )
    assert not loads(pem, encrypted)


def test_a_file_on_disk_is_ours_alone_and_gone_after(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with _on_disk(b"secret") as name:
        (file,) = tmp_path.iterdir()
        assert str(file) == name
        assert file.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.iterdir())
