"""What is to be done at the demo's stores: rules, corporate tasks, and what people have made up for themselves."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.contact import ContactChannel
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import CustomField, StoreEntry
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules.defaults import default_rules
from sellmode_contract.store_time import Due
from sellmode_contract.visibility import Account

SOURCE = "demo"
_DAY = dt.timedelta(days=1)
_REFILLS = ("Dog food", "Cat food")


class _Todo(NamedTuple):
    """Something that people put on their list."""

    title: str
    days: int | None
    """Until it is due; None is at any time."""
    time: dt.time | None = None
    on_customer: bool = False
    action: ContactChannel | None = None
    details: str = ""
    repeat: str = ""
    given: bool = False
    """Whether the store's manager gives it."""
    likely: float = 1.0
    """How many of the people have it."""


_TODOS = (
    _Todo("Ring about the alteration", -2, dt.time(16), on_customer=True, action="call", likely=0.6),
    _Todo("Send photos of the new coats", -1, on_customer=True, action="email", likely=0.5),
    _Todo("Confirm the fitting", 0, dt.time(11, 30), on_customer=True, action="sms", likely=0.8),
    _Todo("Check the click & collect shelf", 0, dt.time(17), repeat="FREQ=DAILY"),
    _Todo("Put the scarf aside", 0, on_customer=True, details="The camel one; the navy one if it is gone.", likely=0.5),
    _Todo("Ask how the shoes fit", 1, dt.time(10), on_customer=True, action="call", likely=0.7),
    _Todo("Call the window dressers", 2, dt.time(9, 30), given=True, likely=0.4),
    _Todo("Prepare the fragrance evening", 3, given=True, details="Guest list, samples, chairs for twelve."),
    _Todo("Look through my quiet customers", 5, repeat="FREQ=WEEKLY"),
    _Todo("Invite to the winter evening", 9, on_customer=True, action="email", likely=0.8),
    _Todo("Ask about the size of the dog bed", 16, on_customer=True, action="chat", likely=0.3),
    _Todo("Try the new till's returns", None, likely=0.4),
)
_REASONS = ("Spoke to them in the store", "They asked not to be written to this month", "Already thanked at the till")


def rules(custom: Iterable[CustomField]) -> list[TaskRule]:
    """The rules that a retailer begins with, those switched on, too, for which the demo has products and tags."""
    return [
        msgspec.structs.replace(rule, enabled=True, products=_REFILLS if rule.products else ())
        for rule in default_rules(custom)
    ]


def briefs(office: Account, products: Sequence[Product], today: dt.date) -> list[CorporateBrief]:
    """What the head office asks for."""
    knits = [product.sku for product in products if product.type == "Knitwear" and product.active]
    made = dt.datetime.combine(today, dt.time(8), dt.UTC)
    return [
        CorporateBrief(
            id=source_id("corporate_brief", SOURCE, "winter"),
            title="Tell three customers about the winter edit",
            details="Those who bought knitwear last year. The lookbook is at the till.",
            due=Due(today + 4 * _DAY).text,
            expires=Due(today + 18 * _DAY).text,
            action="email",
            subject="The winter edit is here",
            message="Dear {given_name}, the winter edit has come in, and some of it made me think of you. {associate}",
            products=tuple(knits[:: max(1, len(knits) // 3)][:3]),
            created_at=made - 5 * _DAY,
            created_by=office.id,
        ),
        CorporateBrief(
            id=source_id("corporate_brief", SOURCE, "photos"),
            title="Check the photos of the online range",
            details="Ten of your choice: are colour and fit as in the store?",
            works=("ecommerce",),
            due=Due(today + _DAY, dt.time(18)).text,
            expires=Due(today + 10 * _DAY).text,
            created_at=made - 6 * _DAY,
            created_by=office.id,
        ),
        CorporateBrief(
            id=source_id("corporate_brief", SOURCE, "canal"),
            title="Invite five customers to the late opening",
            stores=(office.stores[0],),
            due=Due(today - _DAY).text,
            expires=Due(today - _DAY).text,
            action="call",
            created_at=made - 9 * _DAY,
            created_by=office.id,
        ),
    ]


def answered(tasks: Iterable[CorporateTask], moment: dt.datetime) -> list[CorporateTask]:
    """Of the corporate tasks that are open at a moment, those that were ended by then: some, as it goes."""
    gone = []
    for task in tasks:
        chance = random.Random(f"{task.id} {moment:%Y-%m-%d}").random()  # not a secret
        if task.state == "open" and chance < 0.16:
            ended = msgspec.structs.replace(task, state="done", done_by=task.person, done_at=moment)
            dismissed = msgspec.structs.replace(ended, state="dismissed", reason=_REASONS[1])
            gone.append(dismissed if chance < 0.02 else ended)
    return gone


def manual_tasks(
    chance: random.Random,
    people: Sequence[Account],
    customers: Iterable[Customer],
    stores: Iterable[StoreEntry],
    today: dt.date,
) -> list[ManualTask]:
    """What people have on their own lists, and what managers have given them."""
    zones = {entry.id: ZoneInfo(entry.time_zone) for entry in stores}
    mine: dict[str, list[str]] = {}
    for customer in customers:
        mine.setdefault(customer.owner or "", []).append(customer.id)
    managers = managers_of(people)
    tasks = []
    for account in people:
        (store,) = account.stores
        for number, todo in enumerate(_TODOS):
            manager = managers[store]
            own = mine.get(account.id, [])
            if chance.random() > todo.likely or (todo.given and account.role == "manager") or not own:
                continue
            due = Due(today + todo.days * _DAY, todo.time) if todo.days is not None else None
            made = today - _DAY * chance.randrange(3, 9)
            tasks.append(
                ManualTask(
                    id=source_id("manual_task", SOURCE, f"{account.user_name}/{number}"),
                    store=store,
                    creator=manager if todo.given else account.id,
                    assignee=account.id if todo.given else None,
                    customer=chance.choice(own) if todo.on_customer else None,
                    title=todo.title,
                    details=todo.details,
                    action=todo.action,
                    due=due.text if due else "",
                    due_at=due.instant(zones[store]) if due else None,
                    repeat=todo.repeat,
                    repeat_from=due.text if due and todo.repeat else "",
                    created_at=_moment(chance, made, zones[store]),
                )
            )
    return tasks


def managers_of(people: Sequence[Account]) -> dict[str, str]:
    """The first manager of each store."""
    return {account.stores[0]: account.id for account in reversed(people) if account.role == "manager"}


def ended(tasks: Iterable[RuleTask], owners: Mapping[str, str], day: dt.date, zone: ZoneInfo) -> list[RuleTask]:
    """Of the tasks that rules made by a day, those that were ended on it: most, as it goes.

    ``owners`` are who looks after each customer.
    """
    gone = []
    for task in tasks:
        chance = random.Random(task.id)  # not a secret
        if task.state != "open" or chance.random() > 0.85:
            continue
        dismissed = chance.random() < 0.08
        gone.append(
            msgspec.structs.replace(
                task,
                state="dismissed" if dismissed else "done",
                reason=chance.choice(_REASONS) if dismissed else "",
                done_by=owners[task.customer],
                done_at=_moment(chance, day, zone),
            )
        )
    return gone


def _moment(chance: random.Random, day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """An instant of a day, while stores are open."""
    return dt.datetime.combine(day, dt.time(chance.randrange(10, 19), chance.randrange(60)), zone).astimezone(dt.UTC)
