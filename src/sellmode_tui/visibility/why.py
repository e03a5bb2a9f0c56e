"""Why a customer is seen."""

from __future__ import annotations

from typing import NamedTuple

from sellmode_contract import visibility
from sellmode_contract.records import Mode
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.visibility.surroundings import Surroundings


class WhySeen(NamedTuple):
    """The rule that lets this account, and whoever else it names, see a customer."""

    customer: str
    name: str
    mode: Mode
    column: visibility.Column
    """Which column of the table counts: the mode's, or the team's for who may read profiles."""
    rule: str
    """In words, from the table."""
    audience: str
    """Whom the rule gives: ``store:S``, ``person:S:A`` or ``lead:S``."""
    owner: str | None
    owner_name: str
    store: str | None


def read(reading: Reading, around: Surroundings, id: str) -> WhySeen | None:
    """The rule for a visible customer, else None."""
    row = reading.connection.execute(
        f"SELECT c.doc FROM customer c WHERE c.id = ? AND {reading.only_visible('c')}", (id,)
    ).fetchone()
    if row is None or reading.head is None:
        return None
    customer = decode("customer", row[0])
    view = reading.head.view
    mode: Mode = "team" if view.mode == "team" else "associate"  # no other mode has visible records
    reason = visibility.why(mode, view.account, customer)
    return WhySeen(
        customer=customer.id,
        name=customer.name,
        mode=reason.mode,
        column=reason.column,
        rule=reason.rule,
        audience=reason.audience or "",
        owner=customer.owner,
        owner_name=around.name_of(customer.owner),
        store=customer.store,
    )
