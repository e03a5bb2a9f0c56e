"""The filters that the person gave names: pick one, save what is being searched for, delete one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from sellmode_contract.text import visible
from sellmode_tui.journal.journal import SavedFilter
from sellmode_tui.records import RecordStore
from sellmode_tui.screens.kit.asking import Asking
from sellmode_tui.screens.kit.boxes import Box
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.text_field import TextField

MAX_NAME = 60


class SavedFiltersScreen(Asking, Box[str]):
    """Ends with the text of the filter that was picked, None if none was."""

    BINDING_GROUP_TITLE = "Saved filters"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,delete", "delete", "Delete", tooltip="Delete the filter under the mark", id="filters.delete"),
        Binding("s", "name", "Save", tooltip="Save what is searched for now, under a name", id="filters.save"),
    ]

    DEFAULT_CSS = """
    SavedFiltersScreen {
        Horizontal { height: 1; margin-top: 1; }
        Horizontal Static { width: auto; padding-right: 1; }
        TextField { background: $panel; }
    }
    """

    def __init__(self, desk: Desk, current: str) -> None:
        """`current` is what is searched for now."""
        super().__init__()
        self._desk = desk
        self._current = current.strip()
        self._filters: Sequence[SavedFilter] = ()

    def compose(self) -> ComposeResult:
        """The filters, and a line to name the current one in."""
        with Vertical(classes="box"):
            yield Static(Content("Saved filters"), classes="box-title")
            yield OptionList(markup=False)
            yield Static(Content(""), id="said")
            if self._current:
                with Horizontal():
                    yield Static(Content("Save the current search as"))
                    yield TextField(ascii_only=self._desk.ascii_only, id="name")
            save = (("s", "Save", self.action_name),) if self._current else ()
            yield from self.compose_buttons(
                ("Enter", "Apply", self._pick),
                ("d", "Delete", self.action_delete),
                *save,
                ("Esc", "Close", self.action_close),
            )

    def on_mount(self) -> None:
        """Fetch them."""
        self.query_one(OptionList).focus()
        self._work("")

    def _work(self, said: str, save: SavedFilter | None = None, delete: str | None = None) -> None:
        journal = self._desk.journal

        def work(_: RecordStore) -> Sequence[SavedFilter]:
            if save is not None:
                journal.save_filter(save)
            if delete is not None:
                journal.delete_filter(delete)
            return journal.saved_filters()

        self.write(work, lambda known: self._show(known, said), refused=lambda _, why: self._show((), why))

    def _show(self, known: Sequence[SavedFilter], said: str) -> None:
        self._filters = known
        options = self.query_one(OptionList)
        options.clear_options()
        width = max((len(each.name) for each in known), default=0)
        options.add_options(
            Option(Content.assemble(f"{visible(each.name):<{width}}  ", visible(each.text))) for each in known
        )
        if known:
            options.highlighted = 0
        none = "None yet." + ("" if self._current else " Search for something first, then save it here.")
        self.query_one("#said", Static).update(Content(visible(said or ("" if known else none))))
        self.query_one("#said").display = bool(said or not known)

    @property
    def _marked(self) -> SavedFilter | None:
        place = self.query_one(OptionList).highlighted
        return self._filters[place] if place is not None and place < len(self._filters) else None

    @on(OptionList.OptionSelected)
    def _pick(self) -> None:
        if marked := self._marked:
            self.end(marked.text)

    def action_delete(self) -> None:
        """Delete the filter under the mark."""
        if marked := self._marked:
            self._work(f"Deleted: {marked.name}", delete=marked.name)

    def action_name(self) -> None:
        """Go to the line for the name."""
        if self._current:
            self.query_one("#name", TextField).focus()

    @on(TextField.Submitted)
    def _save(self, event: TextField.Submitted) -> None:
        name = event.value.strip()[:MAX_NAME]
        if not name:
            return
        replaces = any(each.name == name for each in self._filters)
        self._work(
            f"{'Replaced' if replaces else 'Saved'}: {name}",
            save=SavedFilter(name, self._current, self._desk.clock()),
        )
        event.input.value = ""
        self.query_one(OptionList).focus()
