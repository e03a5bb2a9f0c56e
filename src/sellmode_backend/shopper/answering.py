"""What a customer wrote back is something to see to: a task for whoever looks after them, one for each lookbook."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.shopper.touches import Shared
from sellmode_backend.store import records, settings
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.retailer import zone_of
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.store_time import local_day, read_due

_LONGEST: Final = 5_000
_LONGEST_NAME: Final = 170
"""Characters of a lookbook's title in that of its task, which has 200."""
_MORE: Final = "Earlier replies are on the page of the lookbook."


def task_id(lookbook: str) -> str:
    """Id of the task to answer what was written on a lookbook's page."""
    return source_id("manual_task", "sellmode", f"reply/{lookbook}")


def to_answer(connection: Connection, shared: Shared, author: str, text: str, now: dt.datetime) -> ManualTask:
    """The task, due today: a new one, the one that is open with this reply added, or the one that was done, open again.

    It goes to the customer's owner, whoever made the lookbook; without one, to its author; if neither works there any
    more, to a manager of the store.
    """
    customer = records.read(connection, "customer", shared.customer) if shared.customer else None
    store, person = _whose(connection, customer if isinstance(customer, Customer) else None, shared.store, author)
    due = local_day(now, zone := zone_of(settings.retailer(connection), store)).isoformat()
    look = records.read(connection, "lookbook", shared.id)
    held = records.read(connection, "manual_task", task_id(shared.id), lock=True)
    task = held if isinstance(held, ManualTask) else ManualTask(
        id=task_id(shared.id),
        store=store,
        creator=author,
        customer=shared.customer,
        lookbook=shared.id,
        title=_title(look.title if isinstance(look, Lookbook) else ""),
        created_at=now,
    )  # fmt: skip
    earlier = task.details if task.state == "open" else ""
    details = f"{earlier}\n\n{text}" if earlier else text
    return msgspec.structs.replace(
        task,
        store=store,
        assignee=person if person != task.creator else None,
        details=details if len(details) <= _LONGEST else f"{_MORE}\n\n{text}",
        due=due,
        due_at=read_due(due).instant(zone),
        snoozed_to="",
        state="open",
        done_by=None,
        done_at=None,
        reason="",
    )


def _whose(connection: Connection, customer: Customer | None, store: str, author: str) -> tuple[str, str]:
    """In which store, and whose, the task is."""
    wanted = [(store, author)]
    if customer and customer.owner and customer.store:
        wanted.insert(0, (customer.store, customer.owner))
    for place, person in wanted:
        staff = records.read(connection, "staff", person)
        if isinstance(staff, Staff) and staff.active and staff.store == place:
            return place, person
    place = wanted[0][0]
    people = (staff for staff in records.each(connection, "staff") if isinstance(staff, Staff))
    managers = (staff.id for staff in people if staff.active and (staff.store, staff.role) == (place, "manager"))
    return place, next(managers, author)


def _title(look: str) -> str:
    called = look if len(look) <= _LONGEST_NAME else f"{look[: _LONGEST_NAME - 1]}…"
    return f'Answer a reply to "{called}"'
