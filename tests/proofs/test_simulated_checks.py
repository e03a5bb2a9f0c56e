"""What the simulation's checks let pass and what they find, in worlds in which nothing is left to chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal
from unittest import mock

import msgspec
import pytest

from proofs.sim import world
from proofs.sim.backend import Files
from proofs.sim.checks import Broken
from proofs.sim.terminal import Process
from proofs.sim.world import World
from proofs.workplace import workplace
from sellmode_backend.sync import batch
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import Claim, Outcome, tasks
from sellmode_contract.wire import Result
from sellmode_tui.records.changes.attention import Duplicate, Refused
from sellmode_tui.records.writing import Written
from sellmode_tui.sync.events import RetryNow
from tests.support.shop import shown

YEARS = 3.2e8
"""Seconds by which a clock is wrong."""


@pytest.fixture
def here() -> Iterator[World]:
    """A world without faults."""
    with workplace() as folder, world.opened(folder, 0, Files(folder)) as opened:
        for process in opened.processes:
            process.faulty = 0.0
        opened.backend.dies_at_commit(0)
        yield opened


def goes_on(here: World, process: Process, until: Callable[[], object]) -> None:
    for _ in range(100):
        if until():
            return
        here.run(process)
    raise AssertionError("it does not come to that")


def syncs(here: World, process: Process) -> None:
    process.tell(RetryNow())
    goes_on(here, process, lambda: process.idle)


def manager(here: World) -> Process:
    """Somebody who sees every customer of the store in both modes."""
    here.backend.set_mode("team")
    process = next(each for each in here.processes if each.machine.user == "mia")
    goes_on(here, process, lambda: process.idle)
    syncs(here, process)
    return process


def rename(here: World, name: str) -> str:
    """Give the first customer another name; whose."""
    customer = here.backend.customers()[0]
    here.backend.write(msgspec.structs.replace(customer, given_name=name))
    here.watch.backend_changed()
    return customer.id


def name_of(process: Process, customer: str) -> str:
    return str(shown(process.cache)["customer", customer]["given_name"])


# ------------------------------------------------------------------ what was refused


def refused(here: World, process: Process) -> str:
    """Something that the backend has refused."""
    customer = rename(here, "Ida")
    syncs(here, process)
    written = process.records.customers.edit(customer, set={"given_name": "Ada"})
    assert written.mid
    process.machine.written.append(written.mid)
    here.backend.write(removed=(("customer", customer),))
    syncs(here, process)
    assert [item.mid for item in process.outbox.tray.items()] == [written.mid]
    return written.mid


def years_pass(here: World, process: Process) -> None:
    process.machine.skew += YEARS
    syncs(here, process)


def test_what_was_refused_may_be_forgotten_as_long_as_it_needs_attention(here: World) -> None:
    process = manager(here)
    mid = refused(here, process)
    years_pass(here, process)
    assert process.outbox.entry(mid) is None
    (item,) = process.records.changes.attention()
    assert isinstance(item, Refused)
    assert item.mid == mid
    here.watch.looks(process)


def test_what_somebody_has_seen_to_may_be_forgotten_altogether(here: World) -> None:
    process = manager(here)
    mid = refused(here, process)
    process.records.changes.discard(mid)
    here.watch.looks(process)
    years_pass(here, process)
    assert process.outbox.entry(mid) is None
    assert process.outbox.tray.items(open_only=False) == []
    here.watch.looks(process)


@pytest.mark.parametrize("forgotten", [False, True])
def test_what_was_refused_and_needs_no_attention_is_found(here: World, *, forgotten: bool) -> None:
    process = manager(here)
    mid = refused(here, process)
    if forgotten:
        years_pass(here, process)
    with process.outbox._using() as connection:  # nobody else could
        connection.execute("DELETE FROM tray WHERE mid = ?", (mid,))
    with pytest.raises(Broken, match="gone" if forgotten else "nobody is told"):
        here.watch.looks(process)


# ------------------------------------------------------------------ what a restored backup undoes


def test_a_backup_is_restored_wholly_though_the_backend_was_about_to_end(here: World) -> None:
    process = manager(here)
    here.backs_up()
    rename(here, "Ada")
    syncs(here, process)
    here.backend.dies_at_commit(1)
    here.restores()
    here.watch.backend_changed()
    here.settle()


def test_what_was_on_its_way_when_a_backup_was_restored_gives_way_to_what_was_before(here: World) -> None:
    process = manager(here)
    customer = rename(here, "Ida")
    syncs(here, process)
    here.backs_up()
    rename(here, "Ada")
    process.tell(RetryNow())
    goes_on(here, process, lambda: process.calling and process.calling.whole)
    here.restores()
    here.watch.backend_changed()
    here.watch.looks(process)
    assert name_of(process, customer) == "Ida"
    goes_on(here, process, lambda: process.idle)
    assert name_of(process, customer) == "Ada"
    syncs(here, process)
    assert name_of(process, customer) == "Ida"


def test_what_a_restored_backup_undid_may_be_done_again(here: World) -> None:
    process = manager(here)
    customer = rename(here, "Ida")
    here.backs_up()
    rename(here, "Ada")
    syncs(here, process)
    here.restores()
    here.watch.backend_changed()
    here.watch.looks(process)
    assert name_of(process, customer) == "Ada"
    syncs(here, process)
    assert name_of(process, customer) == "Ida"
    rename(here, "Ada")
    syncs(here, process)
    assert name_of(process, customer) == "Ada"


@pytest.mark.parametrize("restored", [False, True])
def test_a_name_that_comes_back_within_a_history_is_found(here: World, *, restored: bool) -> None:
    process = manager(here)
    if restored:
        here.backs_up()
        here.restores()
        here.watch.backend_changed()
        syncs(here, process)
    for name in ("Ida", "Ada"):
        rename(here, name)
        syncs(here, process)
    back = msgspec.structs.replace(here.backend.customers()[0], given_name="Ida")
    assert isinstance(back, Customer)
    with process.cache._lock:  # a cache that shows an older state than it did
        process.cache._writer.execute(  # as above
            "UPDATE customer SET doc = ? WHERE id = ?", (msgspec.json.encode(back).decode(), back.id)
        )
    with pytest.raises(Broken, match=r"I7: .* given_name of a customer is Ida again"):
        here.watch.looks(process)


# ------------------------------------------------------------------ what was told to be done


def keep(process: Process, written: Written) -> None:
    assert written.mid
    process.machine.written.append(written.mid)


def renames(here: World, process: Process, customer: str, name: str) -> None:
    """Somebody gives a customer another name."""
    keep(process, process.records.customers.edit(customer, set={"given_name": name}))


def cloned(here: World, process: Process) -> Process:
    """A copy of somebody's machine."""
    here.is_cloned(process)
    clone = here.processes[-1]
    clone.faulty = 0.0
    goes_on(here, process, lambda: process.idle)
    goes_on(here, clone, lambda: clone.idle)
    return clone


