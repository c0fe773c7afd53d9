"""A certificate and its key, and what a profile's own texts bring along."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvpn_doctor.model.material import Material
from cvpn_doctor.openvpn.pair import authorities, key_of, own_certificate
from cvpn_doctor.profile import parse
from cvpn_doctor.profile.material import material
from tests.lab import pki

OWN = pki.identity(pki.CLIENT)
OTHER = pki.identity(pki.SERVER)
CERTIFICATE, KEY = OWN.certificate.read_bytes(), OWN.key.read_bytes()


@pytest.mark.parametrize(
    ("key", "state"),
    [
        (KEY, "matches"),
        (b"text in front\n" + KEY, "matches"),
        (OTHER.key.read_bytes(), "other"),
        (None, "missing"),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END", "encrypted"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "unreadable"),
        (b"", "unreadable"),
    ],
)
def test_key(key: bytes | None, state: str) -> None:
    assert key_of(CERTIFICATE, key) == state


def test_text_in_front_of_a_certificate_is_passed_over() -> None:
    found = own_certificate(b"Certificate:\n    Data: ...\n" + CERTIFICATE)
    assert found is not None
    assert found.common_name == pki.CLIENT.common_name


def test_authorities_are_read_one_by_one() -> None:
    damaged = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    good, malformed = authorities(CERTIFICATE + damaged + OTHER.certificate.read_bytes())
    assert (len(good), malformed) == (2, 1)


@given(st.binary(max_size=200))
def test_any_bytes_are_no_certificate_and_no_exception(data: bytes) -> None:
    assert own_certificate(b"-----BEGIN CERTIFICATE-----\n" + data) is None
    assert key_of(CERTIFICATE, b"-----BEGIN PRIVATE KEY-----\n" + data) != "matches"


def _profile(text: str) -> Material:
    return material(parse(text.encode(), Path("work.ovpn")), read=_no_file)


def _no_file(path: Path) -> bytes:
    raise FileNotFoundError(path)


def test_inline_blocks_are_the_material() -> None:
    text = f"client\n<cert>\n{OWN.certificate_text}</cert>\n<key>\n{OWN.key_text}</key>\n"
    found = _profile(text)
    assert found.certificate is not None
    assert key_of(found.certificate, found.key) == "matches"
    assert OWN.key_text.splitlines()[1] not in repr(found)


def test_a_store_keeps_its_certificate() -> None:
    assert _profile("client\ncryptoapicert SUBJ:me\n").elsewhere == "cryptoapicert"


def test_a_file_that_is_missing_is_not_there() -> None:
    assert _profile("client\ncert a.crt\nkey a.key\n") == Material()
