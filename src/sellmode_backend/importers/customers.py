"""The list of customers becomes customer records with their consents and notes, merged with what people wrote since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.accounts.directory import can_own
from sellmode_backend.importers import bases, merge
from sellmode_backend.importers.context import BATCH, Context, Seen
from sellmode_backend.importers.custom_fields import CustomColumns
from sellmode_backend.importers.identity import CustomerFinder
from sellmode_backend.importers.reading import Row, Table, UnusableRow
from sellmode_backend.importers.rows import CustomerRow, own_act
from sellmode_backend.importers.summary import Summary
from sellmode_backend.importers.values import TagPattern
from sellmode_backend.store import bulk, duplicates, keys, merging, records, schema, settings
from sellmode_backend.store.database import in_parts
from sellmode_contract.kinds import BY_RECORD, kind_of
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import WORDS, ImportantDate
from sellmode_contract.kinds.note import Note
from sellmode_contract.mutations.assigning import history
from sellmode_contract.records import Record

R = TypeVar("R", bound=Record)

TWO_OWNERS = "customers have tags that name more than one owner (customer number)"
UNKNOWN_OWNER = "customers have an owner who is not among the staff (customer number)"
OWNER_ELSEWHERE = "customers do not get the owner named, who does not work in their store (customer number)"
TWO_STORES = "customers have tags that name more than one home store (customer number)"
UNKNOWN_STORE = "customers have a home store that is not known (customer number)"
NO_STORE = "customers have no store, so nobody sees them yet (customer number, or id)"
TWINS = (
    "e-mails are those of customers of different stores, whom `customers merge` makes one if they are the same person"
    " (number or id of one of them)"
)
CROWDED = (
    f"e-mails or phones are shared by more than {duplicates.MAX_SHARED} customers and are not looked at for duplicates"
    " (number or id of one of them)"
)
ODD_PHONE = "phone numbers have extra characters after them; they stay as written (line)"
LOOSER_CONSENT = "consents stay as strict as they are, though the export would loosen them (customer number)"

_ADDRESS_PARTS = ("company", "address2", "city", "province", "postcode")
_CONSENTS: dict[Channel, str] = {"email": "email_consent", "sms": "sms_consent"}
"""The column of each channel."""


def load(tables: Iterable[Table], context: Context, *, owner_tag: TagPattern, store_tag: TagPattern) -> set[str]:
    """Import a list of customers; gives the ids of those for whom it names neither store nor owner (`give_stores`)."""
    read_row = context.source.read_customer(owner_tag, store_tag)
    seen = Seen(context.summary)
    read = False
    storeless: set[str] = set()
    for table in tables:
        columns = CustomColumns(table, context.retailer.custom_fields, context.now.date())
        table.unknown = [header for header in table.unknown if header not in columns.headers]
        if not table.has("address1"):  # parts of an address would take the place of a whole one
            table.unknown += [table.header_of(part) for part in _ADDRESS_PARTS if table.has(part)]
        parse = partial(_parse, read_row, columns)
        for batch in context.batches(table, context.parsed(table, parse)):
            done = context.write(_write, batch, seen, context)
            for id, row in done.taken:
                try:
                    seen.take(id, row)
                except UnusableRow as error:
                    row.reject(error)
            storeless |= done.storeless
            context.summary.add(done.summary)
        read = True
    if read and context.retailer.first_import is None:
        context.write(settings.change, first_import=context.now)
    return storeless


def _parse(read_row: Callable[[Row], CustomerRow], columns: CustomColumns, row: Row) -> CustomerRow:
    item = read_row(row)
    item.fields.update(columns.read(row))
    return item


class _Done(NamedTuple):
    """What a batch came to; kept once it is committed."""

    taken: list[tuple[str, Row]]
    """Each row with the id of its customer; of several about one customer the first was written."""
    storeless: set[str]
    summary: Summary


def _write(connection: Connection, batch: Sequence[CustomerRow], seen: Container[str], context: Context) -> _Done:
    return _Batch(connection, context).write(batch, seen)


class _People:
    """The customers whom rows are about: those with the rows' ids, or those into whom they were merged."""

    def __init__(self, connection: Connection, ids: Collection[str]) -> None:
        self.now = _by_id(connection, Customer, ids)
        """As they are by now; who is new is not among them."""
        # Only now: one who was merged at this very moment was waited for, and is missing.
        self._kept = merging.kept(connection, [id for id in ids if id not in self.now])
        self.now.update(_by_id(connection, Customer, set(self._kept.values()) - self.now.keys()))
        self._before = dict(self.now)

    def meant(self, id: str) -> str:
        """Who is meant by a row's id."""
        return self._kept.get(id, id)

    def changes(self) -> dict[str, duplicates.Change]:
        """Everybody before and after."""
        return {id: (self._before.get(id), after) for id, after in self.now.items()}