def two_who_may_be_one(here: World, process: Process) -> tuple[str, str, str]:
    """Two customers with one e-mail address, and their pair."""
    made = [
        process.records.customers.create({"given_name": name, "email": "eva@example.com"}) for name in ("Eva", "Eve")
    ]
    for each in made:
        keep(process, each)
    syncs(here, process)
    while here.backend.work(0):
        pass  # at its end it looks for duplicates
    syncs(here, process)
    (pair,) = (item for item in process.records.changes.attention() if isinstance(item, Duplicate))
    return made[0].id, made[1].id, pair.id


def name_of_a_customer(here: World, process: Process) -> str:
    """Somebody has given a customer the name Ada, and knows it to be done; whose it was."""
    customer = rename(here, "Ida")
    syncs(here, process)
    renames(here, process, customer, "Ada")
    syncs(here, process)
    return customer


def test_a_name_that_was_written_over_before_a_backup_was_made_has_been_there(here: World) -> None:
    name_of_a_customer(here, manager(here))
    rename(here, "Oda")
    here.backs_up()
    here.restores()
    here.settle()


@pytest.mark.parametrize("restored", [False, True])
def test_a_name_that_was_never_there_though_it_was_told_to_be_done_is_found(here: World, *, restored: bool) -> None:
    process = manager(here)

    def another(operation: Any, around: Any) -> Outcome:
        return Outcome((msgspec.structs.replace(around.records.get("customer", operation.id), given_name="Oda"),))

    with mock.patch.object(batch, "apply", another):
        name_of_a_customer(here, process)
    if restored:
        here.backs_up()
        here.restores()
    with pytest.raises(Broken, match="given_name was never Ada"):
        here.settle()


