"""What holds for every kind of record: its declaration fits its struct and the wire, and what it declares can
be made, edited, merged, removed and put into words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.documents import as_document
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.fields import Elements, Field, Number, Text
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.kind import Kind, Verb
from sellmode_contract.kinds.retailer import Retailer, StoreEntry
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import task_rule_id
from sellmode_contract.mutations import Create, Edit, Outcome, Rejected, Remove, World, apply
from sellmode_contract.mutations.operations import _Operation, can_be_handed_over, capability, decode, is_fact, name_of
from sellmode_contract.records import EditedRecord, Record
from sellmode_contract.roles import ROLE_CAPABILITIES
from sellmode_contract.visibility import Account
from tests.support.applied import Held
from tests.support.kinds import document, other_value

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
RETAILER = Retailer(
    id="r",
    name="R",
    mode="team",
    currency="EUR",
    time_zone="Europe/Zurich",
    stores=(StoreEntry(id="s1", name="One", time_zone="Europe/Zurich"),),
)
MIA = Account(
    id="mia",
    user_name="mia",
    name="Mia",
    role="manager",
    stores=("s1",),
    capabilities=ROLE_CAPABILITIES["manager"] | {"announce"},
)
ANNA = Customer(id="anna", store="s1", owner="mia", given_name="Anna")
STAFF = Staff(id="mia", store="s1", user_name="mia", name="Mia", role="manager")
_VERBS: Mapping[type[_Operation], Verb] = {Create: "create", Edit: "edit", Remove: "remove"}
_OWN_WAYS = ("customer", "dispute", "request", "chat_line")
"""They have ways of their own: ``mutations.customer_operations``, ``mutations.disputes``, ``mutations.requests``."""
MADE = [name for name, kind in KINDS.items() if "create" in kind.verbs and name not in _OWN_WAYS]
OF_HEAD_OFFICE = ("corporate_brief", "corporate_look")
EDITED = [name for name, kind in KINDS.items() if "edit" in kind.verbs and name not in _OWN_WAYS]


def world(*held: Record, head_office: bool = False) -> World:
    account = msgspec.structs.replace(MIA, role="head_office") if head_office else MIA
    return World(Held([ANNA, STAFF, *held]), account, RETAILER, "mid", NOW)


def made(name: str) -> Record:
    """A record of a kind that Mia has made, or that is hers."""
    if name == "rule_task":
        return RuleTask(id="made", store="s1", customer=ANNA.id, title="x")
    if name == "corporate_task":
        return CorporateTask(id="made", store="s1", person=MIA.id, title="x")
    kind = KINDS[name]
    doc = document(kind, ANNA.id, "s1")
    create = Create(kind=name, id=_id_of(kind, doc), doc=doc)
    outcome = apply(create, world(head_office=name in OF_HEAD_OFFICE))
    return next(record for record in outcome.puts if kind_of(record) == name)


def _id_of(kind: Kind[Any], doc: Mapping[str, Any]) -> str:
    if kind.name == "task_rule":
        return task_rule_id("s1", doc.get("slug", ""))
    return kind.id_of({"store": "s1", **doc}) if kind.id_of else "made"


# ------------------------------------------------------------------ declarations


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("operation", _VERBS)
def test_an_operation_is_read_for_the_kinds_that_declare_it(operation: type[_Operation], kind: Kind[Any]) -> None:
    verb = _VERBS[operation]
    sent = msgspec.json.encode({"op": verb, "id": "x", "kind": kind.name, **({"doc": {}} if verb == "create" else {})})
    if verb in kind.verbs:
        assert isinstance(decode(sent), operation)
    else:
        with pytest.raises(Rejected) as refused:
            decode(sent)
        assert (refused.value.code, refused.value.field) == ("unsupported", "")  # a newer version may allow it


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_declaration_fits_its_struct(kind: Kind[Any]) -> None:
    fields = set(kind.record.__struct_fields__)
    named = {*kind.by_name, *kind.stamps, *kind.columns, *kind.follows, *kind.follows.values()}
    assert named | ({kind.author} - {""}) <= fields
    assert len(kind.by_name) == len(kind.fields)
    assert kind.handed_over <= kind.verbs
    assert "edit" not in kind.verbs or issubclass(kind.record, EditedRecord), "a conflict says who has written a field"
    needed = {field.name for field in msgspec.structs.fields(kind.record) if field.required}
    if "create" in kind.verbs:
        assert needed <= {*kind.created, *kind.stamps, "id", *(["customer"] if kind.of_customer else [])}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_numbers_are_whole_where_their_structs_say_so(kind: Kind[Any]) -> None:
    types = get_type_hints(kind.record)
    for number in (field for field in kind.fields if isinstance(field, Number)):
        type = types[number.name]
        assert number.whole == (float not in (type, *get_args(type)))


def test_a_part_of_a_month_is_refused_as_no_whole_number() -> None:
    doc = {**document(KINDS["date"], ANNA.id, "s1"), "month": 1.5}
    with pytest.raises(Rejected, match="Month has to be a whole number"):
        apply(Create(kind="date", id="made", doc=doc), world())


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_samples_stand_up_to_their_own_rules(kind: Kind[Any]) -> None:
    for field in kind.fields:
        if field.sample is not None:
            value = tuple(field.sample) if isinstance(field, Elements) else field.sample
            assert not field.problem(value)
        assert field.title[:1] == field.title[:1].upper()


@pytest.mark.parametrize("name", MADE)
def test_what_a_change_of_it_needs_and_means(name: str) -> None:
    kind = KINDS[name]
    create = Create(kind=name, id="x", doc={})
    assert capability(create) == kind.capability
    assert is_fact(create) == kind.fact
    assert can_be_handed_over(create) == (name_of(Create) in kind.handed_over)


# ------------------------------------------------------------------ made, edited, merged, removed


@pytest.mark.parametrize("name", MADE)
def test_one_is_made_from_what_it_needs_and_has_words(name: str) -> None:
    record, kind = made(name), KINDS[name]
    assert kind.described(as_document(record), "Anna")
    for field, stamp in kind.stamps.items():
        given = document(kind, ANNA.id, "s1").get(field)
        assert as_document(record)[field] == (
            given or {"author": MIA.id, "store": "s1", "now": "2026-11-29T12:00:00Z"}[stamp]
        )


@pytest.mark.parametrize("name", MADE)
def test_it_is_not_made_twice_nor_with_fields_that_there_are_not(name: str) -> None:
    record, kind = made(name), KINDS[name]
    office = name in OF_HEAD_OFFICE
    needed = document(kind, ANNA.id, "s1")
    for doc, held in ((needed, (record,)), ({**needed, "nonsense": 1}, ())):
        with pytest.raises(Rejected):
            apply(Create(kind=name, id=record.id, doc=doc), world(*held, head_office=office))


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in MADE for field in KINDS[name].fields])
def test_what_has_to_be_there_is_missed_by_its_name(name: str, field: Field) -> None:
    kind = KINDS[name]
    if not (field.required or field.name in kind.needed) or field.name not in document(kind, ANNA.id, "s1"):
        return
    if field.name == "store":
        return
    doc = {key: value for key, value in document(kind, ANNA.id, "s1").items() if key != field.name}
    with pytest.raises(Rejected) as caught:
        apply(Create(kind=name, id=_id_of(KINDS[name], doc), doc=doc), world(head_office=name in OF_HEAD_OFFICE))
    assert (caught.value.code, caught.value.field) == ("invalid", field.name)


_OF_A_TRIGGER = {"dates", "after_days", "times_average", "per_unit", "event", "due_time", "audience"}
"""Fields of a rule that depend on others (``rules.checking``)."""
_FIRST_COUNTS = {("pick_list", "items")}
"""Fields of which the first change to arrive counts."""
EDITS = [
    (name, field)
    for name in EDITED
    for field in KINDS[name].fields
    if field.write in ("always", "later") and field.name not in _OF_A_TRIGGER
]


def edited(record: Record, field: Field, value: Any, was: Any, *, guard: bool = False) -> Outcome:
    held = msgspec.structs.replace(record, due="2026-12-24") if field.name == "repeat" else record
    set = {field.name: value}
    edit = Edit(kind=kind_of(record), id=record.id, set=set, was={field.name: was}, guard=guard)
    return apply(edit, world(held, head_office=edit.kind in OF_HEAD_OFFICE))


@pytest.mark.parametrize(("name", "field"), EDITS)
def test_each_field_is_edited_and_taken_back(name: str, field: Field) -> None:
    before = made(name)
    was, wanted = as_document(before)[field.name], other_value(field, before, person=MIA.id, at="2026-11-29T11:00:00Z")
    outcome = edited(before, field, wanted, was)
    after = next(record for record in outcome.puts if kind_of(record) == name)
    assert as_document(after)[field.name] == wanted
    assert not outcome.conflicts
    back = next(iter(edited(after, field, was, wanted, guard=True).puts))
    assert as_document(back)[field.name] == was


@pytest.mark.parametrize(("name", "field"), [each for each in EDITS if (each[0], each[1].name) not in _FIRST_COUNTS])
def test_the_last_to_arrive_wins_and_says_so_unless_it_is_guarded(name: str, field: Field) -> None:
    before = made(name)
    wanted = other_value(field, before, person=MIA.id, at="2026-11-29T11:00:00Z")
    saw = "FREQ=DAILY" if field.name == "repeat" else "something else"
    outcome = edited(before, field, wanted, saw)
    assert outcome.conflicts.keys() == {field.name}
    remembered = [record for record in outcome.puts if isinstance(record, HistoryEntry)]
    assert bool(remembered) == KINDS[name].remembered
    with pytest.raises(Rejected) as caught:
        edited(before, field, wanted, saw, guard=True)
    assert (caught.value.code, caught.value.field) == ("conflict", field.name)


@pytest.mark.parametrize("name", EDITED)
@given(st.sampled_from([None, 7, True, [], {"a": 1}, ["x", 3], "x" * 20_001, "a\0b", "\ud800"]), st.data())
def test_a_value_that_cannot_stand_there_is_refused_by_its_field(name: str, value: Any, data: st.DataObject) -> None:
    kind, before = KINDS[name], made(name)
    field = data.draw(st.sampled_from([kind.by_name[each] for each in sorted(kind.edited)]))
    try:
        outcome = edited(before, field, value, None)
    except Rejected as refusal:
        outcome, named = Outcome(), refusal.field or refusal.code != "invalid"
    else:
        named = True
    assert named
    for record in outcome.puts:
        assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record


@pytest.mark.parametrize("name", [name for name in MADE if "remove" in KINDS[name].verbs and name != "corporate_brief"])
def test_it_is_removed_as_long_as_it_is_as_it_was_seen(name: str) -> None:
    record, kind = made(name), KINDS[name]
    was = {field: as_document(record)[field] for field in kind.content}
    there = world(record, head_office=name in OF_HEAD_OFFICE)
    outcome = apply(Remove(kind=name, id=record.id, was=was), there)
    assert (name, record.id) in outcome.removes
    field = next(each for each in kind.fields if isinstance(each, Text))
    with pytest.raises(Rejected) as caught:
        apply(Remove(kind=name, id=record.id, was={field.name: "what it was before"}), there)
    assert (caught.value.code, caught.value.field) == ("conflict", field.name)


@pytest.mark.parametrize("name", [name for name in MADE if KINDS[name].author])
def test_only_its_author_changes_it(name: str) -> None:
    record = msgspec.structs.replace(made(name), **{KINDS[name].author: "somebody"})
    with pytest.raises(Rejected) as caught:
        apply(Remove(kind=name, id=record.id), world(record))
    assert caught.value.code == "not_allowed"
