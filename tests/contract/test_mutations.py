"""What operations make of records: the same function decides in the terminal and at the backend."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import mutations
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import (
    Accept,
    Claim,
    Create,
    Discard,
    Dismiss,
    Edit,
    Merge,
    Operation,
    Outcome,
    Park,
    Rejected,
    Release,
    Remove,
    SetConsent,
    Stage,
    World,
)
from sellmode_contract.records import FieldEdit, Record
from sellmode_contract.rules.facts import Facts, field_values
from sellmode_contract.type_errors import Misfit, misfit
from sellmode_contract.visibility import Account

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ANNA = Account(
    id="anna", user_name="anna", name="Anna", role="associate", stores=("s1",), capabilities=frozenset({"sell"})
)
BEN = msgspec.structs.replace(ANNA, id="ben", user_name="ben", name="Ben")
RETAILER = Retailer(
    id="r",
    name="R",
    mode="associate",
    currency="USD",
    time_zone="UTC",
    custom_fields=(
        CustomField(name="shoe", label="Shoe", type="number"),
        CustomField(name="style", label="Style", type="choice", choices=("plain", "loud")),
        CustomField(name="since", label="Since", type="date"),
        CustomField(
            name="pet",
            label="Pets",
            type="group",
            fields=(
                CustomField(name="name", label="Name", type="text"),
                CustomField(name="birthday", label="Birthday", type="date"),
            ),
        ),
    ),
)
MARA = Customer(
    id="c1",
    store="s1",
    owner="anna",
    given_name="Mara",
    family_name="Lind",
    email="mara@example.com",
    phone="555 0100 22",
    phone_e164="+15550100 22".replace(" ", ""),
    tags=("vip", "silk"),
    sizes={"shoes": "38"},
    custom={"shoe": 38.0},
    sources={"email": "shopify", "given_name": "shopify"},
)


class Records:
    """Some records, as a reader."""

    def __init__(self, *given: Record) -> None:
        self._given = {(kind_of(record), record.id): record for record in given}

    def get(self, kind: str, id: str) -> Record | None:
        return self._given.get((kind, id))

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        for record in self._given.values():
            if isinstance(record, Consent) and (record.customer, record.channel) == (customer, channel):
                return record
        return None

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        return [
            record
            for (of, _), record in self._given.items()
            if getattr(record, "customer", None) == customer and kind in (None, of)
        ]


_R = TypeVar("_R", bound=Record)


def done(
    operation: Operation,
    *given: Record,
    by: Account = ANNA,
    age: dt.timedelta = dt.timedelta(),
    retailer: Retailer = RETAILER,
) -> Outcome:
    return mutations.apply(operation, World(Records(*given), by, retailer, "m1", NOON, age))


def only(type: type[_R], outcome: Outcome) -> _R:
    (found,) = [record for record in outcome.puts if isinstance(record, type)]
    return found


def refused(operation: Operation, *given: Record, by: Account = ANNA, age: dt.timedelta = dt.timedelta()) -> Rejected:
    with pytest.raises(Rejected) as caught:
        done(operation, *given, by=by, age=age)
    return caught.value


# ------------------------------------------------------------------ reading what was sent


@pytest.mark.parametrize(
    ("sent", "code", "says"),
    [
        ('{"op":"edit","id":"c","kind":"customer","surprise":1}', "invalid", "unknown field"),
        ('{"op":"edit","id":"c","kind":"customer","set":[]}', "invalid", "`$.set`"),
        ('{"op":"edit","id":7,"kind":"customer"}', "invalid", "`$.id`"),
        ('{"op":"edit","id":"c"}', "invalid", "not the JSON"),
        ("[]", "invalid", "not the JSON"),
        ("{", "invalid", "not the JSON"),
        ("[" * 5000, "invalid", "not the JSON"),
        ('{"op":"fly","id":"c"}', "unsupported", "older than the app"),
        ('{"op":"create","id":"c","kind":"spell","doc":{}}', "unsupported", "older than the app"),
        ('{"op":"edit","id":"c","kind":"order"}', "unsupported", "older than the app"),
        ('{"op":"edit","id":"c","kind":"customer","v":2}', "unsupported", "version 1"),
        ('{"op":"edit","id":"c","kind":"customer","v":9,"surprise":1}', "unsupported", "older than the app"),
        ('{"op":"edit","id":"c","kind":"customer","v":0}', "unsupported", "version 1"),
    ],
)
def test_what_cannot_be_read_is_refused_alone_and_says_where(sent: str, code: str, says: str) -> None:
    with pytest.raises(Rejected) as caught:
        mutations.decode(sent)
    assert caught.value.code == code
    assert says in caught.value.detail


def test_a_refusal_repeats_no_value() -> None:
    with pytest.raises(Rejected) as caught:
        mutations.decode('{"op":"consent","id":"x","customer":"c","channel":"Mara Lind","state":"subscribed"}')
    assert "Mara" not in caught.value.detail


@given(
    st.sampled_from(
        [
            Create(kind="note", id="n", doc={"customer": "c1", "text": "x"}),
            Edit(
                kind="customer", id="c1", set={"email": None}, was={"email": "a@b.c"}, add={"tags": ("x",)}, guard=True
            ),
            Remove(kind="date", id="d", was={"day": 3}),
            SetConsent(id="k", customer="c1", channel="sms", state="unsubscribed"),
            Claim(kind="request", id="r"),
            Release(kind="rule_task", id="r"),
            Merge(id="p", keep="c1", take=("email",)),
            Dismiss(id="p"),
            Park(id="k", customer="c1", operation={"op": "remove", "kind": "date", "id": "d"}),
            Accept(id="k"),
            Discard(id="k"),
        ]
    )
)
def test_an_operation_is_read_as_it_was_written(operation: Operation) -> None:
    assert mutations.decode(mutations.encode(operation)) == operation


# ------------------------------------------------------------------ customers


def test_a_new_customer_is_their_makers_and_says_who_made_them() -> None:
    doc = {
        "given_name": " Jo ",
        "email": "jo@example.com",
        "phone": "+1 (555) 010-0133",
        "tags": ["vip"],
        "sizes": {"shoes": "41"},
        "custom": {"pet": [{"name": "Rex", "birthday": "2020-02-29"}]},
    }
    outcome = done(Create(kind="customer", id="c9", doc=doc))
    jo = only(Customer, outcome)
    assert (jo.given_name, jo.store, jo.owner, jo.created_at) == ("Jo", "s1", "anna", NOON)
    assert jo.phone_e164 == "+15550100133"
    assert jo.custom == {"pet": [{"name": "Rex", "birthday": "2020-02-29"}]}
    entry = only(HistoryEntry, outcome)
    assert (entry.event, entry.actor, entry.customer) == ("created", "anna", "c9")


@pytest.mark.parametrize(
    ("doc", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@b\x00.c"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"given_name": "x" * 201}, "given_name"),
        ({"given_name": 5}, "given_name"),
        ({"given_name": "Jo", "tags": ["\ud800"]}, "tags"),
        ({"given_name": "Jo", "tags": "vip"}, "tags"),
        ({"given_name": "Jo", "tags": [" "]}, "tags"),
        ({"given_name": "Jo", "owner": "ben"}, "owner"),
        ({"given_name": "Jo", "store": "s2"}, "store"),
        ({"given_name": "Jo", "figures": {"spend": 9}}, "figures"),
        ({"given_name": "Jo", "tier": "gold"}, "tier"),
        ({"given_name": "Jo", "preferred_channel": "pigeon"}, "preferred_channel"),
        ({"given_name": "Jo", "address": {"lines": "Main Street"}}, "address"),
        ({"given_name": "Jo", "sizes": {"a.b": "1"}}, "sizes"),
        ({"given_name": "Jo", "custom": {"unknown": "1"}}, "custom.unknown"),
        ({"given_name": "Jo", "custom": {"shoe": "large"}}, "custom.shoe"),
        ({"given_name": "Jo", "custom": {"shoe": True}}, "custom.shoe"),
        ({"given_name": "Jo", "custom": {"style": "odd"}}, "custom.style"),
        ({"given_name": "Jo", "custom": {"since": "yesterday"}}, "custom.since"),
        ({"given_name": "Jo", "custom": {"pet": [{"species": "cat"}]}}, "custom.pet.species"),
        ({"given_name": "Jo", "custom": {"pet": [{"birthday": "2021-02-29"}]}}, "custom.pet.birthday"),
        ({"given_name": "Jo", "custom": {"pet": {"name": "Rex"}}}, "custom.pet"),
        ({}, ""),
        ({"given_name": "  "}, ""),
    ],
)
def test_what_cannot_be_a_customers_is_refused_and_names_the_field(doc: dict[str, Any], field: str) -> None:
    refusal = refused(Create(kind="customer", id="c9", doc=doc))
    assert (refusal.code, refusal.field) == ("invalid", field)


@pytest.mark.parametrize("defined", ["species", "pet.species"])
@pytest.mark.parametrize("written", ["species", "pet.species"])
def test_a_field_of_a_group_has_one_name_in_values_however_it_is_defined_and_written(
    defined: str, written: str
) -> None:
    species = CustomField(name=defined, label="Species", type="text")
    pets = CustomField(name="pet", label="Pets", type="group", fields=(species,))
    retailer = msgspec.structs.replace(RETAILER, custom_fields=(pets,))
    held = [{"name": "Rex"}]
    operation = Edit(kind="customer", id="c1", set={"custom.pet": [{written: "cat"}]}, was={"custom.pet": held})
    mara = only(Customer, done(operation, MARA, retailer=retailer))
    assert mara.custom["pet"] == [{"species": "cat"}]
    values = field_values(Facts(customer=mara), retailer.custom_fields, "USD", {}, dt.UTC)
    assert values["pet.species"] == ["cat"]


def test_somebody_of_no_store_or_several_adds_nobody() -> None:
    regional = msgspec.structs.replace(ANNA, role="regional", stores=("s1", "s2"))
    assert refused(Create(kind="customer", id="c9", doc={"given_name": "Jo"}), by=regional).code == "not_allowed"


def test_an_edit_writes_its_fields_and_forgets_where_they_came_from() -> None:
    changed = only(
        Customer, done(Edit(kind="customer", id="c1", set={"email": "m@x.org"}, was={"email": MARA.email}), MARA)
    )
    edited = {"email": FieldEdit("anna", NOON)}
    assert changed == msgspec.structs.replace(MARA, email="m@x.org", sources={"given_name": "shopify"}, edited=edited)


def test_a_phone_written_otherwise_waits_for_its_international_form() -> None:
    changed = only(
        Customer, done(Edit(kind="customer", id="c1", set={"phone": "555 0199 1"}, was={"phone": MARA.phone}), MARA)
    )
    assert (changed.phone, changed.phone_e164) == ("555 0199 1", "")


def test_the_last_to_arrive_wins_and_the_record_remembers_the_other_value() -> None:
    outcome = done(Edit(kind="customer", id="c1", set={"email": "new@x.org"}, was={"email": "old@x.org"}), MARA)
    assert only(Customer, outcome).email == "new@x.org"
    assert outcome.conflicts == {"email": mutations.Conflict(yours="new@x.org", theirs="mara@example.com")}
    entry = only(HistoryEntry, outcome)
    assert (entry.event, entry.field, entry.value) == ("overwritten", "email", "mara@example.com")


def test_a_guarded_edit_does_all_or_nothing() -> None:
    back = Edit(
        kind="customer",
        id="c1",
        set={"email": "a@x.org", "language": "fr"},
        was={"email": "mara@example.com", "language": "de"},
        guard=True,
    )
    assert (refused(back, MARA).code, refused(back, MARA).field) == ("conflict", "language")


def test_the_same_value_is_no_conflict() -> None:
    assert (
        done(Edit(kind="customer", id="c1", set={"email": MARA.email}, was={"email": "other@x.org"}), MARA) == Outcome()
    )


def test_entries_of_maps_are_set_and_taken_away_one_by_one() -> None:
    edit = Edit(
        kind="customer",
        id="c1",
        set={"sizes.shoes": None, "sizes.ring": "54", "custom.shoe": None, "custom.style": "loud"},
        was={"sizes.shoes": "38", "custom.shoe": 38.0},
    )
    changed = only(Customer, done(edit, MARA))
    assert (changed.sizes, changed.custom) == ({"ring": "54"}, {"style": "loud"})


def test_the_last_thing_that_names_a_customer_cannot_be_taken_away() -> None:
    nameless = Customer(id="c1", store="s1", email="a@b.cd")
    assert (
        refused(Edit(kind="customer", id="c1", set={"email": None}, was={"email": "a@b.cd"}), nameless).code
        == "invalid"
    )


@given(
    st.lists(st.sampled_from("abcdef"), max_size=4),
    st.lists(st.tuples(st.sampled_from(["add", "remove"]), st.sampled_from("abcdef")), max_size=8),
)
def test_sets_merge_whatever_the_order_of_those_who_touch_different_elements(
    held: list[str], steps: list[tuple[str, str]]
) -> None:
    last = {element: step for step, element in steps}  # one step an element: otherwise the order counts
    customer = msgspec.structs.replace(MARA, tags=tuple(dict.fromkeys(held)))
    results = set()
    for order in (list(last.items()), list(last.items())[::-1]):
        stage = Stage(Records(customer))
        for element, step in order:
            edit = Edit(kind="customer", id="c1", **{step: {"tags": (element,)}})  # type: ignore[arg-type]  # add or remove
            stage.take(mutations.apply(edit, World(stage, ANNA, RETAILER, "m", NOON)))
        found = stage.get("customer", "c1")
        assert isinstance(found, Customer)
        results.add(frozenset(found.tags))
    assert results == {
        frozenset({*held} - {e for e, s in last.items() if s == "remove"} | {e for e, s in last.items() if s == "add"})
    }


def test_adding_somebody_is_taken_back_only_by_who_added_them_and_while_nothing_is_theirs() -> None:
    created = done(Create(kind="customer", id="c9", doc={"given_name": "Jo"})).puts
    assert set(done(Remove(kind="customer", id="c9"), *created).removes) == {
        (kind_of(record), record.id) for record in created
    }
    assert refused(Remove(kind="customer", id="c9"), *created, by=BEN).code == "not_allowed"
    note = Note(id="n", customer="c9", author="ben", written_at=NOON, text="x")
    assert refused(Remove(kind="customer", id="c9"), *created, note).code == "conflict"
    assert refused(Remove(kind="customer", id="c1"), MARA).code == "not_allowed"
    changed = Remove(kind="customer", id="c9", was={"given_name": "Joe"})
    assert refused(changed, *created).code == "conflict"


# ------------------------------------------------------------------ what belongs to a customer


def test_notes_and_contacts_get_author_and_time_from_who_writes_them() -> None:
    note = only(
        Note, done(Create(kind="note", id="n", doc={"customer": "c1", "text": "likes silk", "private": True}), MARA)
    )
    assert (note.author, note.written_at, note.private) == ("anna", NOON, True)
    forged = Create(kind="note", id="n", doc={"customer": "c1", "text": "x", "author": "ben"})
    assert (refused(forged, MARA).code, refused(forged, MARA).field) == ("invalid", "author")
    forged = Create(kind="contact", id="k", doc={"customer": "c1", "channel": "call", "author": "ben"})
    assert refused(forged, MARA).field == "author"


def test_a_logged_call_moves_the_last_contact_forward_only() -> None:
    outcome = done(Create(kind="contact", id="k", doc={"customer": "c1", "channel": "call"}), MARA)
    assert only(Customer, outcome).figures.last_contact == only(Contact, outcome).at == NOON
    late = msgspec.structs.replace(MARA, figures=Figures(last_contact=NOON + dt.timedelta(hours=1)))
    assert [
        kind_of(record)
        for record in done(Create(kind="contact", id="k", doc={"customer": "c1", "channel": "call"}), late).puts
    ] == ["contact"]
    future = {"customer": "c1", "channel": "visit", "at": "2026-11-22T12:06:00Z"}
    assert refused(Create(kind="contact", id="k", doc=future), MARA).field == "at"
    naive = {"customer": "c1", "channel": "visit", "at": "2026-11-22T11:00:00"}
    assert refused(Create(kind="contact", id="k", doc=naive), MARA).field == "at"


def test_taking_back_a_contact_brings_the_last_one_before_back() -> None:
    first = Contact(id="k1", customer="c1", author="ben", at=NOON - dt.timedelta(days=9), channel="call")
    second = Contact(id="k2", customer="c1", author="anna", at=NOON, channel="visit")
    customer = msgspec.structs.replace(MARA, figures=Figures(last_contact=NOON))
    outcome = done(Remove(kind="contact", id="k2"), customer, first, second)
    assert outcome.removes == (("contact", "k2"),)
    assert only(Customer, outcome).figures.last_contact == first.at
    assert refused(Remove(kind="contact", id="k1"), customer, first, second).code == "not_allowed"


@pytest.mark.parametrize(
    ("doc", "field"),
    [
        ({"label": "birthday", "month": 2, "day": 30}, "day"),
        ({"label": "birthday", "month": 2, "day": 29, "year": 2025}, "day"),
        ({"label": "birthday", "month": 13, "day": 1}, "month"),
        ({"label": "birthday", "month": 1, "day": 1, "year": 20}, "year"),
        ({"label": " ", "month": 1, "day": 1}, "label"),
        ({"label": "birthday", "month": "May", "day": 1}, "month"),
        ({"label": "birthday", "month": 5}, "day"),
        ({"label": "birthday", "month": 5, "day": 1, "mood": "good"}, "mood"),
    ],
)
def test_an_impossible_date_is_refused(doc: dict[str, Any], field: str) -> None:
    refusal = refused(Create(kind="date", id="d", doc={"customer": "c1", **doc}), MARA)
    assert (refusal.code, refusal.field) == ("invalid", field)


def test_the_first_birthday_or_anniversary_has_come_but_a_wedding_may_be_ahead() -> None:
    def made(label: str, year: int) -> Create:
        return Create(kind="date", id="d", doc={"customer": "c1", "label": label, "month": 3, "day": 1, "year": year})

    for label in ("birthday", "Wedding anniversary"):
        refusal = refused(made(label, NOON.year + 5), MARA)
        assert refusal.field == "year"
        assert "in the future" in str(refusal)
        done(made(label, NOON.year), MARA)
    done(made("wedding", NOON.year + 1), MARA)


@pytest.mark.parametrize("phone", ["call her", "+31 20 HELLO 12", "12345 or 67890", "1234", "٠١٢"])
def test_what_is_no_phone_number_is_refused(phone: str) -> None:
    assert refused(Edit(kind="customer", id="c1", set={"phone": phone}), MARA).field == "phone"


@pytest.mark.parametrize("phone", ["+31 (0)20 / 123-45.67", "020 123 45 67 ext. 12", "0201234567x3", "٠١٢٣٤٥٦٧"])
def test_a_phone_number_is_kept_as_it_was_written(phone: str) -> None:
    assert only(Customer, done(Edit(kind="customer", id="c1", set={"phone": phone}), MARA)).phone == phone


def test_what_does_not_fit_is_said_with_its_field_and_what_would_be_right() -> None:
    class Some(msgspec.Struct, forbid_unknown_fields=True):
        number: int
        text: str | None = None
        which: Literal["a", "b"] = "a"
        rows: tuple[str, ...] = ()

    for document, told in (
        ({}, Misfit("number", "number is missing.")),
        ({"number": "secret"}, Misfit("number", "number has to be a whole number.")),
        ({"number": 1, "text": 5}, Misfit("text", "text has to be text or empty.")),
        ({"number": 1, "which": "secret"}, Misfit("which", "which is not one of what it may be.")),
        ({"number": 1, "rows": [5]}, Misfit("rows", "rows has to be text.")),
        ({"number": 1, "more": 1}, Misfit("", "more is not known here. There are number, text, which, rows.")),
        ([], Misfit("", "It has to be an object.")),
    ):
        with pytest.raises(msgspec.ValidationError) as error:
            msgspec.convert(document, Some)
        assert misfit(error.value, Some.__struct_fields__) == told


def test_a_date_may_have_no_year_and_be_a_leap_day() -> None:
    date = only(
        ImportantDate,
        done(Create(kind="date", id="d", doc={"customer": "c1", "label": "x", "month": 2, "day": 29}), MARA),
    )
    assert (date.customer, date.month, date.day, date.year) == ("c1", 2, 29, None)
    changed = done(
        Edit(kind="date", id="d", set={"year": 2024, "about": "Rex"}, was={"year": None, "about": ""}), MARA, date
    )
    assert (only(ImportantDate, changed).year, changed.conflicts) == (2024, {})
    assert refused(Edit(kind="date", id="d", set={"year": 2023}), MARA, date).field == "day"
    back = done(Edit(kind="date", id="d", set={"year": None}, was={"year": 2024}), MARA, only(ImportantDate, changed))
    assert only(ImportantDate, back).year is None
    assert refused(Remove(kind="date", id="d", was={"day": 28}), MARA, date).code == "conflict"
    assert done(Remove(kind="date", id="d", was={"day": 29, "year": None}), MARA, date).removes == (("date", "d"),)


def test_only_its_author_changes_a_note() -> None:
    note = Note(id="n", customer="c1", author="ben", written_at=NOON, text="x")
    assert refused(Edit(kind="note", id="n", set={"text": "y"}, was={"text": "x"}), MARA, note).code == "not_allowed"
    assert refused(Remove(kind="note", id="n"), MARA, note).code == "not_allowed"
    changed = done(Edit(kind="note", id="n", set={"private": True}, was={"private": False}), MARA, note, by=BEN)
    assert only(Note, changed).private
    assert refused(Edit(kind="note", id="n", set={"author": "anna"}), MARA, note, by=BEN).field == "author"


def test_nobody_writes_what_they_would_not_see() -> None:
    private = Create(kind="note", id="n", doc={"customer": "c1", "text": "x", "private": True})
    outcome = done(private, MARA, by=BEN)
    records = Records(MARA)
    mutations.check_author_sees(private, done(private, MARA), records, "associate", ANNA)
    mutations.check_author_sees(private, outcome, records, "team", BEN)
    with pytest.raises(Rejected, match="customer of your own"):
        mutations.check_author_sees(private, outcome, records, "associate", BEN)


def test_what_belongs_to_nobody_known_is_not_found() -> None:
    for operation in (
        Create(kind="note", id="n", doc={"customer": "c2", "text": "x"}),
        Create(kind="date", id="n", doc={"customer": "c2", "label": "x", "month": 1, "day": 1}),
        Edit(kind="customer", id="c2", set={"email": "a@b.cd"}),
        Remove(kind="note", id="n"),
        SetConsent(id="k", customer="c2", channel="sms", state="unsubscribed"),
        Claim(kind="request", id="q"),
        Accept(id="p"),
        Merge(id="p", keep="c1"),
        Park(id="p", customer="c2", operation={}),
    ):
        assert refused(operation, MARA).code == "not_found"


def test_an_id_names_one_record_for_good() -> None:
    assert refused(Create(kind="customer", id="c1", doc={"given_name": "Jo"}), MARA).code == "conflict"


# ------------------------------------------------------------------ consent

states = st.sampled_from(["subscribed", "one_to_one", "unsubscribed"])


def _consent(state: Any) -> Consent:
    return Consent(id="k", customer="c1", channel="email", state=state)


@given(states, st.lists(st.tuples(states, states, st.sampled_from(["", "card signed"])), max_size=6))
def test_once_unsubscribed_always_unsubscribed_and_more_needs_evidence(
    start: Any, steps: list[tuple[Any, Any, str]]
) -> None:
    stage = Stage(Records(MARA, _consent(start)))
    for state, was, evidence in steps:
        before = stage.consent("c1", "email")
        assert before is not None
        wish = SetConsent(id="k", customer="c1", channel="email", state=state, was=was, evidence=evidence)
        try:
            stage.take(mutations.apply(wish, World(stage, ANNA, RETAILER, "m", NOON)))
        except Rejected:
            assert state != "unsubscribed"  # opting out is never refused
            continue
        after = stage.consent("c1", "email")
        assert after is not None
        assert after.state == state
        if mutations.stricter(before.state, state) != state:
            assert before.state == was != "unsubscribed"
            assert evidence


@given(st.permutations(["subscribed", "one_to_one", "unsubscribed"]))
def test_opting_out_wins_whatever_the_order_of_arrival(arriving: list[Any]) -> None:
    stage = Stage(Records(MARA, _consent("one_to_one")))
    for state in arriving:
        wish = SetConsent(id="k", customer="c1", channel="email", state=state, evidence="said so")
        try:
            stage.take(mutations.apply(wish, World(stage, ANNA, RETAILER, "m", NOON)))
        except Rejected:
            continue
    final = stage.consent("c1", "email")
    assert final is not None
    assert final.state == "unsubscribed"


def test_a_consent_keeps_actor_evidence_and_the_record_that_there_is() -> None:
    wish = SetConsent(id="other", customer="c1", channel="email", state="subscribed", evidence="card signed")
    outcome = done(wish, MARA, _consent("one_to_one"))
    changed = only(Consent, outcome)
    assert (changed.id, changed.actor, changed.evidence, changed.changed_at) == ("k", "anna", "card signed", NOON)
    first = only(Consent, done(wish, MARA))
    assert first.id == "other"
    assert (
        mutations.consent_id("c1", "email") == mutations.consent_id("c1", "email") != mutations.consent_id("c1", "sms")
    )


# ------------------------------------------------------------------ claims


def test_one_claims_and_the_other_learns_who() -> None:
    request = Request(id="q", store="s1")
    taken = only(Request, done(Claim(kind="request", id="q"), request))
    assert taken.claimed_by == "anna"
    anna = Staff(id="anna", store="s1", user_name="anna", name="Anna", role="associate")
    late = refused(Claim(kind="request", id="q"), taken, anna, by=BEN)
    assert (late.code, late.winner) == ("already_claimed", "anna")
    assert done(Claim(kind="request", id="q"), taken) == Outcome()
    assert refused(Release(kind="request", id="q"), taken, anna, by=BEN).code == "already_claimed"
    assert only(Request, done(Release(kind="request", id="q"), taken)).claimed_by is None
    for gone in ({"active": False}, {"store": "s2"}):
        left = msgspec.structs.replace(anna, **gone)
        assert only(Request, done(Claim(kind="request", id="q"), taken, left, by=BEN)).claimed_by == "ben"


def test_a_claim_of_a_request_lapses_and_one_of_a_task_does_not() -> None:
    late = dt.timedelta(minutes=16)
    assert refused(Claim(kind="request", id="q"), Request(id="q", store="s1"), age=late).code == "expired"
    task = RuleTask(id="t", store="s1", customer="c1")
    assert only(RuleTask, done(Claim(kind="rule_task", id="t"), task, age=late)).claimed_by == "anna"


# ------------------------------------------------------------------ handing over


def _parked(operation: Operation) -> ParkedEdit:
    fields: dict[str, Any] = msgspec.to_builtins(operation)
    return ParkedEdit(id="p", customer="c1", author="ben", at=NOON, operation=fields)


def test_a_change_is_handed_over_and_waits() -> None:
    edit = Edit(kind="customer", id="c1", set={"language": "fr"}, was={})
    outcome = done(Park(id="p", customer="c1", operation=msgspec.to_builtins(edit)), MARA, by=BEN)
    assert only(ParkedEdit, outcome) == _parked(edit)
    assert only(Customer, outcome).figures.waiting == 1


def test_accepting_does_what_was_handed_over_with_the_accepters_name() -> None:
    waiting = msgspec.structs.replace(MARA, figures=Figures(waiting=2))
    edit = Edit(kind="customer", id="c1", set={"email": "new@x.org"}, was={"email": "old@x.org"})
    outcome = done(Accept(id="p"), waiting, _parked(edit))
    changed = only(Customer, outcome)
    assert (changed.email, changed.figures.waiting) == ("new@x.org", 1)
    assert outcome.removes == (("parked_edit", "p"),)
    assert "email" in outcome.conflicts
    assert only(HistoryEntry, outcome).actor == "anna"
    consent = SetConsent(id="k", customer="c1", channel="sms", state="unsubscribed")
    assert only(Consent, done(Accept(id="p"), waiting, _parked(consent))).actor == "anna"


def test_discarding_only_lets_it_go() -> None:
    waiting = msgspec.structs.replace(MARA, figures=Figures(waiting=1))
    edit = Edit(kind="customer", id="c1", set={"email": "new@x.org"})
    outcome = done(Discard(id="p"), waiting, _parked(edit))
    assert outcome.puts == (MARA,)
    assert outcome.removes == (("parked_edit", "p"),)


@pytest.mark.parametrize(
    "inner",
    [
        Park(id="p2", customer="c1", operation={}),
        Accept(id="p2"),
        Merge(id="p2", keep="c1"),
        Claim(kind="request", id="q"),
        Create(kind="customer", id="c9", doc={"given_name": "Jo"}),
        Remove(kind="customer", id="c1"),
    ],
)
def test_not_everything_can_be_handed_over(inner: Operation) -> None:
    assert refused(Park(id="p", customer="c1", operation=msgspec.to_builtins(inner)), MARA).code == "invalid"


# ------------------------------------------------------------------ duplicates


def test_a_dismissed_pair_stays_dismissed_and_a_merged_one_goes() -> None:
    pair = DuplicatePair(id="p", store="s1", customers=("c1", "c2"))
    assert only(DuplicatePair, done(Dismiss(id="p"), pair)).dismissed
    assert done(Merge(id="p", keep="c1"), pair) == Outcome(removes=(("duplicate_pair", "p"),))


# ------------------------------------------------------------------ what operations are about


def test_facts_count_though_the_customer_has_left() -> None:
    assert mutations.is_fact(Create(kind="note", id="n", doc={}))
    assert mutations.is_fact(Create(kind="contact", id="n", doc={}))
    assert mutations.is_fact(SetConsent(id="k", customer="c", channel="sms", state="unsubscribed"))
    assert not mutations.is_fact(SetConsent(id="k", customer="c", channel="sms", state="subscribed"))
    assert not mutations.is_fact(Create(kind="date", id="n", doc={}))
    assert not mutations.is_fact(Edit(kind="customer", id="c"))


def test_what_an_operation_needs() -> None:
    assert mutations.capability(Merge(id="p", keep="c")) == mutations.capability(Dismiss(id="p")) == "reassign"
    assert mutations.capability(Edit(kind="customer", id="c")) == "sell"


def test_a_stage_shows_later_operations_what_earlier_ones_did() -> None:
    stage = Stage(Records(MARA))
    for operation in (
        Create(kind="customer", id="c9", doc={"given_name": "Jo"}),
        Create(kind="note", id="n", doc={"customer": "c9", "text": "x"}),
        SetConsent(id="k", customer="c9", channel="sms", state="unsubscribed"),
        Edit(kind="customer", id="c9", set={"email": "jo@x.org"}),
        Remove(kind="note", id="n"),
    ):
        stage.take(mutations.apply(operation, World(stage, ANNA, RETAILER, "m", NOON)))
    jo = stage.get("customer", "c9")
    assert isinstance(jo, Customer)
    assert jo.email == "jo@x.org"
    assert stage.get("note", "n") is None
    assert {kind_of(item) for item in stage.belongings("c9")} == {"history", "consent"}
    assert stage.get("customer", "c1") == MARA
    order = Order(id="o", customer="c1", number="1", placed_at=NOON, currency="USD", total=1, channel="store")
    assert Stage(Records(MARA, order)).belongings("c1", "order") == [order]


def test_more_sizes_than_people_may_add_can_still_be_edited() -> None:
    full = msgspec.structs.replace(MARA, sizes={f"s{number}": "1" for number in range(120)})
    edit = Edit(
        kind="customer", id=MARA.id, set={"sizes.s7": "2", "sizes.s8": None}, was={"sizes.s7": "1", "sizes.s8": "1"}
    )
    (changed,) = done(edit, full).puts
    assert isinstance(changed, Customer)
    assert (changed.sizes["s7"], len(changed.sizes)) == ("2", 119)
    assert refused(Edit(kind="customer", id=MARA.id, set={"sizes.new": "2"}), full).field == "sizes.new"


def test_each_field_has_who_wrote_it_last() -> None:
    first = done(Edit(kind="customer", id="c1", set={"sizes.ring": "38"}, was={}), MARA)
    customer = only(Customer, first)
    assert customer.edited == {"sizes.ring": FieldEdit("anna", NOON)}
    assert customer.last_edit("sizes") == FieldEdit("anna", NOON)
    assert customer.last_edit("email") is None
    ben = msgspec.structs.replace(ANNA, id="ben", user_name="ben")
    second = Edit(kind="customer", id="c1", set={"sizes.ring": "39"}, was={})
    outcome = done(second, customer, by=ben)
    assert only(Customer, outcome).edited == {"sizes.ring": FieldEdit("ben", NOON)}
    lost = only(HistoryEntry, outcome)
    assert (lost.actor, lost.subject, lost.value) == ("ben", "anna", "38")


def test_a_guarded_edit_is_refused_with_who_was_first() -> None:
    edited = msgspec.structs.replace(MARA, edited={"email": FieldEdit("ben", NOON)})
    back = Edit(kind="customer", id="c1", set={"email": "a@x.org"}, was={"email": "b@x.org"}, guard=True)
    with pytest.raises(Rejected) as refused:
        done(back, edited)
    assert (refused.value.field, refused.value.winner) == ("email", "ben")
