"""The search index: two FTS5 tables whose row ids are places in the order of names.

Hits therefore come in name order, and the first page of a search stops early however many there are. The tables are
contentless: to take a row out, its old words are given again, which removes them from the pages at once
(``secure-delete``; the tombstones of ``contentless_delete`` would leave them there until a merge).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.search import (
    MIN_PHONE_DIGITS,
    Digits,
    Query,
    SearchKeys,
    exact,
    keys_of,
    parse_query,
    words,
    words_of,
)
from sellmode_tui.sealed import Connection

WORDS, PHONES = "search_words", "search_phones"


class Searched(msgspec.Struct, frozen=True):
    """The fields of a customer that are searched: much less to decode than the whole."""

    given_name: str = ""
    family_name: str = ""
    email: str = ""
    number: str = ""
    phone: str = ""
    phone_e164: str = ""


class Entry(NamedTuple):
    """What the index holds of a customer at one place."""

    place: int
    words: str
    phones: str


def entry(place: int, customer: Customer | Searched) -> Entry:
    """The index entry of a customer. The same customer gives the same one."""
    found = keys_of(customer)
    return Entry(place, " ".join(sorted(found.words)), " ".join(sorted(found.phones)))


def create(connection: Connection) -> None:
    """Make both tables, empty, and ready to be filled."""
    drop(connection)
    create_index(connection, WORDS, "1 2 3 4 5 6 7")
    create_index(connection, PHONES, "3 4")


def create_index(connection: Connection, name: str, prefixes: str) -> None:
    """Make a table of words, ready to be filled; beginnings of ``prefixes`` characters are found at once."""
    connection.execute(
        f"CREATE VIRTUAL TABLE {name} USING fts5(keys, content='', detail=none, tokenize='ascii', prefix='{prefixes}')"
    )
    connection.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('secure-delete', 1)")
    _hold(connection, name, 32 << 20)


def filled(connection: Connection) -> None:
    """Go over from filling both tables to keeping them."""
    hold_less(connection, WORDS)
    hold_less(connection, PHONES)


def hold_less(connection: Connection, name: str) -> None:
    """Go over from filling a table to keeping it."""
    _hold(connection, name, 1 << 20)


def _hold(connection: Connection, name: str, size: int) -> None:
    """How many bytes FTS5 holds in memory before it writes a segment: fewer segments, fewer merges."""
    connection.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('hashsize', ?)", (size,))


def drop(connection: Connection) -> None:
    """Drop both tables, if they are there."""
    for name in (WORDS, PHONES):
        connection.execute(f"DROP TABLE IF EXISTS {name}")


def insert(connection: Connection, entries: Iterable[Entry]) -> None:
    """Index customers. By rising place: FTS5 writes a segment whenever the row id falls."""
    ordered = sorted(entries)
    connection.executemany(f"INSERT INTO {WORDS} (rowid, keys) VALUES (?, ?)", ((e.place, e.words) for e in ordered))
    connection.executemany(
        f"INSERT INTO {PHONES} (rowid, keys) VALUES (?, ?)", ((e.place, e.phones) for e in ordered if e.phones)
    )


def delete(connection: Connection, entries: Iterable[Entry]) -> None:
    """Take customers out of the index; the entries must be what is in it."""
    ordered = sorted(entries)
    connection.executemany(
        f"INSERT INTO {WORDS} ({WORDS}, rowid, keys) VALUES ('delete', ?, ?)", ((e.place, e.words) for e in ordered)
    )
    connection.executemany(
        f"INSERT INTO {PHONES} ({PHONES}, rowid, keys) VALUES ('delete', ?, ?)",
        ((e.place, e.phones) for e in ordered if e.phones),
    )


# ------------------------------------------------------------------ asking


class Candidates(NamedTuple):
    """SQL that gives the places of all customers who may match, in one column ``place``."""

    sql: str
    parameters: tuple[str, ...]
    exact: bool
    """Whether they are the customers who do match; otherwise each is to be checked with ``found``."""


def candidates(query: Query) -> Candidates:
    """Where to look for a query that is not empty.

    Words alone are looked up together. Digits may be part of a phone or the beginning of a word, so they lead: few
    customers have them, and the rest of the query is checked on these.
    """
    # Too few digits for a phone are a beginning of a word like any other.
    simple = [group for group in query.digits if _single(group) and len(group.whole) < MIN_PHONE_DIGITS]
    numbers = [group for group in query.digits if group not in simple]
    if not numbers:
        return Candidates(
            f"SELECT rowid AS place FROM {WORDS} WHERE {WORDS} MATCH ?",
            (_match(*query.words, *(group.whole for group in simple)),),
            True,
        )
    lead = numbers[0]
    alone = not query.words and not simple and len(numbers) == 1 and _single(lead)
    selects, parameters = [], []
    for digits in _leading(lead):
        for table in (PHONES, WORDS) if len(digits) >= MIN_PHONE_DIGITS else (WORDS,):
            selects.append(f"SELECT rowid AS place FROM {table} WHERE {table} MATCH ?")
            parameters.append(_match(digits))
    return Candidates(" UNION ".join(selects), tuple(parameters), alone)


def _single(group: Digits) -> bool:
    """Whether these were typed without anything between them; ``0 0`` has one part, and yet is two."""
    return group.parts == (group.whole,)


def _leading(group: Digits) -> list[str]:
    """Digits one of which every customer has who has the group."""
    return [group.whole] if _single(group) else [group.whole, max(group.parts, key=len)]


def _match(*typed: str) -> str:
    return " AND ".join(f'"{word}"*' for word in typed)


searched = msgspec.json.Decoder(Searched).decode
"""The searched fields in a customer's document."""
_parsed = lru_cache(maxsize=64)(parse_query)
_words = lru_cache(maxsize=4096)(words)
_exact = lru_cache(maxsize=4096)(exact)


def found(doc: str, text: str) -> bool:
    """Whether a customer's document matches typed words."""
    query, customer = _parsed(text), searched(doc)
    # The words first: most candidates fail by them, and the keys of phones take longest to make.
    by_words = SearchKeys(words_of(customer))
    return Query(words=query.words).matches(by_words) and (not query.digits or query.matches(keys_of(customer)))


def exactly(held: str | None, typed: str) -> bool:
    """Whether two texts are the same but for case, accents and spaces (``=`` of the filter grammar)."""
    return held is not None and _exact(held) == _exact(typed)


def begins(held: str | None, typed: str) -> bool:
    """Whether each typed word begins a word of a text (``:`` of the filter grammar)."""
    return held is not None and all(any(word.startswith(wanted) for word in _words(held)) for wanted in _words(typed))


def documents(connection: Connection, customers: Sequence[int]) -> dict[int, Searched]:
    """The searched fields of the customers with these primary keys."""
    marks = ",".join("?" * len(customers))
    rows = connection.execute(f"SELECT pk, doc FROM customer WHERE pk IN ({marks})", tuple(customers))
    return {pk: searched(doc) for pk, doc in rows}
