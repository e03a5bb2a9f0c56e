"""The customers whom the operator names: by number, e-mail or id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.engine import Connection

from sellmode_backend.store import keys, records
from sellmode_backend.store.keys import KeyKind
from sellmode_contract.kinds.customer import Customer

OPERATOR = "operator"
"""Who has done what a command did, in the history."""

_SHOWN = 10


class NotOneCustomer(Exception):
    """Texts that name nobody, or more than one."""


def customers_named(connection: Connection, texts: Iterable[str]) -> list[str]:
    """Ids of the customers of numbers, e-mails and ids. Raises NotOneCustomer."""
    ids: dict[str, None] = {}
    wrong: list[str] = []
    for text in texts:
        kind: KeyKind = "email" if "@" in text else "number"
        key = keys.normal_key(kind, text)
        found = keys.customers_with(connection, kind, [key]).get(key, [])
        if not found and read_customers(connection, [text.lower()]):
            found = [text.lower()]
        if len(found) == 1:
            ids[found[0]] = None
        else:
            wrong.append(f"{text} ({'more than one' if found else 'nobody'})")
    if wrong:
        more = f" and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""
        raise NotOneCustomer(f"These do not name one customer each: {', '.join(wrong[:_SHOWN])}{more}.")
    return list(ids)


def read_customers(connection: Connection, ids: Sequence[str], *, lock: bool = False) -> list[Customer]:
    """Those of some customers who exist."""
    found = records.read_many(connection, "customer", ids, lock=lock)
    return [item for item in found if isinstance(item, Customer)]
