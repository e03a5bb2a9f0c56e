"""A field of a form that has rows (pets, looks): each with fields of its own, added, moved and taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from sellmode_contract.kinds.fields import says_something
from sellmode_tui.language import tr
from sellmode_tui.records import RecordStore
from sellmode_tui.screens.forms.form_field import FormField, Unreadable
from sellmode_tui.screens.forms.part_entries import PartsEntry
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.press import Press

MakeEntries = Callable[[Mapping[str, Any]], Sequence[FormField]]
"""The fields of a row, from what stands in it."""


class RowsEntry(PartsEntry):
    """The rows, under each other."""

    def __init__(
        self,
        path: str,
        label: str,
        desk: Desk,
        value: Any = None,
        *,
        entries: MakeEntries,
        ordered: bool = False,
        most: int | None = None,
    ) -> None:
        """`ordered`: whether a row can be moved; `most`: how many there may be."""
        super().__init__(path, label, desk, value)
        self._entries = entries
        self._ordered = ordered
        self._most = most

    def compose_input(self) -> Widget:
        """The rows, and a way to another one."""
        rows = [self._row(held) for held in self.before or ()]
        return Vertical(*rows, Press(tr("Add"), classes="part-add"), classes="field-parts")

    def _row(self, held: Mapping[str, Any]) -> _Row:
        return _Row(self._entries(held), ordered=self._ordered)

    @property
    def rows(self) -> list[_Row]:
        """From top to bottom."""
        return list(self.query(_Row))

    # --- what is typed

    @property
    def typed(self) -> Any:
        """What is typed in each row."""
        return [{part.path: part.typed for part in row.parts()} for row in self.rows]

    async def retype(self, typed: Any) -> None:
        """As many rows as there were, with what was typed in each."""
        rows = self.rows
        for row in rows[len(typed) :]:
            await row.remove()
        for place, texts in enumerate(typed):
            row = rows[place] if place < len(rows) else await self._add_row()
            for part in row.parts():
                if part.path in texts:
                    await part.retype(texts[part.path])

    @property
    def state(self) -> object:
        """What is typed in each row."""
        return [[(part.path, part.state) for part in row.parts()] for row in self.rows]

    @property
    def value(self) -> Any:
        """The rows in which something is typed."""
        self._refuse_too_many()
        rows = [_said({part.path: part.outcome for part in row.parts()}) for row in self.rows]
        return [row for row in rows if row] or None

    @property
    def settled(self) -> Callable[[RecordStore], Any]:
        """The rows, with what is meant in each."""
        self._refuse_too_many()
        rows = [{part.path: part.settled for part in row.parts()} for row in self.rows]

        def settle(records: RecordStore) -> list[dict[str, Any]] | None:
            settled = [_said({path: find(records) for path, find in row.items()}) for row in rows]
            return [row for row in settled if row] or None

        return settle

    def _refuse_too_many(self) -> None:
        if self._most is not None and len(self.rows) > self._most:
            raise Unreadable(self, tr("At most {number} are allowed.", number=self._most))

    # --- rows that come, move and go

    @on(Press.Pressed, ".part-add")
    async def _add(self, event: Press.Pressed) -> None:
        event.stop()
        (await self._add_row()).parts()[0].focus_first()

    async def _add_row(self) -> _Row:
        row = self._row({})
        await self.query_one(".field-parts").mount(row, before=self.query_one(".part-add"))
        return row

    @on(Press.Pressed, ".item-remove")
    async def _remove(self, event: Press.Pressed) -> None:
        event.stop()
        row = _row_of(event.press)
        self.query_one(".part-add").focus()
        await row.remove()
        self.post_message(self.Edited(self))

    @on(Press.Pressed, ".item-up")
    def _move_up(self, event: Press.Pressed) -> None:
        event.stop()
        self._move(event.press, -1)

    @on(Press.Pressed, ".item-down")
    def _move_down(self, event: Press.Pressed) -> None:
        event.stop()
        self._move(event.press, 1)

    def _move(self, press: Press, by: int) -> None:
        rows, row = self.rows, _row_of(press)
        place = rows.index(row) + by
        if 0 <= place < len(rows):
            beside = rows[place]
            parent = self.query_one(".field-parts")
            if by < 0:
                parent.move_child(row, before=beside)
            else:
                parent.move_child(row, after=beside)
            press.scroll_visible(animate=False)
            self.post_message(self.Edited(self))


class _Row(Vertical):
    """One of several."""

    DEFAULT_CSS = """
    _Row { height: auto; margin-bottom: 1; }
    _Row > .row-moves { height: 1; }
    _Row > .row-moves > Press { margin-right: 1; }
    """

    def __init__(self, entries: Sequence[FormField], *, ordered: bool) -> None:
        super().__init__()
        self._parts = entries
        self._ordered = ordered

    def compose(self) -> ComposeResult:
        """Its fields, and ways to move it and to take it away."""
        yield from self._parts
        away = Press(tr("Remove"), classes="item-remove")
        if self._ordered:
            yield Horizontal(
                Press(tr("Up"), classes="item-up"), Press(tr("Down"), classes="item-down"), away, classes="row-moves"
            )
        else:
            yield away

    def parts(self) -> list[FormField]:
        """Its fields; while it comes, those that are there already."""
        return [each for each in self._parts if each.is_mounted]


def _row_of(press: Press) -> _Row:
    return next(each for each in press.ancestors if isinstance(each, _Row))


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """What says something."""
    return {name: value for name, value in values.items() if says_something(value) and value is not False}
