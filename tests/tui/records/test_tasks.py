"""The agenda and its counts, true at any moment; one task and its words; whom one does not see has no name."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import CustomerCard
from sellmode_contract.kinds.manual_task import ManualTask, TaskCard
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import CustomField, StoreEntry
from sellmode_contract.kinds.rule_task import Because, RuleTask
from sellmode_contract.kinds.task import Task
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations.operations import TaskKind
from sellmode_contract.store_time import Due, read_due
from sellmode_tui.records import AgendaList, AgendaQuery, Section, TaskCounts, TaskKey
from sellmode_tui.records.context import Context
from sellmode_tui.records.tasks.details import details
from sellmode_tui.records.tasks.lines import A_COLLEAGUES_CUSTOMER, KINDS, OPEN, SECTIONS
from tests.tui.cache.lines import ALL, ME, NOW, RETAILER, STORE, customer, put, staff
from tests.tui.records.desk import ANNA, OTHERS, Desk, directory, manager, open_desk, seller

ZURICH = ZoneInfo("Europe/Zurich")


def manual(id: str, due: str = "", zone: ZoneInfo = ZURICH, **fields: object) -> ManualTask:
    task = ManualTask(id=id, store=STORE, creator=ME, title=f"Task {id}", due=due)
    return msgspec.structs.replace(task, due_at=read_due(due).instant(zone) if due else None, **fields)


def of_a_rule(id: str, because: Because | None = None, **fields: object) -> RuleTask:
    task = RuleTask(id=id, store=STORE, customer=ANNA.id, rule="thank-you", title="Thank", because=because)
    return msgspec.structs.replace(task, **fields)


def key(task: Task) -> TaskKey:
    kinds: dict[type, TaskKind] = {ManualTask: "manual_task", RuleTask: "rule_task", CorporateTask: "corporate_task"}
    return TaskKey(kinds[type(task)], task.id)


# ------------------------------------------------------------------ sections


def test_each_task_is_in_the_section_of_its_due_time(desk: Desk) -> None:
    """It is Sunday noon, so that no day is left of this week; Thursday has some."""
    desk.bring(
        manual("yesterday", "2026-11-21"),
        manual("morning", "2026-11-22T09:00"),
        manual("evening", "2026-11-22T19:00"),
        manual("today", "2026-11-22"),
        manual("thursday", "2026-11-26"),
        manual("friday", "2026-11-27T08:00"),
        manual("sunday", "2026-11-29"),
        manual("monday", "2026-11-30T00:01"),
        manual("any"),
    )

    def sections() -> dict[str, Section]:
        return {line.id: line.section for line in desk.records.tasks.agenda().rows(0, 20)}

    assert list(sections().items()) == [
        ("yesterday", "overdue"),
        ("morning", "overdue"),
        ("evening", "today"),
        ("today", "today"),
        ("thursday", "later"),
        ("friday", "later"),
        ("sunday", "later"),
        ("monday", "later"),
        ("any", "later"),
    ]
    assert desk.records.tasks.counts() == TaskCounts(overdue=2, today=2, week=0, later=4, any_time=1)
    desk.now = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
    assert [sections()[id] for id in ("today", "thursday", "friday", "sunday", "monday", "any")] == [
        *("overdue", "today", "week", "week", "later", "later")
    ]
    assert desk.records.tasks.counts() == TaskCounts(overdue=4, today=1, week=2, later=1, any_time=1)


_instants = st.integers(0, 230 * 24 * 60).map(
    lambda minutes: dt.datetime(2026, 3, 20, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
_zones = st.sampled_from(
    ["Europe/Zurich", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo", "America/St_Johns", "UTC"]
)


class _Drawn(NamedTuple):
    due: Due | None
    expires: dt.datetime | None
    state: str


_drawn = st.builds(
    _Drawn,
    st.none()
    | st.builds(
        Due,
        st.dates(dt.date(2026, 3, 20), dt.date(2026, 11, 10)),
        st.none() | st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    ),
    st.none() | _instants,
    st.sampled_from(["open", "open", "open", "done", "expired"]),
)


def _plainly(drawn: _Drawn, now: dt.datetime, zone: ZoneInfo) -> str:
    """The section that a person would say, by the store's wall clock and calendar."""
    if drawn.state != "open" or (drawn.expires is not None and drawn.expires <= now):
        return "done"
    if drawn.due is None:
        return "any_time"
    today = now.astimezone(zone).date()
    due_at = drawn.due.instant(zone)
    if due_at <= now:
        return "overdue"
    if drawn.due.day == today or (drawn.due.day < today and due_at > now):
        return "today"
    # The first minute of a day belongs to the day before: by then that one is over.
    day = (due_at - dt.timedelta(microseconds=1)).astimezone(zone).date()
    if day == today:
        return "today"
    return "week" if day <= today + dt.timedelta(days=6 - today.weekday()) else "later"


