"""The fields of a kind of record that people write: what may stand in each, and what it is called.

The type and the default of a field stand in its record's struct; here is what the struct cannot say. A field has two
names for people: a ``label`` inside a sentence ("phone number of Anna Muster") and a ``heading`` above a value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from sellmode_contract import store_time, text
from sellmode_contract.translatable import Translatable, marked

Write = Literal["always", "once", "later", "again"]
"""When a field is written: at any time, only when its record is made, or only afterwards. ``again``: when a record that
was removed is made again, to take that back; no form has it."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field, of any type; it takes every value that its struct takes."""

    name: str
    label: str = ""
    """Inside a sentence; empty: the name with blanks for underscores."""
    heading: str = ""
    """Above a value; empty: the label with a capital."""
    write: Write = "always"
    required: str = ""
    """What to say if nothing stands in it; empty for a field that may say nothing."""

    @property
    def wants(self) -> str:
        """What it has to be, to tell somebody who gave something else: ``text``."""
        return marked("of another type")

    @property
    def words(self) -> str:
        """What it is called inside a sentence."""
        return self.label or self.name.replace("_", " ")

    @property
    def title(self) -> str:
        """What it is called above a value."""
        return self.heading or self.words[:1].upper() + self.words[1:]

    @property
    def sample(self) -> Any:
        """A value that passes ``problem``, as JSON has it."""
        return None

    @property
    def limits(self) -> dict[str, Any]:
        """What its JSON Schema says besides the type. Nothing that ``problem`` lets pass is refused by it."""
        return {}

    def problem(self, value: Any) -> str:
        """What is wrong with a value of the field's type, as a sentence that does not repeat it; else empty."""
        return self.required if self.required and not says_something(value) else ""


def says_something(value: Any) -> bool:
    """Whether a value is more than blank: false and 0 are, blank text is not."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value not in ((), [])


class Text(Field, frozen=True, kw_only=True):
    """Text."""

    longest: int = 200
    """Characters, at most."""
    lines: bool = False
    """Whether it may have several lines."""
    verbatim: bool = False
    """Kept as it was typed, with the blanks around it."""

    @property
    def wants(self) -> str:
        """Text."""
        return marked("text")

    @property
    def sample(self) -> str:
        """Something."""
        return "?"

    @property
    def limits(self) -> dict[str, Any]:
        """Its length, and that it says something."""
        return {"maxLength": self.longest} | ({"pattern": r"\S"} if self.required else {})

    def problem(self, value: Any) -> str:
        """Whether it can be stored, is not too long, and says something where it has to."""
        return _text_problem(self.name, value or "", self.longest) or super().problem(value)


class Month(Text, frozen=True, kw_only=True):
    """A month of a store: ``2026-11``."""

    @property
    def wants(self) -> str:
        """How a month is written."""
        return marked("a month, such as 2026-12")

    @property
    def sample(self) -> str:
        """A month that is not over."""
        return "2999-12"

    @property
    def limits(self) -> dict[str, Any]:
        """How it is written."""
        return {"pattern": r"^([0-9]{4}-[0-9]{2})?$"}

    def problem(self, value: Any) -> str:
        """Whether it is one."""
        try:
            if value:
                store_time.read_month(value)
        except ValueError as error:
            return Translatable("Not a valid month: {why}.", why=Translatable.said(error))
        return super().problem(value)


class Flag(Field, frozen=True, kw_only=True):
    """Yes or no."""

    yes: str = "yes"
    """What it is called when it is set."""
    no: str = "no"

    @property
    def wants(self) -> str:
        """Either."""
        return marked("true or false")

    @property
    def sample(self) -> bool:
        """Not set."""
        return False


class OneOf(Field, frozen=True, kw_only=True):
    """One of a few values, which its struct names (``Literal``)."""

    choices: Mapping[Any, str]
    """What each value is called inside a sentence."""

    @property
    def wants(self) -> str:
        """Its choices."""
        return Translatable("one of {choices}", choices=", ".join(filter(None, self.choices)))

    @property
    def sample(self) -> str:
        """The first."""
        return str(next(iter(self.choices)))

    def problem(self, value: Any) -> str:
        """Whether it is one of them, where its struct takes any text."""
        if says_something(value) and value not in self.choices:
            return Translatable("It has to be {wants}.", wants=Translatable.said(self.wants))
        return super().problem(value)


class Number(Field, frozen=True, kw_only=True):
    """A number within bounds."""

    least: float
    most: float
    whole: bool = True
    """As its struct says."""

    @property
    def wants(self) -> str:
        """A number."""
        return marked("a whole number") if self.whole else marked("a number")

    @property
    def sample(self) -> float:
        """The smallest."""
        return self.least

    @property
    def limits(self) -> dict[str, Any]:
        """Its bounds."""
        return {"minimum": self.least, "maximum": self.most}

    def problem(self, value: Any) -> str:
        """Whether it lies within its bounds."""
        if value is not None and not self.least <= value <= self.most:
            return Translatable("It has to be a number from {least:g} to {most:g}.", least=self.least, most=self.most)
        return super().problem(value)


class Amount(Number, frozen=True, kw_only=True):
    """Money, in minor units of a currency."""

    currency: str = "currency"
    """The field beside it that has the currency's code."""


