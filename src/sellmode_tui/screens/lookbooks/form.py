"""A lookbook, a corporate look or a list of picks, new or there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult

from sellmode_contract.documents import as_document
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.records import Record
from sellmode_tui.language import tr, trd
from sellmode_tui.records import RecordStore, Written
from sellmode_tui.records.looks.products import LookProduct
from sellmode_tui.screens.forms.pickers import CustomerEntry
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kinds.texts import new_one
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lookbooks.items_entry import ItemsEntry
from sellmode_tui.screens.lookbooks.product_picks import ProductPicksScreen


class LookForm(KindForm):
    """What it is called, for whom, what is said, and the products."""

    BINDING_GROUP_TITLE = "Lookbook"
    KIND: ClassVar = "look"

    DEFAULT_CSS = "LookForm AreaEntry { height: 7; }"

    def __init__(
        self,
        desk: Desk,
        kind: Kind[Any],
        record: Record | None = None,
        customer: tuple[str, str] = ("", ""),
        like: Record | None = None,
        now: Sequence[LookProduct] = (),
    ) -> None:
        """`customer`: id and name of whom a new one is for; `like`: a look that it begins as; `now`: its products."""
        names = {customer[0]: customer[1]} if customer[0] else {}
        super().__init__(desk, kind, record, names, customer[0], _title(kind, record, customer[1], like))
        self._like = like
        if record is None and isinstance(like, Lookbook | CorporateLook):
            held = as_document(like)
            self._held = {**self._held, **{name: held[name] for name in ("title", "message", "items")}}
        self._now = now
        self._stands: Mapping[str, Any] = {}
        """What somebody else has made of it meanwhile."""
        self._seen: Mapping[str, Any] = {}
        """The products of picks that saving replaces: the person was told of them when it was not saved."""

    @property
    def subject(self) -> dict[str, str]:
        """The kind, the record or whom it is for, and the look that it begins as."""
        like = {"like": self._like.id, "of": _kind_of(self._like)} if self._like else {}
        return {**super().subject, **like}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """All of these."""
        found = super().find(records, {name: id for name, id in subject.items() if name not in ("like", "of")})
        if found is None:
            return None
        kind, record, _, customer = found
        shown = records.shown("customer", customer) if customer else None
        name = getattr(shown.record, "name", "") if shown else ""
        like = records.shown(subject["of"], subject["like"]) if "like" in subject else None
        if "like" in subject and like is None:
            return None
        about = record or (like.record if like else None)
        return kind, record, (customer, name), like.record if like else None, products_now(records, about)

    def compose_fields(self) -> ComposeResult:
        """For whom, title, message, products."""
        is_new = self.record is None
        if is_new and self.kind.name == "lookbook" and not self._customer:
            yield CustomerEntry(
                "customer", tr("Customer"), self._desk, placeholder=tr("nobody: a My Look; or a name, number")
            )
        if is_new and "sort" in self.kind.created:
            yield self.entry("sort")
        yield self.entry("title")
        if "message" in self.kind.by_name:
            yield self.entry("message")
        yield ItemsEntry("items", tr("Products"), self._desk, self._held.get("items"), now=self._now)

    def make(self, records: RecordStore, fields: Mapping[str, Any]) -> Written:
        """A new one: without a customer it is a My Look."""
        if self.kind.name != "lookbook":
            return super().make(records, fields)
        form = "one_to_one" if fields.get("customer") else "my_look"
        copied = {"copied_from": self._like.id} if self._like else {}
        return super().make(records, {**fields, **copied, "form": form})

    def change(self, records: RecordStore, id: str, set: Mapping[str, Any]) -> Written:
        """Write what was changed, over what was seen."""
        return records.edit(self.kind.name, id, set, {**self._held, **self._seen})

    def meanwhile(self, *parts: Any) -> str:
        """Which fields somebody else has changed."""
        self._stands = as_document(next(each for each in parts if isinstance(each, self.kind.record)))
        return super().meanwhile(*parts)

    def refuse(self, field: str, why: str) -> None:
        """Say why it was not saved. Of picks the products are not merged: saving once more replaces theirs."""
        super().refuse(field, why)
        if field == "items" and self.kind.record is PickList and self._stands:
            self._seen = {"items": self._stands.get("items")}

    @on(ItemsEntry.PickWanted)
    def _pick(self, event: ItemsEntry.PickWanted) -> None:
        chosen = next((each.picked for each in self.query(CustomerEntry)), "")
        customer = chosen or self._customer or str(self._held.get("customer") or "")
        entry = event.entry
        self.open(ProductPicksScreen(self._desk, customer or None), lambda picked: entry.add(picked or ()))


def products_now(records: RecordStore, record: Record | None) -> Sequence[LookProduct]:
    """The products of a look, or of picks, as they are sold now. In a thread."""
    match record:
        case Lookbook() | CorporateLook():
            details = records.looks.get(_kind_of(record), record.id)
            return details.products if details else ()
        case PickList():
            picks = records.looks.picks(record.id)
            return picks.line.products if picks else ()
    return ()


def _kind_of(record: Record) -> str:
    return "corporate_look" if isinstance(record, CorporateLook) else "lookbook"


def _title(kind: Kind[Any], record: Record | None, customer: str, like: Record | None) -> str:
    noun = tr("My Look") if getattr(record, "form", "") == "my_look" else trd(kind.called)
    what = trd(new_one(kind)) if record is None else f"{noun[:1].upper()}{noun[1:]}"
    if like is not None:
        what = tr('{what} from "{title}"', what=what, title=getattr(like, "title", ""))
    return tr("{what} for {customer}", what=what, customer=customer) if customer else what
