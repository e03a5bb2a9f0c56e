"""Pushed mutations: their effects come back in the same answer, once, in the client's order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeAlias

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.store import clients, schema, settings
from sellmode_backend.sync.incoming import BadPush
from sellmode_backend.sync.push import ClientForked
from sellmode_contract import wire
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.request import Request
from sellmode_contract.mutations import Claim, Create, Edit, Release, Remove
from sellmode_contract.records import FieldEdit
from tests.backend.sync.pushing import Shop, Writer, at_once, everything, note, opt, queued, uuid7

Pusher: TypeAlias = Callable[[], list[wire.Result]]


# ------------------------------------------------------------------ effects


def test_what_was_pushed_is_in_the_same_answer(shop: Shop) -> None:
    ada, id = shop.writer(shop.ada), uuid7()
    about = note(id)
    results = ada.done(
        Create(kind="customer", id=id, doc={"given_name": "Anna", "phone": "+41 44 668 18 00", "tags": ["vip"]}),
        about,
    )
    anna = shop.stored("customer", id)
    assert (anna.store, anna.owner, anna.tags) == ("Alpha", shop.ada.id, ("vip",))
    assert anna.phone_e164 == "+41446681800"
    assert ada.shown("customer", id) == anna
    assert ada.shown("note", about.id) == shop.stored("note", about.id)
    assert [entry.event for entry in shop.belongings(anna, "history")] == ["created"]
    for result in results:
        for kind, touched, rev in result.revs:
            assert ada.terminal.records[kind, touched][1] == rev


def test_phones_are_read_in_the_country_of_the_address(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    ada.done(Edit(kind="customer", id=anna.id, set={"phone": "044 668 18 00"}))
    assert shop.stored("customer", anna.id).phone_e164 == ""
    ada.done(Edit(kind="customer", id=anna.id, set={"address": {"city": "Zürich", "country": "CH"}}))
    assert shop.stored("customer", anna.id).phone_e164 == "+41446681800"


def test_moments_are_the_arrival_less_the_age_which_is_bounded(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    for age, expected in ((60_000, 60), (-5, 0), (10**15, 14 * 86400), (10**30, 14 * 86400)):
        written = note(anna.id)
        assert ada.one(written, age_ms=age).st == "applied"
        assert shop.stored("note", written.id).written_at == shop.clock() - dt.timedelta(seconds=expected)


def test_figures_that_only_the_backend_writes_stay(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    figures = msgspec.structs.replace(anna.figures, orders=3, spend=1234)
    shop.change(anna, figures=figures)
    ada = shop.writer(shop.ada)
    ada.done(
        Edit(kind="customer", id=anna.id, set={"family_name": "Muster"}),
        Create(kind="contact", id=uuid7(), doc={"customer": anna.id, "channel": "call"}),
    )
    assert shop.stored("customer", anna.id).figures == msgspec.structs.replace(figures, last_contact=shop.clock())


def test_undoing_a_new_customer_takes_all_of_it_away(shop: Shop) -> None:
    ada, id = shop.writer(shop.ada), uuid7()
    before = everything(shop.database).keys()
    ada.done(Create(kind="customer", id=id, doc={"given_name": "Anna"}))
    result = ada.one(Remove(kind="customer", id=id))
    assert ("customer", id, 0) in result.revs
    assert everything(shop.database).keys() == before
    assert not ada.holds("customer", id)
    assert [r.st for r in ada.do(Create(kind="customer", id=uuid7(), doc={"given_name": "B"}))] == ["applied"]


def test_operations_of_one_call_build_on_each_other(shop: Shop) -> None:
    ada, anna, date = shop.writer(shop.ada), shop.add(shop.ada), uuid7()
    ada.done(
        Create(kind="date", id=date, doc={"customer": anna.id, "label": "birthday", "month": 2, "day": 29}),
        Edit(kind="date", id=date, set={"year": 1984}),
        Edit(kind="customer", id=anna.id, set={"family_name": "Muster"}),
        Edit(kind="customer", id=anna.id, set={"family_name": "Moster"}, was={"family_name": "Muster"}),
        opt(anna.id, "subscribed", evidence="signed the card"),
        opt(anna.id, "unsubscribed", was="subscribed"),
    )
    edited = {"year": FieldEdit(by=shop.ada.id, at=shop.clock())}
    assert shop.stored("date", date) == ImportantDate(
        id=date, customer=anna.id, label="birthday", month=2, day=29, year=1984, edited=edited
    )
    assert shop.stored("customer", anna.id).family_name == "Moster"
    assert [consent.state for consent in shop.belongings(anna, "consent")] == ["unsubscribed"]


def test_a_field_that_somebody_else_has_changed_is_merged_and_remembered(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada, email="old@example.com", tags=("vip",))
    shop.change(anna, email="theirs@example.com", tags=("vip", "theirs"))
    result = ada.one(
        Edit(
            kind="customer",
            id=anna.id,
            set={"email": "mine@example.com"},
            was={"email": "old@example.com"},
            add={"tags": ("mine",)},
            remove={"tags": ("vip",)},
        )
    )
    assert result.st == "merged"
    assert (result.conf["email"].yours, result.conf["email"].theirs) == ("mine@example.com", "theirs@example.com")
    changed = shop.stored("customer", anna.id)
    assert (changed.email, changed.tags) == ("mine@example.com", ("theirs", "mine"))
    (entry,) = shop.belongings(anna, "history")
    assert (entry.event, entry.field, entry.value, entry.actor) == (
        "overwritten",
        "email",
        "theirs@example.com",
        shop.ada.id,
    )


@pytest.mark.parametrize("opt_out_first", [True, False])
def test_opting_out_wins_whatever_the_order(shop: Shop, opt_out_first: bool) -> None:
    shop.set_mode("team")
    anna = shop.add(None)
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    out, back = opt(anna.id, "unsubscribed"), opt(anna.id, "subscribed", evidence="signed the card")
    if opt_out_first:
        ada.done(out)
        assert (ben.one(back).st, ben.one(back).code) == ("rejected", "conflict")
    else:
        ben.done(back)
        ada.done(out)
    assert [consent.state for consent in shop.belongings(anna, "consent")] == ["unsubscribed"]


def test_two_who_claim_offline_have_one_winner_and_the_loser_is_told_who(shop: Shop) -> None:
    request, task = Request(id=uuid7(), store="Alpha"), ManualTask(id=uuid7(), store="Alpha", creator=shop.ada.id)
    shop.set_mode("team")
    shop.write(request, task)
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    ada.done(Claim(kind="request", id=request.id), Claim(kind="manual_task", id=task.id))
    for lost in ben.do(Claim(kind="request", id=request.id), Claim(kind="manual_task", id=task.id)):
        assert (lost.st, lost.code, lost.winner) == ("rejected", "already_claimed", shop.ada.id)
    assert ben.one(Release(kind="request", id=request.id)).code == "already_claimed"
    ada.done(Release(kind="request", id=request.id))
    late = ben.one(Claim(kind="request", id=request.id), age_ms=16 * 60_000)
    assert (late.st, late.code) == ("rejected", "expired")
    assert ben.one(Claim(kind="request", id=request.id), age_ms=14 * 60_000).st == "applied"
    assert (shop.stored("request", request.id).claimed_by, shop.stored("manual_task", task.id).claimed_by) == (
        shop.ben.id,
        shop.ada.id,
    )


def test_a_consent_of_another_customer_cannot_be_taken_over(shop: Shop) -> None:
    anna, bert = shop.add(shop.ada), shop.add(shop.ben)
    theirs = Consent(id=uuid7(), customer=bert.id, channel="email", state="unsubscribed")
    shop.write(theirs)
    ada = shop.writer(shop.ada)
    ada.do(msgspec.structs.replace(opt(anna.id, "subscribed", evidence="said so"), id=theirs.id))
    assert shop.stored("consent", theirs.id) == theirs


# ------------------------------------------------------------------ once


def test_the_same_call_again_gets_the_same_results_and_has_no_effect(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    calls = ada.queue(
        note(anna.id),
        Edit(kind="customer", id=anna.id, set={"family_name": "Muster"}),
        Edit(kind="customer", id=anna.id, set={"tier": "gold"}),
        Create(kind="contact", id=uuid7(), doc={"customer": anna.id, "channel": "visit"}),
    )
    first = ada.push(calls)
    assert [result.st for result in first] == ["applied", "applied", "rejected", "applied"]
    after = everything(shop.database)
    assert ada.push(calls) == first
    assert ada.push(calls[2:]) == first[2:]
    assert ada.push([calls[3], calls[0], calls[0]]) == [first[3], first[0], first[0]]
    assert ada.push([*calls[1:], *ada.queue(note(anna.id, "another"))])[-1].st == "applied"
    changed = everything(shop.database)
    assert changed.items() >= after.items()
    assert len(changed) == len(after) + 1


def test_twice_in_one_call_is_done_once(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    (mutation,) = ada.queue(note(anna.id))
    results = ada.push([mutation, mutation, msgspec.structs.replace(mutation, seq=2)])
    assert [(result.mid, result.seq, result.st) for result in results] == [
        (mutation.mid, 1, "applied"),
        (mutation.mid, 1, "applied"),
        (mutation.mid, 2, "applied"),
    ]
    assert len(shop.belongings(anna, "note")) == 1
    assert ada.call()[0].acked == 2  # type: ignore[union-attr]  # the head


def test_after_a_year_the_words_are_gone_but_the_effect_is_not_repeated(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada, email="a@example.com")
    shop.change(anna, email="b@example.com")
    calls = ada.queue(
        Edit(kind="customer", id=anna.id, set={"email": "c@example.com"}, was={"email": "a@example.com"}),
        Edit(kind="customer", id=anna.id, set={"tier": "gold"}),
    )
    ada.push(calls)
    shop.clock.forward(days=31)
    with shop.database.transaction() as connection:
        clients.forget_old(connection, shop.clock())
    ada.sign_in()
    merged, rejected = ada.push(calls)
    assert (merged.st, merged.conf, merged.revs) == ("merged", {}, ())
    assert (rejected.st, rejected.code) == ("rejected", "invalid")
    assert "30 days" in rejected.detail
    with shop.database.snapshot() as connection:
        assert (
            connection.execute(sa.select(schema.mutation.c.body, schema.mutation.c.result)).all() == [(None, None)] * 2
        )
    shop.clock.forward(days=366)
    with shop.database.transaction() as connection:
        clients.forget_old(connection, shop.clock())
        for table in (schema.mutation, schema.client, schema.account_scope):
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_the_text_of_what_was_refused_is_kept_and_of_nothing_else(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    refused = b'{"op":"edit","kind":"customer","id":"%b","set":{"tier":"gold"}}' % anna.id.encode()
    ada.do(refused, note(anna.id))
    with shop.database.snapshot() as connection:
        rows = connection.execute(
            sa.select(schema.mutation.c.st, schema.mutation.c.body).order_by(schema.mutation.c.seq)
        )
        assert rows.all() == [("rejected", refused.decode()), ("applied", None)]


# ------------------------------------------------------------------ the client's place


def test_the_head_tells_what_was_done_with_before(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    heads = [ada.call(ada.queue(note(anna.id), note(anna.id)))[0], ada.call(ada.queue(note(anna.id)))[0], ada.call()[0]]
    assert [head.acked for head in heads if isinstance(head, wire.Head)] == [0, 2, 3]
    assert ada.call(cid="")[0].acked == 0  # type: ignore[union-attr]  # the head
    assert shop.writer(shop.ben).call(cid=ada.cid)[0].acked == 0  # type: ignore[union-attr]  # the head


def test_after_a_gap_nothing_is_looked_at(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    one, two, three, four = ada.queue(*(note(anna.id) for _ in range(4)))
    assert [result.st for result in ada.push([one, three, four])] == ["applied", "gap", "gap"]
    assert [result.st for result in ada.push([three, two])] == ["gap", "gap"]
    assert len(shop.belongings(anna, "note")) == 1
    assert [result.st for result in ada.push([one, two, three, four])] == ["applied"] * 4
    assert len(shop.belongings(anna, "note")) == 4


def test_another_mid_for_a_number_that_is_done_with_is_a_copied_journal(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    ada.done(note(anna.id), note(anna.id))
    with pytest.raises(ClientForked):
        ada.push([queued(note(anna.id), 2)])
    with pytest.raises(ClientForked):
        ada.push([queued(note(anna.id), 3), queued(note(anna.id), 3)])
    assert len(shop.belongings(anna, "note")) == 2
    ada.cid, ada.seq = "cl_copy", 0
    assert ada.one(note(anna.id)).st == "applied"


def test_a_client_belongs_to_one_account_on_one_device(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    ada.done(note(anna.id))
    for other in (shop.writer(shop.ben), shop.writer(shop.ada, device="device-2")):
        other.cid = ada.cid
        with pytest.raises(ClientForked):
            other.push([queued(note(anna.id), 2)])


def test_after_a_fork_mids_are_told_apart_by_the_ledger(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    calls = ada.queue(note(anna.id), note(anna.id), note(anna.id))
    first = ada.push(calls[:2])
    ada.cid = "cl_again"
    again = ada.push([msgspec.structs.replace(mutation, seq=index + 1) for index, mutation in enumerate(calls)])
    assert [(result.st, result.seq) for result in again] == [("applied", 1), ("applied", 2), ("applied", 3)]
    assert again[:2] == first
    assert len(shop.belongings(anna, "note")) == 3


def test_somebody_elses_mid_tells_nothing(shop: Shop) -> None:
    anna, bert = shop.add(shop.ada), shop.add(shop.ben)
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    (mutation,) = ada.queue(note(anna.id))
    ada.push([mutation])
    for _ in range(2):
        (result,) = ben.push([mutation])
        assert (result.st, result.code, result.revs) == ("rejected", "invalid", ())
    ben.seq = 1
    assert ben.one(note(bert.id)).st == "applied"


def test_mutations_of_another_life_of_the_database_are_not_looked_at(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    ada.done(note(anna.id))
    with shop.database.transaction() as connection:
        settings.renew_epoch(connection)
    calls = ada.queue(note(anna.id))
    lines = ada.call(calls)
    assert isinstance(lines[0], wire.Head)
    assert lines[0].reset
    assert not [line for line in lines if isinstance(line, wire.Result)]
    assert len(shop.belongings(anna, "note")) == 1
    ada.terminal.receive(lines)
    ada.cid, ada.seq = "cl_new_life", 0
    assert ada.one(note(anna.id)).st == "applied"


def test_a_request_brings_at_most_fifty(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    calls = ada.queue(*(note(anna.id) for _ in range(wire.MAX_MUTATIONS + 1)))
    with pytest.raises(BadPush, match=r"\$\.m has 51 mutations; at most 50"):
        ada.push(calls)
    assert [result.st for result in ada.push(calls[:-1])] == ["applied"] * 50


@pytest.mark.parametrize(
    ("mutation", "said"),
    [
        (b'{"mid":"x"}', r"\$\.m\[1\].*`seq`"),
        (b'{"seq":2,"do":{}}', r"\$\.m\[1\].*`mid`"),
        (b'{"mid":"x","seq":"2","do":{}}', r"\$\.m\[1\]\.seq: Expected `int`"),
        (b'{"mid":7,"seq":2,"do":{}}', r"\$\.m\[1\]\.mid: Expected `str`"),
        (b'{"mid":"x","seq":0,"do":{}}', r"\$\.m\[1\]\.seq has to be"),
        (b'{"mid":"x","seq":-1,"do":{}}', r"\$\.m\[1\]\.seq has to be"),
        (b'{"mid":"x","seq":99999999999999999999,"do":{}}', r"\$\.m\[1\]\.seq has to be"),
        (b'{"mid":"\\u0000","seq":2,"do":{}}', r"\$\.m\[1\]\.mid holds a NUL"),
        (b"[]", r"\$\.m\[1\]: Expected `object`"),
        (b"null", r"\$\.m\[1\]: Expected `object`"),
    ],
)
def test_a_mutation_without_name_or_number_makes_a_bad_request(shop: Shop, mutation: bytes, said: str) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    with pytest.raises(BadPush, match=said):
        ada.push([*ada.queue(note(anna.id)), mutation])
    assert not shop.belongings(anna, "note")


def test_mutations_need_the_name_of_their_client(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    with pytest.raises(BadPush, match=r"\$\.cid"):
        ada.push(ada.queue(note(anna.id)), cid="")


# ------------------------------------------------------------------ at the same time


def test_the_same_call_twice_at_once_has_one_effect(shop: Shop) -> None:
    anna, ada = shop.add(shop.ada), shop.writer(shop.ada)
    calls = [msgspec.json.encode(mutation) for mutation in ada.queue(*(note(anna.id) for _ in range(5)))]
    answers = at_once(*[_pusher(shop, ada, calls) for _ in range(4)])
    assert all(answer == answers[0] for answer in answers)
    assert [result.st for result in answers[0]] == ["applied"] * 5
    assert len(shop.belongings(anna, "note")) == 5


def _pusher(shop: Shop, writer: Writer, calls: list[bytes]) -> Pusher:
    twin = Writer.__new__(Writer)
    twin.__dict__.update(writer.__dict__)

    def push() -> list[wire.Result]:
        return [line for line in twin.call(calls) if isinstance(line, wire.Result)]

    return push


def test_many_writers_of_one_busy_store_all_get_through(shop: Shop) -> None:
    shop.set_mode("team")
    anna = shop.add(None)
    people = [shop.writer(account, device=f"d{n}") for n in range(4) for account in (shop.ada, shop.ben)]
    others = [shop.add(None) for _ in range(3)]

    def work(writer: Writer, number: int) -> Pusher:
        def push() -> list[wire.Result]:
            results = []
            for turn in range(6):
                mine = [anna, *others] if number % 2 else [*reversed(others), anna]
                tag = (f"{number}-{turn}",)
                edits = [Edit(kind="customer", id=customer.id, add={"tags": tag}) for customer in mine]
                queue = writer.queue(*edits, *(note(customer.id) for customer in mine))
                told = writer.push(queue)
                assert [result.st for result in told] == ["applied"] * len(queue)
                results += told
            return results

        return push

    at_once(*[work(writer, number) for number, writer in enumerate(people)])
    expected = {f"{number}-{turn}" for number in range(8) for turn in range(6)}
    for customer in (anna, *others):
        assert set(shop.stored("customer", customer.id).tags) == expected
        assert len(shop.belongings(customer, "note")) == 48
