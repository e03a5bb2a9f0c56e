"""A record of any kind as a page, made from what the kind declares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from sellmode_contract.documents import as_document
from sellmode_contract.kinds.fields import Field, Rows, Text
from sellmode_contract.kinds.fields import says_something as says
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.visibility import may
from sellmode_tui.language import tr, trd
from sellmode_tui.records import Shown
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kinds.values import said_of
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.kit.words import Words


class KindScreen(RecordScreen[Shown]):
    """The record over its list."""

    BINDING_GROUP_TITLE = "Record"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the list", id="record.back"),
        Binding("e", "edit", "Edit", tooltip="Edit it", id="record.edit"),
        Binding("x,delete", "remove", "Remove", key_display="x", tooltip="Remove it", id="record.remove"),
    ]

    def __init__(self, desk: Desk, kind: Kind[Any], id: str, form: type[KindForm] = KindForm) -> None:
        super().__init__(desk, RecordView(desk, lambda records, key: records.shown(kind.name, key), kind_text), id)
        self._kind = kind
        self._form = form

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what the kind allows and the account may."""
        if action in ("edit", "remove"):
            return may_do(self._desk, self._kind, action)
        return super().check_action(action, parameters)

    def action_edit(self) -> None:
        """Edit it."""
        if (shown := self.view.found) is not None:
            self.open(self._form(self._desk, self._kind, shown.record, shown.names))

    def action_remove(self) -> None:
        """Remove it; undo brings it back."""
        if (shown := self.view.found) is not None:
            kind, id = self._kind.name, shown.record.id
            self.write(
                lambda records: records.remove(kind, id),
                self.wrote,
                refused=self.refused,
            )


def may_do(desk: Desk, kind: Kind[Any], verb: str) -> bool:
    """Whether people do that with records of the kind, and whoever is signed in may."""
    account = desk.facts.account
    return verb in kind.verbs and (account is None or may(account, kind.capability))


def kind_text(shown: Shown, words: Words, width: int) -> Page:
    """The whole record, for a width in cells."""
    page, kind, document = Page(width, words), shown.kind, as_document(shown.record)
    described = trd(kind.described(document, shown.names.get(document.get("customer") or "", "")))
    page.title(described[:1].upper() + described[1:])
    if made := _made(shown, document, words):
        page.text(made, indent=0, style=MUTED)
    if shown.unsent:
        page.text(tr("Not sent yet: see F4."), indent=0)
    if shown.refused:
        page.text(tr("A change was refused by the server: F3 shows why."), indent=0)
    page.gap()
    for field in (field for field in kind.fields if not _stands_alone(field)):
        if said := said_of(field, document, shown.names, words):
            page.field(trd(field.title), said)
    for field in filter(_stands_alone, kind.fields):
        _tell_alone(page, field, document.get(field.name), shown.names)
    page.heading(tr("Why you see it"))
    page.text(tr("Visible to: {rule}.", rule=trd(shown.rule)))
    return page


def _made(shown: Shown, document: Mapping[str, Any], words: Words) -> str:
    """Who made it, and when."""
    stamps = {stamp: document.get(name) for name, stamp in shown.kind.stamps.items()}
    who, when = shown.names.get(stamps.get("author") or "", ""), stamps.get("now")
    day = words.day(dt.datetime.fromisoformat(when)) if when else ""
    return ", ".join(filter(None, (tr("by {name}", name=who) if who else "", day)))


def _stands_alone(field: Field) -> bool:
    """Whether it takes a section of its own."""
    return isinstance(field, Rows) or (isinstance(field, Text) and field.lines)


def _tell_alone(page: Page, field: Field, value: Any, names: Mapping[str, str]) -> None:
    if not says(value):
        return
    page.heading(trd(field.title))
    if isinstance(field, Rows):
        for row in value:
            parts = (said_of(part, row, names, page.words) for part in field.fields)
            page.text(page.words.between.join(filter(None, parts)))
    else:
        page.text(value)