def _take_idle(changed: dict[str, Any], before: Customer, source: str, *, first: bool, merged: bool) -> dict[str, Any]:
    """Take out of a row's changes those that are only remembered, and give them.

    An empty field of the first row about a customer whom people have added takes nothing away from what they wrote. The
    row of one who was merged does not change the kept one's number, nor does that of another shop.
    """
    has_number = bool(before.number) and (merged or before.sources.get("number", source) != source)
    return {
        name: changed.pop(name)
        for name, value in list(changed.items())
        if (first and not (any(value) if name == "phone" else value)) or (name == "number" and has_number)
    }


class _Batch:
    """Rows that are written together."""

    def __init__(self, connection: Connection, context: Context) -> None:
        self._connection = connection
        self._context = context
        self._source = context.source.name
        self._known_since = context.now if context.retailer.first_import else None
        self._done = _Done([], set(), Summary())
        self._consented: dict[str, dict[Channel, Consent]] = {}
        """What the batch has made of consents so far, by customer."""
        self._dated: dict[str, dict[str, ImportantDate]] = {}
        """The same of dates, by customer and label."""

    def write(self, batch: Sequence[CustomerRow], seen: Container[str]) -> _Done:
        rows = self._by_customer(batch, seen)
        self._note_keys(rows)
        known = bases.read(self._connection, "customer", rows)
        fields = {id: row.fields | self._assignment(row) for id, row in rows.items()}
        self._done.storeless.update(id for id, new in fields.items() if not new.get("store") and not new.get("owner"))
        changes = merge.all_changed(known, fields)
        people = _People(self._connection, changes)
        notes = _by_id(
            self._connection, Note, [merge.note_id(id, self._source) for id, new in changes.items() if "note" in new]
        )

        written: dict[str, list[Record]] = {}
        removed: list[records.Key] = []
        idle: dict[str, dict[str, Any]] = {}
        for id, changed in changes.items():
            base, row, meant = known.get(id, {}), rows[id], people.meant(id)
            before = people.now.get(meant)
            if before is None:
                changed.update(fields[id])
            named_store = fields[id].get("store")
            if before is not None:
                idle[id] = _take_idle(changed, before, self._source, first=id not in known, merged=meant != id)
            blank = Customer(id=meant, created_at=self._known_since)
            after = merge.merged_customer(before or blank, base, changed, self._source)
            after = self._placed(after, before, changed, named_store, row)
            mine: list[Record] = [after, *self._consents(meant, row, base, changed, is_new=before is None)]
            if before:
                now = self._context.now
                mine += history(before, after, self._source, now, now.isoformat())
            dates, lost = self._dates(meant, base, changed, is_new=before is None)
            mine += dates
            removed += lost
            if "note" in changed:
                note_id = merge.note_id(id, self._source)
                new = Note(id=note_id, customer=meant, written_at=self._context.now, text=changed["note"])
                note = merge.merged_note(notes.get(note_id), base.get("note", ""), new)
                if note:
                    mine.append(note)
                elif note_id in notes:
                    removed.append(("note", note_id))
            people.now[meant] = after
            for record in mine:
                written.setdefault(kind_of(record), []).append(record)
        bases.write(
            self._connection,
            "customer",
            {id: known.get(id, {}) | idle.get(id, {}) | changed for id, changed in changes.items()},
        )
        for kind, some in written.items():  # the customers come first
            self._done.summary.written[kind] += records.write(self._connection, some)
        for kind in ("note", "date"):
            gone = [key for key in removed if key[0] == kind]
            self._done.summary.written[kind] += records.write(self._connection, [], removed=gone)
        self._done.summary.written["duplicate pair"] += duplicates.watch(self._connection, people.changes())
        return self._done

    def _note_keys(self, rows: Mapping[str, CustomerRow]) -> None:
        """Keep by what the source names its customers, so that it is them whom its orders mean."""
        said = {
            id: keys.keys_of_texts(email=row.email, phones=(row.phone, *row.more_phones), number=row.number)
            for id, row in rows.items()
        }
        keys.note_source_keys(self._connection, self._source, said)
        for row in rows.values():
            if row.odd_phone:
                self._done.summary.ask(ODD_PHONE, row.row.place)

    def _by_customer(self, batch: Sequence[CustomerRow], seen: Container[str]) -> dict[str, CustomerRow]:
        """The first row about each customer who was not seen before."""
        finder = CustomerFinder(self._connection, self._context.source.name, batch)
        rows: dict[str, CustomerRow] = {}
        for row in batch:
            id = finder.customer(row)
            self._done.taken.append((id, row.row))
            if id not in seen:
                rows.setdefault(id, row)
        return rows

    def _assignment(self, row: CustomerRow) -> dict[str, str | None]:
        """Owner and store as the row names them. What it does not name clearly is asked about, not taken for said."""
        said: dict[str, str | None] = {}
        if row.owners is not None:
            if len(owners := set(row.owners)) > 1:
                self._ask(TWO_OWNERS, row)
            elif not owners:
                said["owner"] = None
            elif account := self._context.people.numbered(row.owners[0]):
                said["owner"] = account.id
            else:
                self._ask(UNKNOWN_OWNER, row)
        if row.stores is not None:
            if len(stores := set(row.stores)) > 1:
                self._ask(TWO_STORES, row)
            elif not stores:
                said["store"] = None
            elif store := self._context.stores.meant(row.stores[0]):
                said["store"] = store
            else:
                self._ask(UNKNOWN_STORE, row)
        return said

    def _placed(
        self,
        after: Customer,
        before: Customer | None,
        changed: dict[str, Any],
        named_store: str | None,
        row: CustomerRow,
    ) -> Customer:
        """The customer with a store and an owner that fit: the owner's store unless a tag names one."""
        if after.owner is None or changed.keys().isdisjoint(("owner", "store")):
            return after
        owner = self._context.people.with_id(after.owner)
        if "owner" in changed and owner and not named_store and owner.stores and can_own(owner, owner.stores[0]):
            after = msgspec.structs.replace(after, store=owner.stores[0])
        if owner and after.store and can_own(owner, after.store):
            return after
        # Nobody would see a customer whose owner works elsewhere. Not taken for imported: it is asked about every time.
        self._ask(OWNER_ELSEWHERE, row)
        changed.pop("owner", None)
        kept = before.owner if before and before.store == after.store else None
        return msgspec.structs.replace(after, owner=kept)

    def _consents(
        self, id: str, row: CustomerRow, base: Mapping[str, Any], changed: dict[str, Any], *, is_new: bool
    ) -> list[Consent]:
        """The consents that changed."""
        merged = []
        said: list[tuple[Channel, str]] = [(channel, f"consent.{channel}") for channel in _CONSENTS]
        # A "no" by a way that the customer cannot be reached by says nothing.
        reached = {"email": row.fields.get("email"), "sms": (row.fields.get("phone") or [""])[0]}
        said = [
            (channel, name)
            for channel, name in said
            if {name, own_act(name)} & changed.keys() and (state := row.fields.get(name))
            if reached[channel] or state == "subscribed"
        ]
        there = {} if is_new or not said else {
            item.channel: item
            for item in records.children(self._connection, id, "consent")
            if isinstance(item, Consent)
        } | self._consented.get(id, {})  # fmt: skip
        for channel, name in said:
            column = _CONSENTS[channel]
            evidence = f"{row.row.table.header_of(column)}: {row.row[column].strip()}"
            blank = merge.blank_consent(id, channel, evidence, self._source)
            act = row.fields.get(own_act(name))
            result = merge.merged_consent(
                there.get(channel),
                base.get(name),
                row.fields[name],
                blank,
                self._context.now,
                dt.datetime.fromisoformat(act) if act else None,
            )
            if result.refused:
                self._ask(LOOSER_CONSENT, row)
                changed.pop(name, None)
                changed.pop(own_act(name), None)
            elif result.record:
                merged.append(result.record)
                # Two rows are about one customer where customers were merged: the second goes by the first.
                self._consented.setdefault(id, {})[channel] = result.record
        return merged

    def _dates(
        self, id: str, base: Mapping[str, Any], changed: Mapping[str, Any], *, is_new: bool
    ) -> tuple[list[ImportantDate], list[records.Key]]:
        """The dates that changed, and those that the source has dropped; one that people have changed since stays."""
        said = [(label, name) for label in WORDS if (name := f"date.{label}") in changed]
        there = {} if is_new or not said else {
            item.label: item
            for item in records.children(self._connection, id, "date")
            if isinstance(item, ImportantDate) and not item.about
        } | self._dated.get(id, {})  # fmt: skip
        merged, removed = [], []
        for label, name in said:
            date, day = there.get(label), changed[name]
            if day:
                blank = ImportantDate(
                    id=merge.date_id(id, label, self._source), customer=id, label=label, month=1, day=1
                )
                merged.append(merge.with_day(date or blank, day))
                self._dated.setdefault(id, {})[label] = merged[-1]
            elif date and merge.same_day(date, base.get(name)):
                removed.append(("date", date.id))
        return merged, removed

    def _ask(self, question: str, row: CustomerRow) -> None:
        self._done.summary.ask(question, row.number or row.row.place)


