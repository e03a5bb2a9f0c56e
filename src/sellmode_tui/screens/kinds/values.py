"""The value of a field of any kind, as people read it on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sellmode_contract.kinds.fields import Field
from sellmode_tui.dates.words import full_words
from sellmode_tui.figures import decimal
from sellmode_tui.records import said
from sellmode_tui.records.tasks.lines import read
from sellmode_tui.screens.kit.words import Words


def said_of(field: Field, document: Mapping[str, Any], names: Mapping[str, str], words: Words) -> str:
    """The value of a document's field for people; empty for nothing."""
    return said.said_of(field, document, names, said.Forms(words.time, _due, decimal, "; ".join))


def _due(text: str) -> str:
    due = read(text)
    return full_words(due) if due else ""
