"""Each reason for which a mutation is refused: alone, with the rule's name, and the queue goes on."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.store import schema, settings
from sellmode_backend.sync.answer import answer
from sellmode_contract import wire
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.mutations import (
    Claim,
    Create,
    Dismiss,
    Edit,
    Merge,
    Operation,
    Park,
    Remove,
    encode,
)
from tests.backend.people import add_person
from tests.backend.sync.pushing import RULES, Shop, Writer, everything, note, opt, queued, uuid7


def refused(writer: Writer, *operations: Operation | bytes) -> list[wire.Result]:
    """The results of operations that are all refused, change nothing, and do not hold up what follows."""
    before = everything(writer.database)
    results = writer.do(*operations)
    assert [result.st for result in results] == ["rejected"] * len(operations), results
    assert all(result.detail and result.revs == () for result in results)
    assert everything(writer.database) == before
    return results


def test_the_queue_goes_on_after_each_refusal(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    results = ada.do(note(anna.id), b"{}", note(anna.id), b'{"op":"edit"}', note(anna.id, ""), note(anna.id))
    assert [result.st for result in results] == ["applied", "rejected", "applied", "rejected", "rejected", "applied"]
    assert len(shop.belongings(anna, "note")) == 3


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {}, "more": 1}, "invalid", "unknown field"),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": 7}, "invalid", r"wrong at `\$\.set`"),
        ({"op": "edit", "kind": "customer", "set": {}}, "invalid", "cannot be read"),
        ({"op": "edit", "kind": "order", "id": "ID"}, "unsupported", "older than the app"),
        ({"op": "edit", "kind": "customer", "id": 12}, "invalid", r"wrong at `\$\.id`"),
        ({"op": "paint", "id": "ID"}, "unsupported", "older than the app"),
        ({"op": "edit", "kind": "customer", "id": "ID", "v": 2}, "unsupported", "version 1"),
        ({"op": "edit", "kind": "customer", "id": "ID", "v": 9, "shape": "new"}, "unsupported", "older than the app"),
        ({"op": "edit", "kind": "customer", "id": "ID", "v": 0}, "unsupported", "version 1"),
        ([], "invalid", "cannot be read"),
        (None, "invalid", "cannot be read"),
        ("text", "invalid", "cannot be read"),
    ],
)
def test_what_cannot_be_read(shop: Shop, body: Any, code: str, said: str) -> None:
    anna = shop.add(shop.ada)
    content = json.dumps(body).replace("ID", anna.id).encode()
    ada = shop.writer(shop.ada)
    (result,) = refused(ada, content)
    assert result.code == code
    assert re.search(said, result.detail)
    assert ada.one(note(anna.id)).st == "applied"


DEEP: Any = "x"
for _ in range(40):
    DEEP = [DEEP]


DATE = {"customer": "ID", "label": "birthday", "month": 1, "day": 1}
CLAIM = {"op": "claim", "kind": "request", "id": "NEW"}


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"tier": "gold"}}, "tier"),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"owner": "x"}}, "owner"),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"store": "Beta"}}, "store"),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"figures": {}}}, "figures"),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"email": "no address"}}, "email"),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"given_name": "x" * 201}}, "given_name"),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"given_name": None}}, ""),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"given_name": "N\0L"}}, ""),
        ({"op": "edit", "kind": "customer", "id": "ID", "was": {"given_name": "N\0L"}}, ""),
        ({"op": "edit", "kind": "customer", "id": "ID", "was": {"N\0L": "x"}}, ""),
        ({"op": "edit", "kind": "customer", "id": "ID", "was": {"given_name": [{"a": ["N\0L"]}]}}, ""),
        ({"op": "edit", "kind": "customer", "id": "ID", "was": {"given_name": DEEP}}, ""),
        ({"op": "edit", "kind": "customer", "id": "ID", "add": {"tags": ["N\0L"]}}, ""),
        ({"op": "edit", "kind": "customer", "id": "ID", "add": {"email": ["x"]}}, "email"),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"custom.pet": "cat"}}, "custom.pet"),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"custom.size": 1e308}}, "custom.size"),
        ({"op": "edit", "kind": "customer", "id": "ID", "set": {"custom.size": "1"}}, "custom.size"),
        ({"op": "create", "kind": "note", "id": "NEW", "doc": {"customer": "ID", "text": "N\0L"}}, ""),
        ({"op": "create", "kind": "note", "id": "NEW", "doc": {"customer": "ID", "text": ""}}, "text"),
        ({"op": "create", "kind": "note", "id": "NEW", "doc": {"customer": "ID", "text": "x", "by": "b"}}, "by"),
        ({"op": "create", "kind": "note", "id": "NEW", "doc": {"text": "whose?"}}, "customer"),
        ({"op": "create", "kind": "note", "id": "NEW", "doc": {"customer": 7, "text": "whose?"}}, "customer"),
        ({"op": "create", "kind": "note", "id": "note-1", "doc": {"customer": "ID", "text": "x"}}, "id"),
        ({"op": "create", "kind": "note", "id": "", "doc": {"customer": "ID", "text": "x"}}, "id"),
        ({"op": "create", "kind": "note", "id": "019A0000-0000-7000-8000-000000000000", "doc": {}}, "id"),
        # The number's id of an imported customer: whether it is there cannot be found out by trying.
        ({"op": "create", "kind": "customer", "id": "019a0000-0000-5000-8000-000000000000", "doc": {}}, "id"),
        ({"op": "create", "kind": "customer", "id": "NEW", "doc": {}}, ""),
        ({"op": "create", "kind": "customer", "id": "NEW", "doc": {"given_name": "A", "owner": "x"}}, "owner"),
        ({"op": "create", "kind": "date", "id": "NEW", "doc": DATE | {"month": 13}}, "month"),
        ({"op": "create", "kind": "date", "id": "NEW", "doc": DATE | {"month": 2, "day": 30}}, "day"),
        ({"op": "create", "kind": "contact", "id": "NEW", "doc": {"customer": "ID", "channel": "pigeon"}}, "channel"),
        ({"op": "consent", "id": "NEW", "customer": "ID", "channel": "email", "state": "subscribed"}, "evidence"),
        ({"op": "consent", "id": "N\0L", "customer": "ID", "channel": "email", "state": "unsubscribed"}, ""),
        ({"op": "park", "id": "NEW", "customer": "ID", "operation": {"op": "dance"}}, None),
        ({"op": "park", "id": "park", "customer": "ID", "operation": {}}, "id"),
        ({"op": "park", "id": "NEW", "customer": "ID", "operation": CLAIM}, "operation"),
    ],
)  # fmt: skip
def test_what_cannot_be_stored_so(shop: Shop, operation: dict[str, Any], field: str | None) -> None:
    with shop.database.transaction() as connection:
        settings.change(connection, custom_fields=(CustomField(name="size", label="Size", type="number"),))
    anna = shop.add(shop.ada)
    body = json.dumps(operation).replace('"ID"', f'"{anna.id}"').replace('"NEW"', f'"{uuid7()}"')
    ada = shop.writer(shop.ada)
    (result,) = refused(ada, body.encode())
    assert result.code == ("unsupported" if field is None else "invalid")
    assert result.field == (field or "")


def test_bytes_that_are_no_text(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    body = b'{"op":"edit","kind":"customer","id":"%b","set":{"given_name":"\xff\xfe"}}' % anna.id.encode()
    ada = shop.writer(shop.ada)
    seq = ada.seq = 1
    sent = b'{"mid":"%b","seq":%d,"do":%b}' % (uuid7().encode(), seq, body)
    # JSON has no bytes that are no UTF-8, but nobody has looked at a mutation by then.
    request = wire.SyncRequest(device=ada.device, cid=ada.cid, m=(msgspec.Raw(sent),))
    lines = next(answer(ada.database, ada.token, request, clock=ada.clock, rules=RULES)).lines
    result = msgspec.json.decode(lines.split(b"\n")[1], type=wire.Result)
    assert (result.st, result.code) == ("rejected", "invalid")
    with shop.database.snapshot() as connection:
        assert connection.scalar(sa.select(schema.mutation.c.body)) is None
    assert ada.one(note(anna.id)).st == "applied"


def test_a_mid_that_is_no_uuid_is_refused_each_time_it_comes(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    calls = [
        queued(note(anna.id), 1, mid="my first"),
        queued(note(anna.id), 2),
        queued(note(anna.id), 3, mid="X" * 200),
    ]
    first = ada.push(calls)
    assert [(result.st, result.code) for result in first] == [
        ("rejected", "invalid"),
        ("applied", None),
        ("rejected", "invalid"),
    ]
    assert ada.push(calls) == first
    ada.seq = 3
    assert ada.one(note(anna.id)).st == "applied"
    assert len(shop.belongings(anna, "note")) == 2


def test_a_mutation_that_is_too_large_is_refused_alone(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    large = Edit(kind="customer", id=anna.id, was={"given_name": "x" * wire.MAX_MUTATION_BYTES})
    results = ada.do(note(anna.id), large, note(anna.id))
    assert [(result.st, result.code) for result in results] == [
        ("applied", None),
        ("rejected", "too_large"),
        ("applied", None),
    ]
    assert str(wire.MAX_MUTATION_BYTES) in results[1].detail


def test_a_record_that_grows_beyond_a_line_is_refused_alone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sellmode_backend.store.records._MAX_DOC_BYTES", 2000)
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    results = ada.do(note(anna.id), note(anna.id, "x" * 3000), note(anna.id))
    assert [(result.st, result.code) for result in results] == [
        ("applied", None),
        ("rejected", "too_large"),
        ("applied", None),
    ]


def test_a_stale_guard(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada, email="now@example.com")
    guarded = Edit(
        kind="customer", id=anna.id, set={"email": "x@example.com"}, was={"email": "then@example.com"}, guard=True
    )
    (result,) = refused(ada, guarded)
    assert (result.code, result.field) == ("conflict", "email")


def test_somebody_elses_note_and_contact(shop: Shop) -> None:
    shop.set_mode("team")
    anna = shop.add(None)
    theirs = Note(id=uuid7(), customer=anna.id, author=shop.ben.id, written_at=shop.clock(), text="Mine.")
    shop.write(theirs)
    ada = shop.writer(shop.ada)
    results = refused(ada, Edit(kind="note", id=theirs.id, set={"text": "Ours."}), Remove(kind="note", id=theirs.id))
    assert {result.code for result in results} == {"not_allowed"}


def test_undoing_unsubscribed(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    ada.done(opt(anna.id, "unsubscribed"))
    (result,) = refused(ada, opt(anna.id, "one_to_one", was="unsubscribed", evidence="she called"))
    assert result.code == "not_allowed"


def test_a_customer_whom_somebody_else_added_or_who_has_something_by_now_is_not_taken_away(shop: Shop) -> None:
    ada, anna, bert = shop.writer(shop.ada), shop.add(shop.ada), uuid7()
    ada.done(Create(kind="customer", id=bert, doc={"given_name": "Bert"}), note(bert))
    results = refused(ada, Remove(kind="customer", id=anna.id), Remove(kind="customer", id=bert))
    assert [result.code for result in results] == ["not_allowed", "conflict"]


def test_an_id_that_is_taken(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    first = note(anna.id)
    ada.done(first)
    (result,) = refused(ada, msgspec.structs.replace(first, doc={**first.doc, "text": "Another."}))
    assert (result.code, result.field) == ("conflict", "id")


def test_who_may_not_sell_writes_nothing(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    reader = add_person(shop.database, "rex", "Alpha", role="regional")
    codes = [
        result.code
        for result in refused(
            shop.writer(reader),
            Create(kind="customer", id=uuid7(), doc={"given_name": "A"}),
            note(anna.id),
            note(uuid7()),
        )
    ]
    assert codes == ["not_allowed"] * 3


def test_only_managers_judge_duplicates(shop: Shop) -> None:
    results = refused(shop.writer(shop.ada), Merge(id=uuid7(), keep=uuid7()), Dismiss(id=uuid7()))
    assert [result.code for result in results] == ["not_allowed"] * 2
    results = refused(shop.writer(shop.mia), Merge(id=uuid7(), keep=uuid7()), Dismiss(id=uuid7()))
    assert [result.code for result in results] == ["not_found"] * 2


def test_not_seeing_and_not_existing_answer_alike(shop: Shop) -> None:
    bert, date = shop.add(shop.ben), uuid7()
    shop.writer(shop.ben).done(
        Create(kind="date", id=date, doc={"customer": bert.id, "label": "birthday", "month": 1, "day": 1})
    )
    private = Note(id=uuid7(), customer=bert.id, author=shop.ben.id, written_at=shop.clock(), text="x", private=True)
    shop.write(private)

    def asked(customer: str, date: str, note_id: str) -> list[Operation]:
        return [
            note(customer),
            Create(kind="contact", id=uuid7(), doc={"customer": customer, "channel": "call"}),
            Edit(kind="customer", id=customer, set={"family_name": "X"}),
            Edit(kind="customer", id=customer, set={"family_name": "X"}, was={"family_name": "Y"}, guard=True),
            Remove(kind="customer", id=customer),
            Edit(kind="date", id=date, set={"day": 2}),
            Remove(kind="date", id=date),
            Edit(kind="note", id=note_id, set={"text": "y"}),
            opt(customer, "unsubscribed"),
            Claim(kind="rule_task", id=date),
            Park(id=uuid7(), customer=customer, operation=json.loads(encode(Remove(kind="date", id=date)))),
        ]

    ada = shop.writer(shop.ada)
    for there, missing in zip(
        refused(ada, *asked(bert.id, date, private.id)),
        refused(ada, *asked(uuid7(), uuid7(), uuid7())),
        strict=True,
    ):
        assert there.code == "not_found"
        assert (there.code, there.detail, there.field) == (missing.code, missing.detail, missing.field)


def test_what_builds_on_something_refused_is_refused_for_that(shop: Shop) -> None:
    ada, customer, about = shop.writer(shop.ada), uuid7(), uuid7()
    results = refused(
        ada,
        Create(kind="customer", id=customer, doc={"given_name": "A", "tier": "gold"}),
        Create(kind="note", id=about, doc={"customer": customer, "text": "x"}),
    )
    assert [result.code for result in results] == ["invalid", "dependency"]
    later = refused(
        ada,
        Edit(kind="customer", id=customer, set={"family_name": "B"}),
        Edit(kind="note", id=about, set={"text": "y"}),
        opt(customer, "unsubscribed"),
    )
    assert [result.code for result in later] == ["dependency"] * 3
    (foreign,) = refused(shop.writer(shop.ben), note(customer))
    assert foreign.code == "not_found"
    # Sent again, rightly, everything can follow.
    ada.done(Create(kind="customer", id=customer, doc={"given_name": "A"}), note(customer))


def test_refusals_repeat_no_value(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    secret = "Dr. Secret 4711"
    bodies = [
        {"op": "edit", "kind": "customer", "id": anna.id, "set": {"email": secret}},
        {"op": "edit", "kind": "customer", "id": secret, "set": {"email": "a@example.com"}},
        {"op": "edit", "kind": secret, "id": anna.id},
        {"op": secret, "id": anna.id},
        {"op": "edit", "kind": "customer", "id": anna.id, "set": secret},
        {"op": "edit", "kind": "customer", "id": anna.id, "v": secret},
        {"op": "create", "kind": "note", "id": secret, "doc": {"customer": anna.id, "text": secret}},
        {"op": "create", "kind": "contact", "id": uuid7(), "doc": {"customer": anna.id, "channel": secret}},
        {"op": "consent", "id": uuid7(), "customer": anna.id, "channel": secret, "state": "subscribed"},
    ]
    for result in refused(ada, *(json.dumps(body).encode() for body in bodies)):
        assert "Secret" not in result.detail + result.field
