"""What a kind of record is: one declaration, from which tables, merging, undo, words and documents follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import structs

from sellmode_contract.audiences import Row
from sellmode_contract.documents import as_json
from sellmode_contract.kinds.fields import Field
from sellmode_contract.records import Record
from sellmode_contract.roles import Capability

R = TypeVar("R", bound=Record)
Verb = Literal["create", "edit", "remove"]

Stamp = Literal["author", "store", "now"]
"""Who writes: their staff id; the one store where they work; the moment."""

A_CUSTOMER = "a customer"
"""Stands for whom one does not see."""

NOTHING: frozenset[Verb] = frozenset()


class Card(NamedTuple):
    """The record of its own that a second audience gets of a record."""

    kind: type[Record]
    make: Callable[[Any, str], Record | None]
    """The card of a record, with the id that it has to have; None if this record brings none."""


class Kind(msgspec.Struct, Generic[R], frozen=True, kw_only=True, dict=True):
    """One kind of record. What only one kind needs is no attribute here but a function beside it (``mutations``)."""

    name: str
    """As on the wire and in both stores."""
    record: type[R]
    row: Row
    """Its line of the mode table."""
    noun: str = ""
    """What people call one, inside a sentence; empty: as the mode table does."""
    fields: tuple[Field, ...] = ()
    """What people write, in the order in which a form has it. Empty for a kind that only the backend writes."""
    verbs: frozenset[Verb] = NOTHING
    """What people may do by ``create``, ``edit`` and ``remove``."""
    capability: Capability = "sell"
    """What an account needs for that, besides seeing the record."""
    of_customer: bool = False
    """Whether each belongs to a customer, who has to be there when it is made."""
    stamps: Mapping[str, Stamp] = {}
    """What stands in a new one's fields unless whoever makes it may say otherwise."""
    author: str = ""
    """The field that names its author, if nobody else may change it."""
    fact: bool = False
    """Whether a new one tells of something that happened, and so counts although its author has lost sight of the
    customer."""
    handed_over: frozenset[Verb] = NOTHING
    """Which changes may be given to whoever looks after the customer."""
    follows: Mapping[str, str] = {}
    """Fields that change with another one, by its name: only an edit that takes back the other may set them."""
    remembered: bool = False
    """Whether a value that gives way to another one stays in the customer's history."""
    columns: tuple[str, ...] = ()
    """Fields that the cache keeps in columns of their own, to find and sort by."""
    card: Card | None = None
    id_of: Callable[[Mapping[str, Any]], str] | None = None
    """The id of one, from its document, where it is made of what one is about: of the same there is one then."""
    page: str = ""
    """What the page that lists all of them is called, such as ``Lookbooks``; empty if there is no page of its own."""
    tab: bool = True
    """Whether that page has a tab; else another page leads to it."""
    listed: tuple[str, ...] = ()
    """Fields that lists show in columns, the most telling one first."""
    command: str = ""
    """What its commands are called, such as ``lookbooks``; empty if it has none. They list the ``listed`` fields."""
    words: Callable[[Mapping[str, Any], str], str] | None = None
    """What one is inside a sentence, from its document and its customer's name: ``private note about Anna Muster``."""

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Its fields."""
        return {field.name: field for field in self.fields}

    @cached_property
    def created(self) -> frozenset[str]:
        """The fields that whoever makes one may give."""
        return frozenset(field.name for field in self.fields if field.write != "later")

    @cached_property
    def edited(self) -> frozenset[str]:
        """The fields that may be changed afterwards."""
        return frozenset(field.name for field in self.fields if field.write in ("always", "later"))

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The fields that people write and see."""
        return tuple(field.name for field in self.fields if field.write != "again")

    @cached_property
    def needed(self) -> frozenset[str]:
        """The fields without which there is no record."""
        required = {field.name for field in structs.fields(self.record) if field.required}
        return frozenset(required & self.by_name.keys())

    @cached_property
    def blank(self) -> dict[str, Any]:
        """What stands in fields that nobody has written, as JSON has it; None in those that have to be written."""
        return {field.name: _default(field) for field in structs.fields(self.record) if field.name in self.by_name}

    def sample(self, id: str, customer: str, author: str) -> R:
        """A record of somebody's, with as little in it as there can be."""
        stamped = {"author": author, "store": "", "now": _LONG_AGO}
        given = {name: stamped[stamp] for name, stamp in self.stamps.items()}
        given |= {field.name: field.sample for field in self.fields if field.name in self.needed}
        return msgspec.convert({**given, "id": id, "customer": customer}, self.record)

    @property
    def command_help(self) -> str:
        """What its commands are for."""
        return f"List and show {self.command.replace('-', ' ')}{', and write them' if self.verbs else ''}."

    def label_of(self, field: str) -> str:
        """What a field is called inside a sentence; one that is not declared goes by its name."""
        found = self.by_name.get(field)
        return found.words if found else field.replace("_", " ")

    @property
    def called(self) -> str:
        """What people call one, for sentences that need a word for every kind."""
        return self.noun or self.name.replace("_", " ")

    def described(self, document: Mapping[str, Any], whom: str) -> str:
        """What a record is inside a sentence; ``whom`` is its customer's name, empty for one who is not visible."""
        return self.words(document, whom or A_CUSTOMER) if self.words else (self.noun or self.row.label)


_LONG_AGO = "2000-01-01T00:00:00Z"


def _default(field: structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return as_json(field.default_factory())
    return None if field.required else as_json(field.default)


def text_in(document: Mapping[str, Any], name: str) -> str:
    """The text in a field of a document, without blanks around it; empty for anything else."""
    value = document.get(name)
    return value.strip() if isinstance(value, str) else ""