class Goal(Number, frozen=True, kw_only=True):
    """What a figure is to come to, in the smallest steps in which it is written: money in minor units."""

    kpi: str = "kpi"
    """The field beside it that names the figure."""
    currency: str = "currency"
    """The field beside it that has the currency's code, of money."""
    least: float = 1
    most: float = 10**15

    def problem(self, value: Any) -> str:
        """Whether there is something to come to."""
        return marked("It has to be more than zero.") if value < self.least else super().problem(value)


class Moment(Field, frozen=True, kw_only=True):
    """An instant."""

    @property
    def wants(self) -> str:
        """How an instant is written."""
        return marked("a moment with its time zone, such as 2026-12-24T15:00:00Z")

    @property
    def sample(self) -> str:
        """A day before any store's."""
        return dt.datetime(2000, 1, 1, tzinfo=dt.UTC).isoformat()


class Due(Field, frozen=True, kw_only=True):
    """A day or a time of a store (``store_time``); empty for at any time."""

    @property
    def wants(self) -> str:
        """Text."""
        return marked("text")

    @property
    def sample(self) -> str:
        """A day."""
        return "2000-01-01"

    @property
    def limits(self) -> dict[str, Any]:
        """How it is written."""
        return {"pattern": r"^([0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?)?$"}

    def problem(self, value: Any) -> str:
        """Whether it is one."""
        if not value:
            return super().problem(value)
        try:
            store_time.read_due(value)
        except ValueError as error:
            return Translatable("Not a valid due date: {why}.", why=Translatable.said(error))
        return ""


class Ref(Field, frozen=True, kw_only=True):
    """The id of another record, whose kind is ``to``."""

    to: Literal["customer", "staff", "store"]

    @property
    def wants(self) -> str:
        """An id."""
        return marked("an id")

    @property
    def sample(self) -> str:
        """Some id."""
        return "?"

    @property
    def limits(self) -> dict[str, Any]:
        """Whose id it is."""
        return {"description": f"Id of a {self.to}."}


class Elements(Field, frozen=True, kw_only=True):
    """Several short texts; their order stays."""

    of: Literal["text", "store", "product", "work"] = "text"
    longest: int = 200
    """Characters of each."""
    most: int = 100
    """Elements, at most."""
    unordered: bool = False
    """Whether it is a set, of which is written what came and what went."""

    @property
    def wants(self) -> str:
        """A list."""
        return marked("a list of texts")

    @property
    def sample(self) -> list[str]:
        """None."""
        return []

    @property
    def limits(self) -> dict[str, Any]:
        """How many, and how long each."""
        return {"maxItems": self.most, "items": {"type": "string", "maxLength": self.longest, "pattern": r"\S"}}

    def problem(self, value: Any) -> str:
        """Whether there are not too many, none of them is blank, and each can be stored."""
        if len(value) > self.most or not all(element.strip() for element in value):
            return Translatable(
                "It can have up to {most} {words}, none of them empty.",
                most=self.most,
                words=Translatable.said(self.words),
            )
        problems = (_text_problem(self.name, element, self.longest) for element in value)
        return next(filter(None, problems), "") or super().problem(value)


class Address(Field, frozen=True, kw_only=True):
    """A postal address, of several parts."""

    @property
    def wants(self) -> str:
        """Its parts."""
        return marked("an address, whose parts are texts and whose lines a list")


class Sizes(Field, frozen=True, kw_only=True):
    """Sizes, by what they are of."""

    @property
    def wants(self) -> str:
        """By name."""
        return marked("sizes by what they are of")


class OwnFields(Field, frozen=True, kw_only=True):
    """The fields that the retailer has defined (``CustomField``), by name."""

    @property
    def wants(self) -> str:
        """By name."""
        return marked("values by the names of fields")


class Rows(Field, frozen=True, kw_only=True):
    """Several structs with fields of their own, in an order that people choose."""

    fields: tuple[Field, ...]
    """Of each."""
    most: int = 100
    """Rows, at most."""
    of: Literal["", "product"] = ""
    """The kind of which each names a record by its first field: a product by its SKU."""

    @property
    def wants(self) -> str:
        """A list."""
        return marked("a list")

    @property
    def sample(self) -> list[Any]:
        """None."""
        return []

    @property
    def limits(self) -> dict[str, Any]:
        """How many."""
        return {"maxItems": self.most}

    def problem(self, value: Any) -> str:
        """Whether there are not too many, and what is wrong in the first that has something wrong in it."""
        if len(value) > self.most:
            return Translatable(
                "It can have up to {most} {words}.", most=self.most, words=Translatable.said(self.words)
            )
        rows = (row if isinstance(row, Mapping) else msgspec.structs.asdict(row) for row in value)
        problems = (field.problem(row.get(field.name)) for row in rows for field in self.fields)
        return next(filter(None, problems), "") or super().problem(value)


def _text_problem(name: str, value: str, longest: int) -> str:
    try:
        text.refuse(value, name)
    except text.UnstorableText as error:
        return Translatable("{why}.", why=Translatable.said(error))
    return (
        Translatable(
            "{name} has {number} characters; at most {longest} are allowed.",
            name=name,
            number=len(value),
            longest=longest,
        )
        if len(value) > longest
        else ""
    )
