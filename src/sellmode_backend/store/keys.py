"""Finding customers by e-mail, phone or number: the exact keys of imports and duplicates, not those of a search."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Literal, TypeAlias, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.phones import numbers
from sellmode_backend.store import bulk
from sellmode_backend.store.bulk import one_of
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.schema import customer_key
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.search import numbers_in

KeyKind: TypeAlias = Literal["email", "phone", "number"]
Keys: TypeAlias = frozenset[tuple[KeyKind, str]]

_KINDS: tuple[KeyKind, ...] = get_args(KeyKind)
_MERGED = "merged "
"""Stands before the kind of keys that customers had who were merged into another one."""

MAX_WRITTEN = 320
"""Characters of what a key is made from, as many as the longest e-mail address has; PostgreSQL indexes 2,700 bytes."""


def normal_key(kind: KeyKind, text: str) -> str:
    """The key of what somebody wrote; empty if it says nothing, or more than anybody's e-mail, phone or number does.

    E-mails without case; phones by their digits, so that E.164 and the same number written with blanks meet; numbers
    without case.
    """
    if len(text) > MAX_WRITTEN:
        return ""
    if kind == "phone":
        digits = "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())
        return digits if len(set(digits)) > 1 else ""  # 0000000000 stands for none
    return unicodedata.normalize("NFC", text.strip()).casefold()


def keys_of(customer: Customer) -> Keys:
    """By what a customer is found: each phone by its E.164 form if it has one."""
    country = customer.address.country if customer.address else ""
    main, *more = numbers_in(customer.phone)[0]
    more = numbers(customer.phone, country)[1:] if more else []
    return keys_of_texts(email=customer.email, phones=(customer.phone_e164 or main, *more), number=customer.number)


def keys_of_texts(*, email: str, phones: Iterable[str], number: str = "") -> Keys:
    """The keys of what somebody wrote."""
    texts: list[tuple[KeyKind, str]] = [("email", email), ("number", number), *(("phone", each) for each in phones)]
    return frozenset([(kind, key) for kind, text in texts if text and (key := normal_key(kind, text))])


def customers_with(connection: Connection, kind: KeyKind, keys: Collection[str]) -> dict[str, list[str]]:
    """Ids, in order, of the customers who have each of these keys (of ``normal_key``); keys of nobody are left out."""
    return _having(connection, kind, keys)


def merged_with(connection: Connection, kind: KeyKind, keys: Collection[str]) -> dict[str, list[str]]:
    """As ``customers_with``, of those who were merged into another one: their ids and keys as they were then."""
    return _having(connection, _MERGED + kind, keys)


def keys_of_merged(connection: Connection, ids: Collection[str]) -> dict[str, Keys]:
    """The keys of customers who were merged, as they were then; whoever was not is left out."""
    query = sa.select(customer_key.c.customer, customer_key.c.kind, customer_key.c.key)
    found: dict[str, set[tuple[KeyKind, str]]] = {}
    for some in in_parts(sorted(ids)):
        rows = connection.execute(query.where(one_of(connection, customer_key.c.customer, some)))
        for id, written, key in rows:
            for kind in _KINDS:
                if written == _MERGED + kind:
                    found.setdefault(id, set()).add((kind, key))
    return {id: frozenset(those) for id, those in found.items()}


def source_customers_with(
    connection: Connection, source: str, kind: KeyKind, keys: Collection[str]
) -> dict[str, list[str]]:
    """As ``customers_with``, of those whom a source names so: the ids that its imports gave them."""
    return _having(connection, f"{source} {kind}", keys)


def note_source_keys(connection: Connection, source: str, said: Mapping[str, Keys]) -> None:
    """Keep what a source says of its customers now, by the ids that its imports gave them."""
    kinds = {f"{source} {kind}": kind for kind in _KINDS}
    before: dict[str, set[tuple[KeyKind, str]]] = {}
    query = sa.select(customer_key.c.customer, customer_key.c.kind, customer_key.c.key)
    for some in in_parts(sorted(said)):
        for id, kind, key in connection.execute(query.where(one_of(connection, customer_key.c.customer, some))):
            if kind in kinds:
                before.setdefault(id, set()).add((kinds[kind], key))
    changed = {id: (frozenset(before.get(id, ())), new) for id, new in said.items()}
    replace_keys(connection, changed, source)


def note_merged(connection: Connection, customer: Customer) -> None:
    """Keep the keys of a customer who is merged into another one: imports still name them so."""
    rows = [{"kind": _MERGED + kind, "key": key, "customer": customer.id} for kind, key in sorted(keys_of(customer))]
    bulk.insert_new(connection, customer_key, rows)


def _having(connection: Connection, kind: str, keys: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for some in in_parts(sorted(set(keys))):
        query = sa.select(customer_key.c.key, customer_key.c.customer).where(
            customer_key.c.kind == kind, one_of(connection, customer_key.c.key, some)
        )
        for key, customer in connection.execute(query.order_by(customer_key.c.customer)):
            found.setdefault(key, []).append(customer)
    return found


def replace_keys(connection: Connection, changed: Mapping[str, tuple[Keys, Keys]], source: str = "") -> None:
    """Keep the table right after customers changed: for each id the keys it had and those it has.

    With a ``source`` these are as it says them.
    """
    before = f"{source} " if source else ""
    lost = [(kind, key, id) for id, (old, new) in changed.items() for kind, key in old - new]
    gained = [(kind, key, id) for id, (old, new) in changed.items() for kind, key in new - old]
    for change, rows in ((bulk.delete, lost), (bulk.insert, gained)):
        change(
            connection, customer_key, [{"kind": before + kind, "key": key, "customer": id} for kind, key, id in rows]
        )
