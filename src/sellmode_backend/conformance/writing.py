"""Mutations on their way: results, order, each once, and what is refused."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import msgspec

from sellmode_backend.conformance.checking import check
from sellmode_backend.conformance.expecting import expect, expect_equal, expect_problem
from sellmode_backend.conformance.kit import Kit
from sellmode_backend.conformance.terminal import Terminal, changes, head, uuid7
from sellmode_contract import wire
from sellmode_contract.kinds.task_rule import task_rule_id
from sellmode_contract.mutations import Claim, Create, Edit, Operation, Queued, Release, Remove
from sellmode_contract.refusals import RejectionCode

_WRITING = "writing"


def _note(customer: str, text: str = "A note.") -> Create:
    return Create(kind="note", id=uuid7(), doc={"customer": customer, "text": text})


def _expect_refused(result: wire.Result, code: RejectionCode, field: str | None = None) -> None:
    expect_equal((result.st, result.code), ("rejected", code), "the result")
    expect(bool(result.detail), "a refusal has no `detail`")
    if field is not None:
        expect_equal(result.field, field, "the field at fault")


# ------------------------------------------------------------------ what is done


@check(_WRITING, "what is applied comes with the same answer, at the revisions that the result names")
def applied(kit: Kit) -> None:
    """Results right after the head, in order, with `mid` and `seq` as sent."""
    ada = kit.terminal("ada")
    queued = ada.queue(Create(kind="customer", id=uuid7(), doc={"given_name": "Kit"}))
    lines = ada.lines(cid=ada.cid, m=queued)
    result = lines[1]
    expect(isinstance(result, wire.Result), "the line behind the head is no result")
    assert isinstance(result, wire.Result)  # noqa: S101 -- for the type checker
    expect_equal((result.mid, result.seq, result.st), (queued[0].mid, queued[0].seq, "applied"), "the result")
    ada.receive(lines)
    puts = {(line.k, line.id): line.v for line in changes(lines) if isinstance(line, wire.Put)}
    for kind, id, revision in result.revs:
        expect_equal(puts.get((kind, id)), revision, f"the revision of the {kind} that comes")
    expect("customer" in {kind for kind, *_ in result.revs}, "`revs` does not name the customer")


@check(_WRITING, "a call's mutations are done in the order of `seq`, each building on those before")
def in_order(kit: Kit) -> None:
    """A customer, a note on them, and an edit of both, in one call."""
    ada = kit.terminal("ada")
    customer = Create(kind="customer", id=uuid7(), doc={"given_name": "Kit"})
    note = _note(customer.id, "one")
    edits = [
        Edit(kind="note", id=note.id, set={"text": text}, was={"text": was})
        for was, text in (("one", "two"), ("two", "three"))
    ]
    results = ada.do(customer, note, *edits)
    expect_equal([result.st for result in results], ["applied"] * 4, "the results")
    expect_equal(ada.document("note", note.id)["text"], "three", "the note")


@check(_WRITING, "author and time are the backend's to say: the account that sends, arrival less `age_ms`")
def stamps(kit: Kit) -> None:
    """A note that was written two hours ago."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    note = _note(customer)
    expect_equal(ada.one(note, age_ms=7_200_000).st, "applied", "the result")
    document = ada.document("note", note.id)
    expect_equal(document.get("author"), ada.id, "the author")
    written = msgspec.convert(document["written_at"], dt.datetime)
    age = head(ada.lines()).now - written
    expect(abs(age - dt.timedelta(hours=2)) < dt.timedelta(minutes=5), f"it is told to be {age} old")
    forged = Create(kind="note", id=uuid7(), doc={"customer": customer, "text": "x", "author": kit.terminal("ben").id})
    _expect_refused(ada.one(forged), "invalid", "author")


# ------------------------------------------------------------------ once


@check(_WRITING, "the same mutation again gets the same result, and is done once")
def resent(kit: Kit) -> None:
    """As after an answer that was lost."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    queued = ada.queue(_note(customer), _note(customer))
    first = ada.send(queued)
    for again in (queued, queued[1:], queued):
        expect_equal(ada.send(again), first[-len(again) :], "the results of the second time")
    ada.pull()
    expect_equal(len(ada.of_customer("note", customer)), 2, "the number of notes")


@check(_WRITING, "a mutation is known by its `mid` in whatever company: under another `cid` it is not done again")
def resent_by_another_client(kit: Kit) -> None:
    """As after a restore, or of a damaged journal."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    (queued,) = ada.queue(_note(customer))
    (first,) = ada.send([queued])
    ada.cid, ada.seq = f"cl_{secrets.token_hex(8)}", 1
    again = msgspec.structs.replace(queued, seq=1)
    expect_equal(ada.send([again]), [msgspec.structs.replace(first, seq=1)], "the results under another name")
    expect_equal(len(ada.of_customer("note", customer)), 1, "the number of notes")


