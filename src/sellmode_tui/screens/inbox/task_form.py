"""A task from a request: an appointment at the time that the customer wished for, or something to see to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.staff import Staff
from sellmode_tui.dates.due import read_typed_due
from sellmode_tui.language import tr
from sellmode_tui.records import RecordStore, TalkDetails
from sellmode_tui.screens.inbox.of_request import OfRequest
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.tasks.form import NewTaskForm


class RequestTaskForm(OfRequest, NewTaskForm):
    """It begins with what the request says."""

    KIND: ClassVar = "request_task"

    def __init__(self, desk: Desk, staff: Sequence[Staff], customer: Customer | None, details: TalkDetails) -> None:
        """`staff`: to whom it may be given; `customer`: who asked, if that is known."""
        super().__init__(desk, staff, customer)
        self.details = details
        request, wish = details.line.request, details.talk.wish if details.talk else ""
        name = details.line.name or tr("a customer")
        meets = request.way in ("appointment", "personal_shopper")
        self._held = {
            **self._held,
            "title": tr("Appointment with {name}", name=name) if meets else tr("Request of {name}", name=name),
            "due": _due(wish, desk.words),
            "details": "\n".join(filter(None, (wish, request.preview))),
        }

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """To whom it may be given, the customer, and the request as it is now."""
        details = records.requests.get(subject["request"])
        return None if details is None else task_parts(records, details)


def task_parts(records: RecordStore, details: TalkDetails) -> tuple[Sequence[Staff], Customer | None, TalkDetails]:
    """What the form is made with, besides the desk. In a thread."""
    id = details.line.request.customer
    shown = records.shown("customer", id) if id else None
    customer = shown.record if shown and isinstance(shown.record, Customer) else None
    return records.tasks.assignable(customer.id if customer else None), customer, details


def _due(wish: str, words: Words) -> str:
    """The time that a wish names, if it does."""
    try:
        return read_typed_due(wish, words.now, words.zone).text if wish else ""
    except ValueError:
        return ""
