"""What is written through the store is kept for good, shows at once, and is refused where the backend would do so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.fields import Text
from sellmode_contract.kinds.note import Note
from sellmode_contract.mutations import Create, Edit, Remove, SetConsent
from sellmode_contract.wire import MAX_MUTATION_BYTES
from sellmode_tui import sealed
from sellmode_tui.cache.store import Cache
from sellmode_tui.errors import NotSignedIn
from sellmode_tui.records import CannotWrite, NotVisible, RecordStore, Rejected, Written
from tests.support.hostile import HOSTILE, UNSTORABLE
from tests.tui.cache.lines import KEY, ME, NOW, customer, fill, open_cache
from tests.tui.records.desk import ANNA, OTHERS, Desk, directory, open_desk, seller

NOTE = Note(id="note-1", customer=ANNA.id, author=ME, written_at=NOW, text="Likes blue")
THEIRS = Note(id="note-2", customer=ANNA.id, author=OTHERS, written_at=NOW, text="Likes red")
DATE = ImportantDate(id="date-1", customer=ANNA.id, label="birthday", month=3, day=14)
CONTACT = Contact(id="contact-1", customer=ANNA.id, author=ME, at=NOW, channel="call", summary="Coat")


def test_a_new_customer_is_in_list_search_and_profile_at_once(desk: Desk) -> None:
    written = desk.records.customers.create(
        {
            "given_name": " Bea ", "family_name": "Keller", "email": "bea@example.com", "phone": "+41 79 999 88 77",
            "tags": ["vip", "vip"], "sizes": {"shoes": "38"}, "custom": {"shoe": 38}, "preferred_channel": "sms",
            "address": {"city": "Bern", "lines": ["Weg 1"]}, "language": "",
        }
    )  # fmt: skip
    assert (written.words, written.nothing, written.shown) == ("new customer Bea Keller", False, True)
    assert desk.names() == ["Bea Keller", "Anna Muster"]
    assert desk.names("kell") == desk.names("9998877") == desk.names("tag:vip owner:me") == ["Bea Keller"]
    profile = desk.profile(written.id)
    made = profile.customer
    assert (made.given_name, made.tags, made.owner, made.phone_e164) == ("Bea", ("vip",), ME, "+41799998877")
    assert (made.sizes, made.custom, made.preferred_channel, made.language) == (
        {"shoes": "38"}, {"shoe": 38.0}, "sms", "",
    )  # fmt: skip
    assert made.address is not None
    assert made.address.city == "Bern"
    assert [entry.event for entry in profile.history] == ["created"]
    assert desk.wrote == 1


def test_an_edit_carries_what_its_author_saw_and_only_what_changes(desk: Desk) -> None:
    written = desk.records.customers.edit(
        ANNA.id,
        set={"phone": "+41 44 765 43 21", "given_name": "Anna", "sizes.shoes": None, "sizes.coat": "M", "email": " "},
        add={"tags": ["vip", "new"]},
        remove={"tags": ["new", "gone"], "preferences": ["silk"]},
    )
    (entry,) = desk.outbox.waiting()
    assert entry.mid == written.mid
    assert entry.operation == Edit(
        kind="customer",
        id=ANNA.id,
        set={"phone": "+41 44 765 43 21", "sizes.shoes": None, "sizes.coat": "M", "email": None},
        was={"phone": "+41 44 123 45 67", "sizes.shoes": "39", "sizes.coat": None, "email": "anna@example.com"},
        add={"tags": ("vip",)},
        remove={"tags": ("new",)},
    )
    assert written.words == "phone number, size of shoes and 3 more fields of Anna Muster"
    assert entry.before[f"customer/{ANNA.id}"] == msgspec.json.encode(ANNA).decode()
    changed = desk.profile().customer
    assert (changed.phone, changed.sizes, changed.email, changed.tags) == (
        "+41 44 765 43 21", {"coat": "M"}, "", ("vip",),
    )  # fmt: skip
    assert changed.sources == {}, "it was written by hand"
    assert desk.names("7654321") == ["Anna Muster"]
    assert desk.names("anna@") == ["Anna Muster"], "by name"


def test_everything_that_belongs_to_a_customer(desk: Desk) -> None:
    records = desk.records
    note = records.customers.write_note(ANNA.id, "Likes blue")
    private = records.customers.write_note(ANNA.id, "For me", private=True)
    call = records.customers.log_contact(ANNA.id, "call", inbound=True, summary="Coat")
    visit = records.customers.log_contact(ANNA.id, "visit", at=NOW - dt.timedelta(days=3))
    date = records.customers.add_date(ANNA.id, "birthday", 2, 29)
    consent = records.customers.set_consent(ANNA.id, "email", "subscribed", "Signed form")
    assert [each.words for each in (note, private, call, visit, date, consent)] == [
        "note about Anna Muster",
        "private note about Anna Muster",
        "call with Anna Muster",
        "visit with Anna Muster",
        "birthday of Anna Muster",
        "consent to e-mail of Anna Muster: subscribed",
    ]
    profile = desk.profile()
    assert {note.text for note in profile.notes} == {"Likes blue", "For me"}
    assert [(contact.channel, contact.inbound, contact.summary) for contact in profile.contacts] == [
        ("call", True, "Coat"), ("visit", False, ""),
    ]  # fmt: skip
    assert profile.totals.last_contact == NOW
    assert [(date.month, date.day, date.year) for date in profile.dates] == [(2, 29, None)]
    (kept,) = profile.consents
    assert (kept.channel, kept.state, kept.actor, kept.evidence) == ("email", "subscribed", ME, "Signed form")
    assert [entry.who for entry in profile.timeline] == ["Ana Ruiz"] * 5
    assert records.customers.edit_note(note.id, text="Likes green").words == "note about Anna Muster"
    assert (
        records.customers.edit_date(date.id, label="birthday", month=3, day=1, year=1990).words
        == "birthday of Anna Muster"
    )
    assert records.remove("contact", call.id).words == "removal of the call with Anna Muster"
    assert records.remove("note", private.id).words == "removal of the private note about Anna Muster"
    profile = desk.profile()
    assert [note.text for note in profile.notes] == ["Likes green"]
    assert [(date.month, date.day, date.year) for date in profile.dates] == [(3, 1, 1990)]
    assert [contact.channel for contact in profile.contacts] == ["visit"]
    assert profile.totals.last_contact == NOW - dt.timedelta(days=3)
    assert records.remove("date", date.id).words == "removal of the birthday of Anna Muster"
    assert desk.profile().dates == ()
    assert desk.wrote == 11


def test_a_removal_keeps_what_its_author_saw(desk: Desk) -> None:
    desk.bring(NOTE, DATE, CONTACT)
    desk.records.remove("note", NOTE.id)
    desk.records.remove("date", DATE.id)
    desk.records.remove("contact", CONTACT.id)
    assert [entry.operation for entry in desk.outbox.waiting()] == [
        Remove(kind="note", id=NOTE.id, was={"text": "Likes blue", "private": False}),
        Remove(kind="date", id=DATE.id, was={"label": "birthday", "month": 3, "day": 14, "year": None, "about": ""}),
        Remove(kind="contact", id=CONTACT.id),
    ]


def test_what_is_so_already_is_not_written(desk: Desk) -> None:
    desk.bring(NOTE, DATE, Consent(id="consent-1", customer=ANNA.id, channel="sms", state="unsubscribed"))
    records = desk.records
    for written in (
        records.customers.edit(ANNA.id, set={"phone": "+41 44 123 45 67 "}, add={"tags": ["new"]}),
        records.customers.edit(ANNA.id),
        records.customers.edit_note(NOTE.id, text="Likes blue"),
        records.customers.edit_date(DATE.id, label="birthday", month=3, day=14, year=None),
        records.customers.set_consent(ANNA.id, "sms", "unsubscribed"),
    ):
        assert written.nothing
        assert "Anna Muster" in written.words
    assert (desk.outbox.waiting(), desk.wrote) == ([], 0)


def test_a_consent_of_another_source_is_changed_and_not_doubled(desk: Desk) -> None:
    desk.bring(Consent(id="imported", customer=ANNA.id, channel="sms", state="subscribed"))
    desk.records.customers.set_consent(ANNA.id, "sms", "unsubscribed")
    (entry,) = desk.outbox.waiting()
    assert entry.operation == SetConsent(
        id="imported", customer=ANNA.id, channel="sms", state="unsubscribed", was="subscribed"
    )
    assert [consent.state for consent in desk.profile().consents] == ["unsubscribed"]


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("write", "code", "field", "says"),
    [
        (lambda d: d.customers.edit(ANNA.id, set={"email": "anna"}), "invalid", "email", "name@example.com"),
        (lambda d: d.customers.edit(ANNA.id, set={"phone": "12"}), "invalid", "phone", "Not a valid phone number"),
        (lambda d: d.customers.edit(ANNA.id, set={"tier": "gold"}), "invalid", "tier", "cannot be edited"),
        (lambda d: d.customers.edit(ANNA.id, set={"custom.hat": "1"}), "invalid", "custom.hat", "no such custom field"),
        (lambda d: d.customers.edit(ANNA.id, set={"custom.shoe": "x"}), "invalid", "custom.shoe", "has to be a number"),
        (lambda d: d.customers.edit(ANNA.id, set={"given_name": "A" * 201}), "invalid", "given_name", "at most 200"),
        (lambda d: d.customers.edit(ANNA.id, add={"tags": [" "]}), "invalid", "tags", "empty"),
        (lambda d: d.customers.edit(ANNA.id, add={"owner": ["x"]}), "invalid", "owner", "is not a set"),
        (lambda d: d.customers.create({}), "invalid", "", "needs a name"),
        (lambda d: d.customers.create({"owner": "x", "given_name": "A"}), "invalid", "owner", "cannot be edited"),
        (lambda d: d.customers.create({"given_name": "A", "tags": "vip"}), "invalid", "tags", "list of texts"),
        (lambda d: d.customers.create({"given_name": "A", "sizes": "L"}), "invalid", "sizes", "names and values"),
        (lambda d: d.customers.write_note(ANNA.id, " "), "invalid", "text", "empty"),
        (lambda d: d.customers.write_note(ANNA.id, "A" * 10_001), "invalid", "text", "at most 10000"),
        (lambda d: d.customers.edit_note(THEIRS.id, text="x"), "not_allowed", "", "Only its author"),
        (lambda d: d.remove("note", THEIRS.id), "not_allowed", "", "Only its author"),
        (lambda d: d.customers.log_contact(ANNA.id, "call", at=NOW + dt.timedelta(hours=1)), "invalid", "at", "future"),
        (lambda d: d.customers.log_contact(ANNA.id, "call", at=dt.datetime(2026, 1, 1)), "invalid", "at", "zone"),  # noqa: DTZ001
        (lambda d: d.customers.add_date(ANNA.id, "birthday", 2, 30), "invalid", "day", "no such day"),
        (lambda d: d.customers.add_date(ANNA.id, " ", 2, 3), "invalid", "label", "label"),
        (lambda d: d.customers.set_consent(ANNA.id, "email", "subscribed"), "invalid", "evidence", "evidence"),
        (
            lambda d: d.customers.set_consent(ANNA.id, "sms", "subscribed", "said so"),
            "not_allowed",
            "state",
            "unsubscribed",
        ),
    ],
)
def test_what_would_be_refused_is_refused_with_its_rule_and_field(
    desk: Desk, write: Callable[[RecordStore], Any], code: str, field: str, says: str
) -> None:
    desk.bring(THEIRS, Consent(id="consent-1", customer=ANNA.id, channel="sms", state="unsubscribed"))
    with pytest.raises(Rejected) as refused:
        write(desk.records)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert says in refused.value.detail
    assert (desk.outbox.waiting(), desk.wrote) == ([], 0)


@pytest.mark.parametrize("field", [each for each in KINDS["customer"].fields if isinstance(each, Text)], ids=str)
def test_a_refusal_begins_with_what_its_field_is_called(desk: Desk, field: Text) -> None:
    with pytest.raises(Rejected) as refused:
        desk.records.customers.edit(ANNA.id, set={field.name: "A" * 10_000})
    assert refused.value.detail.startswith(field.title)
    assert field.name not in refused.value.detail or field.name in field.title.casefold()


def test_a_refusal_of_an_own_field_begins_with_its_label(desk: Desk) -> None:
    with pytest.raises(Rejected) as refused:
        desk.records.customers.edit(ANNA.id, set={"custom.shoe": "x"})
    assert refused.value.detail == "Shoe size has to be a number."


HIDDEN = customer(2, owner=OTHERS, given_name="Hidden")


@pytest.mark.parametrize("id", [HIDDEN.id, "unknown", "\ud800"])
def test_what_is_not_visible_and_what_does_not_exist_answer_alike(tmp_path: Path, id: str) -> None:
    with open_desk(tmp_path) as desk:
        hidden_note = Note(id="hidden", customer=HIDDEN.id, author=ME, written_at=NOW, text="x")
        desk.fill(ANNA, HIDDEN, hidden_note, mode="associate")
        records = desk.records
        texts = set()
        writes: tuple[Callable[[], Written], ...] = (
            lambda: records.customers.edit(id, set={"phone": "+41 44 123 45 67"}),
            lambda: records.customers.write_note(id, "x"),
            lambda: records.customers.log_contact(id, "call"),
            lambda: records.customers.add_date(id, "birthday", 3, 14),
            lambda: records.customers.set_consent(id, "email", "unsubscribed"),
            lambda: records.customers.edit_note("hidden" if id == HIDDEN.id else id, text="y"),
            lambda: records.remove("date", id),
            lambda: records.changes.accept_parked(id),
            lambda: records.customers.dismiss_pair(id),
        )
        for write in writes:
            with pytest.raises(NotVisible) as refused:
                write()
            assert refused.value.code == "not_found"
            texts.add(refused.value.detail)
        assert texts <= {
            f"This {kind} does not exist, or you cannot see it."
            for kind in ("customer", "note", "date", "record", "change", "pair")
        }
        assert desk.outbox.waiting() == []


def test_without_the_right_to_sell_nothing_is_written(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(ANNA, person=seller(capabilities=frozenset({"report"})))
        with pytest.raises(Rejected, match="the sell permission") as refused:
            desk.records.customers.write_note(ANNA.id, "x")
        assert refused.value.code == "not_allowed"


def test_before_the_first_contact_nothing_is_written(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        with pytest.raises(Rejected, match="before the first sync"):
            desk.records.customers.create({"given_name": "A"})
        assert desk.outbox.waiting() == []


def test_a_door_without_a_journal_writes_nothing(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [ANNA])
    with pytest.raises(CannotWrite):
        RecordStore(cache).customers.write_note(ANNA.id, "x")
    cache.close()


@pytest.mark.parametrize(("text", "place"), UNSTORABLE)
def test_text_that_cannot_be_kept_is_refused_with_its_place(desk: Desk, text: str, place: int) -> None:
    writes: dict[str, Callable[[], Written]] = {
        "text": lambda: desk.records.customers.write_note(ANNA.id, text),
        "given_name": lambda: desk.records.customers.edit(ANNA.id, set={"given_name": text}),
        "family_name": lambda: desk.records.customers.create({"family_name": text}),
        "add.tags": lambda: desk.records.customers.edit(ANNA.id, add={"tags": [text]}),
        "evidence": lambda: desk.records.customers.set_consent(ANNA.id, "email", "subscribed", text),
    }
    for field, write in writes.items():
        with pytest.raises(Rejected, match=f"character {place + 1} is a") as refused:
            write()
        assert refused.value.field == field
    assert desk.outbox.waiting() == []


def test_what_could_never_be_sent_is_refused(desk: Desk) -> None:
    with pytest.raises(Rejected, match=f"{MAX_MUTATION_BYTES // 1024} KB") as refused:
        desk.records.customers.edit(ANNA.id, add={"preferences": [f"{number}{'👗' * 190}" for number in range(99)]})
    assert refused.value.code == "too_large"


# ------------------------------------------------------------------ kept for good


def test_what_was_written_is_there_after_a_restart_and_in_a_new_copy(desk: Desk) -> None:
    made = desk.records.customers.create({"given_name": "Bea"})
    desk.records.customers.write_note(made.id, "Likes blue")
    desk.close()
    desk.open()
    assert desk.names() == ["Bea", "Anna Muster"]
    desk.close()
    sealed.remove(desk.folder / "cache.db")
    desk.open()
    desk.fill(ANNA, *directory())
    assert desk.names() == ["Bea", "Anna Muster"]
    assert [note.text for note in desk.profile(made.id).notes] == ["Likes blue"]


def test_a_write_stands_although_the_copy_cannot_show_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.close()
    monkeypatch.setattr(sealed, "BUSY_MS", 50)
    desk.open()
    profile = desk.profile()
    other = sealed.connect(desk.folder / "cache.db", KEY)  # a process that writes for longer than anybody waits
    other.execute("BEGIN IMMEDIATE")
    try:
        written = desk.records.customers.write_note(ANNA.id, "Likes blue")
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert (written.shown, written.nothing) == (False, False)
    assert desk.wrote == 1
    assert [entry.mid for entry in desk.outbox.waiting()] == [written.mid]
    assert desk.profile().notes == profile.notes == ()
    desk.cache.fold()
    assert [note.text for note in desk.profile().notes] == ["Likes blue"]


def test_what_could_not_be_kept_is_not_written(desk: Desk) -> None:
    desk.journal.close()
    with pytest.raises(NotSignedIn):
        desk.records.customers.write_note(ANNA.id, "Likes blue")
    assert (desk.profile().notes, desk.wrote) == ((), 0)


def test_hostile_text_comes_back_as_it_was_written(desk: Desk) -> None:
    texts = [text for text in HOSTILE if text.strip() and len(text) <= 10_000]
    for text in texts:
        desk.records.customers.write_note(ANNA.id, text)
    assert sorted(note.text for note in desk.profile().notes) == sorted(texts)
    names = [text for text in texts if len(text) <= 200 and text == text.strip()][::4]
    for text in names:
        made = desk.records.customers.create({"family_name": text})
        assert desk.profile(made.id).customer.family_name == text
        assert made.words == f"new customer {text}"
    desk.close()
    desk.open()
    assert [note.words for note in desk.records.changes.unsent()][-len(names) :] == [
        f"new customer {text}" for text in names
    ]


def test_a_create_is_written_as_the_record_will_have_it(desk: Desk) -> None:
    desk.records.customers.create({"given_name": " Bea ", "email": "", "tags": [" vip "], "sizes": {"shoes": " 38 "}})
    (entry,) = desk.outbox.waiting()
    assert isinstance(entry.operation, Create)
    assert entry.operation.doc == {"given_name": "Bea", "tags": ["vip"], "sizes": {"shoes": "38"}}


def test_a_damaged_copy_is_told_as_such(desk: Desk) -> None:
    desk.close()
    (desk.folder / "cache.db").write_bytes(b"no database" * 1000)
    with pytest.raises(sealed.Corrupt):
        Cache.open(desk.folder / "cache.db", KEY)
    sealed.remove(desk.folder / "cache.db")
    desk.open()
