"""Assigning customers on a terminal: told before, shown at once, taken back as one, and what is counted of people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sellmode_contract import visibility
from sellmode_contract.filters import FilterError
from sellmode_contract.kinds.customer import Customer, Figures, card_id
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import Assign
from sellmode_contract.records import Record
from sellmode_tui.records import NOBODY, CannotUndo, NotVisible, OwnedQuery, RefusedAmong, Rejected
from sellmode_tui.records.changes.attention import Refused
from tests.tui.cache.lines import ME, NOW, STORE, customer
from tests.tui.records.desk import OTHERS, Desk, directory, manager, open_desk

LEFT = Staff(id="staff-2", store=STORE, user_name="user2", name="Cy Left", role="associate", active=False)
MINE = customer("mine", given_name="Anna", family_name="Mine", tier="Gold")
BOS = customer("bos", given_name="Bert", family_name="Bos", owner=OTHERS, tier="gold")
CYS = customer("cys", given_name="Cora", family_name="Cys", owner="staff-2")
MOVED = customer("moved", given_name="Dora", family_name="Moved", owner="staff-elsewhere")
NOBODYS = customer(
    "nobodys", given_name="Emil", family_name="Free", owner=None, figures=Figures(last_contact=NOW - dt.timedelta(2))
)
ALL = (MINE, BOS, CYS, MOVED, NOBODYS)
BIRTHDAY = ImportantDate(id="birthday", customer=NOBODYS.id, label="birthday", month=2, day=3)
THANK = RuleTask(id="thank", store=STORE, customer=NOBODYS.id, rule="thank-you", title="Thank")


def held() -> list[Record]:
    return [*directory(), LEFT, *ALL, *(card for each in ALL for card in visibility.cards(each)), BIRTHDAY, THANK]


@pytest.fixture
def lead(tmp_path: Path) -> Iterator[Desk]:
    """A manager's terminal, in Associate Mode."""
    with open_desk(tmp_path) as desk:
        desk.fill(*held(), mode="associate", person=manager())
        yield desk


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Desk]:
    """A manager's terminal, in Team Mode."""
    with open_desk(tmp_path) as desk:
        desk.fill(*held(), mode="team", person=manager())
        yield desk


def found(desk: Desk, text: str = "", owner: str | None = None) -> list[str]:
    return [row.name for row in desk.records.people.customers(OwnedQuery(text, owner)).rows(0, 50)]


# ------------------------------------------------------------------ who is listed


@pytest.mark.parametrize("which", ["lead", "team"])
def test_all_of_the_store_are_listed_with_owner_tier_and_last_contact(
    which: str, request: pytest.FixtureRequest
) -> None:
    desk: Desk = request.getfixturevalue(which)
    rows = {row.id: row for row in desk.records.people.customers().rows(0, 50)}
    assert [rows[each.id].name for each in ALL] == [each.name for each in ALL]
    assert [rows[each.id].owner_name for each in ALL] == [
        "Ana Ruiz",
        "Bo Meyer",
        "Cy Left (has left)",
        "a colleague (works elsewhere)",
        "",
    ]
    assert (rows[MINE.id].tier, rows[NOBODYS.id].last_contact) == ("Gold", NOW - dt.timedelta(2))
    assert sorted(found(desk, "tier:gold")) == ["Anna Mine", "Bert Bos"]
    assert found(desk, "owner:bo") == ["Bert Bos"]
    assert found(desk, "ber") == ["Bert Bos"]
    assert found(desk, "last_contact<7d or ber") == ["Bert Bos", "Emil Free"]
    assert found(desk, owner=NOBODY) == ["Emil Free"]
    assert found(desk, "cora", owner=LEFT.id) == ["Cora Cys"]


def test_in_associate_mode_a_filter_is_of_what_stands_on_cards(lead: Desk) -> None:
    with pytest.raises(FilterError, match="name, owner, tier and last contact"):
        found(lead, "spend>10")
    with pytest.raises(FilterError, match="parenthes"):
        found(lead, "(tier:gold")


def test_an_associate_has_their_own_alone_and_may_not_assign_them(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*held(), mode="associate")
        assert found(desk) == ["Anna Mine"]
        with pytest.raises(Rejected, match="reassign permission"):
            desk.records.people.assign([MINE.id], OTHERS)


# ------------------------------------------------------------------ what it would change