@given(st.lists(_drawn, max_size=12), st.lists(_instants, min_size=2, max_size=4), _zones)
def test_counts_are_the_lengths_of_the_sections_at_any_moment(
    drawn: list[_Drawn], moments: list[dt.datetime], name: str
) -> None:
    """A list that was read before is as true as a new one, whether days have passed or the clock was put back."""
    zone = ZoneInfo(name)
    tasks = {
        f"task-{number}": msgspec.structs.replace(
            of_a_rule(f"task-{number}"),
            due=one.due.text if one.due else "",
            due_at=one.due.instant(zone) if one.due else None,
            expires_at=one.expires,
            state=one.state,
        )
        for number, one in enumerate(drawn)
    }
    retailer = msgspec.structs.replace(RETAILER, stores=(StoreEntry(id=STORE, name="Here", time_zone=name),))
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder)) as desk:
        desk.fill(ANNA, *tasks.values(), retailer=retailer)
        everything = desk.records.tasks.agenda(AgendaQuery(SECTIONS))
        for now in moments:
            desk.now = now
            found = {line.id: line.section for line in everything.rows(0, 20)}
            plainly = {f"task-{number}": _plainly(one, now, zone) for number, one in enumerate(drawn)}
            assert found == {id: "later" if section == "any_time" else section for id, section in plainly.items()}
            sections = list(plainly.values())
            counts = TaskCounts(*(sections.count(section) for section in TaskCounts._fields))
            assert desk.records.tasks.counts() == counts
            lengths = everything.lengths()
            assert lengths == desk.records.tasks.agenda(AgendaQuery(SECTIONS)).lengths()
            assert [lengths[section] for section in OPEN] == [*counts[:3], counts.later + counts.any_time]
            assert lengths["done"] == sections.count("done")
            for section in SECTIONS:
                alone = desk.records.tasks.agenda(AgendaQuery((section,)))
                assert [line.id for line in alone.rows(0, 20)] == [id for id, of in found.items() if of == section]


def test_a_list_is_stale_when_a_task_has_moved(desk: Desk) -> None:
    desk.bring(manual("evening", "2026-11-22T19:00"), of_a_rule("short", expires_at=NOW + dt.timedelta(hours=1)))
    agenda = desk.records.tasks.agenda()
    assert (agenda.count(), agenda.stale) == (2, False)
    desk.now = NOW + dt.timedelta(minutes=59)
    assert agenda.stale is False
    desk.now = NOW + dt.timedelta(hours=1)
    assert _is_stale(agenda)
    assert [line.id for line in agenda.rows(0, 9)] == ["evening"]
    (expired,) = desk.records.tasks.agenda(AgendaQuery(("done",))).rows(0, 9)
    assert (expired.state, expired.reason, expired.ended_at) == ("expired", "its time ran out", desk.now)
    desk.now = dt.datetime(2026, 11, 22, 18, tzinfo=dt.UTC)  # 19:00 in Zurich
    assert _is_stale(agenda)
    assert agenda.lengths() == {"overdue": 1, "today": 0, "week": 0, "later": 0}
    desk.bring(manual("more"))
    assert _is_stale(agenda)
    assert agenda.count() == 2


def _is_stale(agenda: AgendaList) -> bool:
    return agenda.stale


