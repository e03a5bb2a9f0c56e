"""Which record or person is meant on a command line. Everything here raises Failure for none, and for several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sellmode_contract.ids import user_key
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.text import visible
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.records import RecordStore, SaleLine, TalkDetails, TaskKey, naming
from sellmode_tui.records.ids import MIN_ID
from sellmode_tui.records.naming import Named

_MAX_SHOWN: Final = 10
SHORT_TIMED_ID: Final = 13
"""Characters that a table shows of an id that begins with the moment at which it was made: up to its milliseconds.
Of others it shows ``MIN_ID``."""


def customer(records: RecordStore, text: str) -> str:
    """The id of the visible customer whom a text means, as in forms: by id, customer number, e-mail, or name."""
    found = records.customers.meant(text, _MAX_SHOWN + 1)
    return _picked(found, text, [(each.id, each) for each in found], unknown("customer", text))


def known_customer(records: RecordStore, text: str) -> str:
    """As ``customer``; also one of whom only the card is seen, by id or its beginning."""
    typed = text.strip()
    found = records.people.named(typed, _MAX_SHOWN + 1) if typed else []
    return typed if typed in found else _only(found, text, "customer")


def product(records: RecordStore, text: str) -> str:
    """The id of the visible product that a text means: by id or its beginning, SKU, or barcode."""
    typed = text.strip()
    found = records.products.meant(typed, _MAX_SHOWN + 1)
    return typed if typed in found else _only(found, text, "product")


def task(records: RecordStore, text: str) -> TaskKey:
    """The visible task whose id a text is, or begins."""
    typed = text.strip().casefold()
    found = {key.id: key for key in records.tasks.named(typed, _MAX_SHOWN + 1)}
    return found[typed if typed in found else _only(list(found), text, "task")]


def sale(records: RecordStore, text: str) -> SaleLine:
    """The online sale that a text names: by its number, or an id or its beginning."""
    found = {line.sale.id: line for line in records.sales.named(text, _MAX_SHOWN + 1)}
    return found[_only(list(found), text, "online sale with a touch")]


def request(records: RecordStore, text: str) -> TalkDetails:
    """The customer's request whose id a text is, or begins."""
    found = records.requests.get(record(records, "request", text))
    assert found is not None  # noqa: S101 -- for the type checker: it is visible
    return found


def record(records: RecordStore, kind: str, text: str) -> str:
    """The id of the visible record of a kind whose id a text is, or begins."""
    typed = text.strip()
    found = records.ids_named(kind, typed, _MAX_SHOWN + 1)
    return typed if typed in found else _only(found, text, KINDS[kind].called)


def one_of(ids: Iterable[str], text: str, noun: str, *, by_end: bool = False, missing: str = "") -> str:
    """The one of some ids that a text is, or begins; or ends, of ids that all begin alike."""
    typed, known = text.strip(), list(dict.fromkeys(ids))
    if typed in known:
        return typed
    matches = str.endswith if by_end else str.startswith
    found = [id for id in known if len(typed) >= MIN_ID and matches(id, typed.casefold())]
    if missing and not found:
        raise Failure(missing, Exit.NOTHING)
    return _only(found, text, noun)


def store(records: RecordStore, text: str) -> str:
    """The id of the store that a text means: an id or a name."""
    retailer = records.retailer()
    stores = retailer.stores if retailer else ()
    found = [store.id for store in stores if text == store.id or text.casefold() == store.name.casefold()]
    if len(found) != 1:
        raise Failure(f"No store {visible(text)}, or several with that name.", Exit.NOTHING)
    return found[0]


def colleague(people: Iterable[Staff], text: str) -> Staff:
    """The one of some people whom a text means, as in forms: by user name, id, or name."""
    some, typed = list(people), text.strip()
    by_key = [staff for staff in some if user_key(typed) == user_key(staff.user_name) or typed == staff.id]
    found = naming.matching(typed, map(naming.person, some)) if len(by_key) != 1 else [naming.person(by_key[0])]
    names = ", ".join(visible(staff.user_name) for staff in some[:_MAX_SHOWN]) or "nobody"
    more = " and others" if len(some) > _MAX_SHOWN else ""
    nobody = Failure(f"No matching colleague {visible(text)}. It can be given to {names}{more}.", Exit.NOTHING)
    id = _picked(found, text, [(each.about, each) for each in found], nobody)
    return next(staff for staff in some if staff.id == id)


def unknown(noun: str, text: str) -> Failure:
    """The same answer for a record that does not exist and one that is not visible."""
    return Failure(f"No {noun} {visible(text)} that you can see.", Exit.NOTHING)


def _picked(found: Sequence[Named], text: str, rows: Sequence[tuple[str, Named]], nobody: Failure) -> str:
    """The one that was found; of several, each is listed with what names it alone."""
    if not found:
        raise nobody
    if len(found) > 1:
        listed = "\n".join(f"  {visible(key)}  {_described(each, key)}" for key, each in rows[:_MAX_SHOWN])
        more = "\n  and more" if len(found) > _MAX_SHOWN else ""
        raise Failure(f"{visible(text)}: {naming.SEVERAL}:\n{listed}{more}", Exit.USAGE)
    return found[0].id


def _described(named: Named, key: str) -> str:
    return "  ".join(visible(each) for each in (named.name, named.about) if each and each != key)


def _only(ids: Sequence[str], text: str, noun: str) -> str:
    if not ids:
        raise unknown(noun, text)
    if len(ids) > 1:
        listed = "\n".join(f"  {visible(id)}" for id in ids[:_MAX_SHOWN])
        more = "\n  and more" if len(ids) > _MAX_SHOWN else ""
        raise Failure(f"{visible(text)}: {naming.SEVERAL} by its id:\n{listed}{more}", Exit.USAGE)
    return ids[0]
