"""A terminal with a day's tasks on it, at a moment that does not move, in the middle of a week."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
from textual.pilot import Pilot

from sellmode_contract import visibility
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.retailer import Mode, zone_of
from sellmode_contract.kinds.rule_task import Because, RuleTask, rule_task_id
from sellmode_contract.kinds.task import Task
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.records import Record
from sellmode_contract.rules import default_rules
from sellmode_contract.store_time import read_due
from sellmode_tui.records import TaskKey, TaskLine
from sellmode_tui.screens.tasks.agenda import AgendaScreen, TaskListPage
from tests.tui.screens import counter, writing
from tests.tui.screens.counter import FakeClock, wait_until
from tests.tui.screens.writing import ANNA, BO, CLARA, MIRA, RETAILER, STORE, TEUN, ZOE, at_rest, shows

NOW = dt.datetime(2026, 11, 25, 13, 2, tzinfo=dt.UTC)
"""Wednesday, 14:02 in Amsterdam."""
ZONE = zone_of(RETAILER, STORE)


def clock() -> FakeClock:
    """A clock that stands at `NOW`."""
    made = FakeClock()
    made.now = NOW
    return made


def _timed(task: Any) -> Any:
    due = task.snoozed_to or task.due
    return msgspec.structs.replace(task, due_at=read_due(due).instant(ZONE) if due else None)


def by_hand(title: str, due: str = "", **fields: Any) -> ManualTask:
    """A task that Anna made, unless another `creator` is named."""
    made = {"creator": ANNA.id, "created_at": NOW - dt.timedelta(days=9), **fields}
    if made.get("repeat"):
        made["repeat_from"] = due
    task: ManualTask = _timed(
        ManualTask(id=source_id("manual_task", "test", title), store=STORE, title=title, due=due, **made)
    )
    return task


def by_rule(rule: str, title: str, customer: Customer, due: str, because: Because, **fields: Any) -> RuleTask:
    """A task that a rule made."""
    occurrence = str(because.at or because.day)
    task: RuleTask = _timed(
        RuleTask(
            id=rule_task_id(rule, customer.id, occurrence),
            store=STORE,
            rule=rule,
            occurrence=occurrence,
            title=title,
            customer=customer.id,
            due=due,
            because=because,
            created_at=NOW - dt.timedelta(hours=14),
            **fields,
        )
    )
    return task


CALL = by_hand(
    "Call about the coat",
    "2026-11-24T10:00",
    customer=CLARA.id,
    action="call",
    details="She wanted the camel one in 38.\nAsk whether the sleeves are long enough.",
)
THANK = by_rule(
    "thank-you",
    "Say thank you",
    BO,
    "2026-11-25",
    Because(event="purchase", at=NOW - dt.timedelta(days=5)),
    action="email",
    message="Dear {given_name},\nthank you for your visit to {store}. How does it fit?\n{associate}",
)
WINDOW = by_hand("Check the window display", "2026-11-25T17:00", repeat="FREQ=WEEKLY")
BIRTHDAY = by_rule(
    "pet-birthday",
    "Birthday of a pet",
    CLARA,
    "2026-11-27",
    Because(event="date", day="2026-11-29", about="birthday", whose="Rex"),
    action="sms",
    message="Many happy returns to {whose}!",
)
SALE = by_hand("Prepare the private sale", "2026-11-28T09:30", creator=MIRA.id, assignee=ANNA.id)
LOOKBOOK = _timed(
    CorporateTask(
        id=source_id("corporate_task", "test", "lookbook"),
        store=STORE,
        person=ANNA.id,
        title="Show the winter lookbook to your ten best customers",
        due="2026-12-01",
        subject="Winter at Alder & Vale",
        message="The winter collection is here.",
        products=("AV-COAT-1", "AV-SCARF-2"),
        created_at=NOW - dt.timedelta(days=2),
    )
)
LAPSED = by_rule(
    "lapsed", "Ask how they are", ZOE, "2026-12-07", Because(event="lapsed", at=NOW - dt.timedelta(days=240))
)
GUIDE = by_hand("Read the new care guide")
DONE = by_hand(
    "Order the size 39",
    "2026-11-20",
    customer=CLARA.id,
    state="done",
    done_by=ANNA.id,
    done_at=NOW - dt.timedelta(hours=3),
)
DISMISSED = by_hand(
    "Invite to the tasting",
    "2026-11-19",
    customer=BO.id,
    state="dismissed",
    done_by=ANNA.id,
    done_at=NOW - dt.timedelta(days=1),
    reason="does not want to be contacted",
)
TEUNS = by_hand("Call the tailor", "2026-11-25T16:00", creator=TEUN.id)
HOSTILE = by_hand("[bold]Not bold[/] \x1b[31mred\u202egnp", "2026-11-26")
OPEN = (CALL, THANK, WINDOW, BIRTHDAY, SALE, LOOKBOOK, LAPSED, GUIDE)
"""Anna's open tasks, in the agenda's order."""


def rules() -> list[TaskRule]:
    """The retailer's rules, and one of Anna's store in place of one of them."""
    found = list(default_rules(RETAILER.custom_fields))
    own = next(rule for rule in found if rule.trigger == "purchase")
    id = task_rule_id(STORE, own.slug)
    return [*found, msgspec.structs.replace(own, id=id, store=STORE, daily_cap=5, audience="spend>100")]


def records(*others: Task) -> list[Record]:
    """What is there at first."""
    tasks: list[Record] = [*OPEN, DONE, DISMISSED, TEUNS, *others]
    cards = [card for task in tasks for card in visibility.cards(task)]
    return [*writing.records(), *tasks, *cards, *rules()]


def files(data: Path, user_name: str = "anna", mode: Mode = "associate", *others: Task) -> None:
    """Somebody's files with these records."""
    given = [msgspec.structs.replace(each, mode=mode) if each is RETAILER else each for each in records(*others)]
    counter.make_account(data, counter.account_of(writing.WORLD, user_name), mode, given)


