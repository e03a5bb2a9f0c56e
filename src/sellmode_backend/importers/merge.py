"""The 3-way merge of an import: the last imported value, the one in the file now, and what people made of it since.

Only a field whose value in the file differs from the last imported one is written; the import is then an edit like
anybody's. Plain values: the last to arrive wins. Tags: what was added is added, what was removed is removed. Consent:
the stricter one, unless the customer's own act came after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Channel, Consent, ConsentState
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.note import Note
from sellmode_contract.mutations.consent import UNSAID, stricter

_WITH_SOURCE = frozenset({"number", "given_name", "family_name", "email", "phone", "address"})
"""Fields whose provenance is shown."""

CUSTOMER = "customer"
"""The actor of what customers chose themselves."""

_MISSING = object()


def changed(base: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row that differ from what was imported last. A field that the row has not is not changed."""
    return {name: value for name, value in fields.items() if base.get(name, _MISSING) != value}


def all_changed(
    bases: Mapping[str, Mapping[str, Any]], fields: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The changed fields of each record that has any, by id."""
    return {id: changes for id, new in fields.items() if (changes := changed(bases.get(id, {}), new))}


def merged_customer(current: Customer, base: Mapping[str, Any], changes: Mapping[str, Any], source: str) -> Customer:
    """A customer with the changed fields of a source's export; ``note``, ``consent.…`` and ``date.…`` are records of
    their own.
    """
    document: dict[str, Any] = msgspec.to_builtins(current)
    sources = dict(current.sources)
    for name, value in changes.items():
        if name == "tags":
            document["tags"] = merged_tags(current.tags, base.get("tags") or (), value)
        elif name == "phone":
            document["phone"], document["phone_e164"] = value
        elif name.startswith("custom."):
            document.setdefault("custom", {})[name.removeprefix("custom.")] = value
        elif name != "note" and not name.startswith(("consent.", "date.")):
            document[name] = value
        if name in _WITH_SOURCE or name.startswith("custom."):
            if any(value) if name == "phone" else value:
                sources[name] = source
            else:
                sources.pop(name, None)
    document["sources"] = sources
    document["edited"] = {name: edit for name, edit in current.edited.items() if name not in changes}
    document["custom"] = {name: value for name, value in document.get("custom", {}).items() if value is not None}
    return msgspec.convert(document, Customer)


def merged_tags(current: Iterable[str], base: Iterable[str], new: Iterable[str]) -> list[str]:
    """The tags there are, with those that the source added and without those that it took away."""
    before, now = dict.fromkeys(base), dict.fromkeys(new)
    kept = (tag for tag in current if tag not in before or tag in now)
    added = (tag for tag in now if tag not in before)
    return list(dict.fromkeys([*kept, *added]))


class ConsentMerge(NamedTuple):
    """What an import's consent comes to."""

    record: Consent | None
    """To be written; None if nothing is."""
    refused: bool = False
    """The import would have loosened what is known: the stricter state stays."""


def merged_consent(
    current: Consent | None,
    base: ConsentState | None,
    new: ConsentState,
    blank: Consent,
    now: dt.datetime,
    act: dt.datetime | None = None,
) -> ConsentMerge:
    """What a changed consent of the source comes to. ``base`` is None if it never said anything before.

    The first import sets what nobody had set. From then on consent only gets stricter, but for what the customer chose
    themself (``act``: when) after what stands. ``blank`` is the record to make if there is none.
    """
    made = msgspec.structs.replace(
        current or blank,
        state=new,
        changed_at=act or now,
        actor=CUSTOMER if act else blank.actor,
        evidence=blank.evidence,
    )
    if current is None and base is None:
        return ConsentMerge(made if act else msgspec.structs.replace(blank, state=new))
    known = current.state if current else UNSAID
    looser = stricter(known, new) == known
    if new == known or (looser and not (act and _is_newer(act, current, blank.actor))):
        return ConsentMerge(None, refused=new != known)
    return ConsentMerge(made)


def _is_newer(act: dt.datetime, current: Consent | None, source: str) -> bool:
    """Whether an act came after what stands; what the source itself said without a time is what it takes back."""
    if current is None or current.changed_at is None:
        return current is None or current.actor == source
    return act > current.changed_at


def blank_consent(customer: str, channel: Channel, evidence: str, source: str) -> Consent:
    """A consent as an import from a source makes it."""
    return Consent(
        id=source_id("consent", source, f"{customer}/{channel}"),
        customer=customer,
        channel=channel,
        actor=source,
        evidence=evidence,
    )


def note_id(customer: str, source: str) -> str:
    """Id of the one note that the source has about a customer, by the id that the source's key gives."""
    return source_id("note", source, customer)


def date_id(customer: str, label: str, source: str) -> str:
    """Id of a date that the source was the first to know."""
    return source_id("date", source, f"{customer}/{label}")


def same_day(date: ImportantDate, text: str | None) -> bool:
    """Whether a date is the one that was imported, in ISO 8601."""
    return text is not None and (date.year, date.month, date.day) == _parts(text)


def with_day(date: ImportantDate, text: str) -> ImportantDate:
    """A date moved to a day in ISO 8601."""
    year, month, day = _parts(text)
    return msgspec.structs.replace(date, year=year, month=month, day=day, edited={})


def _parts(text: str) -> tuple[int, int, int]:
    day = dt.date.fromisoformat(text)
    return day.year, day.month, day.day


def merged_note(current: Note | None, base: str, blank: Note) -> Note | None:
    """The customer's note from the source, with its changed text; None if there is to be none.

    ``blank`` is the note as the source has it now. One that the source has dropped stays if somebody has worked on it
    since.
    """
    if blank.text:
        return blank
    return None if current is None or current.text == base else current
