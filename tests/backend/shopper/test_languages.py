"""Catalogues: every sentence is there in each language, with all that goes into it."""

from __future__ import annotations

import io
import re
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from sellmode_backend.shopper.languages import LANGUAGES, words_for

_SENTENCE = re.compile(r'words\.say\(\s*"([^"]+)"')
_COUNT = re.compile(r'words\.count\("([^"]+)", "([^"]+)"')


def asked_for() -> set[str | tuple[str, ...]]:
    package = Path(str(resources.files("sellmode_backend.shopper")))
    files = [*package.rglob("*.html"), *package.rglob("*.py")]
    text = "".join(file.read_text("utf-8") for file in files)
    return {*_SENTENCE.findall(text), *_COUNT.findall(text)}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_sentence_is_there(language: str) -> None:
    text = resources.files("sellmode_backend.shopper").joinpath("locale", f"{language}.po").read_bytes()
    catalogue = {message.id: message.string for message in read_po(io.BytesIO(text), locale=language) if message.id}
    assert catalogue.keys() == asked_for()
    for id, string in catalogue.items():
        given = [id] if isinstance(id, str) else list(id)
        said = [string] if isinstance(string, str) else list(string or ())
        assert said, id
        assert all(said), id
        wanted = {name for each in given for name in re.findall(r"{\w+}", each)} - {"{n}"}
        assert all(wanted == set(re.findall(r"{\w+}", each)) - {"{n}"} for each in said), id


def test_plurals_amounts_and_days_are_the_languages_own() -> None:
    arabic, german = words_for("ar", "", "en"), words_for("de-AT", "", "en")
    one, many = "{n} product for you", "{n} products for you"
    assert len({arabic.count(one, many, n) for n in (0, 1, 2, 3, 11, 100)}) == 6
    assert german.count(one, many, 1) == "1 Artikel für Sie"
    assert words_for("ja", "", "nl").amount(5000, "JPY") == "JP¥\xa05.000"
    assert words_for("de", "", "en").amount(129950, "EUR") == "1.299,50\xa0€"


@pytest.mark.parametrize("tag", ["", "x", "German", "de_DE.UTF-8", "../../etc", "xx-YY", "e" * 1000, "de--"])
def test_a_language_that_is_none_falls_back(tag: str) -> None:
    assert words_for(tag, "", "en").tag in ("en", "de", "de-DE")