@check(_WRITING, "a mutation that leaves a gap is not looked at (`gap`), nor is any behind it")
def gap(kit: Kit) -> None:
    """One before it is missing."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    missing, *rest = ada.queue(*(_note(customer) for _ in range(3)))
    expect_equal([result.st for result in ada.send(rest)], ["gap", "gap"], "the results")
    expect_equal(ada.of_customer("note", customer), [], "the notes")
    expect_equal([result.st for result in ada.send([missing, *rest])], ["applied"] * 3, "the results with all")


@check(_WRITING, "`acked` is the highest `seq` that is done with")
def acked(kit: Kit) -> None:
    """Of this client, before this call's."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    before = ada.seq
    told = head(ada.lines(cid=ada.cid, m=ada.queue(_note(customer))))
    expect_equal(told.acked, before, "`acked` of a call that brings the next")
    expect_equal(head(ada.lines(cid=ada.cid)).acked, ada.seq, "`acked` of the call after it")
    expect_equal(head(ada.lines(cid=f"cl_{secrets.token_hex(8)}")).acked, 0, "`acked` of a client that is new")


@check(_WRITING, "the same `cid` and `seq` with another `mid`, or another's `cid`: `client_forked`")
def forked(kit: Kit) -> None:
    """A copied journal."""
    ada, ben = kit.terminal("ada"), kit.terminal("ben")
    (queued,) = ada.queue(_note(kit.new_customer(ada)))
    ada.seq = queued.seq
    ada.send([queued])
    copied = msgspec.structs.replace(queued, mid=uuid7())
    expect_problem(ada.ask(cid=ada.cid, m=[copied]), 409, "client_forked")
    expect_problem(ben.ask(cid=ada.cid, m=[msgspec.structs.replace(copied, seq=1)]), 409, "client_forked")


# ------------------------------------------------------------------ what is refused


@check(_WRITING, "what cannot be read or is not allowed is refused alone; the queue goes on")
def refused_alone(kit: Kit) -> None:
    """Between two that are done."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    bad: tuple[dict[str, object], ...] = (
        {"op": "edit"},
        {"op": "create", "kind": "note", "id": uuid7(), "doc": {}, "x": 1},
        {},
    )
    results = ada.do(_note(customer), *bad, _note(customer))
    expect_equal([result.st for result in results], ["applied", *["rejected"] * len(bad), "applied"], "the results")
    for result in results[1:-1]:
        expect_equal(result.code, "invalid", "the code")
    expect_equal(len(ada.of_customer("note", customer)), 2, "the number of notes")


@check(_WRITING, "an operation, a version or a kind that is not known is `unsupported`")
def unsupported(kit: Kit) -> None:
    """Also what is not done to a kind; and again when it comes under the next `seq`."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    id = {"id": uuid7()}
    newer: tuple[dict[str, object], ...] = (
        {"op": "transmute", **id},
        {"op": "create", "kind": "unicorn", "doc": {"customer": customer}, **id},
        {"op": "create", "kind": "order", "doc": {"customer": customer}, **id},
        {"op": "release", "kind": "note", "v": 99, **id},
    )
    for operation in newer:
        (queued,) = ada.queue(operation)
        _expect_refused(ada.send([queued])[0], "unsupported")
        ada.seq += 1
        _expect_refused(ada.send([msgspec.structs.replace(queued, seq=ada.seq)])[0], "unsupported")


