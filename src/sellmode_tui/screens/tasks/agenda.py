"""The tasks: what is overdue, due today, this week and later, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sellmode_contract.kinds.staff import Staff
from sellmode_contract.store_time import Due
from sellmode_contract.visibility import may
from sellmode_tui.language import marked, tr, trc, trd
from sellmode_tui.records import AgendaQuery, Profile, Section, TaskLine
from sellmode_tui.records.tasks.agenda import Order
from sellmode_tui.records.tasks.lines import OPEN
from sellmode_tui.screens.customers.customer_page import MAY_NOT
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.desk import AgendaView, Desk
from sellmode_tui.screens.kit.status_words import why_no_tasks
from sellmode_tui.screens.lists.choosing import MarkedList, SearchedList, ViewedList
from sellmode_tui.screens.lists.main_page import MainPage
from sellmode_tui.screens.tasks.boxes import SnoozeBox
from sellmode_tui.screens.tasks.form import NewTaskForm
from sellmode_tui.screens.tasks.given_tasks import GivenTasksScreen
from sellmode_tui.screens.tasks.keys import GONE, TaskPage, task_keys
from sellmode_tui.screens.tasks.rows import AgendaRows, line_words, row_key, task_columns
from sellmode_tui.screens.tasks.view import TaskScreen, TaskView
from sellmode_tui.widgets.columns import Column, Sort
from sellmode_tui.widgets.row_source import Count
from sellmode_tui.widgets.tab_line import Tab

_VIEWS: Final[dict[str, tuple[Section, ...]]] = {
    "open": OPEN,
    "overdue": ("overdue",),
    "today": ("today",),
    "week": ("week",),
    "later": ("later",),
    "done": ("done",),
}
_SORTED_BY: Final[dict[str, Order]] = {"Due": "due", "Customer": "customer", "Kind": "kind"}
"""By the names of columns."""
_ORDERS: Final[dict[Order, str]] = {"due": "", "customer": marked("by customer"), "kind": marked("by kind")}


class TaskListPage(
    SearchedList[Result, TaskLine], ViewedList[Result, TaskLine], MarkedList[Result, TaskLine], TaskPage[Result]
):
    """A list of tasks, some of them marked, with the one under the cursor beside it where there is room."""

    BINDING_GROUP_TITLE = "Tasks"
    BINDINGS: ClassVar[list[BindingType]] = [
        *task_keys(shown=False),
        Binding("a", "add", "Add", tooltip="Add a task", id="tasks.add"),
        Binding("x,space", "mark", "Mark", key_display="x", show=False, tooltip="Mark, or unmark", id="tasks.mark"),
        Binding("right", "view(1)", "Next view", show=False, tooltip="Next view", id="tasks.next"),
        Binding("left", "view(-1)", "Previous view", show=False, tooltip="Previous view", id="tasks.before"),
        Binding("v", "order", "Order", show=False, tooltip="By due time, by customer, by kind", id="tasks.order"),
        Binding("m", "mine", "Mine", show=False, tooltip="Only mine, or the whole store", id="tasks.mine"),
        Binding("slash", "search", "Search", key_display="/", show=False, tooltip="Search", id="tasks.search"),
    ]

    DEFAULT_CSS = """
    TaskListPage {
        .list-head { height: 1; }
        .tasks-head { height: 1; background: $panel; }
        .tasks-head TabLine { width: 1fr; background: $panel; }
        .tasks-head Static { width: auto; padding: 0 1 0 2; color: $foreground; }
        #beside { width: 42%; min-width: 48; }
    }
    """

    FOR_ALL = marked("c, s, d and h are for all of them")
    PLACEHOLDER = marked("task or customer name")

    CUSTOMERS: ClassVar = True
    """Whether the tasks are of several customers."""

    def __init__(self, desk: Desk, view: AgendaView, head: str = "") -> None:
        super().__init__(desk, head, at=row_key(view.task) if view.task else None)
        self._query = view.query
        self._lengths: Mapping[Section, int] = {}
        """How many open ones there are by section, whichever are shown."""

    def compose_views(self) -> ComposeResult:
        """The sections, and how the list is arranged."""
        with Horizontal(classes="tasks-head"):
            yield from super().compose_views()
            yield Static(id="arranged")

    def beside(self) -> Widget:
        """The task."""
        return TaskView(self._desk)

    def facts_changed(self) -> None:
        """Others' tasks may be seen now, or no longer."""
        self.show_list(self.new_rows())

    # --- the list

    @property
    def view(self) -> str:
        """The sections that are shown."""
        sections = self._query.sections
        return next(name for name, of in _VIEWS.items() if of == sections)

    @property
    def _shows_ended(self) -> bool:
        return self._query.sections == ("done",)

    @property
    def columns(self) -> Sequence[Column]:
        """Whose a task is stands there where it differs from row to row."""
        return task_columns(ended=self._shows_ended, people=self._shows_people, customers=self.CUSTOMERS)

    @property
    def _shows_people(self) -> bool:
        return self._desk.facts.sees_team and not self._query.mine

    @property
    def empty_text(self) -> str:
        """Why there is none."""
        return why_no_tasks(self._desk, self._query)

    def new_rows(self) -> AgendaRows:
        """Those of the view."""
        return AgendaRows(
            self._desk.records,
            self._query,
            lambda: self._desk.words,
            lambda: self._marked,
            ended=self._shows_ended,
            people=self._shows_people,
            customers=self.CUSTOMERS,
        )

    def shown(self, count: Count) -> None:  # noqa: ARG002  # of each section
        """Say how many there are of each section, and how they are arranged."""
        rows = self._rows
        if isinstance(rows, AgendaRows):
            self._lengths = rows.lengths
            self.unmark(rows.gone)
        self.show_views()

    def show_views(self) -> None:
        """Say how they are arranged, too."""
        super().show_views()
        query, whose = self._query, ""
        if query.mine:
            whose = trc("tasks", "mine")
        elif self._desk.facts.sees_team:
            whose = trc("tasks", "all")
        said = [trd(_ORDERS[query.order]), whose]
        self.query_one("#arranged", Static).update(Content(", ".join(filter(None, said))))

    @property
    def views(self) -> tuple[Tab, ...]:
        """The sections, with how many there are of each."""
        numbers = {"open": sum(self._lengths.values()), **{str(name): n for name, n in self._lengths.items()}}
        labels = {
            "open": trc("tasks", "Open"),
            "overdue": tr("Overdue"),
            "today": tr("Today"),
            "week": tr("This week"),
            "later": tr("Later"),
            "done": tr("Done"),
        }
        return tuple(Tab(name, "", label, numbers.get(name, 0)) for name, label in labels.items())

    # --- the task under the cursor

    @property
    def settled(self) -> bool:
        """Whether everything asked for is on the screen."""
        if not super().settled:
            return False
        beside, line = self.query_one(TaskView), self.current
        return not self.has_class("-wide") or (beside.settled and beside.key == (line and line.key))

    def show_beside(self) -> None:
        """Read everything about the task."""
        line = self.current
        if self.has_class("-wide"):
            self.query_one(TaskView).show(line and line.key)

    def told(self, item: TaskLine) -> str:
        """What its row leaves out."""
        account = self._desk.facts.account
        return line_words(item, self._desk.words, account.id if account else None, people=self._shows_people)

    def chosen_row(self, item: TaskLine) -> None:
        """Open it."""
        self.open(TaskScreen(self._desk, item.key), lambda gone: self.tell(trd(GONE)) if gone else None)

    # --- marks

    def key(self, item: TaskLine) -> str:
        """Kind and id."""
        return row_key(item.key)

    def why_not_marked(self, item: TaskLine) -> str:
        """Because nobody else than somebody else may do it."""
        account = self._desk.facts.account
        is_anothers = item.kind == "corporate_task" and account is not None and item.whose != account.id
        return tr("A corporate task can only be completed by the person it is for.") if is_anothers else ""

    def key_of(self, kind: str, id: str) -> str:
        """Both."""
        return f"{kind}/{id}"

    def point_at(self, line: TaskLine) -> None:
        """Go to it."""
        self.go_to(self.key(line))

    def _snoozed(self, box: SnoozeBox, to: Due) -> None:
        going_on = not self._marked
        super()._snoozed(box, to)
        if going_on:  # the cursor would go along with what was put off, away from what comes next
            self.table.action_move(1)

    def done_with(self) -> None:
        """What was marked has been seen to."""
        self.unmark()

    # --- how it is looked at

    def _look_at(self, query: AgendaQuery) -> None:
        self._query = query
        self.unmark()
        self.show_views()
        self.show_anew()

    def look_from(self, view: str) -> None:
        """Other sections."""
        self._query = self._query._replace(sections=_VIEWS[view])
        self.unmark()

    @property
    def sorts(self) -> Sequence[str]:
        """The headings of the orders that there are."""
        return tuple(name for name, order in _SORTED_BY.items() if order != "customer" or self.CUSTOMERS)

    @property
    def sort(self) -> Sort | None:
        """What is arranged by; what has ended is by the time when it did."""
        heading = next(heading for heading, order in _SORTED_BY.items() if order == self._query.order)
        return None if self._shows_ended and heading == "Due" else Sort(heading, self._query.descending)

    def sort_by(self, column: str, *, descending: bool | None = None) -> None:
        """Arrange by that, or the other way round."""
        self._look_at(self._query._replace(order=_SORTED_BY[column], descending=bool(descending)))

    def action_order(self) -> None:
        """Arrange by the next thing."""
        orders: list[Order] = [order for order in _ORDERS if order != "customer" or self.CUSTOMERS]
        place = orders.index(self._query.order) + 1
        self._look_at(self._query._replace(order=orders[place % len(orders)], descending=False))

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
        """Look for tasks that have these."""
        self._look_at(self._query._replace(text=text))

    # --- adding

    def action_add(self) -> None:
        """Add a task."""
        account = self._desk.facts.account
        if account is None or may(account, "sell"):
            self._add(None)
        else:
            self.tell(trd(MAY_NOT))

    def _add(self, profile: Profile | None) -> None:
        customer = profile.customer if profile else None
        id = customer.id if customer else None

        def opened(staff: Sequence[Staff]) -> None:
            if self.is_active:
                self.open(NewTaskForm(self._desk, staff, customer))

        self.ask(lambda records: records.tasks.assignable(id), opened, group="open", opens=True)


