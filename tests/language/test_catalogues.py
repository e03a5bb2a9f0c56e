"""Catalogues: in step with the sources, and what a language says is whole, fills in the same, and has room."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from typing import Final

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message
from rich.cells import cell_len

from sellmode_tui.language import LANGUAGES, OFFERED
from sellmode_tui.screens.kit.keys import all_bindings
from tests.language.catalogues import (
    TEMPLATE,
    TRANSLATED,
    as_mo,
    as_po,
    left,
    mo_path,
    po_path,
    read,
    template,
    updated,
)
from tests.language.extracting import name_of, plain, sources

NOT_COMPLETE: Final[tuple[str, ...]] = ()
"""Languages that do not say everything yet, and so are not offered."""
KEY_ROOM: Final = 16
"""Cells of what a key in the last line does."""
HOW: Final = "remake it: ./dev run python -m tests.language.catalogues"


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return template()


def translated(language: str) -> Iterator[Message]:
    """The messages of a language that are translated."""
    yield from (each for each in read(po_path(language), language) if each.id and _all(each.string))


def _all(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def forms(texts: object) -> list[str]:
    return [texts] if isinstance(texts, str) else [str(each) for each in texts or ()]  # type: ignore[attr-defined]  # strings


def test_every_language_is_offered_or_not_complete() -> None:
    assert {*OFFERED, *NOT_COMPLETE} == set(LANGUAGES)
    assert not set(OFFERED) & set(NOT_COMPLETE)


def test_the_template_has_the_texts_of_the_sources(texts: Catalog) -> None:
    assert TEMPLATE.read_bytes() == as_po(texts), HOW


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_of_the_one_that_people_edit(language: str) -> None:
    if language in OFFERED or po_path(language).exists():
        assert mo_path(language).read_bytes() == as_mo(read(po_path(language), language)), f"{HOW} {language}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_offered_says_everything(language: str, texts: Catalog) -> None:
    if language not in OFFERED:
        return
    assert left(language) == []
    assert po_path(language).read_bytes() == as_po(updated(language, texts)), f"{HOW} {language}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_in_the_same(language: str) -> None:
    for message in translated(language):
        wanted = placeholders(forms(message.id)[-1])
        said = forms(message.string)
        assert len(said) == (1 if isinstance(message.id, str) else read(po_path(language), language).num_plurals)
        for each in said:
            # Of one thing a text need not say how many.
            missing = wanted - placeholders(each)
            assert placeholders(each) <= wanted, each
            assert not {name for name in missing if len(said) == 1 or not name.startswith("number")}, each
            assert each[:1].isspace() == forms(message.id)[0][:1].isspace(), each
            assert each[-1:].isspace() == forms(message.id)[0][-1:].isspace(), each


def placeholders(text: str) -> set[str]:
    """With their formats: ``number:,``."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        pytest.fail(f"braces do not match: {text}")
    return {f"{name}:{spec}" if spec else name for _, name, spec, _ in parts if name}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_room(language: str) -> None:
    rooms = {binding.description: KEY_ROOM for _, binding in all_bindings() if binding.show} | headings()
    for message in translated(language):
        for id, said in zip(forms(message.id), forms(message.string), strict=False):
            assert cell_len(said) <= max(rooms.get(id, 1000), cell_len(id)), f"{said}: {rooms.get(id)} cells"


def headings() -> dict[str, int]:
    """The least width of each column that says one, by its heading."""
    found: dict[str, int] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name_of(node) == "Column" and node.args:
                name, widths = plain(node.args[0]), [*node.args[1:2], *(each.value for each in node.keywords)]
                room = [each.value for each in widths if isinstance(each, ast.Constant) and isinstance(each.value, int)]
                if name and room:
                    found[name] = min(found.get(name, 1000), max(room))
    return found
