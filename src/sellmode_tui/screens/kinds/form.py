"""A form for a record of any kind, made from what the kind declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult

from sellmode_contract.documents import as_document
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import EditedRecord, FieldEdit, Record
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import Profile, RecordStore, Written
from sellmode_tui.screens.forms.field_entries import entry_of_field
from sellmode_tui.screens.forms.form_field import FormField
from sellmode_tui.screens.forms.form_screen import FormScreen, Theirs, Write
from sellmode_tui.screens.forms.pickers import CustomerEntry
from sellmode_tui.screens.kinds.texts import new_one
from sellmode_tui.screens.kinds.values import said_of
from sellmode_tui.screens.kit.desk import Desk

_HELD = object()


class KindForm(FormScreen):
    """A new record, or one that is there. A kind with more to say has a form of its own, which is one of these."""

    KIND: ClassVar = "record"
    GONE = marked("It was removed in the meantime, or you can no longer see it: it cannot be saved.")

    def __init__(
        self,
        desk: Desk,
        kind: Kind[Any],
        record: Record | None = None,
        names: Mapping[str, str] | None = None,
        customer: str = "",
        title: str = "",
    ) -> None:
        """`names` are those of the ids in the record; `customer` is whom a new one is about (id)."""
        noun = trd(kind.called)
        super().__init__(desk, title or (trd(new_one(kind)) if record is None else f"{noun[:1].upper()}{noun[1:]}"))
        self.kind = kind
        self.record = record
        self._held: Mapping[str, Any] = as_document(record) if record else kind.blank
        self._names = names or {}
        self._customer = customer

    @property
    def subject(self) -> dict[str, str]:
        """The kind, whom it is about, and the record if there is one."""
        subject = {"kind": self.kind.name, "customer": self._customer, "id": self.record.id if self.record else ""}
        return {name: value for name, value in subject.items() if value}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The kind, and the record if it is one that is there."""
        kind, customer = KINDS[subject["kind"]], subject.get("customer", "")
        shown = records.shown(kind.name, subject["id"]) if "id" in subject else None
        if ("id" in subject and shown is None) or (customer and records.shown("customer", customer) is None):
            return None
        return kind, shown.record if shown else None, shown.names if shown else {}, customer

    # --- fields

    def compose_fields(self) -> ComposeResult:
        """All that may be written, and of a new one whose it is, if nobody has said."""
        if self.record is None and self.kind.of_customer and not self._customer:
            yield CustomerEntry("customer", marked("Customer"), self._desk, placeholder=tr("a name, number"))
        written = self.kind.created if self.record is None else self.kind.edited
        for field in self.kind.fields:
            if field.name in written and field.write != "again":
                yield self.entry(field.name)

    def entry(self, name: str, label: str | None = None, value: Any = _HELD, *, hint: str = "") -> FormField:
        """The entry of a field, with what is held unless another `value` is given."""
        return entry_of_field(
            self.kind.by_name[name],
            self._desk,
            self._held.get(name) if value is _HELD else value,
            label=label,
            hint=hint,
            needed=name in self.kind.needed or bool(self.kind.blank.get(name)),
            names=self._names,
        )

    def entry_at(self, path: str) -> Any:
        """The entry of a path."""
        return next(each for each in self.fields if each.path == path)

    # --- saving

    def prepare(self) -> Write:
        """The new record, or what was changed in the one that is there."""
        record, blank, about = self.record, self.kind.blank, {"customer": self._customer} if self._customer else {}
        settle = self.settled([each for each in self.fields if record is None or each.changed])

        def wanted(records: RecordStore) -> dict[str, Any]:
            values = self.given(settle(records))
            return {name: blank.get(name) if value is None else value for name, value in values.items()}

        if record is None:
            return lambda records: self.make(records, {**wanted(records), **about})
        return lambda records: self.change(records, record.id, wanted(records))

    def make(self, records: RecordStore, fields: Mapping[str, Any]) -> Written:
        """Write a new record. In a thread."""
        return records.create(self.kind.name, fields)

    def change(self, records: RecordStore, id: str, set: Mapping[str, Any]) -> Written:
        """Write what was changed. In a thread."""
        return records.edit(self.kind.name, id, set, self._held)

    def given(self, values: dict[str, Any]) -> dict[str, Any]:
        """The fields of a record, from what is meant in the entries. Called in a thread."""
        return values

    # --- what others change meanwhile

    def edit_of(self, path: str) -> FieldEdit | None:
        """Who has written what stands in the record."""
        return self.record.last_edit(path) if isinstance(self.record, EditedRecord) else None

    def records_changed(self) -> None:
        """Look whether the record has become another; a new one cannot."""
        if self.record is not None:
            super().records_changed()

    def meanwhile(self, *parts: Any) -> str:
        """Which fields somebody else has changed."""
        now = next(each for each in parts if isinstance(each, self.kind.record))
        held = as_document(now)
        edit_of = now.last_edit if isinstance(now, EditedRecord) else self.edit_of
        words = self._desk.words
        changed = [field for field in self.kind.fields if held.get(field.name) != self._held.get(field.name)]
        return self.told_changed(
            {
                each.name: Theirs(trd(each.title), said_of(each, held, self._names, words), edit_of(each.name))
                for each in changed
            }
        )


class CustomerKindForm(KindForm):
    """A record that belongs to a customer. Each class is for one kind, which its drafts do not name."""

    OF: ClassVar[Kind[Any]]
    TITLES: ClassVar[tuple[str, str]]
    """Of a new one and of one that is there; ``{customer}`` stands for the name."""

    def __init__(self, desk: Desk, profile: Profile, record: Record | None = None) -> None:
        title, customer = trd(self.TITLES[record is not None]), profile.customer
        super().__init__(desk, self.OF, record, customer=customer.id, title=title.format(customer=customer.name))

    @property
    def subject(self) -> dict[str, str]:
        """The customer, and the record if there is one."""
        return {"customer": self._customer, **({self.kind.name: self.record.id} if self.record else {})}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The customer with the record."""
        profile, id = records.customers.profile(subject["customer"]), subject.get(cls.OF.name)
        shown = records.shown(cls.OF.name, id) if id else None
        return None if profile is None or (id and shown is None) else (profile, shown.record if shown else None)
