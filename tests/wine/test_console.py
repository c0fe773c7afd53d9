"""Old and Japanese consoles, and pipes: no character is ever too much for them."""

from __future__ import annotations

import pytest

from tests.wine.wine import Wine

pytestmark = pytest.mark.wine


@pytest.mark.parametrize("encoding", ["cp932", "cp437", "cp1252", "utf-8", ""])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_text_for_every_console(wine: Wine, encoding: str, language: str) -> None:
    words = ("explain", "route-shadowed", "--lang", language)
    environment = {"PYTHONIOENCODING": encoding} if encoding else {}
    done = wine.python("-m", "cvpn_doctor", *words, **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding or "latin-1")
    assert "route-shadowed" in text


def test_japanese_arrives_where_the_console_has_it(wine: Wine) -> None:
    words = ("explain", "route-shadowed", "--lang", "ja")
    for encoding in ("cp932", "utf-8"):
        done = wine.python("-m", "cvpn_doctor", *words, PYTHONIOENCODING=encoding)
        assert any("ぁ" <= letter <= "ん" for letter in done.stdout.decode(encoding))


def test_a_run_without_network_questions(wine: Wine) -> None:
    done = wine.python("-m", "cvpn_doctor", "run", "--offline", "--lang", "ja")
    assert b"Traceback" not in done.stderr
    assert done.returncode in (1, 2, 3)