def give_stores(context: Context, customers: Iterable[str]) -> None:
    """Give customers without a store the one that sold them most orders, the last of these if several did."""
    for ids in in_parts(sorted(customers), BATCH):
        context.summary.add(context.write(_give_stores, ids))


def tell_of_crowds(context: Context) -> None:
    """Name an e-mail or phone that is too common to tell of duplicates, by one who has it."""
    with context.database.snapshot() as connection:
        first = records.read_many(connection, "customer", duplicates.crowded(connection))
    for customer in first:
        context.summary.ask(CROWDED, getattr(customer, "number", "") or customer.id)


def tell_of_twins(context: Context) -> None:
    """Name an e-mail that customers of different stores have, by one of them: their managers cannot know of each other.

    Customers of one store are told to its managers, as pairs.
    """
    with context.database.snapshot() as connection:
        for some in in_parts(_sharing_an_email(connection), BATCH):
            for customer in records.read_many(connection, "customer", some):
                context.summary.ask(TWINS, getattr(customer, "number", "") or customer.id)


def _sharing_an_email(connection: Connection) -> list[str]:
    """Of each e-mail that customers of different stores have, one of these."""
    key, theirs = schema.customer_key.c, schema.record.c
    query = (
        sa.select(sa.func.min(key.customer))
        .join_from(schema.customer_key, schema.record, sa.and_(theirs.id == key.customer, theirs.kind == "customer"))
        .where(key.kind == "email")
        .group_by(key.key)
        .having(sa.func.count(theirs.feed.distinct()) > 1, sa.func.count() <= duplicates.MAX_SHARED)
    )
    return sorted(connection.scalars(query))