def test_ended_tasks_come_newest_first(desk: Desk) -> None:
    hours = {"first": 3, "second": 1, "third": 2}
    desk.bring(
        *(manual(id, state="done", done_by=ME, done_at=NOW - dt.timedelta(hours=ago)) for id, ago in hours.items())
    )
    assert [line.id for line in desk.records.tasks.agenda(AgendaQuery(("done",))).rows(0, 9)] == [
        "second",
        "third",
        "first",
    ]


# ------------------------------------------------------------------ orders, and which


def test_by_customer_those_with_a_name_come_first(desk: Desk) -> None:
    zoe = customer(2, given_name="Zoe", family_name="Zwingli")
    desk.bring(
        zoe,
        manual("nobody", "2026-11-20"),
        manual("zoe", "2026-11-20", customer=zoe.id),
        manual("gone", "2026-11-20", customer="customer-9"),
        manual("late", "2026-12-20", customer=ANNA.id),
        of_a_rule("anna"),
        manual("early", "2026-11-20", customer=ANNA.id),
    )
    found = desk.records.tasks.agenda(AgendaQuery(order="customer")).rows(0, 9)
    assert [line.id for line in found] == ["early", "late", "anna", "zoe", "gone", "nobody"]
    by_kind = desk.records.tasks.agenda(AgendaQuery(order="kind")).rows(0, 9)
    assert [line.id for line in by_kind] == ["early", "gone", "nobody", "zoe", "late", "anna"]


def test_a_list_may_be_of_some(desk: Desk) -> None:
    desk.bring(
        manual("mine"),
        manual("bos", creator=OTHERS),
        manual("given", assignee=OTHERS, customer=ANNA.id),
        of_a_rule("anybodys"),
        of_a_rule("for-me", meant_for=ME),
        of_a_rule("taken", meant_for=ME, claimed_by=OTHERS),
        of_a_rule("took", meant_for=OTHERS, claimed_by=ME),
        CorporateTask(id="of-all", store=STORE, person=ME, title="Window"),
    )

    def ids(**query: Any) -> set[str]:
        return {key.id for key in desk.records.tasks.agenda(AgendaQuery(**query)).keys()}  # noqa: SIM118 -- of a list

    assert ids(mine=True) == {"mine", "for-me", "took", "of-all"}
    assert desk.records.tasks.counts(mine=True).open == 4
    assert ids(kinds=("manual_task",)) == {"mine", "bos", "given"}
    assert ids(kinds=("corporate_task", "manual_task")) == {"mine", "bos", "given", "of-all"}
    assert ids(customer=ANNA.id) == {"given", "anybodys", "for-me", "taken", "took"}
    assert ids(text="tas giv") == {"given"}
    assert ids(text="must") == {"given", "anybodys", "for-me", "taken", "took"}
    assert ids(text="windo") == {"of-all"}
    assert ids(text="nothing like it") == set()


# ------------------------------------------------------------------ what a line and a page say


def test_a_line_tells_everything_in_words(desk: Desk) -> None:
    desk.bring(
        manual("call", "2026-11-27T15:00", customer=ANNA.id, creator=OTHERS, assignee=ME, action="call"),
        of_a_rule("thank", Because(event="purchase", at=NOW - dt.timedelta(days=5)), claimed_by=OTHERS),
    )
    thank, call = sorted(desk.records.tasks.agenda().rows(0, 9), key=lambda line: line.id, reverse=True)
    assert (call.due_words, call.customer, call.customer_name) == ("Fri 15:00", ANNA.id, "Anna Muster")
    assert (call.given_by, call.whose_name, call.action, call.because) == ("Bo Meyer", "Ana Ruiz", "call", "")
    assert (thank.because, thank.rule, thank.claimed_name) == ("bought 5 days ago", "thank-you", "Bo Meyer")
    assert (thank.due, thank.due_words, thank.whose) == (None, "", None)
    assert (call.giver, thank.giver) == ("Bo Meyer", "")


