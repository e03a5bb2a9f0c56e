"""The lookbooks: one's own or the store's, and the corporate looks to copy from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.lookbook import CORPORATE_LOOK, LOOKBOOK
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import RecordStore, Written
from sellmode_tui.records.looks.lines import VIEWS, LookLine, LooksQuery, View
from sellmode_tui.screens.kinds.page import may_do
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.record_view import RecordView
from sellmode_tui.screens.kit.status_words import is_first_sync, so_far
from sellmode_tui.screens.lists.choosing import SearchedList, ViewedList, view_tabs
from sellmode_tui.screens.lists.main_page import MainPage
from sellmode_tui.screens.lists.page import nothing_last
from sellmode_tui.screens.lookbooks.look_page import GONE, LookPage, look_keys
from sellmode_tui.screens.lookbooks.picks_list import PicksListScreen
from sellmode_tui.screens.lookbooks.view import LookScreen, look_view
from sellmode_tui.screens.lookbooks.words import state, whose
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.meanings import TODAY, UNSENT
from sellmode_tui.widgets.row_source import Count, Row
from sellmode_tui.widgets.tab_line import Tab


class LookbooksScreen(SearchedList[None, LookLine], ViewedList[None, LookLine], MainPage[LookLine], LookPage[None]):
    """The list, by view."""

    PAGE: ClassVar = "lookbook"
    PAUSE = 0.5

    BINDING_GROUP_TITLE = "Lookbooks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", tooltip="Search by words", id="looks.search"),
        *look_keys(shown=False),
        Binding("right", "view(1)", "Next view", show=False, tooltip="Drafts, shared, ...: the next", id="looks.next"),
        Binding("left", "view(-1)", "View before", show=False, tooltip="The view before", id="looks.before"),
        Binding("m", "mine", "Mine", show=False, tooltip="Only mine, or all of the store", id="looks.mine"),
        Binding("P", "picks", "Picks", tooltip="The picks of the storefront page", id="looks.picks"),
        Binding("escape", "back", "Back", show=False, tooltip="Clear the search", id="looks.back"),
    ]

    DEFAULT_CSS = "LookbooksScreen #beside { width: 46%; min-width: 48; }"

    OF_A_ROW: ClassVar = MainPage.OF_A_ROW | {"share", "link", "preview", "use"}
    PLACEHOLDER = marked("words of the title, or the customer's name")
    COLUMNS = (
        Column("Lookbook", priority=10, min_width=18),
        Column("For", 22, priority=9, min_width=12),
        Column("Products", 9, "right", priority=5),
        Column("State", 20, priority=8, min_width=14),
        Column("Expires", 11, priority=4),
        Column("Replies", 7, "right", priority=7),
    )
    SORTED: ClassVar = {
        "Products": lambda item: len(item.look.items),
        "Expires": lambda item: nothing_last(item.expires_at),
        "Replies": lambda item: -item.replies,
    }

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._query = LooksQuery()

    def beside(self) -> Widget:
        """All of one."""
        return look_view(self._desk)

    # --- the list

    def read(self, records: RecordStore) -> Sequence[LookLine]:
        """Those of the view, newest first."""
        return records.looks.lines(self._query)

    def row(self, item: LookLine) -> Row:
        """Title, for whom, how many products, what became of it."""
        words, meaning = self._desk.words, None
        if item.state == "unsent":
            meaning = UNSENT
        elif item.replies:
            meaning = TODAY
        return Row(
            item.look.id,
            (
                item.look.title or tr("(no title)"),
                whose(item),
                f"{len(item.look.items)}",
                state(item, words),
                words.day(item.expires_at),
                f"{item.replies}" if item.replies else "",
            ),
            meaning,
        )

    @property
    def empty_text(self) -> str:
        """Why there is none."""
        if self._query.text.strip():
            return tr("No lookbook has these words. Press / to change them, Esc to clear them.")
        if is_first_sync(self._desk.sync):
            return tr("Nothing on this terminal yet: waiting for the first sync.")
        told: dict[View, str] = {
            "draft": tr("No drafts."),
            "shared": tr("Nothing shared yet."),
            "my_look": tr("No My Looks yet. Press a to add one: a template for several customers."),
            "archived": tr("Nothing archived."),
            "corporate": tr("No corporate looks yet. Press a to add one.")
            if self.made_kind is CORPORATE_LOOK
            else tr("No corporate looks."),
        }
        return told.get(self._query.view, tr("No lookbooks yet. Press a to add one, for a customer or as a template."))

    def shown(self, count: Count) -> None:
        """Say how many there are, and whose."""
        looks = so_far(self._desk.sync, trn("{number:,} lookbook", "{number:,} lookbooks", count.n))
        said = tr("{looks}, only yours", looks=looks) if self._query.mine else looks
        self.say("above", said if count.n else "")

    def told(self, item: LookLine) -> str:
        """Who made it, in Team Mode."""
        is_told = self._desk.facts.sees_team and item.author_name
        return tr("by {name}", name=item.author_name) if is_told else ""

    def show_beside(self) -> None:
        """All of what is under the cursor."""
        line = self.current
        if self.has_class("-wide"):
            self.query_one("#beside", RecordView).show(line and line.key)

    def chosen_row(self, item: LookLine) -> None:
        """Open it."""
        self.open(LookScreen(self._desk, item.key), lambda gone: self.tell(trd(GONE)) if gone else None)

    @property
    def chosen_look(self) -> LookLine | None:
        """What is under the cursor."""
        return self.current

    @property
    def made_kind(self) -> Kind[Any]:
        """The head office's, among these and by whom they are made; else a lookbook."""
        is_office = self._query.view == "corporate" and may_do(self._desk, CORPORATE_LOOK, "create")
        return CORPORATE_LOOK if is_office else LOOKBOOK

    def was_made(self, written: Written | None) -> None:
        """Go to it."""
        if written is not None:
            if self._query.view == "corporate" and self.made_kind is LOOKBOOK:
                self.go_to_view("open")
            self.go_to(written.id)

    # --- how it is looked at

    @property
    def views(self) -> tuple[Tab, ...]:
        """Drafts, shared, and so on."""
        return view_tabs(VIEWS)

    @property
    def view(self) -> View:
        """As it is asked for."""
        return self._query.view

    def look_from(self, view: str) -> None:
        """Ask for others."""
        self._query = self._query._replace(view=next(name for name in VIEWS if name == view))

    def _look_at(self, query: LooksQuery) -> None:
        self._query = query
        self.show_anew()

    def action_mine(self) -> None:
        """Only mine, or all that are seen."""
        if self._desk.facts.sees_team:
            self._look_at(self._query._replace(mine=not self._query.mine))
        else:
            self.tell(tr("All of these are yours."))

    @property
    def searched(self) -> str:
        """The words."""
        return self._query.text

    def search(self, text: str) -> None:
        """Look for lookbooks that have these."""
        self._look_at(self._query._replace(text=text))

    def action_picks(self) -> None:
        """List the picks."""
        self.open(PicksListScreen(self._desk))