def test_a_name_that_was_there_between_two_transactions_of_a_call_has_been_there(here: World) -> None:
    process = manager(here)
    gone, kept, pair = two_who_may_be_one(here, process)
    renames(here, process, gone, "Ada")
    keep(process, process.records.customers.merge(pair, kept, []))
    syncs(here, process)
    assert name_of(process, kept) == "Eve"
    here.settle()


def test_what_was_written_of_a_customer_who_was_merged_is_looked_for_where_they_are_now(here: World) -> None:
    process = manager(here)
    gone, kept, pair = two_who_may_be_one(here, process)
    clone = cloned(here, process)
    renames(here, clone, gone, "Ada")
    keep(process, process.records.customers.merge(pair, kept, []))
    syncs(here, process)
    syncs(here, clone)
    assert name_of(clone, kept) == "Ada"
    here.settle()


def test_a_copied_machine_need_not_know_that_the_other_one_has_written_over_a_name(here: World) -> None:
    process = manager(here)
    customer = rename(here, "Ida")
    syncs(here, process)
    here.backend.wants_newer = True
    renames(here, process, customer, "Ada")
    clone = cloned(here, process)
    renames(here, process, customer, "Eda")
    here.settle()
    assert name_of(clone, customer) == "Eda"


# ------------------------------------------------------------------ who has claimed something


def claims(here: World, user: str, kind: Literal["request", "rule_task"], id: str) -> Process:
    """Somebody takes a request or a task, and hears what came of it."""
    process = next(each for each in here.processes if each.machine.user == user)
    goes_on(here, process, lambda: process.idle)
    syncs(here, process)
    made = process.reading()
    entry = process.outbox.add(Claim(kind=kind, id=id), mid=process._new_id(), made=made, before={})
    process.machine.written.append(entry.mid)
    syncs(here, process)
    assert entry.mid not in {item.mid for item in process.outbox.tray.items()}
    return process


def test_who_works_elsewhere_keeps_nobody_from_what_they_have_claimed(here: World) -> None:
    here.backend.set_mode("team")
    request = here.backend.requests()[0].id
    claims(here, "ben", "request", request)
    here.backend.change(here.backend.people()["ben"], store="s2")
    mia = claims(here, "mia", "request", request)
    assert shown(mia.cache)["request", request]["claimed_by"] == mia.machine.account.id
    here.backend.change(here.backend.people()["ben"], store="s1")
    here.settle()


def test_two_who_are_told_that_a_request_is_theirs_are_found(here: World) -> None:
    here.backend.set_mode("team")
    request = here.backend.requests()[0].id
    claims(here, "ben", "request", request)
    with mock.patch.object(tasks, "is_taken", return_value=False), pytest.raises(Broken, match="I5"):
        claims(here, "mia", "request", request)