def _give_stores(connection: Connection, ids: Sequence[str]) -> Summary:
    summary = Summary()
    table = schema.record.c
    unseen = [
        id
        for some in in_parts(ids)
        for id in connection.scalars(
            sa.select(table.id).where(
                table.kind == "customer", bulk.one_of(connection, table.id, some), table.feed == ""
            )
        )
    ]
    bought = _most_orders(connection, unseen)
    placed: list[Customer] = []
    there = _by_id(connection, Customer, sorted(unseen))
    for customer in there.values():
        if store := bought.get(customer.id):
            placed.append(msgspec.structs.replace(customer, store=store))
        else:
            summary.ask(NO_STORE, customer.number or customer.id)
    summary.written["customer"] += records.write(connection, placed)
    summary.written["duplicate pair"] += duplicates.watch(connection, {new.id: (there[new.id], new) for new in placed})
    return summary


def _most_orders(connection: Connection, customers: Iterable[str]) -> dict[str, str]:
    order = schema.order.c
    best: dict[str, str] = {}
    for some in in_parts(customers):
        query = (
            sa.select(order.customer, order.store)
            .where(
                bulk.one_of(connection, order.customer, some), order.store.is_not(None), order.cancelled_at.is_(None)
            )
            .group_by(order.customer, order.store)
            .order_by(order.customer, sa.func.count().desc(), sa.func.max(order.placed_at).desc(), order.store)
        )
        for customer, store in connection.execute(query):
            best.setdefault(customer, store)
    return best


def _by_id(connection: Connection, kind: type[R], ids: Iterable[str]) -> dict[str, R]:
    found = records.read_many(connection, BY_RECORD[kind].name, ids, lock=True)
    return {item.id: item for item in found if isinstance(item, kind)}
