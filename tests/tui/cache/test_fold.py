"""What somebody writes is seen at once, everywhere, and goes over into what the backend sends without a gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract import mutations
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.mutations import Create, Edit, Operation, Remove, SetConsent, consent_id
from sellmode_contract.wire import Drop, Sweep
from sellmode_contract.wire import Remove as Removal
from sellmode_tui import sealed
from sellmode_tui.cache.store import Cache
from sellmode_tui.journal.entries import Entry
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.records import CustomerQuery, RecordStore
from tests.tui.cache.lines import (
    ALL,
    KEY,
    ME,
    NOW,
    OWN,
    RETAILER,
    STORE,
    TEAM,
    as_sent,
    customer,
    fill,
    head,
    put,
    staff,
)
from tests.tui.cache.written import add, applied, note, opened, rename, result

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


class Desk:
    """A journal and a cache, and somebody who writes."""

    def __init__(self, outbox: Outbox, cache: Cache) -> None:
        self.outbox = outbox
        self.cache = cache

    def write(self, operation: Operation, *, at: dt.datetime = NOW) -> Entry:
        entry = add(self.outbox, operation, at=at)
        self.cache.fold()
        return entry

    def names(self, text: str = "", **query: Any) -> list[str]:
        found = RecordStore(self.cache).customers.find(CustomerQuery(text, **query))
        rows = found.rows(0, 100)
        assert found.exact_count() == len(rows)
        return [row.name for row in rows]

    def rows(self, table: str) -> list[tuple[str, Any]]:
        with self.cache.reading() as reading:
            rows = reading.connection.execute(
                f'SELECT t.id, t.doc FROM "{table}" t WHERE {reading.only_visible("t")} ORDER BY t.id'  # noqa: S608 -- names of ours
            )
            return [(id, msgspec.json.decode(doc)) for id, doc in rows]

    def asides(self) -> int:
        with self.cache.reading() as reading:
            (number,) = reading.connection.execute("SELECT count(*) FROM aside").fetchone()
        return int(number)

    def settle(self, *results: Any) -> None:
        self.outbox.settle(results, NOW)
        self.cache.fold()


@pytest.fixture(params=[False, True], ids=["while first syncing", "later"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """Two customers of mine in Team Mode, before and after lists and search have their indexes."""
    with opened(tmp_path) as (outbox, cache):
        ada, bo = customer(1, given_name="Ada", phone="+41 44 668 18 00"), customer(2, given_name="Bo", owner="staff-2")
        fill(cache, [ada, bo, staff(2, "Zoe")], finish=request.param)
        yield Desk(outbox, cache)


def test_an_edit_is_seen_by_list_search_and_profile_at_once(desk: Desk) -> None:
    desk.write(rename("customer-1", "Zelda", "Ada"))
    desk.write(Edit(kind="customer", id="customer-1", add={"tags": ("VIP",)}))
    assert desk.names() == ["Bo", "Zelda"]
    assert desk.names("zel") == ["Zelda"]
    assert desk.names("ada") == []
    assert desk.names("tag=vip") == ["Zelda"]
    profile = RecordStore(desk.cache).customers.profile("customer-1")
    assert profile is not None
    assert profile.customer.name == "Zelda"
    with desk.cache.reading() as reading:
        sent = as_sent(reading, "customer", "customer-1")
        assert sent is not None
        assert msgspec.json.decode(sent)["given_name"] == "Ada"


def test_what_was_refused_is_as_before(desk: Desk) -> None:
    entry = desk.write(rename("customer-1", "Zelda", "Ada"))
    desk.settle(result(entry, "rejected", code="invalid", detail="no"))
    assert desk.names() == ["Ada", "Bo"]
    assert desk.names("zelda") == []
    assert desk.asides() == 0


def test_what_was_withdrawn_is_as_before(desk: Desk) -> None:
    entry = desk.write(rename("customer-1", "Zelda", "Ada"))
    assert desk.outbox.withdraw(entry.mid)
    desk.cache.fold()
    assert desk.names() == ["Ada", "Bo"]


def test_a_change_stays_until_the_backend_s_row_has_it(desk: Desk) -> None:
    entry = desk.write(rename("customer-1", "Zelda", "Ada"))
    zelda = customer(1, given_name="Zelda")
    desk.settle(applied(entry, (zelda, 7)))
    assert desk.names() == ["Bo", "Zelda"]
    desk.cache.apply([put(customer(1, given_name="Ada", phone="1"), v=6)], "a")
    assert desk.names() == ["Bo", "Zelda"]
    # Somebody renamed her after that: what was written here is in it, and lost.
    desk.cache.apply([put(customer(1, given_name="Yvonne"), v=8)], "b")
    assert desk.names() == ["Bo", "Yvonne"]
    assert desk.asides() == 0


@pytest.mark.parametrize("rev", [1 << 63, 1 << 200, -1], ids=["too large", "huge", "negative"])
def test_a_revision_that_no_row_can_have_is_waited_for_by_nobody(desk: Desk, rev: int) -> None:
    entry = desk.write(rename("customer-1", "Zelda", "Ada"))
    desk.settle(applied(entry, (customer(1), rev)))
    assert desk.names() == ["Bo", "Zelda"]
    desk.cache.finish(at=NOW)
    assert desk.names() == ["Ada", "Bo"]


def test_waiting_changes_are_made_on_what_the_backend_sends(desk: Desk) -> None:
    desk.write(rename("customer-1", "Zelda", "Ada"))
    desk.cache.apply([put(customer(1, given_name="Ada", email="ada@example.com"), v=2)], "a")
    [(_, doc), _] = desk.rows("customer")
    assert (doc["given_name"], doc["email"]) == ("Zelda", "ada@example.com")


def test_a_new_customer_appears_survives_resets_and_gives_way_to_the_backend_s(desk: Desk) -> None:
    entry = desk.write(Create(kind="customer", id="new", doc={"given_name": "Nia", "email": "nia@example.com"}))
    desk.write(note("new", "likes green"))
    assert desk.names() == ["Ada", "Bo", "Nia"]
    assert desk.names("nia@") == ["Nia"]
    desk.cache.accept(head(reset=True), at=NOW)
    everybody = [put(RETAILER, ALL, g=9), put(customer(1, given_name="Ada"), g=9)]
    desk.cache.apply([*everybody, Sweep(s=TEAM, g=9), Sweep(s=ALL, g=9)], "a")
    assert desk.names() == ["Ada", "Nia"]
    assert [doc["text"] for _, doc in desk.rows("note")] == ["likes green"]
    nia = customer("x", given_name="Nia", number="77", store=STORE)
    nia = msgspec.structs.replace(nia, id="new")
    desk.settle(applied(entry, (nia, 1)))
    desk.cache.apply([put(nia, v=1)], "b")
    assert desk.names() == ["Ada", "Nia"]
    assert desk.names("77") == ["Nia"]


def test_a_new_customer_who_is_refused_disappears_with_what_was_written_about_them(desk: Desk) -> None:
    entry = desk.write(Create(kind="customer", id="new", doc={"given_name": "Nia"}))
    desk.write(note("new", "likes green"))
    desk.settle(result(entry, "rejected", code="invalid"))
    assert desk.names() == ["Ada", "Bo"]
    assert desk.rows("note") == []
    assert desk.rows("history") == []


def test_a_logged_call_is_the_customer_s_last_contact(desk: Desk) -> None:
    at = (NOW - HOUR).isoformat()
    desk.write(Create(kind="contact", id="call", doc={"customer": "customer-1", "channel": "call", "at": at}))
    [(_, ada), _] = desk.rows("customer")
    assert dt.datetime.fromisoformat(ada["figures"]["last_contact"]) == NOW - HOUR
    assert desk.names(sort="last_contact", descending=True) == ["Ada", "Bo"]
    desk.write(Remove(kind="contact", id="call"))
    [(_, ada), _] = desk.rows("customer")
    assert not ada["figures"]
    assert desk.rows("contact") == []


def test_consent_dates_requests_and_pairs_fold(desk: Desk) -> None:
    held = ImportantDate(id="date", customer="customer-1", label="birthday", month=2, day=29)
    pair = DuplicatePair(id="pair", store=STORE, customers=("customer-1", "customer-2"))
    parked = ParkedEdit(
        id="parked",
        customer="customer-1",
        author="staff-9",
        at=NOW,
        operation=dict(mutations.operations.plain(rename("customer-1", "Zelda", "Ada"))),
    )
    desk.cache.apply([put(held), put(Request(id="request", store=STORE)), put(pair), put(parked)], "a")
    subscribed = SetConsent(
        id=consent_id("customer-1", "email"),
        customer="customer-1",
        channel="email",
        state="subscribed",
        evidence="said so",
    )
    desk.write(subscribed)
    desk.write(Edit(kind="date", id="date", set={"day": 28}, was={"day": 29}))
    desk.write(mutations.Claim(kind="request", id="request"))
    desk.write(mutations.Dismiss(id="pair"))
    desk.write(mutations.Accept(id="parked"))
    assert [(doc["channel"], doc["state"]) for _, doc in desk.rows("consent")] == [("email", "subscribed")]
    assert [doc["day"] for _, doc in desk.rows("date")] == [28]
    assert [doc["claimed_by"] for _, doc in desk.rows("request")] == [ME]
    assert [doc["dismissed"] for _, doc in desk.rows("duplicate_pair")] == [True]
    assert desk.rows("parked_edit") == []
    assert desk.names() == ["Bo", "Zelda"]


def test_what_leaves_takes_what_was_written_about_it_out_of_sight(desk: Desk) -> None:
    entry = desk.write(rename("customer-1", "Zelda", "Ada"))
    desk.write(note("customer-1", "likes green"))
    desk.cache.apply([Removal(k="customer", id="customer-1", s=TEAM)], "a")
    assert desk.names() == ["Bo"]
    assert desk.rows("note") == []
    assert desk.outbox.waiting()[0].mid == entry.mid
    desk.cache.apply([put(customer(1, given_name="Ada"), v=5)], "b")
    assert desk.names() == ["Bo", "Zelda"]
    assert len(desk.rows("note")) == 1


def test_what_leaves_leaves_other_changes_of_its_customer_alone(desk: Desk) -> None:
    held = Note(id="held", customer="customer-1", author=ME, written_at=NOW, text="sent")
    desk.cache.apply([put(held)], "a")
    desk.write(Edit(kind="note", id="held", set={"text": "better"}, was={"text": "sent"}))
    desk.write(rename("customer-1", "Zelda", "Ada"))
    desk.cache.apply([Removal(k="note", id="held", s=TEAM)], "b")
    assert desk.names() == ["Bo", "Zelda"]
    assert desk.rows("note") == []


def test_what_comes_to_a_customer_counts_in_what_was_worked_out_of_all(desk: Desk) -> None:
    calls = [Contact(id=f"call-{day}", customer="customer-1", at=NOW - day * DAY, channel="call") for day in (1, 2)]
    mine = Contact(id="mine", customer="customer-1", at=NOW, channel="call", author=ME)
    desk.cache.apply([put(mine), put(calls[1])], "a")
    desk.write(Remove(kind="contact", id="mine"))
    assert last_contact(desk) == NOW - 2 * DAY
    desk.cache.apply([put(calls[0])], "b")
    assert last_contact(desk) == NOW - DAY
    desk.cache.apply([Removal(k="contact", id="call-1", s=TEAM)], "c")
    assert last_contact(desk) == NOW - 2 * DAY


def last_contact(desk: Desk) -> dt.datetime:
    [(_, ada), _] = desk.rows("customer")
    return dt.datetime.fromisoformat(ada["figures"]["last_contact"])


def test_what_becomes_possible_is_done_before_what_was_written_after_it(desk: Desk) -> None:
    desk.write(mutations.Accept(id="parked"))
    desk.write(rename("customer-1", "Zelda", "Ada"))
    # Only now does the change arrive that was to be accepted.
    handed = rename("customer-1", "Eve", "Ada")
    parked = ParkedEdit(
        id="parked", customer="customer-1", author="staff-9", at=NOW, operation=dict(mutations.operations.plain(handed))
    )
    desk.cache.apply([put(parked)], "a")
    assert desk.names() == ["Bo", "Zelda"]
    assert desk.rows("parked_edit") == []


def test_who_has_arrived_and_left_again_is_not_made_up(desk: Desk) -> None:
    entry = desk.write(Create(kind="customer", id="new", doc={"given_name": "Nia"}))
    nia = msgspec.structs.replace(customer("x", given_name="Nia"), id="new")
    desk.settle(applied(entry, (nia, 1)))
    desk.cache.apply([put(nia, v=1)], "a")
    desk.cache.apply([Removal(k="customer", id="new", s=TEAM)], "b")
    assert desk.names() == ["Ada", "Bo"]


def test_a_mode_switch_folds_anew(desk: Desk) -> None:
    desk.write(Create(kind="customer", id="new", doc={"given_name": "Nia"}))
    desk.write(rename("customer-1", "Zelda", "Ada"))
    desk.write(rename("customer-2", "Bob", "Bo"))
    desk.cache.accept(head("associate"), at=NOW)
    assert desk.names() == ["Nia"]  # mine in either mode; the others have to come again
    desk.cache.apply([put(customer(1, given_name="Ada"), OWN, v=2)], "a")
    desk.cache.finish(at=NOW)
    assert desk.names() == ["Nia", "Zelda"]
    desk.cache.accept(head("team"), at=NOW)
    assert desk.names() == ["Nia"]


def test_a_private_note_about_a_colleague_s_customer_is_shown_where_the_table_shows_it(desk: Desk) -> None:
    desk.write(note("customer-2", "secret", private=True))
    desk.write(note("customer-1", "mine", private=True))
    assert [doc["text"] for _, doc in desk.rows("note")] == ["secret", "mine"]
    bo = put(customer(2, given_name="Bo", owner="staff-2"), f"own/person:{STORE}:{ME}", v=3)
    desk.cache.accept(head("associate"), at=NOW)
    # A colleague's customer whom I see all the same (cover): the private note is for who owns them.
    desk.cache.apply([bo, put(customer(1, given_name="Ada"), OWN, v=3)], "a")
    assert [doc["text"] for _, doc in desk.rows("note")] == ["mine"]


def test_a_dropped_scope_takes_its_records_with_it(desk: Desk) -> None:
    desk.write(rename("customer-1", "Zelda", "Ada"))
    desk.write(Create(kind="customer", id="new", doc={"given_name": "Nia"}))
    desk.cache.apply([Drop(s=TEAM)], "a")
    assert desk.names() == ["Nia"]
    desk.cache.apply([put(customer(1, given_name="Ada"), v=1)], "b")
    assert desk.names() == ["Nia", "Zelda"]


def test_the_retailer_s_settings_decide_about_custom_fields(desk: Desk) -> None:
    desk.write(Edit(kind="customer", id="customer-1", set={"custom.pet": "Rex"}))
    assert "custom" not in desk.rows("customer")[0][1]
    with_pets = msgspec.structs.replace(RETAILER, custom_fields=(CustomField(name="pet", label="Pet", type="text"),))
    desk.cache.apply([put(with_pets, ALL, v=2)], "a")
    assert desk.rows("customer")[0][1]["custom"] == {"pet": "Rex"}


def test_at_the_end_of_a_pass_the_backend_s_rows_stand(desk: Desk) -> None:
    entry = desk.write(rename("customer-1", "Zelda", "Ada"))
    desk.settle(result(entry))  # it says of no record that it has it
    assert desk.names() == ["Bo", "Zelda"]
    desk.cache.finish(at=NOW)
    assert desk.names() == ["Ada", "Bo"]
    assert desk.asides() == 0


def test_before_the_first_contact_nothing_is_shown(tmp_path: Path) -> None:
    with opened(tmp_path) as (outbox, cache):
        desk = Desk(outbox, cache)
        desk.write(Create(kind="customer", id="new", doc={"given_name": "Nia"}))
        assert desk.names() == []
        cache.accept(head(), at=NOW)
        assert desk.names() == ["Nia"]


def test_what_was_written_but_not_folded_is_folded_at_the_next_opening(tmp_path: Path) -> None:
    with opened(tmp_path) as (outbox, cache):
        fill(cache, [customer(1, given_name="Ada")])
        add(outbox, rename("customer-1", "Zelda", "Ada"))
        assert Desk(outbox, cache).names() == ["Ada"]
    with opened(tmp_path) as (outbox, cache):
        assert Desk(outbox, cache).names() == ["Zelda"]


def test_a_page_folds_what_another_process_wrote_first(tmp_path: Path) -> None:
    with opened(tmp_path) as (outbox, cache):
        fill(cache, [customer(1, given_name="Ada")])
        with opened(tmp_path) as (others_outbox, _):
            add(others_outbox, rename("customer-1", "Zelda", "Ada"))
        cache.state()
        cache.apply([put(customer(2, given_name="Bo"))], "a")
        assert Desk(outbox, cache).names() == ["Bo", "Zelda"]


def test_a_fold_overtakes_nobody_s_page(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, leader), opened(tmp_path) as (outbox, pane):
        fill(leader, [customer(1, given_name="Ada")])
        add(outbox, rename("customer-1", "Zelda", "Ada"))
        assert pane.fold()
        assert not pane.fold()
        leader.apply([put(customer(2, given_name="Bo"))], "a")
        assert Desk(outbox, pane).names() == ["Bo", "Zelda"]


def test_a_cache_that_is_replaced_is_folded_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as (outbox, cache):
        fill(cache, [customer(1, given_name="Ada")])
        add(outbox, rename("customer-1", "Zelda", "Ada"))
        cache.fold()
    sealed.remove(tmp_path / "cache.db")
    with opened(tmp_path) as (outbox, cache):
        fill(cache, [customer(1, given_name="Ada")])
        assert Desk(outbox, cache).names() == ["Zelda"]


def test_with_another_journal_nothing_of_the_old_one_is_shown(tmp_path: Path) -> None:
    with opened(tmp_path) as (outbox, cache):
        fill(cache, [customer(1, given_name="Ada")])
        add(outbox, rename("customer-1", "Zelda", "Ada"))
        add(outbox, note("customer-1", "likes green"))
        cache.fold()
    sealed.move_aside(tmp_path / "journal.db", "damaged")
    with opened(tmp_path) as (outbox, cache):
        desk = Desk(outbox, cache)
        assert desk.names() == ["Ada"]
        assert desk.asides() == 0
        desk.write(rename("customer-1", "Yvonne", "Ada"))
        assert desk.names() == ["Yvonne"]


def test_what_cannot_be_read_is_not_folded_and_stops_nothing(desk: Desk, tmp_path: Path) -> None:
    newer = '{"op":"bless","id":"customer-1","v":9}'
    broken = "no JSON at all"
    entries = [add(desk.outbox, rename("customer-1", name, "Ada")) for name in ("Xenia", "Yvonne")]
    sealed_file = sealed.connect(tmp_path / "journal.db", KEY)
    for entry, body in zip(entries, (newer, broken), strict=True):
        sealed_file.execute("UPDATE mutation SET body = ? WHERE mid = ?", (body.encode(), entry.mid))
    sealed_file.close()
    desk.cache.fold()
    desk.write(rename("customer-2", "Bob", "Bo"))
    assert desk.names() == ["Ada", "Bob"]
    for entry in desk.outbox.waiting()[:2]:
        with pytest.raises(mutations.Rejected):
            _ = entry.operation
    assert [entry.body for entry in desk.outbox.batch(9, 99999)][:2] == [newer.encode(), broken.encode()]
    desk.settle(*(result(entry, "rejected", code="invalid") for entry in entries))
    assert desk.names() == ["Ada", "Bob"]


def test_one_more_change_is_applied_once_however_many_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(200):
        add(desk.outbox, note("customer-1", f"note {number}"))
    desk.cache.fold()
    applied_now: list[str] = []
    really = mutations.apply

    def counted(operation: Operation, world: mutations.World) -> mutations.Outcome:
        applied_now.append(operation.id)
        return really(operation, world)

    monkeypatch.setattr(mutations, "apply", counted)
    desk.write(note("customer-1", "one more", id="one-more"))
    assert applied_now == ["one-more"]
    assert len(desk.rows("note")) == 201
    applied_now.clear()
    desk.cache.apply([put(customer(2, given_name="Bob"), v=2)], "a")
    assert applied_now == []
    sent = Note(id="sent", customer="customer-1", written_at=NOW, text="of somebody else")
    desk.cache.apply([put(sent), put(msgspec.structs.replace(sent, id="one-more"))], "a")
    assert applied_now == ["one-more"]
    applied_now.clear()
    desk.cache.apply([put(customer(1, given_name="Ann"), v=2)], "b")
    assert len(applied_now) == 200  # all that need to know her; of the other one there is a note already


def test_an_edit_reads_only_what_it_is_about(tmp_path: Path) -> None:
    steps = []
    for many in (20, 2000):
        folder = tmp_path / str(many)
        folder.mkdir()
        with opened(folder) as (outbox, cache):
            fill(cache, [customer(number, given_name=f"Kim {number}") for number in range(many)])
            for number in range(3):
                add(outbox, rename(f"customer-{number}", "Zelda", f"Kim {number}"))
                cache.fold()
            add(outbox, rename("customer-9", "Yvonne", "Kim 9"))
            count = 0

            def step() -> int:
                nonlocal count
                count += 1
                return 0

            cache._writer.set_progress_handler(step, 10)
            cache.fold()
            cache._writer.set_progress_handler(None, 0)
            steps.append(count)
    assert steps[1] < 2 * steps[0]


def test_a_journal_copied_back_from_before_is_folded_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as (outbox, cache):
        fill(cache, [customer(1, given_name="Ada")])
        first = add(outbox, rename("customer-1", "Xenia", "Ada"))
    # With its witness: without, it is a journal that holds less than was stored.
    old = {name: (tmp_path / name).read_bytes() for name in ("journal.db", "witness")}
    with opened(tmp_path) as (outbox, cache):
        assert outbox.withdraw(first.mid)
        add(outbox, rename("customer-1", "Yvonne", "Ada"))
        cache.fold()
        assert Desk(outbox, cache).names() == ["Yvonne"]
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)
    with opened(tmp_path) as (outbox, cache):
        assert Desk(outbox, cache).names() == ["Xenia"]


def test_a_mistake_of_ours_is_reported_once_and_hides_its_own_change_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = mutations.apply

    def mistaken(operation: Operation, world: mutations.World) -> mutations.Outcome:
        if operation.id == "customer-1":
            raise ZeroDivisionError("about Ada")
        return really(operation, world)

    reported: list[Exception] = []
    monkeypatch.setattr(mutations, "apply", mistaken)
    with opened(tmp_path) as (outbox, first):
        fill(first, [customer(1, given_name="Ada"), customer(2, given_name="Bob")])
        cache = Cache.open(first.path, KEY, outbox, reported.append)
        desk = Desk(outbox, cache)
        desk.write(rename("customer-1", "Xenia", "Ada"))
        desk.write(rename("customer-2", "Bo", "Bob"))
        desk.write(rename("customer-1", "Yvonne", "Ada"))
        assert desk.names() == ["Ada", "Bo"]
        cache.state()
        cache.apply([put(customer(3, given_name="Cleo"))], "next")
        assert desk.names() == ["Ada", "Bo", "Cleo"]
        cache.close()
    assert [type(error) for error in reported] == [ZeroDivisionError]