@pytest.mark.parametrize("moved", [False, True])
def test_a_rule_s_task_that_somebody_has_claimed_goes_with_its_customer_only(here: World, *, moved: bool) -> None:
    here.backend.set_mode("team")
    while here.backend.work(0):
        pass
    task = here.backend.rule_tasks()[0]
    claims(here, "ben", "rule_task", task.id)
    customer = next(each for each in here.backend.customers() if each.id == task.customer)
    owner = None if customer.owner else here.machines[0].account.id
    if moved:
        here.backend.write(msgspec.structs.replace(customer, owner=owner))
        claims(here, "mia", "rule_task", task.id)
        here.settle()
    else:
        here.backend.write(msgspec.structs.replace(task, claimed_by=None))
        with pytest.raises(Broken, match="I5"):
            here.watch.backend_changed()


# ------------------------------------------------------------------ troubles


def test_what_a_newer_version_wrote_waits_for_a_newer_backend(here: World) -> None:
    process = manager(here)
    here.writes_as_newer(process)
    syncs(here, process)
    assert (process.outbox.unsent(), process.outbox.to_send()) == (1, 0)
    here.settle()


def test_something_that_waits_for_a_newer_backend_though_this_one_knows_it_is_found(here: World) -> None:
    process = manager(here)
    mid = process._new_id()
    process.outbox.add(Claim(kind="request", id=mid), mid=mid, made=process.reading(), before={})
    process.machine.written.append(mid)
    with process.outbox._using() as connection:
        connection.execute("UPDATE mutation SET held = 1")
    with pytest.raises(Broken, match="I8: something waits for a newer backend, though this one knows it"):
        here.settle()


def shut_out_with_an_edit(here: World, process: Process) -> str:
    """Let somebody write something and be shut out before it is sent; its name."""
    customer = rename(here, "Ida")
    syncs(here, process)
    written = process.records.customers.edit(customer, set={"given_name": "Ada"})
    assert written.mid
    process.machine.written.append(written.mid)
    here.backend.change(process.machine.account, active=False)
    return written.mid


def test_what_a_leaver_had_not_sent_is_handed_over(here: World) -> None:
    process = manager(here)
    mid = shut_out_with_an_edit(here, process)
    process.tell(RetryNow())
    goes_on(here, process, lambda: process.halted)
    (item,) = process.outbox.tray.items()
    assert (item.mid, item.result.st) == (mid, "parked")
    here.settle()


def test_a_leaver_s_change_that_was_told_to_be_handed_over_and_was_not_is_found(here: World) -> None:
    process = manager(here)
    mid = shut_out_with_an_edit(here, process)
    process.outbox.batch(1, 1)
    process.outbox.settle([Result(mid=mid, seq=1, st="parked", code="moved")], here.backend.now())
    with pytest.raises(Broken, match="handed over, and the backend knows nothing"):
        here.settle()


def test_a_change_at_which_the_backend_always_fails_needs_attention_and_the_rest_goes_on(here: World) -> None:
    process = manager(here)
    customer = rename(here, "Ida")
    syncs(here, process)
    mids = [process.records.customers.write_note(customer, text).mid for text in ("one", "two", "three")]
    assert mids[1]
    here.backend.fail_at(mids[1], None)
    for left in (2, 2, 0):
        syncs(here, process)
        assert process.outbox.unsent() == left
    assert [(item.mid, item.result.code) for item in process.outbox.tray.items()] == [(mids[1], "poison")]
    here.settle()


def test_one_that_hangs_loses_the_lead_in_time(here: World) -> None:
    process = manager(here)
    process.machine.elects = here._elects = True
    process.close()
    process.start()
    process.lead(leading=True)
    goes_on(here, process, lambda: process.idle)
    here.has_a_double(process)
    double = here.processes[-1]
    assert (process.leads, double.leads) == (True, False)
    process.asleep = "hung"
    here._elect(process.machine, here.now + 40)
    assert (process.leads, double.leads) == (True, False)
    here._elect(process.machine, here.now + 80)
    assert (process.leads, double.leads) == (True, True), "it does not know yet"
    process.asleep = ""
    here.run(process)
    assert (process.leads, double.leads) == (False, True)
