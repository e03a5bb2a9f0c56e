"""The value of a field of any kind, as people read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sellmode_contract.kinds.fields import Due, Elements, Field, Flag, Moment, Number, OneOf, Ref, Rows
from sellmode_contract.kinds.fields import says_something as says
from sellmode_tui.dates.words import full_words
from sellmode_tui.records.tasks.lines import read
from sellmode_tui.records.values import as_text
from sellmode_tui.screens.kit.words import Words


def said_of(field: Field, value: Any, names: Mapping[str, str], words: Words) -> str:  # noqa: PLR0911  # one for each type
    """A field's value for people; empty for nothing."""
    if not says(value):
        return ""
    match field:
        case Flag():
            return field.yes if value else field.no
        case OneOf():
            return field.choices.get(value, str(value))
        case Number():
            return f"{value:,.10g}"
        case Moment():
            return words.time(dt.datetime.fromisoformat(value))
        case Due():
            due = read(value)
            return full_words(due) if due else ""
        case Ref():
            return names.get(value, value)
        case Elements():
            return ", ".join(names.get(each, each) for each in value)
        case Rows():
            return "; ".join(as_text(row, names) for row in value)
        case _:
            return as_text(value, names)