@check(_WRITING, "what cannot be stored is `invalid`, and `field` names what is at fault")
def invalid(kit: Kit) -> None:
    """Of each type of field."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)

    def new(kind: str, **doc: object) -> Create:
        return Create(kind=kind, id=uuid7(), doc={"customer": customer, **doc})

    def edit(**fields: object) -> Edit:
        return Edit(kind="customer", id=customer, set=fields, was=dict.fromkeys(fields))

    for operation, field in (
        (new("note", text=" "), "text"),
        (new("note", text="x" * 10_001), "text"),
        (new("date", label="birthday", month=13, day=1), "month"),
        (new("contact", channel="pigeon"), "channel"),
        (new("note", text="x", colour="blue"), "colour"),
        (edit(email="nobody"), "email"),
        (edit(tier="gold"), "tier"),
        (edit(number="C-1"), "number"),
    ):
        _expect_refused(ada.one(operation), "invalid", field)


@check(_WRITING, "a role that does not allow it is `not_allowed`: rules, others' notes")
def not_allowed(kit: Kit) -> None:
    """What an associate may not do, and what nobody but its author may."""
    ada = kit.terminal("ada")
    world = kit.world
    slug = f"kit-{secrets.token_hex(4)}"
    store = world.person("ada").account.stores[0]
    rule = Create(
        kind="task_rule", id=task_rule_id(store, slug),
        doc={"slug": slug, "store": store, "name": "x", "trigger": "new_customer", "title": "x"},
    )  # fmt: skip
    _expect_refused(ada.one(rule), "not_allowed")
    imported = next(note for note in _notes(ada) if note.get("author") is None)
    _expect_refused(
        ada.one(Edit(kind="note", id=imported["id"], set={"text": "x"}, was={"text": imported["text"]})), "not_allowed"
    )


@check(_WRITING, "what builds on something that was refused is `dependency`")
def dependency(kit: Kit) -> None:
    """In the same call, and in a later one."""
    ada = kit.terminal("ada")
    refused = Create(kind="customer", id=uuid7(), doc={"given_name": "Kit", "email": "nobody"})
    first, second = ada.do(refused, _note(refused.id))
    _expect_refused(first, "invalid", "email")
    _expect_refused(second, "dependency")
    _expect_refused(ada.one(_note(refused.id)), "dependency")


@check(_WRITING, "the id of something new is a UUIDv7 that is not there yet; a `mid` is any UUID")
def ids(kit: Kit) -> None:
    """In canonical form."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    for id in ("x", "019A0000-0000-7000-8000-000000000000", "a3bb189e-8bf9-4888-9912-ace4e6543002"):
        _expect_refused(ada.one(Create(kind="note", id=id, doc={"customer": customer, "text": "x"})), "invalid", "id")
    note = _note(customer)
    ada.done(note)
    _expect_refused(ada.one(note), "conflict", "id")
    (queued,) = ada.queue(_note(customer))
    version_4 = f"{secrets.token_hex(4)}-8bf9-4888-9912-{secrets.token_hex(6)}"
    expect_equal(ada.send([msgspec.structs.replace(queued, mid=version_4)])[0].st, "applied", "the result of a UUIDv4")
    (queued,) = ada.queue(_note(customer))
    _expect_refused(ada.send([msgspec.structs.replace(queued, mid="no-uuid")])[0], "invalid")


@check(_WRITING, "a call brings at most 50 mutations, a mutation at most 64 kB")
def sizes(kit: Kit) -> None:
    """More than 50 are `bad_request`; more than 64 kB `too_large`."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    results = ada.do(*(_note(customer) for _ in range(wire.MAX_MUTATIONS)))
    expect_equal({result.st for result in results}, {"applied"}, "the results of 50")
    many = [Queued(mid=uuid7(), seq=ada.seq + 1 + at, do=msgspec.Raw(b"{}")) for at in range(wire.MAX_MUTATIONS + 1)]
    expect_problem(ada.ask(cid=ada.cid, m=many), 400, "bad_request")
    expect_problem(ada.ask(m=many[:1]), 400, "bad_request")  # no name of a client
    large = {
        "op": "create",
        "kind": "note",
        "id": uuid7(),
        "doc": {"customer": customer, "text": "x" * wire.MAX_MUTATION_BYTES},
    }
    _expect_refused(ada.one(large), "too_large")


@check(_WRITING, "a request is the first one's who takes it: `already_claimed`, and `winner` says whose")
def claims(kit: Kit) -> None:
    """Given back, it is anybody's."""
    ada, ben = kit.terminal("ada"), kit.terminal("ben")
    request = next(id for kind, id in ada.held if kind == "request" and (kind, id) in ben.held)
    take: Operation = Claim(kind="request", id=request)
    ada.done(take)
    try:
        result = ben.one(take)
        _expect_refused(result, "already_claimed")
        expect_equal(result.winner, ada.id, "`winner`")
    finally:
        ada.do(Release(kind="request", id=request))
    ben.done(take, Release(kind="request", id=request))


@check(_WRITING, "`remove` is refused as `conflict` if the record is not as its author saw it")
def removed_though_changed(kit: Kit) -> None:
    """A date that another terminal has changed."""
    ada = kit.terminal("ada")
    date = Create(kind="date", id=uuid7(), doc={"customer": kit.new_customer(ada), "label": "x", "month": 3, "day": 14})
    ada.done(date, Edit(kind="date", id=date.id, set={"day": 15}, was={"day": 14}))
    _expect_refused(ada.one(Remove(kind="date", id=date.id, was={"day": 14})), "conflict", "day")
    ada.done(Remove(kind="date", id=date.id, was={"day": 15}))


def _notes(terminal: Terminal) -> list[dict[str, Any]]:
    return [held.document for (kind, _), held in terminal.held.items() if kind == "note"]
