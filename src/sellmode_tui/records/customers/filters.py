"""Filters of customers as SQL over the cache. ``sellmode_contract.filters.matches`` says what they mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from sellmode_contract.filters import (
    And,
    Comparison,
    DayRange,
    Field,
    Me,
    Node,
    Not,
    Or,
    Words,
    day_ranges,
    month_day_ranges,
)
from sellmode_contract.money import exponent
from sellmode_contract.search import exact, words
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import SEPARATOR, instant
from sellmode_tui.records.context import Context

Parameter: TypeAlias = str | int | float | None


class SQL(NamedTuple):
    """An expression about a customer with its parameters, in order.

    Columns that the listing has are ``l``'s, all others ``c``'s; while there is no listing, ``l`` is the customer too.
    """

    text: str
    parameters: tuple[Parameter, ...] = ()

    @property
    def asks_customer(self) -> bool:
        """Whether anything but the listing is needed."""
        return "c." in self.text


TRUE, FALSE = SQL("1"), SQL("0")


class Held(NamedTuple):
    """Where the values of a field are: an expression, NULL for none; of several, with the rows to look through.

    Names of fields stand in it as they are: ``Field`` lets no character into them that SQL would take for its own.
    """

    value: str
    rows: str = ""
    """What follows FROM, for a field with several values."""
    children: str = ""
    """Which of these rows count, if they are another kind's, which belong to the customer by their ``customer``."""


_COLUMNS = {
    "tier": "nullif(l.tier, '')",
    "city": "nullif(l.city, '')",
    "owner": "l.owner",
    "spend": "l.spend",
    "orders": "l.orders",
    "units": "l.units",
    "average_order": "CASE WHEN l.spend_orders > 0 THEN l.spend * 1.0 / l.spend_orders END",
    "last_purchase": "l.last_purchase",
    "first_purchase": "l.first_purchase",
    "last_contact": "l.last_contact",
    "name": "nullif(trim(ifnull(c.doc ->> '$.given_name', '') || ' ' || ifnull(c.doc ->> '$.family_name', '')), '')",
    "customer_number": "nullif(c.doc ->> '$.number', '')",
    "country": "nullif(c.doc ->> '$.address.country', '')",
    "email": "nullif(c.doc ->> '$.email', '')",
    "phone": "coalesce(nullif(c.doc ->> '$.phone', ''), nullif(c.doc ->> '$.phone_e164', ''))",
}
"""Of the fields that every customer has, those with one value."""

_JSON_TYPES = {"number": "'integer', 'real'", "text": "'text'", "choice": "'text'", "date": "'text'"}


def held(field: Field, reading: Reading) -> Held:  # noqa: PLR0911 - a place each
    """Where the values of a field of the catalogue are, seen from a customer ``c``."""
    if field.name in _COLUMNS:
        return Held(_COLUMNS[field.name])
    if field.name == "tag":
        return Held("nullif(e.value, '')", "json_each(c.tags) e")
    if field.name == "birthday":
        own = "k.doc ->> '$.label' = 'birthday' AND ifnull(k.doc ->> '$.about', '') = ''"
        return Held("k.month * 100 + k.day", '"date" k', f"{reading.only_visible('k')} AND {own}")
    if field.name == "wish":
        named = "trim(coalesce(p.title, k.doc ->> '$.title', k.sku) || ' ' || ifnull(p.type, ''))"
        return Held(named, "wish k LEFT JOIN product p ON p.sku = k.sku", reading.only_visible("k"))
    if field.name.startswith("consent."):
        channel = field.name.removeprefix("consent.")
        return Held("k.state", "consent k", f"{reading.only_visible('k')} AND k.channel = '{channel}'")
    if field.type == "presence":
        path = f"""'$.custom."{field.name}"'"""
        filled = f"json_type(c.doc, {path}) = 'array' AND json_array_length(c.doc, {path}) > 0"
        return Held(f"CASE WHEN {filled} THEN 1 END")
    if field.repeated:
        group, _, name = field.name.partition(".")
        value = _custom("e.value", f"""'$."{name}"'""", field, "e.type = 'object' AND ")
        return Held(value, f"""json_each(c.doc, '$.custom."{group}"') e""")
    return Held(_custom("c.doc", f"""'$.custom."{field.name}"'""", field))


def _custom(document: str, path: str, field: Field, guard: str = "") -> str:
    """A value of a retailer's own field, if it is of the field's type."""
    value = f"json_extract({document}, {path})"
    if field.type == "date":
        guard = f"{guard}date({value}) IS {value} AND "
    return f"CASE WHEN {guard}json_type({document}, {path}) IN ({_JSON_TYPES[field.type]}) THEN nullif({value}, '') END"


# ------------------------------------------------------------------ compiling


