"""Important dates: birthdays, anniversaries and the retailer's own, of customers and of whom they care for."""

from __future__ import annotations

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.fields import Number, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.records import EditedRecord
from sellmode_contract.translatable import Translatable, marked

WORDS = {
    "birthday": frozenset({"birthday", "birth_date", "birthdate", "born", "date_of_birth"}),
    "anniversary": frozenset({"anniversary", "wedding_anniversary", "wedding_date"}),
}
"""What other systems call the days that have a label of their own here."""


class ImportantDate(EditedRecord, frozen=True, kw_only=True):
    """A day to remember; the year may be unknown."""

    customer: str
    label: str
    """``birthday``, ``anniversary`` or the retailer's own word."""
    month: int
    day: int
    year: int | None = None
    about: str = ""
    """Whose day it is when not the customer's own (a pet's name)."""


def _called(label: str) -> str:
    """A label of one's own is said in no other language."""
    return label if label and label not in WORDS else Translatable.said(label or marked("date"))


DATE = Kind(
    name="date",
    record=ImportantDate,
    row=Row("important date", CUSTOMER_TEAM, CUSTOMER_OWN),
    noun="date",
    fields=(
        Text(name="label", longest=60, required="A date needs a label, such as birthday."),
        Number(name="month", least=1, most=12),
        Number(name="day", least=1, most=31),
        Number(name="year", least=1800, most=2200),
        Text(name="about", longest=60, label="whose day", heading="Whose"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    of_customer=True,
    remembered=True,
    handed_over=frozenset({"create", "edit", "remove"}),
    columns=("customer", "month", "day"),
    words=lambda date, whom: Translatable("{date} of {customer}", date=_called(text_in(date, "label")), customer=whom),
)
