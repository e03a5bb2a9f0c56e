"""Undo takes back one's last change: withdrawn while it was never sent, else by a change that is guarded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.note import Note
from sellmode_contract.mutations import Create, Edit, Remove, SetConsent
from sellmode_contract.records import FieldEdit
from sellmode_contract.visibility import may
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.records import CannotUndo, NothingToUndo, RecordStore
from tests.tui.cache.lines import ME, NOW, STORE
from tests.tui.records.desk import ANNA, OTHERS, Desk, directory, manager, open_desk

NOTE = Note(id="note-1", customer=ANNA.id, author=ME, written_at=NOW, text="Likes blue", private=True)
DATE = ImportantDate(id="date-1", customer=ANNA.id, label="birthday", month=3, day=14, year=1990, about="Tom")
CONTACT = Contact(id="contact-1", customer=ANNA.id, author=ME, at=NOW, channel="call", inbound=True, summary="Coat")
SUBSCRIBED = Consent(id="consent-1", customer=ANNA.id, channel="email", state="subscribed", evidence="Signed form")


def _accepted(desk: Desk) -> None:
    """The backend does everything that waits."""
    for mid in desk.send():
        desk.answer(mid)


def test_what_was_never_sent_is_withdrawn_newest_first(desk: Desk) -> None:
    before = desk.profile()
    made = desk.records.customers.create({"given_name": "Bea"})
    desk.records.customers.write_note(made.id, "Likes blue")
    desk.records.customers.edit(ANNA.id, set={"phone": "+41 44 765 43 21"})
    desk.wrote = 0
    undone = [desk.records.changes.undo() for _ in range(3)]
    assert [(each.words, each.how, each.shown) for each in undone] == [
        ("phone number of Anna Muster", "withdrawn", True),
        ("note about Bea", "withdrawn", True),
        ("new customer Bea", "withdrawn", True),
    ]
    assert desk.profile() == before
    assert desk.names() == ["Anna Muster"]
    assert (desk.outbox.waiting(), desk.wrote) == ([], 3)
    with pytest.raises(NothingToUndo):
        desk.records.changes.undo()


def test_what_was_sent_is_taken_back_by_a_guarded_change_across_restarts(desk: Desk) -> None:
    desk.records.customers.edit(
        ANNA.id, set={"phone": "+41 44 765 43 21", "sizes.shoes": None}, add={"tags": ["vip"]}, remove={"tags": ["new"]}
    )
    desk.send()
    desk.close()
    desk.open()
    undone = desk.records.changes.undo()
    assert (undone.words, undone.how) == ("phone number, size of shoes and tags of Anna Muster", "inverse")
    assert [each.words for each in desk.records.changes.unsent()] == [undone.words, f"undoing: {undone.words}"]
    _, inverse = desk.outbox.waiting()
    assert inverse.operation == Edit(
        kind="customer",
        id=ANNA.id,
        set={"phone": "+41 44 123 45 67", "sizes.shoes": "39"},
        was={"phone": "+41 44 765 43 21", "sizes.shoes": None},
        add={"tags": ("new",)},
        remove={"tags": ("vip",)},
        guard=True,
    )
    now = desk.profile().customer
    assert (now.phone, now.sizes, now.tags) == (ANNA.phone, ANNA.sizes, ANNA.tags)
    desk.close()
    desk.open()
    with pytest.raises(NothingToUndo):
        desk.records.changes.undo()


def test_what_later_changes_build_on_is_not_withdrawn_under_them(tmp_path: Path) -> None:
    """Another process writes between the look at what is newest and the withdrawal."""
    with open_desk(tmp_path) as desk:
        desk.fill(ANNA, *directory())
        made = desk.records.customers.create({"given_name": "Bea"})
        late = Create(kind="note", id="late", doc={"customer": made.id, "text": "x"})

        class Racing(Outbox):
            def withdraw(self, *mids: str) -> set[str]:
                self.add(late, mid="late", made=ClockReading(NOW, "", 0.0), before={})
                return super().withdraw(*mids)

        with pytest.raises(CannotUndo, match="undo that first"):
            RecordStore(desk.cache, outbox=Racing(desk.journal._using)).changes.undo()
        assert [desk.records.changes.undo().words for _ in range(2)] == ["note about Bea", "new customer Bea"]


def test_an_address_is_compared_as_it_was_written(desk: Desk) -> None:
    homes = [{"lines": ["Weg 1"], "city": "Bern"}, {"lines": ["Weg 2", "Hof"], "city": "Bern"}]
    for home in homes:
        desk.records.customers.edit(ANNA.id, set={"address": home})
        _accepted(desk)
    assert desk.outbox.latest(1)[0].operation == Edit(
        kind="customer", id=ANNA.id, set={"address": homes[1]}, was={"address": homes[0]}
    )
    desk.records.changes.undo()
    address = desk.profile().customer.address
    assert address is not None
    assert address.lines == ("Weg 1",)
    desk.records.changes.undo()
    assert desk.profile().customer.address is None
    assert desk.profile().history == (), "nobody was overwritten"


def test_undo_walks_back_and_never_in_circles(desk: Desk) -> None:
    for number in range(4):
        desk.records.customers.edit(ANNA.id, set={"given_name": f"Anna {number}"})
        if number < 2:
            _accepted(desk)
    seen = []
    for _ in range(4):
        desk.records.changes.undo()
        seen.append(desk.profile().customer.given_name)
    assert seen == ["Anna 2", "Anna 1", "Anna 0", "Anna"]
    for _ in range(2):
        with pytest.raises(NothingToUndo):
            desk.records.changes.undo()


def test_what_others_have_changed_since_is_not_taken_back(desk: Desk) -> None:
    desk.records.customers.edit(ANNA.id, set={"given_name": "Anne"})
    _accepted(desk)
    desk.outbox.retire()
    edited = {"given_name": FieldEdit(by=OTHERS, at=dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC))}
    desk.bring(msgspec.structs.replace(ANNA, given_name="Anita", edited=edited))
    with pytest.raises(CannotUndo) as refused:
        desk.records.changes.undo()
    assert refused.value.words == "given name of Anita Muster"
    assert refused.value.why == (
        'Given name: Someone has changed this field since. It is now "Anita" (Bo Meyer, Sun 22 Nov 2026, 10:30).'
    )
    assert desk.profile().customer.given_name == "Anita"


def test_what_somebody_else_had_written_meanwhile_comes_back(desk: Desk) -> None:
    written = desk.records.customers.edit(ANNA.id, set={"given_name": "Anne"})
    desk.send()
    desk.answer(written.mid, "merged", conf={"given_name": {"yours": "Anne", "theirs": "Anita"}})
    desk.records.changes.undo()
    assert desk.profile().customer.given_name == "Anita"


def test_who_has_left_the_view_is_not_changed(desk: Desk) -> None:
    desk.records.customers.edit(ANNA.id, set={"given_name": "Anne"})
    _accepted(desk)
    desk.leave(ANNA)
    with pytest.raises(CannotUndo, match="you can no longer see it") as refused:
        desk.records.changes.undo()
    assert refused.value.words == "given name of a customer"


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (lambda d: d.customers.write_note(ANNA.id, "Likes blue"), "notes"),
        (lambda d: d.customers.write_note(ANNA.id, "Likes blue", private=True), "notes"),
        (lambda d: d.customers.log_contact(ANNA.id, "call", summary="Coat"), "contacts"),
        (lambda d: d.customers.add_date(ANNA.id, "birthday", 3, 14), "dates"),
        (lambda d: d.customers.add_date(ANNA.id, "birthday", 3, 14, 1990, "Tom"), "dates"),
    ],
)
def test_what_was_made_is_removed(desk: Desk, write: Callable[[Any], Any], kind: str) -> None:
    made = write(desk.records)
    assert [record.id for record in getattr(desk.profile(), kind)] == [made.id]
    _accepted(desk)
    assert desk.records.changes.undo().how == "inverse"
    assert getattr(desk.profile(), kind) == ()
    assert isinstance(desk.outbox.waiting()[0].operation, Remove)


def test_what_was_made_and_changed_since_stays(desk: Desk) -> None:
    made = desk.records.customers.write_note(ANNA.id, "Likes blue")
    _accepted(desk)
    other = msgspec.structs.replace(NOTE, id=made.id, text="Likes green", private=False)
    desk.outbox.retire()
    desk.cache.fold()
    desk.bring(other)
    with pytest.raises(CannotUndo, match="changed it since"):
        desk.records.changes.undo()


def test_a_customer_whom_one_added_is_removed_while_they_are_as_they_were(desk: Desk) -> None:
    made = desk.records.customers.create({"given_name": " Bea ", "tags": ["vip"], "custom": {"shoe": 38}})
    _accepted(desk)
    desk.records.customers.edit(made.id, set={"phone": "+41 44 123 45 67"})
    _accepted(desk)
    assert desk.records.changes.undo().words == "phone number of Bea"
    assert desk.records.changes.undo().words == "new customer Bea"
    assert desk.records.customers.profile(made.id) is None


@pytest.mark.parametrize(
    ("record", "remove", "kind"),
    [
        (NOTE, lambda d: d.remove("note", NOTE.id), "notes"),
        (DATE, lambda d: d.remove("date", DATE.id), "dates"),
        (CONTACT, lambda d: d.remove("contact", CONTACT.id), "contacts"),
    ],
)
def test_what_was_removed_is_made_again(desk: Desk, record: Any, remove: Callable[[Any], Any], kind: str) -> None:
    desk.bring(record)
    remove(desk.records)
    _accepted(desk)
    desk.now += dt.timedelta(minutes=1)
    desk.records.changes.undo()
    (again,) = getattr(desk.profile(), kind)
    assert again.id != record.id
    # What the making notes by itself: the moment of a note, the store of a contact.
    noted: dict[str, dict[str, Any]] = {"notes": {"written_at": NOW}, "contacts": {"store": ""}}
    blank = {"id": "", **noted.get(kind, {})}
    assert msgspec.structs.replace(again, **blank) == msgspec.structs.replace(record, **blank)


def test_undo_goes_on_behind_what_was_made_again(desk: Desk) -> None:
    made = desk.records.customers.add_date(ANNA.id, "birthday", 3, 14)
    _accepted(desk)
    desk.records.customers.edit_date(made.id, label="birthday", month=3, day=15, year=None)
    _accepted(desk)
    desk.records.remove("date", made.id)
    _accepted(desk)
    days = []
    for _ in range(3):
        desk.records.changes.undo()
        _accepted(desk)
        days.append([date.day for date in desk.profile().dates])
    assert days == [[15], [14], []]


@pytest.mark.parametrize(
    ("before", "state", "evidence", "after"),
    [
        (None, "subscribed", "said so", ("one_to_one", "")),
        (SUBSCRIBED, "one_to_one", "", ("subscribed", "Signed form")),
    ],
)
def test_a_consent_goes_back_where_it_may(
    desk: Desk, before: Consent | None, state: Any, evidence: str, after: tuple[str, str]
) -> None:
    if before:
        desk.bring(before)
    desk.records.customers.set_consent(ANNA.id, "email", state, evidence)
    _accepted(desk)
    desk.records.changes.undo()
    (consent,) = desk.profile().consents
    assert (consent.state, consent.evidence) == after
    assert isinstance(desk.outbox.waiting()[0].operation, SetConsent)


@pytest.mark.parametrize(
    ("before", "state", "why"),
    [
        (SUBSCRIBED, "unsubscribed", "only the customer can undo that"),
        (msgspec.structs.replace(SUBSCRIBED, evidence=""), "one_to_one", "with evidence"),
    ],
)
def test_a_consent_stays_where_it_must(desk: Desk, before: Consent, state: Any, why: str) -> None:
    desk.bring(before)
    desk.records.customers.set_consent(ANNA.id, "email", state)
    _accepted(desk)
    with pytest.raises(CannotUndo, match=why):
        desk.records.changes.undo()
    assert [consent.state for consent in desk.profile().consents] == [state]
    assert desk.outbox.waiting() == []


def test_an_opting_out_that_was_never_sent_is_withdrawn(desk: Desk) -> None:
    desk.bring(SUBSCRIBED)
    desk.records.customers.set_consent(ANNA.id, "email", "unsubscribed")
    assert desk.records.changes.undo().how == "withdrawn"
    assert desk.profile().consents == (SUBSCRIBED,)


def test_what_was_refused_has_not_happened(desk: Desk) -> None:
    first = desk.records.customers.edit(ANNA.id, set={"given_name": "Anne"})
    desk.send()
    desk.answer(first.mid)
    second = desk.records.customers.edit(ANNA.id, set={"email": "anne@example.com"})
    desk.refuse(second.mid)
    assert desk.records.changes.undo().words == "given name of Anne Muster"


PAIR = DuplicatePair(
    id="pair-1", store=STORE, customers=(ANNA.id, "customer-9"), names=("Anna Muster", "A. Muster"), matched=("email",)
)


def test_a_judgement_is_taken_back_only_while_it_was_not_sent(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        assert may(manager(), "reassign")
        desk.fill(ANNA, PAIR, *directory(), person=manager())
        desk.records.customers.dismiss_pair(PAIR.id)
        assert desk.records.changes.attention() == []
        assert desk.records.changes.undo().words == "keeping Anna Muster and A. Muster separate"
        assert [each.key for each in desk.records.changes.attention()] == [PAIR.id]
        desk.records.customers.merge(PAIR.id, ANNA.id)
        desk.send()
        with pytest.raises(CannotUndo, match="before it was sent") as refused:
            desk.records.changes.undo()
        assert refused.value.words == "merging Anna Muster and A. Muster"


def test_an_undo_that_was_not_sent_is_no_change_to_take_back(desk: Desk) -> None:
    desk.records.customers.write_note(ANNA.id, "Likes blue")
    _accepted(desk)
    desk.records.changes.undo()
    assert isinstance(desk.outbox.latest(1)[0].operation, Remove)
    with pytest.raises(NothingToUndo):
        desk.records.changes.undo()
    assert not any(isinstance(entry.operation, Create) for entry in desk.outbox.waiting())