class Compiler:
    """Makes SQL conditions on a customer ``c`` of trees, for one reading."""

    def __init__(self, reading: Reading, context: Context, today: dt.date) -> None:
        self._reading = reading
        self._around = context
        self._today = today
        self._fields = {field.name: field for field in context.fields}

    def condition(self, tree: Node) -> SQL:
        """True of the customers for whom the filter holds; of others false, or NULL where nobody asks for ``not``."""
        match tree:
            case And(items=items):
                return joined(" AND ", [self.condition(item) for item in items], TRUE)
            case Or(items=items):
                return joined(" OR ", [self.condition(item) for item in items], FALSE)
            case Not(item=item):
                inner = self.condition(item)
                return SQL(f"NOT ifnull(({inner.text}), 0)", inner.parameters)
            case Words(text=text):
                return SQL("sellmode_found(c.doc, ?)", (text,))
            case Comparison():
                return self.comparison(tree)

    def comparison(self, comparison: Comparison) -> SQL:
        """A comparison of one field."""
        if comparison.operator == "=" and comparison.field in ("tier", "tag"):
            return _same_key(comparison)
        source = held(self._fields[comparison.field], self._reading)
        test = self.test(comparison, f"({source.value})")
        if source.children:
            text = f"c.id IN (SELECT k.customer FROM {source.rows} WHERE {source.children} AND ({test.text}))"
        elif source.rows:
            text = f"EXISTS (SELECT 1 FROM {source.rows} WHERE {test.text})"
        else:
            text = test.text
        return SQL(text, test.parameters)

    def test(self, comparison: Comparison, value: str) -> SQL:
        """Whether a value, which may be NULL, satisfies a comparison."""
        if comparison.operator == "*":
            return SQL(f"{value} IS NOT NULL")
        return joined(" OR ", [SQL(text.format(value), more) for text, more in self._tests(comparison)], FALSE)

    def _tests(self, comparison: Comparison) -> Iterator[tuple[str, tuple[Parameter, ...]]]:
        """Tests one of which must hold, with ``{}`` for the value, and their parameters."""
        match comparison.type:
            case "date":
                for days in day_ranges(comparison, self._today):
                    yield "{} BETWEEN ? AND ?", self._between(days, instants=comparison.field in _COLUMNS)
            case "anniversary":
                for yearly in month_day_ranges(comparison, self._today):
                    yield "{} BETWEEN ? AND ?", tuple(day.month * 100 + day.day for day in (yearly.first, yearly.last))
            case "person":
                people = sorted(self._people(comparison))
                yield f"{{}} IN ({','.join('?' * len(people))})", tuple(people)
            case "number" | "money":
                shift = exponent(self._around.currency) if comparison.type == "money" else 0
                numbers = (number for number in comparison.values if isinstance(number, Decimal))
                yield from ((f"{{}} {comparison.operator} ?", (_number(number.scaleb(shift)),)) for number in numbers)
            case "boolean":
                yield from (("{} = ?", (int(truth is True),)) for truth in comparison.values)
            case _:
                same = "sellmode_begins({}, ?)" if comparison.operator == ":" else "sellmode_exactly({}, ?)"
                yield from ((same, (text,)) for text in comparison.values if isinstance(text, str))

    def _between(self, days: DayRange, *, instants: bool) -> tuple[Parameter, Parameter]:
        """First and last value, both included, of a range of days."""
        first, last = days.first or dt.date.min, days.last or dt.date.max
        if not instants:
            return first.isoformat(), last.isoformat()
        after = dt.date.max if last == dt.date.max else last + dt.timedelta(days=1)
        return self._midnight(first), self._midnight(after) - 1

    def _midnight(self, day: dt.date) -> int:
        """When a day begins where the account's days count."""
        if day.year <= dt.MINYEAR or day.year >= dt.MAXYEAR:  # an offset would leave the calendar
            return instant(dt.datetime.combine(day, dt.time(), dt.UTC))
        return instant(dt.datetime.combine(day, dt.time(), self._around.zone))

    def _people(self, comparison: Comparison) -> set[str]:
        """Ids of the colleagues whom a comparison names."""
        found: set[str] = set()
        for value in comparison.values:
            if isinstance(value, Me):
                found.update([self._around.account.id] if self._around.account else [])
            elif isinstance(value, str):
                for staff in self._around.colleagues:
                    if exact(staff.user_name) == exact(value) or _begins(value, staff.name):
                        found.add(staff.id)
        return found


def _same_key(comparison: Comparison) -> SQL:
    """Whether a tier or tag is one of some values, by the keys that the listing has of them."""
    keys = [key for key in (exact(value) for value in comparison.values if isinstance(value, str)) if key]
    if comparison.field == "tier":
        return SQL(f"l.tier_key IN ({','.join('?' * len(keys))})", tuple(keys))
    tests = [SQL("instr(l.tag_keys, ?) > 0", (f"{SEPARATOR}{key}{SEPARATOR}",)) for key in keys]
    return joined(" OR ", tests, FALSE)


def _begins(typed: str, name: str) -> bool:
    return all(any(word.startswith(wanted) for word in words(name)) for wanted in words(typed))


def _number(number: Decimal) -> int | float:
    whole = number == number.to_integral_value() and abs(number) < 2**63
    return int(number) if whole else float(number)


def joined(operator: str, parts: list[SQL], nothing: SQL = TRUE) -> SQL:
    """Conditions put together; ``nothing`` if there are none."""
    if not parts:
        return nothing
    text = operator.join(f"({part.text})" for part in parts)
    return SQL(text, tuple(parameter for part in parts for parameter in part.parameters))
