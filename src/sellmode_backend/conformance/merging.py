"""What comes of changes that others have made meanwhile."""

from __future__ import annotations

from sellmode_backend.conformance.checking import check
from sellmode_backend.conformance.expecting import expect, expect_equal
from sellmode_backend.conformance.kit import Kit
from sellmode_backend.conformance.terminal import uuid7
from sellmode_contract.ids import source_id
from sellmode_contract.mutations import Conflict, Create, Edit, Finish, Reopen, SetConsent

_WRITING = "writing"


def _edit(customer: str, **fields: tuple[object, object]) -> Edit:
    """What was seen and what is wanted, by field."""
    set, was = ({name: pair[at] for name, pair in fields.items()} for at in (1, 0))
    return Edit(kind="customer", id=customer, set=set, was=was)


@check(_WRITING, "edits of different fields are both done, whoever comes last")
def different_fields(kit: Kit) -> None:
    """Nobody's edit takes another's back."""
    ada, other = kit.terminal("ada"), kit.terminal("ada", "2")
    customer = kit.new_customer(ada, language="de")
    other.pull()
    ada.done(_edit(customer, language=("de", "fr")))
    other.done(_edit(customer, email=(None, "kit@example.com")))
    document = other.document("customer", customer)
    expect_equal((document.get("language"), document.get("email")), ("fr", "kit@example.com"), "language and e-mail")


@check(_WRITING, "of two edits of a field the last to arrive wins: `merged`, both values told, the one that lost kept")
def same_field(kit: Kit) -> None:
    """The customer's history has it."""
    ada, other = kit.terminal("ada"), kit.terminal("ada", "2")
    customer = kit.new_customer(ada, language="de")
    other.pull()
    ada.done(_edit(customer, language=("de", "fr")))
    result = other.one(_edit(customer, language=("de", "it")))
    expect_equal(result.st, "merged", "the result")
    expect_equal(result.conf, {"language": Conflict(yours="it", theirs="fr")}, "`conf`")
    expect_equal(other.document("customer", customer).get("language"), "it", "the language")
    lost = [entry for entry in other.of_customer("history", customer) if entry["event"] == "overwritten"]
    expect_equal([(entry.get("field"), entry.get("value")) for entry in lost], [("language", "fr")], "what is kept")
    expect_equal(lost[0]["id"], source_id("history", "sellmode", f"{result.mid}/language"), "the id of what is kept")


@check(_WRITING, "two who set a field to the same value do not differ")
def same_value(kit: Kit) -> None:
    """Nothing is told as a conflict."""
    ada, other = kit.terminal("ada"), kit.terminal("ada", "2")
    customer = kit.new_customer(ada, language="de")
    other.pull()
    ada.done(_edit(customer, language=("de", "fr")))
    other.done(_edit(customer, language=("de", "fr")))


@check(_WRITING, "an edit with `guard` is refused as a whole (`conflict`) if a field is not as it was seen")
def guard(kit: Kit) -> None:
    """Nothing of it is done."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada, language="de")
    ada.done(_edit(customer, language=("de", "fr")))
    edit = Edit(
        kind="customer", id=customer, set={"language": "it", "email": "kit@example.com"},
        was={"language": "de", "email": None}, guard=True,
    )  # fmt: skip
    result = ada.one(edit)
    expect_equal((result.st, result.code, result.field), ("rejected", "conflict", "language"), "the result")
    document = ada.document("customer", customer)
    expect_equal((document.get("language"), document.get("email", "")), ("fr", ""), "language and e-mail")


@check(_WRITING, "of sets, additions and removals of different people merge")
def sets(kit: Kit) -> None:
    """Tags."""
    ada, other = kit.terminal("ada"), kit.terminal("ada", "2")
    customer = kit.new_customer(ada, tags=["a", "b"])
    other.pull()
    ada.done(Edit(kind="customer", id=customer, add={"tags": ("c",)}, remove={"tags": ("a",)}))
    other.done(Edit(kind="customer", id=customer, add={"tags": ("d",)}, remove={"tags": ("b",)}))
    expect_equal(sorted(other.document("customer", customer).get("tags", [])), ["c", "d"], "the tags")


@check(_WRITING, "entries of `sizes` are edited one by one, and null takes one away")
def entries(kit: Kit) -> None:
    """`sizes.shoes` names one."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada, sizes={"shoes": "38", "dress": "M"})
    edit = Edit(
        kind="customer", id=customer, set={"sizes.shoes": "39", "sizes.dress": None, "sizes.ring": "6"},
        was={"sizes.shoes": "38", "sizes.dress": "M", "sizes.ring": None},
    )  # fmt: skip
    ada.done(edit)
    expect_equal(ada.document("customer", customer).get("sizes"), {"shoes": "39", "ring": "6"}, "the sizes")