# ------------------------------------------------------------------ the app


@contextlib.asynccontextmanager
async def at_the_tasks(
    user_name: str = "anna", *, size: tuple[int, int] = (80, 24), clock: FakeClock | None = None
) -> AsyncIterator[Pilot[None]]:
    """The app with the agenda."""
    async with writing.at_the_counter(user_name, size=size, clock=clock or globals()["clock"]()) as pilot:
        await go_to_tasks(pilot)
        yield pilot


async def go_to_tasks(pilot: Pilot[None]) -> AgendaScreen:
    await pilot.press("2")
    await shows(pilot, AgendaScreen)
    await list_is_there(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, AgendaScreen)
    return screen


async def list_is_there(pilot: Pilot[None]) -> None:
    """Wait until the list of tasks that is open shows all that was asked for."""
    await at_rest(pilot)
    page = pilot.app.screen
    assert isinstance(page, TaskListPage)
    await wait_until(pilot, lambda: bool(page.settled))
    await at_rest(pilot)


def titles(pilot: Pilot[None]) -> list[str]:
    """The titles in the list, in order."""
    page = pilot.app.screen
    assert isinstance(page, TaskListPage)
    assert page._rows is not None
    return [line.title for line in page._rows.items(0, 1000)]


def at_cursor(pilot: Pilot[None]) -> TaskLine:
    page = pilot.app.screen
    assert isinstance(page, TaskListPage)
    line = page.current
    assert line is not None
    return line


async def move_to(pilot: Pilot[None], task: Task) -> None:
    """Put the cursor on a task of the list."""
    for _ in range(50):
        if at_cursor(pilot).id == task.id:
            return
        await pilot.press("down")
        await at_rest(pilot)
    raise AssertionError("the list has no such task")


def state(pilot: Pilot[None], task: Task) -> Any:
    """What has become of a task, as it is shown."""
    kind = {ManualTask: "manual_task", RuleTask: "rule_task", CorporateTask: "corporate_task"}[type(task)]
    details = writing.store_of(pilot).tasks.get(*TaskKey(kind, task.id))  # type: ignore[arg-type]  # a kind of task
    assert details is not None
    return details
