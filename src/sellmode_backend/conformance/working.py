"""What each operation does beyond one field: tasks that are given, rules, briefs, changes that are handed over."""

from __future__ import annotations

import secrets

from sellmode_backend.conformance.checking import check
from sellmode_backend.conformance.expecting import expect, expect_equal
from sellmode_backend.conformance.kit import Kit
from sellmode_backend.conformance.terminal import uuid7
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.task_rule import task_rule_id
from sellmode_contract.mutations import (
    Accept,
    Assign,
    Create,
    Discard,
    Dismiss,
    Edit,
    Finish,
    Park,
    Remove,
    Withdraw,
)

_WRITING = "writing"


@check(_WRITING, "who adds a customer has them, and may take that back while nothing else has come of it")
def customer_taken_back(kit: Kit) -> None:
    """Store and owner are its author's."""
    ada = kit.terminal("ada")
    customer, kept = kit.new_customer(ada), kit.new_customer(ada)
    document = ada.document("customer", customer)
    account = kit.world.person("ada").account
    expect_equal((document.get("store"), document.get("owner")), (account.stores[0], account.id), "store and owner")
    ada.document("history", source_id("history", "sellmode", f"{customer}/created"))
    kit.new_note(ada, kept)
    ada.done(Remove(kind="customer", id=customer))
    expect(("customer", customer) not in ada.held, "the customer is there still")
    result = ada.one(Remove(kind="customer", id=kept))
    expect_equal((result.st, result.code), ("rejected", "conflict"), "the result for one of whom there is a note")


@check(_WRITING, "a contact that is logged is the customer's last contact")
def contact(kit: Kit) -> None:
    """Until it is taken away."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    logged = Create(kind="contact", id=uuid7(), doc={"customer": customer, "channel": "call", "summary": "Asked."})
    ada.done(logged)
    at = ada.document("contact", logged.id)["at"]
    expect_equal(ada.document("customer", customer).get("figures", {}).get("last_contact"), at, "the last contact")
    ada.done(Remove(kind="contact", id=logged.id))
    expect("last_contact" not in ada.document("customer", customer).get("figures", {}), "the last contact stays")


@check(_WRITING, "a task that a manager gives leaves them a card, by which they take it back", modes=("associate",))
def given_task(kit: Kit) -> None:
    """The task itself is its assignee's."""
    mia, ada = kit.terminal("mia"), kit.terminal("ada")
    task = Create(kind="manual_task", id=uuid7(), doc={"title": "Unpack", "assignee": ada.id})
    mia.done(task)
    card = source_id("task_card", "sellmode", task.id)
    expect_equal(mia.document("task_card", card).get("assignee"), ada.id, "the card's assignee")
    expect(("manual_task", task.id) not in mia.held, "the task is its manager's, too")
    mia.done(Withdraw(id=card, reason="Done already."))
    ada.pull()
    document = ada.document("manual_task", task.id)
    expect_equal((document.get("state"), document.get("reason")), ("dismissed", "Done already."), "the task")


@check(_WRITING, "a task is dismissed for a reason")
def dismissed(kit: Kit) -> None:
    """Without one it is not."""
    ada = kit.terminal("ada")
    task = Create(kind="manual_task", id=uuid7(), doc={"title": "Unpack"})
    ada.done(task)
    result = ada.one(Finish(kind="manual_task", id=task.id, how="dismissed"))
    expect_equal((result.code, result.field), ("invalid", "reason"), "the result without a reason")
    ada.done(Finish(kind="manual_task", id=task.id, how="dismissed", reason="Not needed."))
    document = ada.document("manual_task", task.id)
    expect_equal((document.get("state"), document.get("done_by")), ("dismissed", ada.id), "the task")


@check(_WRITING, "a store's manager writes its rules, of which there is one of each slug; the store's people see them")
def rules(kit: Kit) -> None:
    """The id is made of store and slug."""
    mia, ada, store = kit.terminal("mia"), kit.terminal("ada"), kit.world.person("mia").account.stores[0]
    slug = f"kit-{secrets.token_hex(4)}"
    doc = {"slug": slug, "store": store, "name": "Kit", "enabled": False, "trigger": "new_customer", "title": "Welcome"}
    rule = Create(kind="task_rule", id=task_rule_id(store, slug), doc=doc)
    mia.done(rule)
    ada.pull()
    ada.document("task_rule", rule.id)
    result = mia.one(Create(kind="task_rule", id=task_rule_id(None, slug), doc=doc))
    expect_equal((result.st, result.field), ("rejected", "id"), "the result with another id")
    mia.done(Edit(kind="task_rule", id=rule.id, set={"title": "Hello"}, was={"title": "Welcome"}))
    mia.done(Remove(kind="task_rule", id=rule.id))
    ada.pull()
    expect(("task_rule", rule.id) not in ada.held, "the rule is there still")


