"""The figures: those that somebody goes by as tiles, and below them all of the one under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.results.figures import Compared
from sellmode_contract.text import visible
from sellmode_tui import figures
from sellmode_tui.language import tr, trd, trn
from sellmode_tui.records import RecordStore, ShownFigures, Subject
from sellmode_tui.records.results import export
from sellmode_tui.records.results.detail import FigureDetail
from sellmode_tui.screens.kit.desk import Desk, ResultsView
from sellmode_tui.screens.kit.record_view import RecordView
from sellmode_tui.screens.lists.main_page import TabbedPage
from sellmode_tui.screens.results.behind import DaysScreen
from sellmode_tui.screens.results.boxes import ExportBox, PeriodBox, WhoseBox, saved
from sellmode_tui.screens.results.detail import detail_text
from sellmode_tui.screens.results.each import EachScreen, LeaderboardScreen
from sellmode_tui.screens.results.targets import TargetsScreen
from sellmode_tui.screens.results.words import PERIODS, change, period_text
from sellmode_tui.widgets.tiles import Tile, Tiles

_LOW: Final = 22
"""Lines of a screen below which one row of tiles is in sight, and not two."""
_HIGH: Final = 34
"""Lines from which on it is three."""


class _Found(NamedTuple):
    """What was read."""

    subjects: tuple[Subject, ...]
    shown: ShownFigures | None
    """None: there is nobody whose figures could be shown yet."""
    several: bool = False
    """Whether some can be set side by side."""
    board: bool = False
    """Whether there is a leaderboard."""
    leads: bool = False
    """Whether there are targets to see and set."""


class FiguresScreen(TabbedPage):
    """The page. What is shown stays until the next has been read."""

    PAGE: ClassVar = "results"

    BINDING_GROUP_TITLE = "Results"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "period", "Period", tooltip="Choose the days", id="results.period"),
        Binding("w", "whose", "Whose", tooltip="Choose whose figures", id="results.whose"),
        Binding("m", "more", "More", tooltip="All figures, or those of your work only", id="results.more"),
        Binding("c", "each", "Compare", tooltip="Stores or people side by side: what stands out", id="results.each"),
        Binding("l", "board", "Leaderboard", tooltip="People by sales, or by activity", id="results.board"),
        Binding("t", "targets", "Targets", tooltip="The targets of figures: set them", id="results.targets"),
        Binding("x", "export", "Export", tooltip="Save these figures as CSV, JSON or SQLite", id="results.export"),
        Binding(
            "tab", "beside", "Figure", show=False, tooltip="Scroll the figure below, or go back", id="results.beside"
        ),
        Binding("escape", "tiles", "Back", show=False, tooltip="Back to the tiles", id="results.back"),
    ]

    DEFAULT_CSS = """
    FiguresScreen {
        background: $background;
        #head { height: auto; padding: 0 1; background: $panel; text-style: bold; }
        #told { display: none; height: auto; padding: 0 1; color: $text-muted; }
        #told.-said { display: block; }
        #figure { height: 1fr; background: $surface; }
    }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.page = self.PAGE
        self._found = _Found((), None)

    def compose(self) -> ComposeResult:
        """Tabs, head, tiles, the figure, how things stand."""
        yield from self.compose_tabs()
        yield Static(id="head")
        yield Static(id="told")
        yield Tiles(id="tiles")
        yield RecordView(self._desk, _read_detail, detail_text, id="figure")
        yield from self.compose_foot()

    def on_mount(self) -> None:
        """Read them."""
        self._tiles.focus()
        self.read()

    @property
    def _tiles(self) -> Tiles:
        return self.query_one("#tiles", Tiles)

    @property
    def _view(self) -> ResultsView:
        return self._desk.results

    @property
    def settled(self) -> bool:
        """Whether what is wanted is shown."""
        return self._found.shown is not None and self.query_one("#figure", RecordView).settled

    def on_resize(self, event: events.Resize) -> None:
        """More rows of tiles, or fewer."""
        super().on_resize(event)
        height = self.app.size.height
        self._tiles.rows = 1 if height < _LOW else 3 if height >= _HIGH else 2
        self._tiles.refresh(layout=True)

    # --- reading

    def read(self) -> None:
        """Read the figures, as they are looked at now."""
        view = self._view
        self.ask(lambda records: _found(records, view), self._take, group="figures")

    def records_changed(self) -> None:
        """Read them again."""
        self.read()

    def facts_changed(self) -> None:
        """Read them again: days may be others."""
        self.read()

    def _take(self, found: _Found) -> None:
        self._found, shown = found, found.shown
        if shown is None:
            self.query_one("#head", Static).update(
                Content(tr("Nothing on this terminal yet: waiting for the first sync."))
            )
            return
        self.query_one("#head", Static).update(Content(visible(self._head(shown))))
        told = self.query_one("#told", Static)
        told.set_class(bool(shown.other_currency), "-said")
        told.update(
            Content(
                trn(
                    "Not in it: {number:,} sale in another currency.",
                    "Not in it: {number:,} sales in other currencies.",
                    shown.other_currency,
                )
            )
        )
        self._tiles.show([_tile(figure, shown) for figure in self._figures(shown)], self._view.kpi)
        self._show_figure()
        self.refresh_bindings()

    def _head(self, shown: ShownFigures) -> str:
        words, period = self._desk.words, shown.period
        name = PERIODS.get(self._view.period)
        days = f"{trd(name)}, {period_text(period)}" if name else period_text(period)
        until = shown.complete_until
        complete = tr("complete until {time}", time=words.time(until)) if until else tr("not complete: not synced yet")
        return words.between.join((shown.subject.name, days, complete))

    @on(Tiles.Moved)
    def _show_figure(self) -> None:
        tile, shown = self._tiles.current, self._found.shown
        if tile is not None and shown is not None:
            self._desk.results = replace(self._view, kpi=tile.key)
            key = (shown.subject, self._view.period, tile.key, shown.today)
            self.query_one("#figure", RecordView).show(key)

    # --- what can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What there is for whoever is signed in."""
        found = self._found
        there = {"whose": len(found.subjects) > 1, "each": found.several, "board": found.board, "targets": found.leads}
        return there.get(action, super().check_action(action, parameters))

    def action_period(self) -> None:
        """Ask over which days."""
        self.open(PeriodBox(self._desk, self._desk.words.today), self._look_over)

    def _look_over(self, typed: str | None) -> None:
        if typed is not None:
            self._look(replace(self._view, period=typed))

    def action_whose(self) -> None:
        """Ask whose."""
        subjects = self._found.subjects

        def chosen(place: str | None) -> None:
            if place is not None:
                self._look(replace(self._view, of=subjects[int(place)]))

        self.open(WhoseBox(self._desk, subjects), chosen)

    def action_more(self) -> None:
        """Show all, or those of one's kind of work."""
        self._look(replace(self._view, everything=not self._view.everything))

    def action_each(self) -> None:
        """Set stores or people side by side."""
        if (tile := self._tiles.current) is not None:
            self.open(EachScreen(self._desk, self._view.period, tile.key))

    def action_board(self) -> None:
        """Show the leaderboard."""
        self.open(LeaderboardScreen(self._desk, self._view.period))

    def action_targets(self) -> None:
        """Show the targets."""
        self.open(TargetsScreen(self._desk))

    def action_export(self) -> None:
        """Ask for a file, and save the figures that are shown there."""
        shown = self._found.shown
        if shown is None:
            return
        made = export.rows(shown, self._figures(shown))

        def save(path: str | None) -> None:
            if path is not None:
                self.ask(lambda _: saved(Path(path), made), self._tell, group="export")

        self.open(ExportBox(self._desk, f"{shown.subject.name} {shown.period.text}"), save)

    def _tell(self, text: str) -> None:
        self.notify(text, markup=False)

    def _figures(self, shown: ShownFigures) -> Sequence[Compared]:
        return shown.figures if self._view.everything else shown.figures[: shown.first]

    def _look(self, view: ResultsView) -> None:
        self._desk.results = view
        self.read()

    @on(Tiles.Chosen)
    def _open_days(self) -> None:
        tile, shown = self._tiles.current, self._found.shown
        if tile is not None and shown is not None:
            self.open(DaysScreen(self._desk, shown.subject, self._view.period, tile.key))

    def action_beside(self) -> None:
        """Go to the figure below, or back to the tiles."""
        figure = self.query_one("#figure", RecordView)
        (self._tiles if figure.has_focus else figure).focus()

    def action_tiles(self) -> None:
        """Go back to the tiles."""
        self._tiles.focus()


def _found(records: RecordStore, view: ResultsView) -> _Found:
    """In a thread. Somebody whose figures cannot be seen any more gives way to what is shown first."""
    subjects = records.results.subjects()
    if not subjects:
        return _Found((), None)
    of = next((each for each in subjects if view.of and each[:2] == view.of[:2]), subjects[0])
    return _Found(
        tuple(subjects),
        records.results.figures(of, view.period),
        records.results.has_each(),
        records.results.has_leaderboard(),
        records.results.leads(),
    )


def _read_detail(records: RecordStore, key: tuple[Subject, str, str, object]) -> FigureDetail | None:
    subject, period, kpi, _ = key
    return records.results.detail(subject, period, kpi)


def _tile(figure: Compared, shown: ShownFigures) -> Tile:
    changed, kpi = change(figure.now, figure.before), figure.now.kpi
    progress = shown.progress(figure)
    return Tile(
        kpi.id,
        trd(kpi.name),
        figures.value_text(figure.now, shown.currency),
        changed.text,
        changed.meaning,
        figures.progress_text(progress, shown.currency) if progress else "",
    )
