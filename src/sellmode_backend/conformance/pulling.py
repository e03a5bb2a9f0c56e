"""What a sync answers: heads, pages, cursors, removals, resets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sellmode_backend.conformance.checking import check
from sellmode_backend.conformance.expecting import expect, expect_equal
from sellmode_backend.conformance.kit import Kit
from sellmode_backend.conformance.terminal import Terminal, changes, head, uuid7
from sellmode_contract import visibility, wire
from sellmode_contract.mutations import Create, Edit, Remove

_SYNC = "post-v1sync"
_PROMISES = "what-the-backend-promises"
_RESETS = "resets-restores-versions"


@check(_SYNC, "the head tells epoch, view, the scopes of the mode and the account, lease and schema")
def heads(kit: Kit) -> None:
    """Of each who can sign in."""
    mode = kit.world.retailer.mode
    for user_name in ("ada", "mia", "hanna"):
        told = head(kit.terminal(user_name).lines())
        account = kit.world.person(user_name).account
        expect(bool(told.epoch), "the epoch is empty")
        expect_equal(told.view, wire.View(mode=mode, account=account), "the view")
        expect_equal(sorted(told.scopes), sorted(visibility.scopes(mode, account)), "the scopes")
        expect(0 < told.lease.soft_s <= told.lease.hard_s, "the lease cannot be")
        expect(told.schema[0] <= wire.SCHEMA <= told.schema[1], f"the schema is {told.schema}")
        expect(bool(told.knows), "`knows` is empty")
        expect(not told.reset, "it says `reset`, though the epoch is the same")


@check(_PROMISES, "a first sync is a reset: each record once, with a generation above 0, then a sweep of each scope")
def first_sync(kit: Kit) -> None:
    """As it comes to somebody who has nothing."""
    terminal = kit.new_terminal("ada", "first")
    lines = [line for answer in terminal.pull() for line in answer]
    sweeps: dict[str, int] = {}
    generations: dict[str, set[int]] = {}
    for line in lines:
        if isinstance(line, wire.Sweep):
            sweeps[line.s] = line.g
        elif isinstance(line, wire.Put) and line.s not in sweeps:  # what comes later has changed meanwhile
            expect(line.g > 0, f"the {line.k} {line.id} has no generation")
            generations.setdefault(line.s, set()).add(line.g)
    expect_equal(sorted(sweeps), sorted(terminal.scopes), "what is swept")
    for scope, came in generations.items():
        expect_equal(came, {sweeps[scope]}, "the generations that came, with the one that is swept")
    puts = Counter((line.k, line.id, line.v) for line in lines if isinstance(line, wire.Put))
    twice = [key for key, count in puts.items() if count > 1]
    expect(not twice, f"{len(twice)} records come twice, such as {twice[:1]}")


@check(_PROMISES, "one's own scope comes first, then the managers', the store's, everybody's")
def own_first(kit: Kit) -> None:
    """What is the smallest is there at once."""
    terminal = kit.new_terminal("mia", "order")
    came = [line.s for answer in terminal.pull() for line in answer if isinstance(line, wire.Put)]
    order = [scope.partition("/")[2].partition(":")[0] for scope in dict.fromkeys(came)]
    expect_equal(order, [each for each in ("person", "lead", "store", "all") if each in order], "the order of scopes")


@check(_SYNC, "each page ends with a checkpoint that counts its lines")
def checkpoints(kit: Kit) -> None:
    """Nothing stands outside a page."""
    lines = kit.new_terminal("ben", "pages").lines()
    number = 0
    for line in lines:
        if isinstance(line, wire.Checkpoint):
            expect_equal(line.n, number, "the number of lines that a checkpoint counts")
            expect(bool(line.cur), "a cursor is empty")
            number = 0
        elif not isinstance(line, wire.Head | wire.KeepAlive | wire.End):
            number += 1
    expect_equal(number, 0, "the number of lines behind the last checkpoint")


@check(_SYNC, "if nothing is new the answer is head and end")
def nothing_new(kit: Kit) -> None:
    """The cursor that was received is good."""
    lines = kit.terminal("ada").lines()
    expect_equal([type(line).__name__ for line in lines], ["Head", "End"], "the answer")


@check(_SYNC, "a change comes to all who see it, and nothing else does")
def changed(kit: Kit) -> None:
    """To the author's own terminals, and to nobody else's."""
    writer, other, away = kit.terminal("ada"), kit.terminal("ada", "2"), kit.terminal("cleo")
    customer = kit.new_customer(writer)
    came = {(line.k, line.id) for answer in other.pull() for line in changes(answer)}
    expect(("customer", customer) in came, "the new customer does not come")
    wrong = [key for key in came if key[0] not in ("customer", "history", "fact", "fact_card")]  # facts may add it up
    expect(not wrong, f"more comes: {wrong[:3]}")
    expect_equal([line for answer in away.pull() for line in changes(answer)], [], "what comes to another store")


@check(_SYNC, "an answer has about `limit` lines, and `more` until all has come; it comes to the same")
def limited(kit: Kit) -> None:
    """A first sync in the smallest pieces."""
    at_once, in_parts = kit.new_terminal("ada", "whole"), kit.new_terminal("ada", "parts")
    at_once.pull()
    answers = in_parts.pull(limit=1)
    expect(len(answers) > 1, f"with a limit of 1 all {len(in_parts.held)} records come in one answer")
    _expect_same(in_parts, at_once)


@check("what-the-terminal-does", "an answer that was cut is taken up at its last checkpoint")
def cut_off(kit: Kit) -> None:
    """Cut within each page, and in the middle of the last line."""
    whole = kit.terminal("ada")
    lines = kit.new_terminal("ada", "cut").lines()
    ends = [at for at, line in enumerate(lines) if isinstance(line, wire.Checkpoint)]
    for at in (1, ends[0], ends[0] + 1, ends[-1], len(lines) - 1):
        terminal = kit.new_terminal("ada", "cut")
        terminal.receive(lines[:at])
        terminal.pull()
        _expect_same(terminal, whole)


@check(_SYNC, "what left a scope is removed from it, once, for all who had it")
def removed(kit: Kit) -> None:
    """A note that its author takes away."""
    ada, other = kit.terminal("ada"), kit.terminal("ada", "2")
    note = kit.new_note(ada, kit.new_customer(ada))
    other.pull()
    scope = other.held["note", note].scope
    ada.done(Remove(kind="note", id=note))
    expect(("note", note) not in ada.held, "it stays with its author")
    told = [line for answer in other.pull() for line in changes(answer) if line.id == note]
    expect_equal(told, [wire.Remove(k="note", id=note, s=scope)], "what comes of it")
    expect_equal([line for line in changes(other.lines()) if line.id == note], [], "what comes of it once more")


@check(_PROMISES, "what goes to a colleague leaves one's scope, and comes under theirs", modes=("associate",))
def handed_on(kit: Kit) -> None:
    """A task that its manager gives to another."""
    mia, ada, ben = kit.terminal("mia"), kit.terminal("ada"), kit.terminal("ben")
    task = uuid7()
    mia.done(Create(kind="manual_task", id=task, doc={"title": "Unpack", "assignee": ada.id}))
    ada.pull()
    ada.document("manual_task", task)
    ada_edit = Edit(kind="manual_task", id=task, set={"assignee": None}, was={"assignee": ada.id})
    ada.done(ada_edit)
    expect(("manual_task", task) not in ada.held, "it stays with whom it was taken from")
    mia.pull()
    mia.document("manual_task", task)
    mia.done(Edit(kind="manual_task", id=task, set={"assignee": ben.id}, was={"assignee": None}))
    ben.pull()
    ben.document("manual_task", task)


@check(_SYNC, "the revision rises with every change of a record")
def revisions(kit: Kit) -> None:
    """And `revs` of the result names it."""
    ada = kit.terminal("ada")
    customer, seen = kit.new_customer(ada), list[int]()
    for tier in ("a", "b", "c"):
        result = ada.one(Edit(kind="customer", id=customer, set={"language": tier}, was={"language": None}))
        seen.append(ada.held["customer", customer].revision)
        told = {(kind, id): revision for kind, id, revision in result.revs}
        expect_equal(told.get(("customer", customer)), seen[-1], "the revision that the result names")
    expect(seen == sorted(set(seen)), f"the revisions are {seen}")


@check(_PROMISES, "a revision is never used twice: what is made again begins above")
def made_again(kit: Kit) -> None:
    """A date that was taken away, and put back."""
    ada = kit.terminal("ada")
    date = Create(
        kind="date", id=uuid7(), doc={"customer": kit.new_customer(ada), "label": "birthday", "month": 3, "day": 14}
    )
    ada.done(date)
    ada.done(Edit(kind="date", id=date.id, set={"day": 15}, was={"day": 14}))
    before = ada.held["date", date.id].revision
    ada.done(Remove(kind="date", id=date.id))
    ada.done(date)
    after = ada.held["date", date.id].revision
    expect(after > before, f"it had the revision {before}, and has {after}")


@check("scopes-feeds-and-cursors", "a cursor that cannot be read is treated as none")
def unreadable_cursor(kit: Kit) -> None:
    """Everything comes anew."""
    whole = kit.terminal("ben")
    for cursor in ("", "x", "eyJlcG9jaCI6IjEifQ", "\u2028", "A" * 5000):
        terminal = kit.new_terminal("ben", "cursor")
        terminal.cursor = cursor
        terminal.pull()
        _expect_same(terminal, whole)


@check(_RESETS, "another epoch than the backend's is answered with `reset`, and everything comes anew")
def epochs(kit: Kit) -> None:
    """As after a restored backup."""
    ada = kit.terminal("ada")
    before, right = dict(ada.held), ada.epoch
    ada.epoch = "ep_of_another_life"
    lines = ada.lines()
    expect(head(lines).reset, "the head does not say `reset`")
    expect_equal(head(lines).epoch, right, "the epoch")
    ada.receive(lines)
    ada.pull()
    expect_equal(ada.held.keys(), before.keys(), "what came anew")


@check(_RESETS, "the mutations of a call of another epoch are not looked at")
def epochs_and_mutations(kit: Kit) -> None:
    """They are sent again, under a new name."""
    ada = kit.terminal("ada")
    customer = kit.new_customer(ada)
    note, right = Create(kind="note", id=uuid7(), doc={"customer": customer, "text": "Lost?"}), ada.epoch
    ada.epoch = "ep_of_another_life"
    expect_equal(ada.send(ada.queue(note)), [], "the results")
    ada.seq -= 1
    ada.epoch = right
    ada.pull()
    expect(("note", note.id) not in ada.held, "the note is there")
    ada.done(note)


def _expect_same(terminal: Terminal, other: Terminal) -> None:
    """Raise Broken unless both hold the same once they are up to date."""
    other.pull()
    terminal.pull()
    mine, theirs = ({key: held.document for key, held in each.held.items()} for each in (terminal, other))
    missing, more = theirs.keys() - mine.keys(), mine.keys() - theirs.keys()
    expect(not missing, f"{len(missing)} records are missing, such as {_first(missing)}")
    expect(not more, f"{len(more)} records are too many, such as {_first(more)}")
    expect(mine == theirs, "the records differ")


def _first(keys: set[tuple[str, str]]) -> Sequence[str]:
    return min(keys, default=())
