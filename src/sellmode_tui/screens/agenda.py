"""The tasks: what is overdue, due today, this week and later, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.kinds.staff import Staff
from sellmode_contract.text import visible
from sellmode_contract.visibility import may
from sellmode_tui.screens.app_page import Result
from sellmode_tui.screens.customer_page import MAY_NOT
from sellmode_tui.screens.desk import AgendaView, Desk
from sellmode_tui.screens.given_tasks import GivenTasksScreen
from sellmode_tui.screens.main_page import MainPage, PageName
from sellmode_tui.screens.standing import why_no_tasks
from sellmode_tui.screens.task_form import NewTaskForm
from sellmode_tui.screens.task_keys import GONE, TaskPage, task_keys
from sellmode_tui.screens.task_rows import AgendaSource, line_words, row_key, task_columns
from sellmode_tui.screens.task_view import TaskScreen, TaskView
from sellmode_tui.screens.words import counted
from sellmode_tui.visibility import (
    AgendaList,
    AgendaQuery,
    Door,
    Interrupted,
    Profile,
    Section,
    TaskDetails,
    TaskLine,
)
from sellmode_tui.visibility.agenda import Order
from sellmode_tui.visibility.tasks import OPEN
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.tab_line import Tab, TabLine
from sellmode_tui.widgets.text_field import TextField

WIDE: Final = 110
"""Columns from which on the task stands beside the list."""
MOST_MARKED: Final = 500
"""Tasks that may be marked at once."""

_VIEWS: Final[dict[str, tuple[str, tuple[Section, ...]]]] = {
    "open": ("Open", OPEN),
    "overdue": ("Overdue", ("overdue",)),
    "today": ("Today", ("today",)),
    "week": ("This week", ("week",)),
    "later": ("Later", ("later",)),
    "done": ("Done", ("done",)),
}
_ORDERS: Final[dict[Order, str]] = {"due": "", "customer": "by customer", "kind": "by kind"}


class TaskListPage(TaskPage[Result]):
    """A list of tasks, some of them marked, with the one under the cursor beside it where there is room."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *task_keys(shown=False),
        Binding("a", "add", "Add", tooltip="Add a task", id="tasks.add"),
        Binding(
            "x,space", "mark", "Mark", key_display="x", show=False, tooltip="Mark, or take it off", id="tasks.mark"
        ),
        Binding("X", "mark_all", "Mark all", show=False, tooltip="Mark all of the list", id="tasks.mark-all"),
        Binding("right", "view(1)", "Next view", show=False, tooltip="Overdue, today, ...: the next", id="tasks.next"),
        Binding("left", "view(-1)", "View before", show=False, tooltip="The view before", id="tasks.before"),
        Binding("v", "order", "Order", show=False, tooltip="By due time, by customer, by kind", id="tasks.order"),
        Binding("m", "mine", "Mine", show=False, tooltip="Only mine, or all of the store", id="tasks.mine"),
        Binding("slash", "search", "Search", key_display="/", show=False, tooltip="Search by words", id="tasks.search"),
    ]

    DEFAULT_CSS = """
    TaskListPage {
        background: $background;
        .tasks-head { height: 1; background: $panel; }
        .tasks-head TabLine { width: 1fr; background: $panel; }
        .tasks-head Static { width: auto; padding: 0 1; color: $foreground; }
        #body { height: 1fr; }
        #list { width: 1fr; }
        #beside { display: none; width: 42%; min-width: 48; background: $surface; }
        &.-wide #beside { display: block; }
        #told { height: 1; padding: 0 1; color: $text-muted; }
        #search { display: none; height: 1; padding: 0 1; }
        #search Static { width: auto; padding-right: 1; color: $text-muted; }
        &.-searching #search { display: block; }
    }
    """

    CUSTOMERS: ClassVar = True
    """Whether the tasks are of several customers."""

    def __init__(self, desk: Desk, view: AgendaView) -> None:
        super().__init__(desk)
        self._query = view.query
        self._first = view.task
        """The task to begin with."""
        self._source: AgendaSource | None = None
        self._counts: Mapping[Section, int] = {}
        """How many open ones there are by section, whichever are shown."""
        self._marked: dict[str, TaskLine] = {}
        self._asked = 0
        """Numbers the readings of the list: until the last one is there, the page is not settled."""
        self._told = 0

    def compose_list(self) -> ComposeResult:
        """Views, list, the task beside it, what its row leaves out, search."""
        with Horizontal(classes="tasks-head"):
            yield TabLine(self._tabs(), self._view_name, id="views")
            yield Static(id="arranged")
        with Horizontal(id="body"):
            yield RowTable(self._columns, ascii_only=self._desk.ascii_only, id="list")
            yield TaskView(self._desk, id="beside")
        yield Static(id="told")
        with Horizontal(id="search"):
            yield Static(Content("Words"))
            yield TextField(self._query.text, ascii_only=self._desk.ascii_only)

    def on_mount(self) -> None:
        """Read the list."""
        self._table.marks = frozenset()
        self._table.focus()
        self.set_class(bool(self._query.text), "-searching")
        self._find(keep_cursor=False)

    # --- what the app tells

    def standing_changed(self) -> None:
        """Say how things stand."""
        super().standing_changed()
        for table in self.query(RowTable):
            table.empty_text = self._empty_text()

    def facts_changed(self) -> None:
        """Others' tasks may be seen now, or no longer."""
        self._find()

    def records_changed(self) -> None:
        """Something in the cache may be another now, or it is later."""
        self._find()

    # --- the list

    @property
    def _table(self) -> RowTable:
        return self.query_one("#list", RowTable)

    @property
    def _view_name(self) -> str:
        sections = self._query.sections
        return next(name for name, (_, of) in _VIEWS.items() if of == sections)

    @property
    def _shows_ended(self) -> bool:
        return self._query.sections == ("done",)

    @property
    def _columns(self) -> tuple[Column, ...]:
        return task_columns(ended=self._shows_ended, people=self._shows_people, customers=self.CUSTOMERS)

    @property
    def _shows_people(self) -> bool:
        """Whether it differs from row to row whose a task is."""
        return self._desk.facts.sees_team and not self._query.mine

    @property
    def settled(self) -> bool:
        """Whether everything asked for is on the screen."""
        if self._told != self._asked or not self._table.settled:
            return False
        beside = self.query_one(TaskView).details
        line = self.task_at_cursor
        return not self.has_class("-wide") or (beside and beside.line.key) == (line and line.key)

    @property
    def task_at_cursor(self) -> TaskLine | None:
        """The task under the cursor."""
        return self._source.line(self._table.cursor_key) if self._source else None

    @property
    def chosen(self) -> Sequence[TaskLine]:
        """What is marked, or else what is under the cursor."""
        if self._marked:
            return tuple(self._marked.values())
        return (self.task_at_cursor,) if self.task_at_cursor else ()

    def _find(self, *, keep_cursor: bool = True) -> None:
        query, marked = self._query, frozenset(self._marked)
        self._asked += 1
        asked = self._asked

        def find(door: Door) -> tuple[AgendaList, Mapping[Section, int], frozenset[str]]:
            found = door.agenda(query)
            open_ones = found if query.sections == OPEN else door.agenda(query._replace(sections=OPEN))
            gone = marked.difference(map(row_key, found.keys())) if marked else marked
            return found, dict(open_ones.lengths()), gone

        self.ask(find, lambda found: self._found(asked, *found, keep_cursor=keep_cursor), group="find")

    def _found(
        self, asked: int, found: AgendaList, counts: Mapping[Section, int], gone: frozenset[str], *, keep_cursor: bool
    ) -> None:
        self._counts, self._told = counts, asked
        if not gone.isdisjoint(self._marked):  # nobody could take those marks away
            self._marked = {key: line for key, line in self._marked.items() if key not in gone}
            self._show_marks()
        self._source = AgendaSource(
            found,
            lambda: self._desk.words,
            ended=self._shows_ended,
            people=self._shows_people,
            customers=self.CUSTOMERS,
        )
        self._show_head()
        self._table.empty_text = self._empty_text()
        first, self._first = self._first, None
        at = row_key(first) if first else None
        self._table.show(self._source, keep_cursor=keep_cursor or at is not None, columns=self._columns, at=at)

    def _show_head(self) -> None:
        views = self.query_one("#views", TabLine)
        views.tabs, views.current = self._tabs(), self._view_name
        query = self._query
        said = [_ORDERS[query.order], "mine" if query.mine else "all" if self._desk.facts.sees_team else ""]
        self.query_one("#arranged", Static).update(Content(", ".join(filter(None, said))))

    def _tabs(self) -> tuple[Tab, ...]:
        numbers: dict[str, int] = {"open": sum(self._counts.values())}
        numbers.update({str(section): number for section, number in self._counts.items()})
        return tuple(Tab(name, "", label, numbers.get(name, 0)) for name, (label, _) in _VIEWS.items())

    def _empty_text(self) -> str:
        return why_no_tasks(self._desk, self._query)

    @on(RowTable.Counted)
    def _counted(self) -> None:
        self._show_current()

    @on(RowTable.Failed)
    def _rows_failed(self, event: RowTable.Failed) -> None:
        if not isinstance(event.error, Interrupted):
            self.post_message(self.Failed(event.error))

    # --- the task under the cursor

    @on(RowTable.Moved)
    def _moved(self) -> None:
        self._show_current()

    def remember(self) -> None:
        """Something else is looked at."""

    def _show_current(self) -> None:
        self.remember()
        self._tell_current()
        line = self.task_at_cursor
        if not self.has_class("-wide"):
            return
        if line is None:
            self.query_one(TaskView).show(None)
            return
        self.ask(lambda door: door.task(line.kind, line.id), self._show_details, group="beside")

    def _show_details(self, details: TaskDetails | None) -> None:
        self.query_one(TaskView).show(details)

    def _tell_current(self) -> None:
        """What the row leaves out; or what can be done with what is marked."""
        line, account = self.task_at_cursor, self._desk.facts.account
        if self._marked:
            text = f"{counted(len(self._marked), 'task')} marked: c, s, d and h are for all of them; Esc unmarks"
        else:
            text = line_words(line, self._desk.words, account.id if account else None) if line else ""
        self.query_one("#told", Static).update(Content(visible(text)))

    @on(RowTable.Chosen)
    def _chosen(self) -> None:
        if self.has_class("-wide"):
            self.query_one(TaskView).focus()
        elif line := self.task_at_cursor:
            self.open(TaskScreen(self._desk, line.key), self._task_closed)

    def _task_closed(self, gone: bool | None) -> None:
        if gone:
            self.tell(GONE)

    def on_resize(self, event: events.Resize) -> None:
        """Put the task beside the list where there is room."""
        wide = event.size.width >= WIDE
        if wide != self.has_class("-wide"):
            self.set_class(wide, "-wide")
            if not wide and self.query_one(TaskView).has_focus:
                self._table.focus()
            self._show_current()

    # --- marks

    def action_mark(self) -> None:
        """Mark the task under the cursor, or take its mark away; then go on to the next."""
        line = self.task_at_cursor
        if line is None:
            return
        if self._is_anothers(line):
            self.tell("What the head office asks for is done only by the person whom it names.")
            return
        key = row_key(line.key)
        if key in self._marked:
            del self._marked[key]
        elif len(self._marked) < MOST_MARKED:
            self._marked[key] = line
        else:
            self.tell(f"{MOST_MARKED} tasks can be marked at once.")
            return
        self._show_marks()
        self._table.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all of the list; where all are marked, none."""
        source = self._source
        if source is None:
            return

        def marked(lines: Sequence[TaskLine]) -> None:
            all_of_them = {row_key(line.key): line for line in lines[:MOST_MARKED] if not self._is_anothers(line)}
            self._marked = {} if self._marked.keys() == all_of_them.keys() else all_of_them
            if len(lines) > MOST_MARKED:
                self.tell(f"Only the first {MOST_MARKED} are marked: no more at once.")
            self._show_marks()

        self.ask(lambda _: source.found.rows(0, MOST_MARKED + 1), marked, group="marks")

    def _is_anothers(self, line: TaskLine) -> bool:
        """Whether it is for nobody else to do than somebody else."""
        account = self._desk.facts.account
        return line.kind == "corporate_task" and account is not None and line.whose != account.id

    def point_at(self, line: TaskLine) -> None:
        """Go to it."""
        if self._source is not None:
            self._table.show(self._source, at=row_key(line.key))

    def _show_marks(self) -> None:
        self._table.marks = frozenset(self._marked)
        self._tell_current()

    def _snoozed(self, due: str | None) -> None:
        going_on = due is not None and not self._marked
        super()._snoozed(due)
        if going_on:  # the cursor would go along with what was put off, away from what comes next
            self._table.action_move(1)

    def done_with(self) -> None:
        """What was marked has been seen to."""
        self._marked = {}
        self._show_marks()

    # --- how it is looked at

    def _look(self, query: AgendaQuery) -> None:
        self._query = query
        self._marked = {}
        self._show_marks()
        self._find(keep_cursor=False)

    def action_view(self, by: int) -> None:
        """Go to another view."""
        views = list(_VIEWS)
        self._go_to_view(views[(views.index(self._view_name) + by) % len(views)])

    def _go_to_view(self, name: str) -> None:
        self._look(self._query._replace(sections=_VIEWS[name][1]))

    @on(TabLine.Picked, "#views")
    def _view_picked(self, event: TabLine.Picked) -> None:
        event.stop()
        self._go_to_view(event.name)

    def action_order(self) -> None:
        """Arrange by the next thing."""
        orders: list[Order] = [order for order in _ORDERS if order != "customer" or self.CUSTOMERS]
        place = orders.index(self._query.order) + 1
        self._look(self._query._replace(order=orders[place % len(orders)]))

    def action_mine(self) -> None:
        """Only mine, or all that are seen."""
        if self._desk.facts.sees_team:
            self._look(self._query._replace(mine=not self._query.mine))
        else:
            self.tell("All of these are yours.")

    def action_search(self) -> None:
        """Go to the words."""
        self.add_class("-searching")
        self.query_one("#search TextField", TextField).focus()

    @on(TextField.Changed, "#search TextField")
    def _typed(self, event: TextField.Changed) -> None:
        if event.value != self._query.text:
            self._look(self._query._replace(text=event.value))

    @on(TextField.Submitted, "#search TextField")
    def _to_list(self) -> None:
        self._table.focus()

    def unmark_or_clear(self) -> bool:
        """Take back the last way of choosing: focus beside the list, marks, words. Whether there was any."""
        words = self.query_one("#search TextField", TextField)
        if self.query_one(TaskView).has_focus:
            self._table.focus()
        elif self._marked:
            self.done_with()
        elif self.has_class("-searching"):
            self.remove_class("-searching")
            self._table.focus()
            words.value = ""
        else:
            return False
        return True

    # --- adding

    def action_add(self) -> None:
        """Add a task."""
        account = self._desk.facts.account
        if account is not None and not may(account, "sell"):
            self.tell(MAY_NOT)
            return
        self._add(None)

    def _add(self, profile: Profile | None) -> None:
        customer = profile.customer if profile else None
        id = customer.id if customer else None

        def opened(staff: Sequence[Staff]) -> None:
            if self.is_active:
                self.open(NewTaskForm(self._desk, staff, customer))

        self.ask(lambda door: door.assignable(id), opened, group="open", opens=True)


class AgendaScreen(TaskListPage[None], MainPage[None]):
    """Everybody's tasks who is signed in."""

    PAGE: ClassVar[PageName] = "tasks"

    BINDING_GROUP_TITLE = "Tasks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("G", "given", "Given", show=False, tooltip="Tasks that were given to others", id="tasks.given"),
        Binding("escape", "back", "Back", show=False, tooltip="Unmark; clear the search", id="tasks.back"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, desk.agenda)

    def compose(self) -> ComposeResult:
        """Tabs, list, status, keys."""
        yield from self.compose_tabs()
        yield from self.compose_list()
        yield from self.compose_foot()

    def remember(self) -> None:
        """Remember how it is looked at, for when the person comes back."""
        line = self.task_at_cursor
        self._desk.agenda = AgendaView(self._query, line.key if line else None)

    def action_back(self) -> None:
        """Take back the last way of choosing."""
        self.unmark_or_clear()

    def action_given(self) -> None:
        """List the tasks that were given."""
        account = self._desk.facts.account
        if account is not None and may(account, "reassign"):
            self.open(GivenTasksScreen(self._desk))
        else:
            self.tell("Managers have a list of the tasks that were given.")


class CustomerTasksScreen(TaskListPage[None]):
    """A customer's tasks."""

    BINDING_GROUP_TITLE = "Tasks of a customer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", key_display="Esc", tooltip="Back to the customer", id="tasks.leave"),
    ]

    DEFAULT_CSS = """
    CustomerTasksScreen .list-head { height: 1; padding: 0 1; background: $panel; text-style: bold; }
    """

    CUSTOMERS: ClassVar = False

    def __init__(self, desk: Desk, profile: Profile) -> None:
        super().__init__(desk, AgendaView(AgendaQuery(customer=profile.customer.id)))
        self._profile = profile

    def compose(self) -> ComposeResult:
        """Whose, list, status, keys."""
        yield Static(Content(visible(f"Tasks of {self._profile.customer.name}")), classes="list-head")
        yield from self.compose_list()
        yield from self.compose_foot()

    def action_back(self) -> None:
        """Take back the last way of choosing, or go back to the customer."""
        if not self.unmark_or_clear():
            self.end()

    def action_add(self) -> None:
        """Add a task on the customer."""
        self._add(self._profile)

    def action_customer(self) -> None:
        """Go back to the customer."""
        self.end()