def test_a_due_day_is_a_day_of_the_tasks_store(desk: Desk) -> None:
    """Whoever leads several stores may be a day ahead of one of them."""
    apia = StoreEntry(id="apia", name="Apia", time_zone="Pacific/Apia")
    retailer = msgspec.structs.replace(RETAILER, stores=(*RETAILER.stores, apia))
    there = manual("there", "2026-11-23", ZoneInfo(apia.time_zone))
    desk.bring(retailer, manual("here", "2026-11-23"), msgspec.structs.replace(there, store=apia.id))
    desk.now = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)  # in Apia the 23rd has begun
    assert {line.id: line.due_words for line in desk.records.tasks.agenda().rows(0, 9)} == {
        "here": "tomorrow",
        "there": "today",
    }


def test_many_tasks_are_read_in_as_few_queries_as_one(desk: Desk) -> None:
    because = Because(event="purchase", at=NOW)
    tasks = [
        each
        for number in range(20)
        for each in (
            manual(f"call-{number}", customer=ANNA.id),
            of_a_rule(f"thank-{number}", because, message="Dear {given_name}"),
            CorporateTask(id=f"show-{number}", store=STORE, person=ME, title="Show it", products=("1",)),
        )
    ]
    desk.bring(*tasks)
    keys = desk.records.tasks.agenda().keys()
    assert len(keys) == 60
    queries: dict[int, int] = {}
    with desk.cache.reading() as reading:
        around, statements = Context(reading), list[str]()
        reading.connection.set_trace_callback(statements.append)
        first_of_each = [next(key for key in keys if key.kind == kind) for kind in KINDS]
        for some in (first_of_each, keys):
            statements.clear()
            found = details(reading, around, some, NOW)
            assert [each.line.key for each in found] == some
            queries[len(some)] = len(statements)
        reading.connection.set_trace_callback(None)
    assert queries[3] == queries[60] > 0
    assert {each.message for each in found if each.line.kind == "rule_task"} == {"Dear Anna"}
    assert desk.records.tasks.details([*keys[:1], TaskKey("manual_task", "nobody's")])[0].line.key == keys[0]


