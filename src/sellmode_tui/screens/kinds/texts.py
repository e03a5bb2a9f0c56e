"""Texts that name a kind of record. Each kind's are whole, so that a language can give each its endings: the extractor
of texts takes them from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sellmode_contract.kinds.kind import Kind
from sellmode_contract.translatable import Translatable


def new_one(kind: Kind[Any]) -> str:
    """The title of a form for a new one."""
    return f"New {kind.called}"


def none_yet(kind: Kind[Any]) -> str:
    """What a list says that has none."""
    return f"No {kind.page.lower()} yet."


def so_many(kind: Kind[Any], number: int) -> Translatable:
    """How many there are: ``1 look``, ``1,234 looks``."""
    return Translatable.counted(*_so_many(kind), number)


def _so_many(kind: Kind[Any]) -> tuple[str, str]:
    return f"{{number:,}} {kind.called}", f"{{number:,}} {kind.page.lower()}"


def texts_naming(kind: Kind[Any]) -> Iterator[tuple[str, str]]:
    """All of a kind, for the catalogues: of one, and of any other number where something is counted."""
    if kind.fields:
        yield new_one(kind), ""
    if kind.page:
        yield none_yet(kind), ""
        yield _so_many(kind)
