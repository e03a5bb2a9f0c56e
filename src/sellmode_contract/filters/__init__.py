r"""The filter grammar of customer lists: text to syntax tree, with errors that point at the place, and completion.

::

    tag:vip last_purchase>90d owner:me pet.species=cat

A filter is terms that must all hold. `or` (weaker), parentheses, and `not` or a leading `-` combine them. A term
without a field is searched for in names, e-mails, phones and numbers (`search.Query`). Quotes make any text one value
and take every special meaning away: ``city:"New York"``, ``"or"``; inside them ``\"`` and ``\\`` stand for themselves.

======================  =========================================================================================
`tag:vip,press`         one of these values. `:` and `=` mean the same, but for text
`city:york`             text: each word begins a word of the city. `city="New York"`: the same text but for case,
                        accents and spaces
`spend>=500`            numbers and money (in whole units of the retailer's currency): = < <= > >=
`last_purchase>90d`     longer ago than 90 days; `<90d` less long ago. d, w, m (calendar months), y
`last_purchase:2026-03` in that day, month or year, or in `this-month`, `last-week`…; < <= > >= before, after
`birthday<14d`          in less than 14 days from today, today included; `birthday:today`, `:next-week`, `:12-24`
`owner:me`              a person: `me`, `nobody`, a user name, or words of a name
`has:email`             there is a value; the same as `email:*`. `none:email`: there is none
`-tier:gold`            everybody else, those without a tier too; the same as `tier!=gold`
======================  =========================================================================================

A comparison with nothing is false: who never bought anything is found neither by `last_purchase>90d` nor by
`last_purchase<90d`. `not` then turns false into true, two-valued: a compiler to SQL must not let NULL through.
Of a field with several values any one is enough, and each comparison stands alone: `pet.species=cat pet.name:tom` finds
who has a cat and a dog called Tom.

`matches` is the definition of all that; what compiles a tree to SQL is right if it finds the same.
"""

from __future__ import annotations

from sellmode_contract.filters.completion import Completion, complete
from sellmode_contract.filters.errors import FilterError
from sellmode_contract.filters.fields import CUSTOMER_FIELDS, Field, FieldType, custom_fields, fields_of
from sellmode_contract.filters.meaning import (
    DayRange,
    MonthDayRange,
    Person,
    day_ranges,
    matches,
    month_day_ranges,
)
from sellmode_contract.filters.parser import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, parse
from sellmode_contract.filters.tree import (
    And,
    Comparison,
    Duration,
    Me,
    MonthDay,
    Named,
    Node,
    Not,
    Operator,
    Or,
    Period,
    Span,
    Value,
    Words,
    unparse,
)

__all__ = [
    "CUSTOMER_FIELDS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TERMS",
    "And",
    "Comparison",
    "Completion",
    "DayRange",
    "Duration",
    "Field",
    "FieldType",
    "FilterError",
    "Me",
    "MonthDay",
    "MonthDayRange",
    "Named",
    "Node",
    "Not",
    "Operator",
    "Or",
    "Period",
    "Person",
    "Span",
    "Value",
    "Words",
    "complete",
    "custom_fields",
    "day_ranges",
    "fields_of",
    "matches",
    "month_day_ranges",
    "parse",
    "unparse",
]