def test_who_gave_a_task_is_told_so(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(manual("call", creator=ME, assignee=OTHERS), *directory(), mode="team", person=manager())
        (line,) = desk.records.tasks.agenda().rows(0, 9)
        assert (line.given_by, line.given_by_me, line.giver) == ("Ana Ruiz", True, "you")


def test_what_is_put_off_shows_when_it_comes_back(desk: Desk) -> None:
    task = manual("late", "2026-11-20", snoozed_to="2026-11-24")
    desk.bring(msgspec.structs.replace(task, due_at=read_due("2026-11-24").instant(ZURICH)))
    (line,) = desk.records.tasks.agenda().rows(0, 9)
    assert (line.section, line.snoozed, line.due_words) == ("later", True, "Tue")


def test_a_due_time_that_says_nothing_does_no_harm(desk: Desk) -> None:
    desk.bring(manual("odd"), msgspec.structs.replace(manual("odder"), due="whenever", due_at=NOW))
    assert {(line.due, line.due_words) for line in desk.records.tasks.agenda().rows(0, 9)} == {(None, "")}


def test_a_page_has_the_rule_and_the_message_filled_in(desk: Desk) -> None:
    rule = TaskRule(
        id=task_rule_id(None, "thank-you"), slug="thank-you", name="Thank you", trigger="purchase", title="Thank"
    )
    task = of_a_rule(
        "thank",
        Because(event="date", day="2026-11-24", about="birthday", whose="Rex"),
        message="Dear {given_name}, {about} of {whose} {day}! {associate}, {store} {nonsense}",
    )
    desk.bring(rule, task)
    found = desk.records.tasks.get("rule_task", "thank")
    assert found is not None
    assert found.rule_name == "Thank you"
    assert found.message == "Dear Anna, birthday of Rex Tue! Ana Ruiz, Zürich {nonsense}"
    assert found.line.because == "birthday of Rex on 24 Nov"
    assert found.can == {"finish", "snooze", "hand_over", "claim"}
    own = msgspec.structs.replace(rule, id=task_rule_id(STORE, "thank-you"), store=STORE, name="Ours")
    desk.bring(own)
    again = desk.records.tasks.get("rule_task", "thank")
    assert again is not None
    assert again.rule_name == "Ours"


def test_a_corporate_task_names_its_products(desk: Desk) -> None:
    desk.bring(
        Product(id="p", sku="1", title="Scarf", variant="red", price=1250, currency="CHF"),
        CorporateTask(id="window", store=STORE, person=ME, title="Window", subject="New", products=("1", "2")),
    )
    found = desk.records.tasks.get("corporate_task", "window")
    assert found is not None
    known, unknown = found.products
    assert (found.subject, known.name, known.price, unknown.name) == ("New", "Scarf red", 1250, "")
    assert found.can == {"finish", "snooze"}


def test_what_a_task_is_about_goes_by_its_title_and_label(desk: Desk) -> None:
    pets = CustomField(
        name="pet",
        label="Pets",
        type="group",
        fields=(CustomField(name="birthday", label="Birthday", type="date"),),
    )
    joined = CustomField(name="joined", label="Member since", type="date")
    food = Product(id="p", sku="17", title="Cat food", currency="CHF")
    desk.cache.state()
    desk.cache.apply(
        [put(msgspec.structs.replace(RETAILER, custom_fields=(pets, joined)), ALL, v=9), put(food, ALL)], "own"
    )
    reasons = {
        "bought Cat food 5 days ago": Because(event="purchase", at=NOW - dt.timedelta(days=5), about="sku:17"),
        "bought 18 5 days ago": Because(event="replenishment", at=NOW - dt.timedelta(days=5), about="sku:18"),
        "bought Shoes today": Because(event="purchase", at=NOW, about="Shoes"),
        "Birthday of Rex tomorrow": Because(event="date", day="2026-11-23", about="pet.birthday", whose="Rex"),
        "Member since tomorrow": Because(event="date", day="2026-11-23", about="joined"),
        "name day tomorrow": Because(event="date", day="2026-11-23", about="name day"),
    }
    desk.bring(*(of_a_rule(f"task-{number}", because) for number, because in enumerate(reasons.values())))
    assert [line.because for line in desk.records.tasks.agenda().rows(0, 9)] == list(reasons)


def test_what_may_be_done_depends_on_who_has_it(desk: Desk) -> None:
    desk.bring(
        manual("mine", claimed_by=ME),
        manual("bos", creator=OTHERS, claimed_by=OTHERS),
        manual("done", state="done", done_by=ME, done_at=NOW),
        manual("done-by-bo", state="done", done_by=OTHERS, done_at=NOW),
    )
    can = {
        id: found.can
        for id in ("mine", "bos", "done", "done-by-bo")
        if (found := desk.records.tasks.get("manual_task", id))
    }
    assert can == {
        "mine": {"finish", "snooze", "edit", "hand_over", "release", "remove"},
        "bos": {"snooze", "edit", "hand_over"},
        "done": {"reopen"},
        "done-by-bo": set(),
    }


def test_who_is_disabled_keeps_nobody_from_a_task_that_they_have_taken(desk: Desk) -> None:
    left = [msgspec.structs.replace(one, active=False) for one in directory() if one.id == OTHERS]
    assert len(left) == 1
    desk.bring(manual("bos", creator=OTHERS, claimed_by=OTHERS), *left)
    found = desk.records.tasks.get("manual_task", "bos")
    assert found is not None
    assert found.can == {"finish", "snooze", "edit", "hand_over", "claim"}


# ------------------------------------------------------------------ whom one does not see


def test_a_customer_who_has_left_has_no_name(desk: Desk) -> None:
    desk.bring(
        manual("mine", customer=ANNA.id),
        of_a_rule(
            "done",
            Because(event="date", day="2026-11-24", about="Anna's feast", whose="Rex"),
            state="done",
            done_by=ME,
            done_at=NOW,
            message="{name} {whose}",
        ),
    )
    desk.leave(ANNA)
    lines = desk.records.tasks.agenda(AgendaQuery(SECTIONS)).rows(0, 9)
    details = [desk.records.tasks.get(*line.key) for line in lines]
    assert {(line.customer, line.customer_name) for line in lines} == {(None, A_COLLEAGUES_CUSTOMER)}
    for name in ("Anna Muster", "Muster", "Anna's", "Rex"):
        assert name not in repr(details)
        assert name not in "".join(each.message for each in details if each)
    assert desk.records.tasks.agenda(AgendaQuery(SECTIONS, customer=ANNA.id)).count() == 0
    assert desk.records.tasks.agenda(AgendaQuery(SECTIONS, text="Anna")).count() == 0


def test_in_associate_mode_a_rules_task_falls_to_its_customers_owner(tmp_path: Path) -> None:
    """Whomever it was made for: the customer has been given to somebody else since."""
    nobodys = customer(4, given_name="Dora", owner=None)
    tasks = (of_a_rule("hers", meant_for=OTHERS), of_a_rule("nobodys", customer=nobodys.id, meant_for=OTHERS))
    for mode, wanted in {
        "associate": {"hers": "Ana Ruiz", "nobodys": ""},
        "team": dict.fromkeys(("hers", "nobodys"), "Bo Meyer"),
    }.items():
        (tmp_path / mode).mkdir()
        with open_desk(tmp_path / mode) as desk:
            desk.fill(ANNA, nobodys, *tasks, *directory(), mode=mode, person=manager())
            assert {line.id: line.whose_name for line in desk.records.tasks.agenda().rows(0, 9)} == wanted


def test_a_manager_knows_names_from_cards(tmp_path: Path) -> None:
    """In Associate Mode the customers are their owners'; the manager has the names, and cards of what was given."""
    with open_desk(tmp_path) as desk:
        bos = customer(3, given_name="Carla", owner=OTHERS)
        card = CustomerCard(id="card", customer=bos.id, name="Carla", owner=OTHERS)
        given = TaskCard(
            id="given", store=STORE, task="t", title="Call Carla", creator=ME, assignee=OTHERS, about=bos.id,
            due="2026-11-20", due_at=read_due("2026-11-20").instant(ZURICH),
        )  # fmt: skip
        done = msgspec.structs.replace(given, id="done", state="done", done_at=NOW)
        desk.fill(
            bos, card, done, given, manual("mine", customer=bos.id), *directory(), mode="associate", person=manager()
        )
        (line,) = desk.records.tasks.agenda().rows(0, 9)
        assert (line.customer, line.customer_name) == (None, "Carla")
        first, second = desk.records.tasks.given()
        assert (first.giver_name, first.giver) == ("Ana Ruiz", "you")
        assert (first.card, first.assignee_name, first.overdue, first.due_words) == (
            "given",
            "Bo Meyer",
            True,
            "20 Nov",
        )
        assert (first.customer, first.customer_name, second.card, second.state) == (None, "Carla", "done", "done")
        assert [one.name for one in desk.records.tasks.assignable(bos.id)] == ["Ana Ruiz", "Bo Meyer"]
        assert [one.name for one in desk.records.tasks.assignable()] == ["Ana Ruiz", "Bo Meyer"]


def test_to_whom_a_task_may_go(tmp_path: Path) -> None:
    left = msgspec.structs.replace(staff(5, "Left"), active=False)
    tasks = (manual("mine"), manual("back", creator=OTHERS, assignee=ME), of_a_rule("rule"))
    expected = {"team": (["Bo Meyer"], ["Bo Meyer"], ["Ana Ruiz", "Bo Meyer"]), "associate": ([], ["Bo Meyer"], [])}
    for mode, wanted in expected.items():
        with open_desk(tmp_path / mode) as desk:
            desk.fill(ANNA, *tasks, *directory(), left, mode=mode, person=seller())
            found = tuple([one.name for one in desk.records.tasks.takers([key(task)])] for task in tasks)
            assert found == wanted
            assert [one.name for one in desk.records.tasks.assignable()][:1] == ["Ana Ruiz"]
            assert len(desk.records.tasks.assignable(ANNA.id)) == (2 if mode == "team" else 1)
            assert [one.name for one in desk.records.tasks.takers([key(tasks[0]), key(tasks[1])])] == (
                ["Bo Meyer"] if mode == "team" else []
            )


def test_why_a_task_is_seen(desk: Desk) -> None:
    desk.bring(manual("mine"), of_a_rule("rule"))
    mine, rule = desk.records.why("manual_task", "mine"), desk.records.why("rule_task", "rule")
    assert mine is not None
    assert rule is not None
    assert (mine.name, mine.column, mine.audience, mine.rule) == (
        "Task mine",
        "team",
        f"store:{STORE}",
        ("everyone in the store"),
    )
    assert rule.rule == "everyone in the customer's store; once done, in the store where it was done"


def test_a_task_is_named_by_the_beginning_of_its_id(desk: Desk) -> None:
    desk.bring(manual("abcdefgh-1"), of_a_rule("abcdefgh-2"))
    assert desk.records.tasks.named("ABCDEFGH", 9) == [("manual_task", "abcdefgh-1"), ("rule_task", "abcdefgh-2")]
    assert desk.records.tasks.named("abcdefgh-2", 9) == [("rule_task", "abcdefgh-2")]
    assert desk.records.tasks.named("abcdefgh", 1) == [("manual_task", "abcdefgh-1")]
    assert (desk.records.tasks.named("abc", 9), desk.records.tasks.named("nobody-has-it", 9)) == ([], [])


# ------------------------------------------------------------------ the profile


def test_a_profile_has_open_tasks_and_what_was_done(desk: Desk) -> None:
    desk.bring(
        of_a_rule("later", due="2026-12-01", due_at=NOW + dt.timedelta(days=9)),
        manual("now", "2026-11-22", customer=ANNA.id),
        manual("another"),
        of_a_rule("over", expires_at=NOW),
        manual("done", customer=ANNA.id, state="done", done_by=OTHERS, done_at=NOW),
    )
    profile = desk.profile()
    assert [line.id for line in profile.tasks] == ["now", "later"]
    assert [(entry.kind, entry.record.id, entry.who) for entry in profile.timeline] == [("task", "done", "Bo Meyer")]


# ------------------------------------------------------------------ many


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Desk]:
    """Ten thousand open tasks, of two thousand customers."""
    people = [customer(number, given_name=f"C{number}") for number in range(2000)]
    tasks = [
        of_a_rule(f"task-{number:05}", customer=f"customer-{number % 2000}", due_at=NOW + dt.timedelta(hours=number))
        for number in range(8000)
    ]
    with open_desk(tmp_path) as desk:
        desk.fill(*people, *tasks, *(manual(f"manual-{number:05}") for number in range(2000)), *directory())
        yield desk


