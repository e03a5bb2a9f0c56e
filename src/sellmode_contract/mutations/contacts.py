"""What comes of contacts: when they may have been, and the customer's last one."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.operations import Create, Edit
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.refusals import Rejected
from sellmode_contract.translatable import Translatable

FUTURE: Final = dt.timedelta(minutes=5)
"""So far ahead a contact may lie: clocks differ."""
EARLIEST: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""The first days of the calendar cannot be shown in every time zone."""


def _settle(_: Contact | None, contact: Contact, __: Create | Edit, world: World) -> Contact:
    if contact.at > world.now + FUTURE:
        raise Rejected("invalid", "A contact cannot be in the future.", field="at")
    if contact.at < EARLIEST:
        raise Rejected("invalid", Translatable("A contact cannot be before {year}.", year=EARLIEST.year), field="at")
    return msgspec.structs.replace(contact, at=contact.at.astimezone(dt.UTC))


def _brings(before: Contact | None, after: Contact | None, world: World) -> Outcome:
    """The customer with the moment of the last contact that there is now."""
    contact = after or before
    customer = world.records.get("customer", contact.customer) if contact else None
    if contact is None or not isinstance(customer, Customer):
        return Outcome()
    last = customer.figures.last_contact
    if after is not None:
        last = after.at if last is None else max(last, after.at)
    else:
        there = world.records.belongings(customer.id, "contact")
        last = max((each.at for each in there if isinstance(each, Contact) and each.id != contact.id), default=None)
    if last == customer.figures.last_contact:
        return Outcome()
    figures = msgspec.structs.replace(customer.figures, last_contact=last)
    return Outcome(puts=(msgspec.structs.replace(customer, figures=figures),))


HOOKS = Hooks(settle=_settle, brings=_brings)
