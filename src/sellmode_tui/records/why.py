"""Why a record is seen."""

from __future__ import annotations

from typing import NamedTuple

from sellmode_contract import audiences, visibility
from sellmode_contract.documents import as_document
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.customer import Customer, CustomerCard
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.records import Record, parent_of
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import table_of, where
from sellmode_tui.cache.visible import VisibleRows
from sellmode_tui.language import trd
from sellmode_tui.records.context import Context
from sellmode_tui.records.wording import a_customer


class WhySeen(NamedTuple):
    """The rule that lets this account, and whoever else it names, see a record."""

    kind: str
    id: str
    name: str
    """Its name or title, else what it is called in a sentence: ``note about Anna Muster``."""
    mode: Mode
    column: audiences.Column
    """Which column of the table counts: the mode's, or the team's for who may read profiles."""
    rule: str
    """In words, from the table."""
    audience: str
    """Whom the rule gives: ``store:S``, ``person:S:A`` or ``lead:S``."""
    person_name: str
    """Name of the one person whom the rule gives, if it gives one."""
    owner: str | None
    """Staff id of whom its customer is assigned to."""
    owner_name: str
    store: str | None
    """Its own, else its customer's."""

    @property
    def noun(self) -> str:
        """What people call one."""
        return KINDS[self.kind].noun or KINDS[self.kind].row.label


def read(reading: Reading, around: Context, kind: str, id: str) -> WhySeen | None:
    """The rule for a visible record, else None."""
    rows = VisibleRows(reading.connection, reading.scopes)
    record = rows.get(kind, id)
    if record is None or reading.head is None:
        return None
    parent = record if isinstance(record, Customer) else rows.get("customer", parent_of(record) or "")
    customer = parent if isinstance(parent, Customer) else None
    view = reading.head.view
    mode: Mode = "team" if view.mode == "team" else "associate"  # no other mode has visible records
    reason = visibility.why(mode, view.account, record, customer)
    audience = reason.audience or _delivered_to(reading, kind, id)
    known = record if isinstance(record, CustomerCard) else customer
    owner = known.owner if known else None
    return WhySeen(
        kind=kind,
        id=record.id,
        name=_name(record, kind, customer),
        mode=reason.mode,
        column=reason.column,
        rule=reason.rule,
        audience=audience,
        person_name=around.name_of(audience.rpartition(":")[2]) if audience.startswith("person:") else "",
        owner=owner,
        owner_name=around.owner_name(owner),
        store=getattr(record, "store", None) or (customer.store if customer else _store_of(audience)),
    )


def _delivered_to(reading: Reading, kind: str, id: str) -> str:
    """Whom the backend sent a record to, where its customer, who decides that, is not seen: a manager's card."""
    of_kind, parameters = where(kind, id)
    (scope,) = reading.connection.execute(
        f'SELECT s.name FROM scope s JOIN "{table_of(kind)}" r ON r.scope = s.pk WHERE r.{of_kind}', parameters
    ).fetchone()
    return str(scope).partition("/")[2]


def _store_of(audience: str) -> str | None:
    return None if audience == audiences.EVERYBODY else audiences.feed_of(audience)


def _name(record: Record, kind: str, customer: Customer | None) -> str:
    called = getattr(record, "name", "") or getattr(record, "title", "")
    return called or trd(KINDS[kind].described(as_document(record), customer.name if customer else a_customer()))