def test_who_gains_and_who_loses_sight_is_told_before(lead: Desk) -> None:
    told = lead.records.people.preview([each.id for each in ALL], OTHERS)
    assert [each.name for each in told.customers] == ["Anna Mine", "Cora Cys", "Dora Moved", "Emil Free"]
    assert (told.same, told.to_name, told.gained) == (1, "Bo Meyer", 4)
    assert told.leaving == ("Anna Mine", "Emil Free")
    assert told.sentences == (
        "Bo Meyer will see 4 more customers, Ana Ruiz 1 fewer; the store's managers 1 fewer, and keep their cards.",
        "1 of them is Cy Left's, who has left.",
        "1 of them is a colleague's, who works elsewhere.",
        "You yourself will no longer see Anna Mine, Emil Free, only name, owner, tier and last contact.",
    )
    back = lead.records.people.preview([BOS.id], ME)
    assert back.sentences == (
        "You will see 1 more customer, Bo Meyer 1 fewer; the store's managers see them as before.",
    )
    assert lead.records.people.preview([BOS.id], None).sentences == (
        "The store's managers will see 1 more customer, Bo Meyer 1 fewer.",
    )
    assert lead.records.people.preview([BOS.id, "unknown"], OTHERS).sentences == ("Nothing would change.",)


def test_in_team_mode_nobody_gains_or_loses_sight(team: Desk) -> None:
    told = team.records.people.preview([MINE.id, NOBODYS.id], OTHERS)
    assert (told.gained, told.leaving) == (0, ())
    (sentence,) = told.sentences
    assert sentence == (
        "Everyone in the store still sees them: in Team Mode, customers belong to the store."
        " Their automatic tasks will be assigned to Bo Meyer."
    )


# ------------------------------------------------------------------ and what it does


def test_what_is_assigned_shows_at_once_and_is_taken_back_as_one(lead: Desk) -> None:
    written = lead.records.people.assign([BOS.id, NOBODYS.id, CYS.id], ME)
    assert [each.words for each in written] == ["assigning Bert Bos", "assigning Emil Free", "assigning Cora Cys"]
    assert {row.name: row.owner for row in lead.records.people.customers().rows(0, 9)} == {
        "Anna Mine": ME,
        "Bert Bos": ME,
        "Cora Cys": ME,
        "Dora Moved": "staff-elsewhere",
        "Emil Free": ME,
    }
    assert lead.wrote == 1
    undone = lead.records.changes.undo()
    assert (undone.words, undone.how) == ("assigning Bert Bos and 2 more", "withdrawn")
    assert found(lead, owner=ME) == ["Anna Mine"]


def test_who_leaves_ones_view_is_gone_with_all_that_is_theirs_until_it_is_taken_back(lead: Desk) -> None:
    assert lead.records.customers.profile(NOBODYS.id) is not None
    lead.records.people.assign([NOBODYS.id], OTHERS)
    assert lead.records.customers.profile(NOBODYS.id) is None
    assert lead.records.why("date", BIRTHDAY.id) is None
    assert lead.records.tasks.counts().open == 0
    why = lead.records.why("customer_card", card_id(NOBODYS.id))
    assert why is not None
    assert (why.name, why.owner_name, why.rule) == ("Emil Free", "Bo Meyer", "the managers of the customer's store")
    assert (why.audience, why.store) == (f"lead:{STORE}", STORE)
    lead.records.changes.undo()
    assert lead.records.customers.profile(NOBODYS.id) is not None
    assert (lead.records.why("date", BIRTHDAY.id) is None, lead.records.tasks.counts().open) == (False, 1)


def test_what_was_sent_is_taken_back_by_its_inverse(lead: Desk) -> None:
    written = lead.records.people.assign([BOS.id, CYS.id], ME)
    lead.send()
    for each in written:
        lead.answer(each.mid)
    assert lead.records.changes.undo().how == "inverse"
    assert [entry.operation for entry in lead.outbox.latest(2)] == [
        Assign(id=BOS.id, to=OTHERS, was=ME, back=True),
        Assign(id=CYS.id, to="staff-2", was=ME, back=True),
    ]


def test_it_cannot_be_taken_back_to_another_store(lead: Desk) -> None:
    (written,) = lead.records.people.assign([MOVED.id], ME)
    lead.send()
    lead.answer(written.mid)
    with pytest.raises(CannotUndo, match="works in the customer's store"):
        lead.records.changes.undo()


def test_one_that_cannot_be_assigned_holds_all_back(lead: Desk) -> None:
    with pytest.raises(RefusedAmong) as refused:
        lead.records.people.assign([BOS.id, "unknown"], ME)
    assert (refused.value.number, refused.value.code) == (1, "not_found")
    with pytest.raises(NotVisible):
        lead.records.people.assign(["unknown"], ME)
    with pytest.raises(Rejected, match="works in the customer's store"):
        lead.records.people.assign([BOS.id], LEFT.id)
    assert lead.outbox.waiting() == []
    assert [each.nothing for each in lead.records.people.assign([BOS.id], OTHERS)] == [True]


