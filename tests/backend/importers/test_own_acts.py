"""An import loosens consent only where the source says that the customer chose so, later than what stands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sellmode_backend.importers import customers
from sellmode_backend.importers.merge import merged_consent
from sellmode_backend.store import records
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.consent import Consent, ConsentState
from tests.backend.importers.exports import NOW
from tests.backend.importers.test_plain import EXAMPLES, load, people

AT = NOW - dt.timedelta(days=9)
EARLIER, LATER = AT - dt.timedelta(hours=1), AT + dt.timedelta(hours=1)


def stands(state: ConsentState, at: dt.datetime | None = AT, actor: str = "ada") -> Consent:
    return Consent(id="c", customer="a", channel="email", state=state, changed_at=at, actor=actor)


BLANK = Consent(id="new", customer="a", channel="email", actor="plain", evidence="E-mail consent: yes")


@pytest.mark.parametrize(
    ("current", "new", "act", "comes_to"),
    [
        (stands("one_to_one"), "subscribed", LATER, "subscribed"),
        (stands("unsubscribed"), "subscribed", LATER, "subscribed"),
        (stands("unsubscribed"), "one_to_one", LATER, "one_to_one"),
        (stands("unsubscribed"), "subscribed", EARLIER, "refused"),
        (stands("unsubscribed"), "subscribed", AT, "refused"),
        (stands("unsubscribed"), "subscribed", None, "refused"),
        (stands("one_to_one", None, "plain"), "subscribed", EARLIER, "subscribed"),
        (stands("one_to_one", None, "shopify"), "subscribed", LATER, "refused"),
        (None, "subscribed", EARLIER, "subscribed"),
        (None, "subscribed", None, "refused"),
        (stands("subscribed"), "unsubscribed", EARLIER, "unsubscribed"),
        (stands("subscribed"), "subscribed", LATER, "as it is"),
    ],
)
def test_only_the_customers_own_later_act_loosens(
    current: Consent | None, new: ConsentState, act: dt.datetime | None, comes_to: str
) -> None:
    record, refused = merged_consent(current, "one_to_one", new, BLANK, NOW, act)
    assert (record.state if record else "refused" if refused else "as it is") == comes_to
    if record:
        assert (record.id, record.actor, record.changed_at) == (current.id if current else "new", "customer", act)
        assert record.evidence == BLANK.evidence


def test_who_subscribes_anew_is_subscribed_after_the_next_import(database: Database, tmp_path: Path) -> None:
    row = EXAMPLES["customers.csv"]
    column, at = "E-mail consent chosen at", "2026-05-02 18:00 +0200"
    staff = [EXAMPLES["staff.csv"]]

    def consent() -> Consent:
        (anna,) = people(database)
        with database.snapshot() as connection:
            found = records.children(connection, anna.id, "consent")
        (email,) = (item for item in found if isinstance(item, Consent) and item.channel == "email")
        return email

    load(database, tmp_path / "a", staff=staff, customers=[row | {column: at}])
    chosen = dt.datetime(2026, 5, 2, 16, tzinfo=dt.UTC)
    first = consent()
    assert (first.state, first.actor, first.changed_at) == ("subscribed", "customer", chosen)

    def opt_out(hours: int) -> None:
        with database.transaction() as connection:
            at = chosen + dt.timedelta(hours=hours)
            records.write(connection, [Consent(id=first.id, customer=first.customer, channel="email",
                                               state="unsubscribed", changed_at=at, actor="ada")])  # fmt: skip

    opt_out(hours=1)
    summary, _ = load(database, tmp_path / "b", customers=[row | {column: at}])
    assert consent().state == "unsubscribed"
    # The file says yes as before, and the customer has chosen it once more since.
    summary, told = load(database, tmp_path / "c", customers=[row | {column: "2026-05-02 20:00 +0200"}])
    assert (consent().state, consent().actor, told) == ("subscribed", "customer", [])
    assert customers.LOOSER_CONSENT not in summary.open
    # A yes that is older than the no is asked about, at every import.
    opt_out(hours=9)
    for folder in ("d", "e"):
        summary, _ = load(database, tmp_path / folder, customers=[row | {column: "2026-05-02 21:00 +0200"}])
        assert (consent().state, summary.open[customers.LOOSER_CONSENT].count) == ("unsubscribed", 1)


def test_an_act_that_is_still_to_come_is_left_out_with_its_column(database: Database, tmp_path: Path) -> None:
    row = EXAMPLES["customers.csv"] | {"E-mail consent chosen at": "2199-01-01 00:00 +0000"}
    _, told = load(database, tmp_path / "a", staff=[EXAMPLES["staff.csv"]], customers=[row])
    assert [(one.column, one.reason) for one in told] == [("E-mail consent chosen at", "is in the future")]
