"""What is on its way, what was refused, handed over or doubled: in words, with values, and seen to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract.kinds.customer import CustomerCard
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.mutations import Create, Edit, Merge, Park, SetConsent
from sellmode_contract.mutations.operations import plain
from sellmode_contract.records import FieldEdit
from sellmode_tui.records import Duplicate, HandedOver, NotInTray, NotVisible, Refused, Rejected, Written
from tests.support.hostile import HOSTILE
from tests.tui.cache.lines import ME, NOW, STORE
from tests.tui.records.desk import ANNA, OTHERS, Desk, directory, manager, open_desk

NEW_PHONE = "+41 44 765 43 21"


def _refused(desk: Desk) -> Refused:
    (found,) = desk.records.changes.attention()
    assert isinstance(found, Refused)
    return found


# ------------------------------------------------------------------ on its way


def test_what_is_not_sent_is_told_in_words(desk: Desk) -> None:
    desk.records.customers.edit(ANNA.id, set={"phone": NEW_PHONE})
    first, *_ = desk.send()
    desk.now += dt.timedelta(minutes=5)
    desk.records.customers.write_note(ANNA.id, "Likes blue")
    desk.answer(first, "retry", detail="The server had a problem.")
    one, other = desk.records.changes.unsent()
    assert (one.words, one.since, one.said, one.tries, one.sent) == (
        "phone number of Anna Muster", NOW, "The server had a problem.", 1, True,
    )  # fmt: skip
    assert (other.words, other.since, other.said, other.tries, other.sent) == (
        "note about Anna Muster", desk.now, "", 0, False,
    )  # fmt: skip
    assert desk.records.changes.counts() == (2, 0)
    desk.leave(ANNA)
    assert [each.words for each in desk.records.changes.unsent()] == [
        "phone number of a customer",
        "note about a customer",
    ]


# ------------------------------------------------------------------ refused


@pytest.mark.parametrize("how", ["hand_over", "resend"])
def test_who_takes_back_what_was_seen_to_has_it_to_see_to_again(desk: Desk, how: str) -> None:
    written = desk.records.customers.edit(ANNA.id, set={"phone": NEW_PHONE})
    desk.refuse(written.mid)
    getattr(desk.records.changes, how)(written.mid)
    assert desk.outbox.tray.open_count() == 0
    assert desk.records.changes.undo().how == "withdrawn"
    assert _refused(desk).key == written.mid
    assert desk.outbox.waiting() == []


def test_what_needs_attention_is_not_read_to_be_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        desk.refuse(desk.records.customers.edit(ANNA.id, set={"phone": f"+41 44 765 43 2{number}"}).mid)
    monkeypatch.setattr(desk.outbox.tray, "items", None)
    assert desk.records.changes.counts() == (0, 3)


def test_of_two_panes_one_sees_to_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    written = desk.records.customers.edit(ANNA.id, set={"phone": NEW_PHONE})
    desk.refuse(written.mid)
    stale = desk.outbox.tray.items()
    desk.records.changes.hand_over(written.mid)
    monkeypatch.setattr(desk.outbox.tray, "items", lambda **_: stale)  # as the other pane had read it
    with pytest.raises(NotInTray):
        desk.records.changes.hand_over(written.mid)
    assert len(desk.outbox.waiting()) == 1


def test_what_was_refused_stands_there_with_its_reason_and_both_values(desk: Desk) -> None:
    written = desk.records.customers.edit(ANNA.id, set={"phone": NEW_PHONE, "sizes.shoes": None}, add={"tags": ["vip"]})
    desk.now += dt.timedelta(hours=1)
    desk.refuse(written.mid, "conflict", field="phone")
    edited = {"phone": FieldEdit(by=OTHERS, at=NOW)}
    desk.bring(msgspec.structs.replace(ANNA, phone="+41 44 000 00 00", edited=edited))
    found = _refused(desk)
    assert [(each.edited_by, each.edit) for each in found.values] == [
        ("Bo Meyer", edited["phone"]),
        ("", None),
        ("", None),
    ]
    assert (found.key, found.words, found.code, found.reason, found.field) == (
        written.mid, "phone number, size of shoes and tags of Anna Muster", "conflict", "Somebody was faster.", "phone",
    )  # fmt: skip
    assert (found.since, found.refused_at, found.customer, found.op, found.kind) == (
        NOW, desk.now, ANNA.id, "edit", "customer",
    )  # fmt: skip
    assert [(each.field, each.label, each.mine, each.present, each.known) for each in found.values] == [
        ("phone", "phone number", NEW_PHONE, "+41 44 000 00 00", True),
        ("sizes.shoes", "size of shoes", None, "39", True),
        ("add.tags", "tags to add", ["vip"], ["new"], True),
    ]
    assert (found.can_resend, found.can_hand_over, found.handed_over) == (True, True, False)
    assert desk.profile().customer.phone == "+41 44 000 00 00", "it is not shown as if it were so"
    assert desk.records.changes.counts() == (0, 1)


def test_of_who_is_not_visible_only_ones_own_values_are_told(desk: Desk) -> None:
    written = desk.records.customers.edit(ANNA.id, set={"phone": NEW_PHONE})
    desk.refuse(written.mid, "not_found")
    desk.leave(ANNA)
    found = _refused(desk)
    assert (found.words, found.customer, found.can_hand_over) == ("phone number of a customer", None, False)
    assert [(value.mine, value.present, value.known) for value in found.values] == [(NEW_PHONE, None, False)]
    for resolve in (desk.records.changes.resend, desk.records.changes.hand_over):
        with pytest.raises(NotVisible):
            resolve(found.mid)
    assert desk.records.changes.copy_text(found.mid) == f"phone number of a customer\nphone number: {NEW_PHONE}"
    assert desk.records.changes.attention() == [found]


def test_what_the_backend_handed_over_can_be_copied_and_discarded(desk: Desk) -> None:
    written = desk.records.customers.edit(ANNA.id, set={"phone": NEW_PHONE})
    desk.send()
    desk.answer(written.mid, "parked", code="moved", detail="The customer has moved.")
    desk.leave(ANNA)
    found = _refused(desk)
    assert (found.handed_over, found.can_resend, found.can_hand_over) == (True, False, False)
    desk.records.changes.discard(found.mid)
    assert desk.records.changes.attention() == []


def test_it_is_sent_again_with_other_values_judged_by_what_stands_there_now(desk: Desk) -> None:
    written = desk.records.customers.edit(ANNA.id, set={"phone": NEW_PHONE}, add={"tags": ["vip"]})
    desk.refuse(written.mid)
    desk.bring(msgspec.structs.replace(ANNA, phone="+41 44 000 00 00"))
    with pytest.raises(Rejected, match="Not a valid phone number") as refused:
        desk.records.changes.resend(written.mid, {"phone": "1"})
    assert refused.value.field == "phone"
    assert len(desk.records.changes.attention()) == 1, "it stays until it was written"
    again = desk.records.changes.resend(
        written.mid, {"phone": "+41 44 111 11 11", "given_name": "Anne", "add.tags": ["gold"]}
    )
    assert again.mid != written.mid
    (entry,) = desk.outbox.waiting()
    assert entry.operation == Edit(
        kind="customer",
        id=ANNA.id,
        set={"phone": "+41 44 111 11 11", "given_name": "Anne"},
        was={"phone": "+41 44 000 00 00", "given_name": "Anna"},
        add={"tags": ("gold",)},
    )
    assert (desk.records.changes.attention(), desk.profile().customer.phone) == ([], "+41 44 111 11 11")
    item = desk.outbox.tray.item(written.mid)
    assert item is not None
    assert item.state == "resent"


def test_a_guarded_change_that_was_refused_is_sent_again_without_its_guard(desk: Desk) -> None:
    desk.records.customers.edit(ANNA.id, set={"given_name": "Anne"})
    desk.answer(*desk.send())
    desk.records.changes.undo()
    desk.refuse(desk.outbox.waiting()[0].mid)
    desk.bring(msgspec.structs.replace(ANNA, given_name="Anita"), v=9)
    desk.outbox.retire()
    desk.cache.fold()
    desk.records.changes.resend(_refused(desk).mid)
    (entry,) = desk.outbox.waiting()
    assert entry.operation == Edit(kind="customer", id=ANNA.id, set={"given_name": "Anna"}, was={"given_name": "Anita"})


def test_what_builds_on_a_refused_customer_shares_its_fate(desk: Desk) -> None:
    made = desk.records.customers.create({"given_name": "Bea", "sizes": {"shoes": "38"}})
    note = desk.records.customers.write_note(made.id, "Likes blue")
    edit = desk.records.customers.edit(made.id, set={"phone": NEW_PHONE})
    desk.send()
    desk.answer(made.mid, "rejected", code="invalid", detail="No.", field="given_name")
    for dependant in (note, edit):
        desk.answer(dependant.mid, "rejected", code="dependency", detail="It builds on it.")
    assert desk.names() == ["Anna Muster"]
    found = _refused(desk)
    assert (found.words, found.op, found.kind) == ("new customer Bea", "create", "customer")
    assert found.dependants == ("note about a customer", "phone number of a customer")
    assert {value.field: value.mine for value in found.values} == {"given_name": "Bea", "sizes.shoes": "38"}
    assert desk.records.changes.counts() == (0, 1)
    desk.records.changes.resend(found.mid, {"given_name": "Beatrix", "sizes.coat": "M"})
    assert desk.names() == ["Beatrix", "Anna Muster"]
    profile = desk.profile(made.id)
    assert (profile.customer.phone, profile.customer.sizes) == (NEW_PHONE, {"shoes": "38", "coat": "M"})
    assert [note.text for note in profile.notes] == ["Likes blue"]
    assert (desk.records.changes.attention(), len(desk.outbox.waiting())) == ([], 3)


def test_discarding_takes_what_builds_on_it_too_and_the_journal_keeps_all(desk: Desk) -> None:
    made = desk.records.customers.create({"given_name": "Bea"})
    note = desk.records.customers.write_note(made.id, "Likes blue")
    desk.send()
    desk.answer(made.mid, "rejected", code="invalid")
    desk.answer(note.mid, "rejected", code="dependency")
    assert desk.records.changes.copy_text(made.mid) == (
        "new customer Bea\ngiven name: Bea\nnote about a customer\ntext: Likes blue"
    )
    desk.records.changes.discard(made.mid)
    assert desk.records.changes.attention() == []
    assert [item.state for item in desk.outbox.tray.items(open_only=False)] == ["discarded", "discarded"]
    for act in (
        desk.records.changes.discard,
        desk.records.changes.resend,
        desk.records.changes.hand_over,
        desk.records.changes.copy_text,
    ):
        with pytest.raises(NotInTray):
            act(made.mid)


def test_what_depends_on_nothing_that_is_still_there_stands_for_itself(desk: Desk) -> None:
    made = desk.records.customers.create({"given_name": "Bea"})
    note = desk.records.customers.write_note(made.id, "Likes blue")
    desk.send()
    desk.answer(made.mid)
    desk.answer(note.mid, "rejected", code="dependency", detail="It builds on it.")
    found = _refused(desk)
    assert (found.mid, found.words, found.dependants) == (note.mid, "note about Bea", ())


@pytest.mark.parametrize(
    ("write", "values", "check"),
    [
        (
            lambda d: d.customers.write_note(ANNA.id, "Likes blue"),
            {"text": "Likes green"},
            lambda profile: [note.text for note in profile.notes] == ["Likes green"],
        ),
        (
            lambda d: d.customers.log_contact(ANNA.id, "call", summary="Coat"),
            {"summary": None, "channel": "visit"},
            lambda profile: [(each.channel, each.summary) for each in profile.contacts] == [("visit", "")],
        ),
        (
            lambda d: d.customers.add_date(ANNA.id, "birthday", 3, 14),
            {"day": 15},
            lambda profile: [date.day for date in profile.dates] == [15],
        ),
        (
            lambda d: d.customers.set_consent(ANNA.id, "email", "subscribed", "said so"),
            {"evidence": "Signed form"},
            lambda profile: [each.evidence for each in profile.consents] == ["Signed form"],
        ),
    ],
)
def test_whatever_was_refused_can_be_edited_and_sent_again(
    desk: Desk, write: Callable[[Any], Written], values: dict[str, Any], check: Callable[[Any], bool]
) -> None:
    written = write(desk.records)
    desk.refuse(written.mid)
    found = _refused(desk)
    assert set(values) <= {value.field for value in found.values}
    desk.records.changes.resend(found.mid, values)
    assert check(desk.profile())
    assert desk.records.changes.attention() == []


def test_the_fields_of_a_consent_are_its_own(desk: Desk) -> None:
    written = desk.records.customers.set_consent(ANNA.id, "email", "subscribed", "said so")
    desk.refuse(written.mid)
    with pytest.raises(Rejected) as refused:
        desk.records.changes.resend(written.mid, {"channel": "sms"})
    assert refused.value.field == "channel"
    desk.records.changes.resend(written.mid, {"state": "unsubscribed"})
    (entry,) = desk.outbox.waiting()
    assert isinstance(entry.operation, SetConsent)
    assert entry.operation.state == "unsubscribed"


def test_it_is_handed_over_to_whoever_looks_after_the_customer(desk: Desk) -> None:
    written = desk.records.customers.edit(ANNA.id, set={"phone": NEW_PHONE})
    refused_operation = desk.outbox.waiting()[0].operation
    desk.refuse(written.mid)
    handed = desk.records.changes.hand_over(written.mid)
    assert handed.words == "sending on the phone number of Anna Muster"
    (entry,) = desk.outbox.waiting()
    assert entry.operation == Park(id=handed.id, customer=ANNA.id, operation=dict(plain(refused_operation)))
    assert [type(each) for each in desk.records.changes.attention()] == [HandedOver], (
        "in Team Mode it is everybody's, one's own too"
    )
    made = desk.records.customers.create({"given_name": "Bea"})
    desk.refuse(made.mid)
    with pytest.raises(Rejected, match="cannot be sent to the owner"):
        desk.records.changes.hand_over(made.mid)


def test_hostile_text_is_kept_and_copied_as_it_came(desk: Desk) -> None:
    text = "".join(each for each in HOSTILE if 0 < len(each) < 30)[:9000]
    written = desk.records.customers.write_note(ANNA.id, text)
    desk.refuse(written.mid)
    (value,) = _refused(desk).values
    assert value.mine == text
    assert desk.records.changes.copy_text(written.mid).endswith(f"text: {text}")


def test_it_survives_a_restart_and_a_new_copy(desk: Desk) -> None:
    written = desk.records.customers.edit(ANNA.id, set={"phone": NEW_PHONE})
    desk.refuse(written.mid)
    before = desk.records.changes.attention()
    desk.close()
    (desk.folder / "cache.db").unlink()
    for suffix in ("-wal", "-shm"):
        (desk.folder / f"cache.db{suffix}").unlink(missing_ok=True)
    desk.open()
    desk.fill(ANNA, *directory())
    assert desk.records.changes.attention() == before


# ------------------------------------------------------------------ handed over


def _parked(id: str, operation: Any, author: str = OTHERS) -> ParkedEdit:
    return ParkedEdit(id=id, customer=ANNA.id, author=author, at=NOW, operation=dict(plain(operation)))


def test_what_was_handed_over_is_judged(desk: Desk) -> None:
    edit = Edit(kind="customer", id=ANNA.id, set={"phone": NEW_PHONE}, was={"phone": ANNA.phone})
    note = Create(kind="note", id="note-9", doc={"customer": ANNA.id, "text": "Likes blue"})
    waiting = msgspec.structs.replace(ANNA, figures=msgspec.structs.replace(ANNA.figures, waiting=2))
    desk.bring(waiting, _parked("parked-1", edit), _parked("parked-2", note, ME))
    one, other = desk.records.changes.attention()
    assert isinstance(one, HandedOver)
    assert isinstance(other, HandedOver)
    assert (one.key, one.words, one.author, one.since, one.customer, one.op) == (
        "parked-1", "phone number of Anna Muster", "Bo Meyer", NOW, ANNA.id, "edit",
    )  # fmt: skip
    assert [(value.mine, value.present, value.known) for value in one.values] == [(NEW_PHONE, ANNA.phone, True)]
    assert (other.words, other.author) == ("note about Anna Muster", "Ana Ruiz")
    assert desk.records.changes.accept_parked(one.id).words == "accepting the phone number of Anna Muster"
    assert desk.records.changes.discard_parked(other.id).words == "discarding the note about Anna Muster"
    assert desk.records.changes.attention() == []
    profile = desk.profile()
    assert (profile.customer.phone, profile.customer.figures.waiting, profile.notes) == (NEW_PHONE, 0, ())
    for judge in (desk.records.changes.accept_parked, desk.records.changes.discard_parked):
        with pytest.raises(NotVisible):
            judge("parked-1")


def test_a_note_that_was_changed_elsewhere_is_described_by_what_is_seen(desk: Desk) -> None:
    note = Note(id="note-1", customer=ANNA.id, author=ME, written_at=NOW, text="Likes blue")
    edit = Edit(kind="note", id="note-1", set={"text": "Likes red"}, was={"text": "Likes blue"})
    desk.bring(note, _parked("parked-1", edit, ME))
    (found,) = desk.records.changes.attention()
    assert isinstance(found, HandedOver)
    assert found.words == "note about Anna Muster"
    assert [(value.mine, value.present) for value in found.values] == [("Likes red", "Likes blue")]


def test_a_change_of_a_newer_version_is_there_and_cannot_be_read(desk: Desk) -> None:
    desk.bring(ParkedEdit(id="p", customer=ANNA.id, author=OTHERS, at=NOW, operation={"op": "dance", "id": "x"}))
    (found,) = desk.records.changes.attention()
    assert isinstance(found, HandedOver)
    assert (found.words, found.op, found.values) == ("a change that this version of Sellmode cannot read", "", ())


# ------------------------------------------------------------------ duplicates


PAIR = DuplicatePair(
    id="pair-1",
    store=STORE,
    customers=(ANNA.id, "customer-9"),
    matched=("email",),
    owners=(ME, OTHERS),
    names=("Anna Muster", "A. Muster"),
)


def test_managers_judge_pairs_of_customers_whom_they_do_not_see(tmp_path: Path) -> None:
    cards = [
        CustomerCard(id=f"card-{number}", customer=f"customer-{number}", name="", owner=OTHERS, waiting=number)
        for number in range(3)
    ]
    hidden = [msgspec.structs.replace(ANNA, id=f"customer-{number}", owner=OTHERS) for number in range(3)]
    with open_desk(tmp_path) as desk:
        desk.fill(PAIR, *hidden, *cards, *directory(), mode="associate", person=manager())
        (found,) = desk.records.changes.attention()
        assert isinstance(found, Duplicate)
        assert (found.names, found.owners, found.matched) == (
            ("Anna Muster", "A. Muster"), ("Ana Ruiz", "Bo Meyer"), ("email",),
        )  # fmt: skip
        assert (found.differences, found.are_seen) == ((), False)
        assert (desk.records.changes.counts(), desk.records.changes.waiting_with_owners()) == ((0, 1), 3)
        with pytest.raises(Rejected, match="one of the two"):
            desk.records.customers.merge(PAIR.id, "customer-5")
        with pytest.raises(Rejected, match="You cannot see a difference"):
            desk.records.customers.merge(PAIR.id, ANNA.id, ["email"])
        assert desk.records.customers.merge(PAIR.id, ANNA.id).words == "merging Anna Muster and A. Muster"
        assert desk.outbox.waiting()[0].operation == Merge(id=PAIR.id, keep=ANNA.id)
        assert desk.records.changes.attention() == []


def test_who_sees_both_customers_of_a_pair_chooses_where_they_differ(tmp_path: Path) -> None:
    other = msgspec.structs.replace(
        ANNA, id="customer-9", owner=OTHERS, given_name="A.", phone=NEW_PHONE, phone_e164="", language=""
    )
    with open_desk(tmp_path) as desk:
        desk.fill(PAIR, msgspec.structs.replace(ANNA, language="de"), other, *directory(), person=manager())
        (found,) = desk.records.changes.attention()
        assert isinstance(found, Duplicate)
        assert [(each.field, each.label, each.values) for each in found.differences] == [
            ("given_name", "given name", ("Anna", "A.")),
            ("phone", "phone number", (ANNA.phone, NEW_PHONE)),
        ]
        with pytest.raises(Rejected, match="You cannot see a difference"):
            desk.records.customers.merge(PAIR.id, ANNA.id, ["language"])
        desk.records.customers.merge(PAIR.id, ANNA.id, ["phone"])
        assert desk.outbox.waiting()[0].operation == Merge(id=PAIR.id, keep=ANNA.id, take=("phone",))


def test_who_may_not_reassign_judges_no_pair(desk: Desk) -> None:
    with pytest.raises(NotVisible):
        desk.records.customers.dismiss_pair(PAIR.id)
    assert desk.records.changes.waiting_with_owners() == 0
