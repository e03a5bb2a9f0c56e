"""The products of a look in its form: in an order, each with a note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from sellmode_contract.kinds.look import MAX_ITEMS, LookItem
from sellmode_contract.text import visible
from sellmode_tui.figures import priced
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records.looks.products import LookProduct, Offered
from sellmode_tui.screens.forms.form_field import FormField, Unreadable
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.item_list import ItemLine, ItemList
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.text_area import PlainTextArea


class ItemsEntry(FormField):
    """The list; below it the note of the product under the cursor."""

    DEFAULT_CSS = """
    ItemsEntry {
        .items { height: auto; width: 1fr; }
        .note-head { height: 1; margin-top: 1; color: $text-muted; }
        PlainTextArea { height: 3; }
        .note { height: auto; }
    }
    """

    EMPTY: ClassVar = marked("No products yet. Press Enter or a to add some.")

    class PickWanted(Message):
        """Products are to be picked."""

        def __init__(self, entry: ItemsEntry) -> None:
            self.entry = entry
            super().__init__()

    def __init__(
        self, path: str, label: str, desk: Desk, value: Any = None, *, now: Iterable[LookProduct] = ()
    ) -> None:
        """`now`: the products as they are sold now, to say what has changed."""
        super().__init__(path, label, desk, value)
        self._items: list[dict[str, Any]] = [dict(each) for each in value or ()]
        self._changed = {each.item.sku: each.changed for each in now if each.changed}

    def compose_input(self) -> Widget:
        """List, button, note."""
        return Vertical(
            ItemList(trd(self.EMPTY)),
            Press(tr("Add products"), classes="items-add"),
            Vertical(Static(classes="note-head"), PlainTextArea(), classes="note"),
            classes="items",
        )

    def on_mount(self) -> None:
        """Show what it was."""
        super().on_mount()
        self._show()

    # --- what is in it

    @property
    def state(self) -> object:
        """The products, with their notes."""
        return [dict(each) for each in self._items]

    @property
    def value(self) -> Any:
        """The same; None for none. Raises Unreadable."""
        if len(self._items) > MAX_ITEMS:
            raise Unreadable(
                self,
                tr("There may be {most} at most; there are {number}.", most=MAX_ITEMS, number=len(self._items)),
            )
        return [dict(each) for each in self._items] or None

    @property
    def typed_words(self) -> str:
        """Their names."""
        return "; ".join(str(each.get("title") or each["sku"]) for each in self._items)

    async def retype(self, typed: Any) -> None:
        """Bring back what was picked."""
        self._items = [dict(each) for each in typed or ()]
        self._show()
        self._tell()

    def add(self, picked: Sequence[Offered]) -> None:
        """Put products last, with what they are called and cost now; those that are there already stay."""
        held = {each["sku"] for each in self._items}
        new = [each.line for each in picked if each.line.sku and each.line.sku not in held]
        for line in new:
            item = LookItem(sku=line.sku, title=line.name)
            if line.price is not None:
                item = msgspec.structs.replace(item, price=line.price, currency=line.currency)
            self._items.append(msgspec.to_builtins(item))
        if new:
            self._show(len(self._items) - len(new))
            self._tell()
        self.query_one(ItemList).focus()

    def focus_first(self) -> None:
        """The list."""
        self.query_one(ItemList).focus()

    def _tell(self) -> None:
        self.edited()
        self.post_message(self.Edited(self))

    # --- what is drawn

    def _show(self, place: int | None = None) -> None:
        items = self.query_one(ItemList)
        items.show([self._line(each) for each in self._items], place)
        self._show_note()

    def _line(self, item: Mapping[str, Any]) -> ItemLine:
        price = priced(item["price"], item.get("currency", "")) if item.get("price") is not None else ""
        changed, note = self._changed.get(item["sku"], ""), " ".join(str(item.get("note", "")).split())
        name = str(item.get("title") or item["sku"])
        return ItemLine(" - ".join(filter(None, (name, changed, note))), price, bool(changed))

    def _show_note(self) -> None:
        item = self._current
        around = self.query_one(".note")
        around.display = item is not None
        if item is not None:
            name = item.get("title") or item["sku"]
            self.query_one(".note-head", Static).update(Content(tr("Note on {name}", name=visible(str(name)))))
            area = self.query_one(PlainTextArea)
            if area.text != item.get("note", ""):
                area.load_text(item.get("note", ""))

    @property
    def _current(self) -> dict[str, Any] | None:
        place = self.query_one(ItemList).place
        return self._items[place] if place < len(self._items) else None

    # --- what is done

    @on(ItemList.Moved)
    def _moved(self, event: ItemList.Moved) -> None:
        event.stop()
        self._show_note()

    @on(ItemList.Shifted)
    def _shifted(self, event: ItemList.Shifted) -> None:
        event.stop()
        to = event.place + event.by
        self._items.insert(to, self._items.pop(event.place))
        self._show(to)
        self._tell()

    @on(ItemList.TakenAway)
    def _taken_away(self, event: ItemList.TakenAway) -> None:
        event.stop()
        del self._items[event.place]
        self._show()
        self._tell()

    @on(ItemList.Wanted)
    @on(Press.Pressed, ".items-add")
    def _wanted(self, event: Message) -> None:
        event.stop()
        self.post_message(self.PickWanted(self))

    @on(PlainTextArea.Changed)
    def _note_typed(self, event: PlainTextArea.Changed) -> None:
        event.stop()
        item, text = self._current, event.text_area.text
        if item is None or text == item.get("note", ""):
            return
        item.pop("note", None)
        if text:
            item["note"] = text
        items = self.query_one(ItemList)
        items.show([self._line(each) for each in self._items])
        self._tell()