@check(_WRITING, "of consent the stricter one stays; allowing more needs evidence, and nobody comes back by it")
def consent(kit: Kit) -> None:
    """And a first consent has the id that can be worked out, whatever id is given."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)

    def opt(state: str, was: str, evidence: str = "") -> SetConsent:
        return SetConsent(id=uuid7(), customer=customer, channel="email", state=state, was=was, evidence=evidence)  # type: ignore[arg-type]  # they are states

    result = ada.one(opt("subscribed", "one_to_one"))
    expect_equal((result.code, result.field), ("invalid", "evidence"), "allowing more without evidence")
    ada.done(opt("subscribed", "one_to_one", "Signed a card."))
    document = ada.document("consent", source_id("consent", "sellmode", f"{customer}/email"))
    expect_equal((document.get("state"), document.get("actor")), ("subscribed", ada.id), "the consent")
    ada.done(opt("unsubscribed", "one_to_one"))
    result = ada.one(opt("subscribed", "subscribed", "Signed a card."))
    expect_equal((result.code, result.field), ("conflict", "state"), "allowing more where it has become stricter")
    result = ada.one(opt("subscribed", "unsubscribed", "Signed a card."))
    expect_equal((result.code, result.field), ("not_allowed", "state"), "coming back from unsubscribed")


@check(
    _WRITING,
    "the end of a repeating task brings its next, with the id that can be worked out; `reopen` takes both back",
)
def repeating(kit: Kit) -> None:
    """Every Monday."""
    ada = kit.terminal("ada")
    task = Create(
        kind="manual_task", id=uuid7(), doc={"title": "Windows", "due": "2050-01-03", "repeat": "FREQ=WEEKLY"}
    )
    ada.done(task, Finish(kind="manual_task", id=task.id))
    following = source_id("manual_task", "sellmode", f"{ada.id}/{task.id}/2050-01-10")
    expect_equal(ada.document("manual_task", task.id).get("state"), "done", "the task")
    document = ada.document("manual_task", following)
    expect_equal((document.get("due"), document.get("state", "open")), ("2050-01-10", "open"), "the next one")
    ada.done(Finish(kind="manual_task", id=task.id))  # once more: nothing comes of it
    ada.done(Reopen(kind="manual_task", id=task.id))
    expect("state" not in ada.document("manual_task", task.id), "the task is not open again")
    expect(("manual_task", following) not in ada.held, "the next one is there still")


@check(
    _WRITING,
    "the end of a task counts once: a colleague's comes too late, and `winner` says who was first",
    modes=("team",),
)
def ended_twice(kit: Kit) -> None:
    """What the whole store sees."""
    ada, ben = kit.terminal("ada"), kit.terminal("ben")
    task = Create(kind="manual_task", id=uuid7(), doc={"title": "Windows"})
    ada.done(task, Finish(kind="manual_task", id=task.id))
    result = ben.one(Finish(kind="manual_task", id=task.id))
    expect_equal((result.code, result.winner), ("already_done", ada.id), "the result")