def test_many_tasks_take_few_queries(busy: Desk) -> None:
    queries: list[str] = []
    with busy.cache.reading() as reading:
        reading.connection.set_trace_callback(queries.append)
    agenda = busy.records.tasks.agenda()
    assert agenda.count() == 10_000
    busy.records.tasks.counts()
    asked = {}
    reads: dict[str, Callable[[], object]] = {
        "counts": busy.records.tasks.counts,
        "rows": lambda: agenda.rows(5000, 5050),
        "by customer": lambda: busy.records.tasks.agenda(AgendaQuery(order="customer")).rows(5000, 5050),
        "lengths": agenda.lengths,
    }
    for name, ask in reads.items():
        queries.clear()
        ask()
        found = [query for query in queries if query.startswith("SELECT")]
        # Beside what the cache asks itself for each reading: which state it is in, and whether it is damaged.
        asked[name] = len([query for query in found if " meta " not in query and " sqlite_master " not in query])
    assert asked == {"counts": 2, "rows": 4, "by customer": 5, "lengths": 1}, "one reads the scopes each time"
    queries.clear()
    busy.records.tasks.counts()
    (counting,) = [query for query in queries if "FROM task" in query]
    with busy.cache.reading() as reading:
        plan = [step for *_, step in reading.connection.execute(f"EXPLAIN QUERY PLAN {counting}")]
    scans = [step for step in plan if step.startswith(("SCAN", "SEARCH")) and "_task" in step]
    assert len(scans) == 3
    assert all(f"INDEX {kind}_open" in scan for kind, scan in zip(KINDS, scans, strict=True))
