"""The rules that make tasks, at a manager's terminal: listed, switched, changed, made, removed, previewed."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.mutations import Create
from sellmode_contract.wire import Preview, PreviewLine
from sellmode_tui.errors import SignInNeeded
from sellmode_tui.records import RuleLine
from sellmode_tui.screens.changes.attention import AttentionScreen
from sellmode_tui.screens.changes.attention_details import RefusedScreen
from sellmode_tui.screens.changes.resend_form import ResendForm
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.rules.form import EditRuleForm, NewRuleForm
from sellmode_tui.screens.rules.list_page import RulesScreen, TriggerBox
from sellmode_tui.screens.rules.preview import PreviewScreen, preview_words
from sellmode_tui.widgets.row_table import RowTable
from tests.tui.screens import tasking, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.writing import CLARA, STORE, at_rest, field, put, save, shows, store_of


@pytest.fixture(autouse=True)
def _files(data: Path) -> None:
    tasking.files(data, "mira")


async def to_rules(pilot: Pilot[None]) -> RulesScreen:
    await pilot.press("6")
    await shows(pilot, RulesScreen)
    page = pilot.app.screen
    assert isinstance(page, RulesScreen)
    await wait_until(pilot, lambda: page.settled and page.current is not None)
    return page


async def to_rule(pilot: Pilot[None], slug: str) -> RuleLine:
    page = await to_rules(pilot)
    for _ in range(20):
        line = page.current
        assert line is not None
        if line.rule.slug == slug:
            return line
        await pilot.press("down")
        await at_rest(pilot)
    raise AssertionError("no such rule")


def rule(pilot: Pilot[None], slug: str) -> TaskRule:
    """The rule that stands in the store."""
    found = [line.rule for line in store_of(pilot).rules.lines() if line.rule.slug == slug]
    return next((each for each in found if each.store == STORE), found[0])


def below(pilot: Pilot[None]) -> str:
    return writing.said(pilot, "#below")


async def test_a_retailers_rule_is_switched_off_for_the_store_and_undo_takes_that_back() -> None:
    async with tasking.at_the_tasks("mira") as pilot:
        await to_rule(pilot, "birthday")
        await pilot.press("x")
        await wait_until(pilot, lambda: not rule(pilot, "birthday").enabled)
        assert rule(pilot, "birthday").store == STORE
        assert len([line for line in store_of(pilot).rules.lines() if line.rule.slug == "birthday"]) == 2
        await at_rest(pilot)
        await pilot.press("u")
        await wait_until(pilot, lambda: rule(pilot, "birthday").enabled)


async def test_the_cursor_goes_to_the_stores_rule_so_that_the_same_key_switches_it_back() -> None:
    async with tasking.at_the_tasks("mira") as pilot:
        await to_rule(pilot, "birthday")
        await pilot.press("x")
        await wait_until(pilot, lambda: not rule(pilot, "birthday").enabled)
        await at_rest(pilot)
        await pilot.press("x")
        await wait_until(pilot, lambda: rule(pilot, "birthday").enabled)
        assert rule(pilot, "birthday").store == STORE


async def test_the_cursor_goes_to_the_stores_rule_also_if_the_list_is_read_again_meanwhile() -> None:
    async with tasking.at_the_tasks("mira") as pilot:
        await to_rule(pilot, "birthday")
        page = pilot.app.screen
        assert isinstance(page, RulesScreen)
        id = page.current.rule.id if page.current else ""
        store_of(pilot).rules.edit(id, {"enabled": False})
        for _ in range(2):  # the change itself, and what the sync has to tell
            page.records_changed()
        await wait_until(pilot, lambda: page.settled and page.current is not None)
        assert page.current is not None
        assert (page.current.rule.slug, page.current.in_place) == ("birthday", False)


async def test_a_rule_in_whose_place_another_stands_is_left_alone() -> None:
    async with tasking.at_the_tasks("mira") as pilot:
        page = await to_rules(pilot)
        await pilot.press("end")
        await at_rest(pilot)
        assert page.current is not None
        assert page.current.in_place
        await pilot.press("x")
        await wait_until(pilot, lambda: "own version of this rule" in below(pilot))
        assert store_of(pilot).changes.unsent() == []


async def test_a_rule_is_edited_with_errors_at_the_field() -> None:
    async with tasking.at_the_tasks("mira") as pilot:
        await to_rule(pilot, "thank-you")
        await pilot.press("enter")
        await shows(pilot, EditRuleForm)
        put(pilot, "audience", "spend>>100")
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check Customers."
        put(pilot, "audience", "tag:vip")
        put(pilot, "due_time", "9 o'clock")
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check Due at."
        put(pilot, "due_time", "09:00")
        put(pilot, "daily_cap", "many")
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check At most."
        put(pilot, "daily_cap", "")
        await pilot.press("f2")
        await shows(pilot, RulesScreen)
        await wait_until(pilot, lambda: rule(pilot, "thank-you").audience == "tag:vip")
        changed = rule(pilot, "thank-you")
        assert (changed.due_time, changed.daily_cap, changed.offset_days) == ("09:00", None, 2)


async def test_a_rule_that_was_refused_is_edited_and_sent_again() -> None:
    async with tasking.at_the_tasks("mira") as pilot:
        made = {"slug": "soap", "name": "Soap", "title": "Ask", "trigger": "replenishment", "after_days": 30}
        store_of(pilot).rules.create(
            {**made, "products": ["sku:1", "b"], "message": "Dear {given_name}", "action": "call"}
        )
        writing.refuse(pilot, "invalid", "It has to be a number from 1 to 3660.", "after_days")
        await pilot.press("f3")
        await shows(pilot, AttentionScreen)
        await wait_until(pilot, lambda: bool(pilot.app.screen.query_one(RowTable).count))
        await pilot.press("enter")
        await shows(pilot, RefusedScreen)
        await pilot.press("e")
        await shows(pilot, ResendForm)
        assert field(pilot, "products").state == "sku:1, b"
        put(pilot, "after_days", "20")
        put(pilot, "products", "sku:1, c")
        put(pilot, "message", "Dear {given_name},\nhow is it?")
        await pilot.press("f2")
        await shows(pilot, AttentionScreen)
        sent = writing.outbox(pilot).waiting()[0].operation
        assert isinstance(sent, Create)
        assert sent.doc["after_days"] == 20
        assert sent.doc["products"] == ["sku:1", "c"]
        assert (sent.doc["message"], sent.doc["action"]) == ("Dear {given_name},\nhow is it?", "call")
        assert rule(pilot, "soap").after_days == 20


async def test_a_rule_is_made_and_removed() -> None:
    async with tasking.at_the_tasks("mira") as pilot:
        await to_rules(pilot)
        await pilot.press("a")
        await shows(pilot, TriggerBox)
        await writing.type_in(pilot, "running out")
        await pilot.press("enter")
        await shows(pilot, NewRuleForm)
        put(pilot, "slug", "new-cream")
        put(pilot, "name", "New cream")
        put(pilot, "title", "Offer a new jar")
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check After."
        put(pilot, "after_days", "60")
        put(pilot, "products", "Skincare, sku:AV-1")
        field(pilot, "per_unit").focus_first()
        await pilot.press("y")
        await pilot.press("f2")
        await shows(pilot, RulesScreen)
        await wait_until(pilot, lambda: any(line.rule.slug == "new-cream" for line in store_of(pilot).rules.lines()))
        made = rule(pilot, "new-cream")
        assert (made.products, made.after_days, made.per_unit, made.store) == (
            ("Skincare", "sku:AV-1"),
            60,
            True,
            STORE,
        )
        await wait_until(pilot, lambda: pilot.app.screen.settled)  # type: ignore[attr-defined]  # the page of rules
        await to_rule(pilot, "new-cream")
        await pilot.press("delete")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, RulesScreen)
        await wait_until(pilot, lambda: all(line.rule.slug != "new-cream" for line in store_of(pilot).rules.lines()))


async def test_a_preview_is_asked_of_the_server_as_the_rule_is_typed() -> None:
    async with tasking.at_the_tasks("mira") as pilot:
        asked: list[TaskRule] = []

        def answer(asked_for: TaskRule, store: str) -> Preview:
            asked.append(asked_for)
            assert store == STORE
            line = PreviewLine(customer=CLARA.id, due="2026-11-26", held="contacted")
            return Preview(day="2026-11-26", due=0, held=1, lines=(line,))

        await to_rule(pilot, "birthday")
        pilot.app.screen._desk.preview = answer  # type: ignore[attr-defined]  # the page's
        await pilot.press("enter")
        await shows(pilot, EditRuleForm)
        put(pilot, "offset_days", "-7")
        put(pilot, "message", "Hi {given_name|there}.")
        field(pilot, "details").focus_first()  # in which F6 would mark a line
        await pilot.press("f6")
        await shows(pilot, PreviewScreen)
        said = (
            "Thu 26 Nov 2026: 0 tasks, 1 held back: contacted recently (1).\n"
            "Text: Hi [given name].\nWithout a name: Hi there."
        )
        await wait_until(pilot, lambda: writing.said(pilot, "#above") == said)
        table = pilot.app.screen.query_one(RowTable)
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 1)
        assert [each.offset_days for each in asked] == [-7]
        await pilot.press("escape")
        await shows(pilot, EditRuleForm)
        assert field(pilot, "offset_days").state == "-7"


async def test_a_preview_needs_the_line() -> None:
    async with tasking.at_the_tasks("mira") as pilot:
        await to_rule(pilot, "birthday")

        def nobody(*_: object) -> Preview:
            raise SignInNeeded("There is no line.")

        pilot.app.screen._desk.preview = nobody  # type: ignore[attr-defined]  # the page's
        await pilot.press("p")
        await shows(pilot, PreviewScreen)
        await wait_until(pilot, lambda: writing.said(pilot, "#above") == "There is no line.")


def test_a_preview_says_how_many_customers_it_leaves_out() -> None:
    assert preview_words(Preview(day="2026-11-26", due=0, held=0, lines=(), unseen=1215), "purchase") == (
        "Thu 26 Nov 2026: 0 tasks. Not counted: about 1,215 customers of the store whom you do not see."
    )


def test_a_preview_says_what_its_list_leaves_out() -> None:
    line = PreviewLine(customer="c", due="2026-11-26")
    assert preview_words(Preview(day="2026-11-26", due=300, held=0, lines=(line,) * 200), "purchase") == (
        "Thu 26 Nov 2026: 300 tasks. Listed are 200 of these 300, and the reasons of those."
    )