@check(_WRITING, "the head office announces corporate briefs, which everybody sees; nobody else does")
def briefs(kit: Kit) -> None:
    """One that has expired already, so that no tasks come of it."""
    hanna, cleo = kit.terminal("hanna"), kit.terminal("cleo")
    brief = Create(kind="corporate_brief", id=uuid7(), doc={"title": "Window", "expires": "2000-01-01"})
    hanna.done(brief)
    cleo.pull()
    expect_equal(cleo.document("corporate_brief", brief.id).get("created_by"), hanna.id, "its author")
    result = kit.terminal("mia").one(Create(kind="corporate_brief", id=uuid7(), doc=brief.doc))
    expect_equal((result.st, result.code), ("rejected", "not_allowed"), "the result for a store's manager")
    hanna.done(Remove(kind="corporate_brief", id=brief.id))
    cleo.pull()
    expect_equal(cleo.document("corporate_brief", brief.id).get("withdrawn"), True, "whether it was taken back")


@check(_WRITING, "a change that is handed over waits as `parked_edit`, until it is accepted or discarded")
def handed_over(kit: Kit) -> None:
    """By whoever looks after the customer."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada, language="de")
    for judge, language in ((Discard, "de"), (Accept, "fr")):
        edit = {"op": "edit", "kind": "customer", "id": customer, "set": {"language": "fr"}, "was": {"language": "de"}}
        parked = Park(id=uuid7(), customer=customer, operation=edit)
        ada.done(parked)
        expect_equal(ada.document("parked_edit", parked.id).get("author"), ada.id, "who has handed it over")
        expect_equal(ada.document("customer", customer).get("language"), "de", "the language meanwhile")
        ada.done(judge(id=parked.id))
        expect(("parked_edit", parked.id) not in ada.held, "it waits still")
        expect_equal(
            ada.document("customer", customer).get("language"), language, f"the language after {judge.__name__}"
        )


@check(_WRITING, "a private note is for its author alone")
def private_note(kit: Kit) -> None:
    """In Team Mode colleagues see the customer, and not the note."""
    ada, ben = kit.terminal("ada"), kit.terminal("ben")
    customer = kit.new_customer(ada)
    note = Create(kind="note", id=uuid7(), doc={"customer": customer, "text": "Mine.", "private": True})
    ada.done(note)
    ada.document("note", note.id)
    ben.pull()
    expect(("note", note.id) not in ben.held, "a colleague has it")
    ada.done(Edit(kind="note", id=note.id, set={"private": False}, was={"private": True}))
    ben.pull()
    seen = kit.world.retailer.mode == "team"
    expect_equal(("note", note.id) in ben.held, seen, "whether a colleague has it once it is not private")


@check(_WRITING, "a duplicate pair is its store's managers' to judge: dismissed, it is not asked about again")
def duplicate_pair(kit: Kit) -> None:
    """One of the world, which was dismissed before."""
    mia = kit.terminal("mia")
    pair = next(id for kind, id in mia.held if kind == "duplicate_pair")
    mia.done(Dismiss(id=pair))
    expect_equal(mia.document("duplicate_pair", pair).get("dismissed"), True, "whether it is dismissed")
    result = kit.terminal("ada").one(Dismiss(id=pair))
    expect_equal((result.st, result.code), ("rejected", "not_allowed"), "the result for an associate")


@check(_WRITING, "a customer whom a manager assigns leaves one associate and comes to the other", modes=("associate",))
def assigned(kit: Kit) -> None:
    """With all that belongs to them; who assigns them from somebody else is told whose they are."""
    mia, ada, ben = kit.terminal("mia"), kit.terminal("ada"), kit.terminal("ben")
    customer = kit.new_customer(ada)
    note = kit.new_note(ada, customer)
    mia.done(Assign(id=customer, to=ben.id, was=ada.id))
    ada.pull()
    ben.pull()
    for kind, id in (("customer", customer), ("note", note)):
        expect((kind, id) not in ada.held, f"the {kind} stays with whom the customer was taken from")
        ben.document(kind, id)
    result = mia.one(Assign(id=customer, to=None, was=ada.id))
    expect_equal((result.code, result.winner), ("conflict", ben.id), "the result of an assignment from somebody else")