def test_who_was_slower_reads_whose_the_customer_is_and_may_assign_anew(lead: Desk) -> None:
    (written,) = lead.records.people.assign([CYS.id], ME)
    lead.refuse(written.mid, detail="The customer has been reassigned in the meantime.", field="owner", winner=OTHERS)
    (item,) = lead.records.changes.attention()
    assert isinstance(item, Refused)
    assert (item.words, item.reason) == (
        "assigning Cora Cys",
        "The customer has been reassigned in the meantime: Bo Meyer.",
    )
    (value,) = item.values
    assert (value.label, value.mine_text, value.present_text) == ("owner", "Ana Ruiz", "Cy Left")
    lead.records.changes.resend(item.mid, {"owner": OTHERS})
    assert found(lead, owner=OTHERS) == ["Bert Bos", "Cora Cys"]


def test_in_team_mode_the_rules_open_tasks_are_the_new_owners_at_once(team: Desk) -> None:
    team.records.people.assign([NOBODYS.id], OTHERS)
    assert team.profile(NOBODYS.id).owner_name == "Bo Meyer"
    (line,) = team.records.tasks.agenda().rows(0, 9)
    assert (line.title, line.whose_name) == ("Thank", "Bo Meyer")


def test_only_what_it_changes_is_kept_of_what_was_before(lead: Desk) -> None:
    lead.records.people.assign([NOBODYS.id], OTHERS)
    (entry,) = lead.outbox.waiting()
    assert not any(name.startswith("date/") for name in entry.before)


# ------------------------------------------------------------------ what everybody has

SUNDAY_NIGHT = dt.datetime(2026, 11, 22, 22, 59, tzinfo=dt.UTC)


def tasks() -> list[ManualTask]:
    mine = ManualTask(id="mine", store=STORE, creator=ME, title="T", due_at=NOW - dt.timedelta(1))
    later = msgspec.structs.replace(mine, id="later", due_at=NOW + dt.timedelta(1))
    given = msgspec.structs.replace(mine, id="given", assignee=OTHERS)
    done = msgspec.structs.replace(given, id="done", state="done", done_by=OTHERS, done_at=NOW)
    early = msgspec.structs.replace(done, id="early", done_at=NOW - dt.timedelta(5))
    old = msgspec.structs.replace(done, id="old", done_at=NOW - dt.timedelta(7))
    bos = msgspec.structs.replace(mine, id="bos", creator=OTHERS)
    return [mine, later, given, done, early, old, bos]


@pytest.mark.parametrize(
    ("mode", "bos"),
    [("team", (1, 2, 2, 1, 2)), ("associate", (1, 1, 1, 1, 2))],
)
def test_everybodys_work_is_counted_as_far_as_it_is_seen(mode: str, bos: tuple[int, ...], tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        cards = [card for each in tasks() for card in visibility.cards(each)]
        desk.fill(*held(), *tasks(), *cards, mode=mode, person=manager())
        counted = desk.records.people.workload()
        loads = {
            load.name: (load.customers, load.open, load.overdue, load.done_today, load.done_week)
            for load in counted.people
        }
        assert loads == {
            "Ana Ruiz": (1, 2, 1, 0, 0),
            "Bo Meyer": bos,
            "Cy Left": (1, 0, 0, 0, 0),
            "a colleague": (1, 0, 0, 0, 0),
        }
        assert [load.standing for load in counted.people] == ["", "", "has left", "works elsewhere"]
        assert (counted.nobody.customers, counted.nobody.open, counted.whole) == (1, 1, mode == "team")


def test_counting_takes_as_many_queries_for_many_as_for_few_and_reads_no_records(lead: Desk) -> None:
    def statements() -> list[str]:
        with lead.records._readings.open() as reading:
            reading.connection.set_trace_callback(said.append)
        said.clear()
        lead.records.people.workload()
        with lead.records._readings.open() as reading:
            reading.connection.set_trace_callback(None)
        return [each for each in said if each.startswith("SELECT") and " FROM " in each]

    said: list[str] = []
    lead.records.people.workload()
    few = statements()
    more = [customer(f"more-{number}", owner=OTHERS) for number in range(300)]
    lead.bring_cards(more)
    many = statements()
    assert len(many) - len(few) in (0, 2), "besides what is read anew after every change: the retailer, the staff"
    assert not any(".doc" in each for each in many if "staff" not in each and "retailer" not in each)
    assert {load.name: load.customers for load in lead.records.people.workload().people}["Bo Meyer"] == 301


def test_more_than_may_be_written_at_once_is_said(lead: Desk) -> None:
    more = [customer(f"more-{number}", owner=OTHERS) for number in range(501)]
    lead.bring_cards(more)
    with pytest.raises(Rejected, match="At most 500"):
        lead.records.people.assign([each.id for each in more], ME)
    lead.records.people.assign([each.id for each in more[:500]], ME)
    lead.records.changes.undo()
    assert len(found(lead, owner=OTHERS)) == 50


def test_a_customer_is_named_by_id_though_only_the_card_is_seen(lead: Desk) -> None:
    assert lead.records.people.named("customer-bos", 5) == [BOS.id]
    assert lead.records.people.named("customer-n", 5) == [NOBODYS.id]
    assert lead.records.people.named("nobody", 5) == []
    assert isinstance(BOS, Customer)