class AgendaScreen(TaskListPage[None], MainPage[TaskLine]):
    """Everybody's tasks who is signed in."""

    PAGE: ClassVar = "tasks"

    BINDING_GROUP_TITLE = "Tasks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("G", "given", "Given", show=False, tooltip="Tasks given to others", id="tasks.given"),
        Binding("escape", "back", "Back", show=False, tooltip="Unmark; clear the search", id="tasks.back"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, desk.agenda)

    def show_current(self) -> None:
        """Remember how it is looked at, for when the person comes back."""
        line = self.current
        self._desk.agenda = AgendaView(self._query, line.key if line else None)
        super().show_current()

    def action_given(self) -> None:
        """List the tasks that were given."""
        account = self._desk.facts.account
        if self._desk.facts.sees_team or (account is not None and may(account, "reassign")):
            self.open(GivenTasksScreen(self._desk))
        else:
            self.tell(tr("In Associate Mode, only managers have a list of given tasks."))


class ChosenTasksScreen(TaskListPage[None]):
    """The tasks of a colleague, or nobody's."""

    BINDING_GROUP_TITLE = "Tasks of a colleague"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", key_display="Esc", tooltip="Back", id="tasks.close"),
    ]

    def __init__(self, desk: Desk, query: AgendaQuery, head: str) -> None:
        super().__init__(desk, AgendaView(query), head)


class CustomerTasksScreen(TaskListPage[None]):
    """A customer's tasks."""

    BINDING_GROUP_TITLE = "Tasks of a customer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", key_display="Esc", tooltip="Back to the customer", id="tasks.leave"),
    ]

    CUSTOMERS: ClassVar = False

    def __init__(self, desk: Desk, profile: Profile) -> None:
        view = AgendaView(AgendaQuery(customer=profile.customer.id))
        super().__init__(desk, view, tr("Tasks of {customer}", customer=profile.customer.name))
        self._profile = profile

    def action_add(self) -> None:
        """Add a task on the customer."""
        self._add(self._profile)

    def action_customer(self) -> None:
        """Go back to the customer."""
        self.end()
