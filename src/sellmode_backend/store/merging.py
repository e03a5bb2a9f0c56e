"""Two customers who are one: what becomes of their records, and of whatever still names the one who is no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk, figures, keys, late_touches, orders
from sellmode_backend.store.database import in_parts, upsert
from sellmode_backend.store.prepared import Prepared, one_of
from sellmode_backend.store.schema import merged_customer, rule_event, rule_occurrence, touch, tracking_refusal
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.consent import Consent, ConsentState
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.wish import Wish
from sellmode_contract.mutations import MERGED_FIELDS, Merge, Outcome, Reader, Rejected, World, stricter
from sellmode_contract.mutations.consent import UNSAID
from sellmode_contract.mutations.customers import check_somebody, current_value
from sellmode_contract.records import Record

_KEPT_OF_EITHER = tuple(name for name in MERGED_FIELDS if name != "number")
"""Fields that the kept customer gets if they have nothing there; a number is what a source knows one customer by."""


class Merged(NamedTuple):
    """A merge: what is to be written, and what ``settle`` goes by."""

    outcome: Outcome
    gone: Customer
    """As they were last."""
    kept: str
    """Id of the other one."""
    dates: Mapping[str, str]
    """Of the dates that both have, the kept customer's by the other one's."""
    held: Collection[tuple[str, str]]
    """Rule and occurrence of the other one's open tasks that give way to one that the kept customer has."""


def merge(operation: Merge, world: World) -> Merged:
    """What a merge makes of the records, its pair among them. Raises Rejected; whoever asks has looked who may.

    The kept customer gets the fields taken from the other one and those that only the other one has, the tags,
    preferences, sizes and custom fields of both (their own where both have one), an owner if they had none, and all
    that belongs to the other one. Of consent the stricter holds for each channel; a channel without a record counts as
    what holds without one. A date that both have stays once, as does what both wish for, and a rule's task: one that
    was done for either is open for nobody. Of two open tasks of one rule the kept customer's stays; what the other one
    was for gets its task later, as if they had always been one customer. Each value that is lost so is kept in the
    history.

    When the outcome is written, in the same transaction, ``settle`` does the rest. Both customers' rows are held before
    this reads what belongs to them.
    """
    kept, gone = _two(operation, world.records)
    if unknown := set(operation.take) - set(MERGED_FIELDS):
        raise Rejected("invalid", "There is no such field to be taken.", field=min(unknown)[:100])
    return merge_two(kept, gone, operation.take, world, pairs=[operation.id])


def merge_two(kept: Customer, gone: Customer, take: Collection[str], world: World, pairs: Iterable[str]) -> Merged:
    """As ``merge``, of any two customers, with the pairs of them that there are; ``take`` are MERGED_FIELDS."""
    # Nobody has to see a value to keep it: a manager in Associate Mode sees those of neither.
    taken = {*take, *(name for name in _KEPT_OF_EITHER if current_value(kept, name) is None)}
    customer = check_somebody(_united(kept, gone, taken))
    lost = _lost(kept, gone, taken)
    puts: list[Record] = [customer]
    mine = world.records.belongings(kept.id)
    theirs = world.records.belongings(gone.id)
    dates = _same_dates(theirs, mine)
    tasks = _Tasks(mine, theirs, dates)
    for item in theirs:
        if isinstance(item, RuleTask):
            puts += tasks.of(item, kept.id)
        elif isinstance(item, Consent):
            consent, beaten = _consent(item, mine, kept.id)
            if beaten is not None:
                lost[f"consent.{item.channel}"] = beaten
            puts += [consent] if consent else []
        elif isinstance(item, ImportantDate):
            date = _date(item, mine, kept.id)
            puts += [date] if date else []
        elif isinstance(item, Wish) and _is_wished(item, mine):
            continue
        elif kind_of(item) != "customer_card":
            puts.append(msgspec.structs.replace(item, customer=kept.id))
    puts += tasks.needless(world.now)
    puts += _history(kept, customer, lost, world)
    staying = {(kind_of(record), record.id) for record in puts}
    over = [key for item in theirs if (key := (kind_of(item), item.id)) not in staying]
    removes = (*(("duplicate_pair", id) for id in pairs), *over, ("customer", gone.id))
    return Merged(Outcome(tuple(puts), removes), gone, kept.id, dates, tasks.held)


def _is_wished(wish: Wish, mine: Iterable[Record]) -> bool:
    """Whether a wish says nothing that one of the kept customer's does not."""
    same = (each for each in mine if isinstance(each, Wish) and each.sku == wish.sku)
    return any(wish.note in ("", each.note) for each in same)


