"""Values of a record's fields, for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sellmode_contract.kinds.fields import (
    Amount,
    Due,
    Elements,
    Field,
    Flag,
    Goal,
    Moment,
    Number,
    OneOf,
    Ref,
    Rows,
    says_something,
)
from sellmode_contract.results.kpis import KPIS
from sellmode_contract.results.targets import wanted
from sellmode_tui.figures import priced, value_text
from sellmode_tui.language import trd
from sellmode_tui.records.values import as_text


class Forms(NamedTuple):
    """How some values are written: on a screen otherwise than in what a command prints."""

    moment: Callable[[dt.datetime], str]
    due: Callable[[str], str]
    number: Callable[[float], str]
    rows: Callable[[Sequence[str]], str]


def said_of(field: Field, document: Mapping[str, Any], names: Mapping[str, str], forms: Forms) -> str:  # noqa: PLR0911  # one for each type
    """The value of a field of a document; empty for nothing. Ids go by their ``names``."""
    value: Any = document.get(field.name)
    if not says_something(value):
        return ""
    match field:
        case Amount():
            return priced(value, document.get(field.currency) or "")
        case Goal():
            return _goal(field, value, document)
        case Flag():
            return trd(field.yes if value else field.no)
        case OneOf():
            return trd(field.choices.get(value, str(value)))
        case Number():
            return forms.number(value)
        case Moment():
            return forms.moment(dt.datetime.fromisoformat(value))
        case Due():
            return forms.due(value)
        case Ref():
            return names.get(value, value)
        case Elements():
            return ", ".join(names.get(each, each) for each in value)
        case Rows():
            return forms.rows([", ".join(filter(None, _parts(field, row, names, forms))) for row in value])
        case _:
            return as_text(value, names)


def _goal(field: Goal, value: int, document: Mapping[str, Any]) -> str:
    kpi = KPIS.get(document.get(field.kpi) or "")
    return value_text(wanted(kpi, value), document.get(field.currency) or "") if kpi else str(value)


def _parts(rows: Rows, row: Mapping[str, Any], names: Mapping[str, str], forms: Forms) -> Iterator[str]:
    """What a row says, field by field; an amount in its currency."""
    currencies = {field.currency for field in rows.fields if isinstance(field, Amount)}
    yield from (said_of(field, row, names, forms) for field in rows.fields if field.name not in currencies)