def settle(connection: Connection, merged: Iterable[Merged], now: dt.datetime) -> None:
    """Let orders, figures, names and what rules have made follow merges that were written in this transaction.

    From now on the id, and in imports the e-mail, phone and number, of the one who is gone mean the one who was kept.
    """
    kept = []
    for one in merged:
        gone, into = one.gone, one.kept
        orders.reassign(connection, gone.id, into)
        _take_along_rules(connection, one)
        table = merged_customer
        connection.execute(sa.update(table).where(table.c.kept == gone.id).values(kept=into))
        bulk.upsert(connection, table, [{"id": gone.id, "kept": into, "at": now}])
        keys.note_merged(connection, gone)
        kept.append(into)
    late_touches.judge_customers(connection, kept, now)
    figures.refresh(connection, kept)


_KEPT = Prepared(
    lambda engine: sa.select(merged_customer.c.id, merged_customer.c.kept).where(
        one_of(engine, merged_customer.c.id, "ids")
    )
)


def kept(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Of those among ``ids`` who were merged into another customer, the id of that one."""
    return {id: into for some in in_parts(sorted(ids)) for id, into in _KEPT.rows(connection, ids=some)}


def _take_along_rules(connection: Connection, merged: Merged) -> None:
    """Let what rules have made for one customer, and the events they wait for, be the other one's."""
    gone, kept = merged.gone.id, merged.kept
    rows = connection.execute(sa.select(rule_occurrence).where(rule_occurrence.c.customer == gone)).mappings().all()
    theirs = [
        {**row, "customer": kept, "occurrence": _occurrence(row["occurrence"], merged.dates)}
        for row in rows
        if (row["rule"], row["occurrence"]) not in merged.held
    ]
    bulk.insert_new(connection, rule_occurrence, theirs)
    connection.execute(sa.delete(rule_occurrence).where(rule_occurrence.c.customer == gone))
    connection.execute(sa.update(rule_event).where(rule_event.c.customer == gone).values(customer=kept))
    connection.execute(sa.update(touch).where(touch.c.customer == gone).values(customer=kept))
    # Whoever of the two has refused to be tracked, both have.
    refusal = sa.select(sa.literal(kept), tracking_refusal.c.at).where(tracking_refusal.c.customer == gone)
    refused = upsert(connection, tracking_refusal).from_select(["customer", "at"], refusal)
    connection.execute(refused.on_conflict_do_nothing())
    connection.execute(sa.delete(tracking_refusal).where(tracking_refusal.c.customer == gone))


# ------------------------------------------------------------------ the two


def _two(operation: Merge, records: Reader) -> tuple[Customer, Customer]:
    """Who stays, and who goes."""
    pair = records.get("duplicate_pair", operation.id)
    if not isinstance(pair, DuplicatePair):
        raise Rejected("not_found", "There is no such duplicate pair.")
    if operation.keep not in pair.customers:
        raise Rejected("invalid", "The customer who is to stay is none of the pair.", field="keep")
    others = [id for id in pair.customers if id != operation.keep]
    kept, gone = (records.get("customer", id) for id in (operation.keep, others[0]))
    if not isinstance(kept, Customer) or not isinstance(gone, Customer) or kept.store != gone.store:
        raise Rejected("conflict", "The two are no longer customers of one store.")
    return kept, gone


def _united(kept: Customer, gone: Customer, take: Collection[str]) -> Customer:
    changes: dict[str, Any] = {name: getattr(gone, name) for name in take}
    if "phone" in take:
        changes["phone_e164"] = gone.phone_e164
    added = {f"{name}.{entry}" for name in ("sizes", "custom") for entry in getattr(gone, name)} - {
        f"{name}.{entry}" for name in ("sizes", "custom") for entry in getattr(kept, name)
    }
    theirs = {*take, *added}
    sources = {name: source for name, source in kept.sources.items() if name not in theirs}
    sources.update((name, source) for name, source in gone.sources.items() if name in theirs)
    edited = {name: edit for name, edit in kept.edited.items() if name not in theirs}
    edited.update((name, edit) for name, edit in gone.edited.items() if name in theirs)
    return msgspec.structs.replace(
        kept,
        **changes,
        owner=kept.owner or gone.owner,
        tags=tuple(dict.fromkeys((*kept.tags, *gone.tags))),
        preferences=tuple(dict.fromkeys((*kept.preferences, *gone.preferences))),
        sizes={**gone.sizes, **kept.sizes},
        custom={**gone.custom, **kept.custom},
        sources=sources,
        edited=edited,
        # Who came with the first import has none, and was there before all others.
        created_at=min(kept.created_at, gone.created_at) if kept.created_at and gone.created_at else None,
    )


def _lost(kept: Customer, gone: Customer, take: Collection[str]) -> dict[str, Any]:
    """The values that one of the two had and the result has not, by field."""
    lost = {}
    for name in MERGED_FIELDS:
        mine, theirs = current_value(kept, name), current_value(gone, name)
        if mine != theirs and (value := mine if name in take else theirs) is not None:
            lost[name] = value
    for name in ("sizes", "custom"):
        mine, theirs = getattr(kept, name), getattr(gone, name)
        lost.update(
            (f"{name}.{entry}", theirs[entry]) for entry in theirs if mine.get(entry, theirs[entry]) != theirs[entry]
        )
    return lost


def _consent(item: Consent, mine: Iterable[Record], kept: str) -> tuple[Consent | None, ConsentState | None]:
    """The consent to be written for the channel of one, if any; and the state that does not hold any more, if any."""
    known = next((other for other in mine if isinstance(other, Consent) and other.channel == item.channel), None)
    before = known.state if known else UNSAID
    if stricter(before, item.state) != before:
        made = msgspec.structs.replace(item, id=known.id if known else item.id, customer=kept)
        return made, before if known else None
    if item.state != before:
        return None, item.state
    return (None if known else msgspec.structs.replace(item, customer=kept)), None


def _date(item: ImportantDate, mine: Iterable[Record], kept: str) -> ImportantDate | None:
    """The date to be written for one; None if the kept customer has it."""
    known = next((other for other in mine if isinstance(other, ImportantDate) and _same_day(item, other)), None)
    if known is None:
        return msgspec.structs.replace(item, customer=kept)
    return msgspec.structs.replace(known, year=item.year) if known.year is None and item.year is not None else None


def _same_dates(theirs: Iterable[Record], mine: Iterable[Record]) -> dict[str, str]:
    own = [item for item in mine if isinstance(item, ImportantDate)]
    return {
        item.id: known.id
        for item in theirs
        if isinstance(item, ImportantDate)
        if (known := next((other for other in own if _same_day(item, other)), None))
    }


def _occurrence(key: str, dates: Mapping[str, str]) -> str:
    """The key that an occurrence has for the kept customer: ``contract.rules.occurrences`` says how they are made."""
    date, slash, year = key.partition("/")
    return f"{dates[date]}{slash}{year}" if date in dates else key


class _Tasks:
    """The tasks that rules have made for either.

    Of the same occurrence one stays, the one that was done if any; and one open task of a rule, as everywhere.
    """

    def __init__(self, mine: Iterable[Record], theirs: Iterable[Record], dates: Mapping[str, str]) -> None:
        self._dates = dates
        self._mine = {(item.rule, item.occurrence): item for item in mine if isinstance(item, RuleTask) and item.rule}
        done = (item for item in theirs if isinstance(item, RuleTask) and item.state in ("done", "dismissed"))
        self._done = {(item.rule, _occurrence(item.occurrence, dates)) for item in done}
        self._open = {key[0] for key, task in self._mine.items() if task.state == "open" and key not in self._done}
        self.held: set[tuple[str, str]] = set()
        """Rule and occurrence of the other customer's open ones that give way to another occurrence's."""

    def of(self, item: RuleTask, kept: str) -> list[Record]:
        """What becomes of one of the other customer's."""
        occurrence = _occurrence(item.occurrence, self._dates)
        if item.state == "open" and (item.rule, occurrence) in self._mine:
            return []
        if item.state == "open" and item.rule in self._open:
            self.held.add((item.rule, item.occurrence))
            return []
        return [msgspec.structs.replace(item, customer=kept, occurrence=occurrence)]

    def needless(self, now: dt.datetime) -> list[Record]:
        """The kept customer's open ones that were done for the other one."""
        needless = [task for key, task in self._mine.items() if task.state == "open" and key in self._done]
        reason = "it was done before the merge"
        return [msgspec.structs.replace(task, state="expired", reason=reason, done_at=now) for task in needless]


def _same_day(one: ImportantDate, other: ImportantDate) -> bool:
    def day(date: ImportantDate) -> tuple[Any, ...]:
        return date.label.casefold(), date.month, date.day, date.about.casefold()

    return day(one) == day(other) and (one.year == other.year or None in (one.year, other.year))


def _history(before: Customer, after: Customer, lost: dict[str, Any], world: World) -> list[Record]:
    def entry(event: Any, key: str, **more: str | None) -> HistoryEntry:
        return HistoryEntry(
            id=source_id("history", "sellmode", f"{world.mid}/{key}"),
            customer=after.id,
            at=world.now,
            event=event,
            actor=world.account.id,
            **more,  # type: ignore[arg-type]  # subject may be None, field and value are text
        )

    told: list[Record] = [entry("merged", "merged")]
    if before.owner != after.owner:
        told.append(entry("assigned", "assigned", subject=after.owner))
    told += [entry("overwritten", name, field=name, value=_text(value)) for name, value in lost.items()]
    return told


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
