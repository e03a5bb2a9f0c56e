"""What was typed in a small box and not done comes back when that box opens again about the same."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

import sellmode_tui.screens
from sellmode_contract.kinds.product import Product
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.records.looks.lines import LookLine
from sellmode_tui.records.products.details import ProductDetails
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.forms.form_field import FormField
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.inbox.boxes import CloseBox, LooksBox, PassOnBox, TextsBox
from sellmode_tui.screens.inbox.customer_forms import WhoBox
from sellmode_tui.screens.inbox.talk_page import TalkScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.keys import KeysScreen
from sellmode_tui.screens.kit.palette import PaletteBox
from sellmode_tui.screens.kit.pick_box import PickBox
from sellmode_tui.screens.kit.search_bar import SearchBar
from sellmode_tui.screens.kit.theme_box import ThemeBox
from sellmode_tui.screens.lookbooks.boxes import RenewBox, SaveBox, WayBox
from sellmode_tui.screens.lookbooks.delegating import UndelegateBox
from sellmode_tui.screens.people.assigning import AssignBox
from sellmode_tui.screens.products.boxes import LookbookBox, VariantBox
from sellmode_tui.screens.results.boxes import ExportBox, PeriodBox, WhoseBox
from sellmode_tui.screens.rules.list_page import TriggerBox
from sellmode_tui.screens.sales.boxes import DeclineBox, DisputeBox, UpholdBox
from sellmode_tui.screens.tasks.agenda import AgendaScreen
from sellmode_tui.screens.tasks.boxes import DismissBox, HandOverBox, SnoozeBox, TakeBackBox
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens import tasking, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.drafting import is_kept, stored, unlock
from tests.tui.screens.looking import OPERA
from tests.tui.screens.tasking import CALL, at_cursor, at_the_tasks, list_is_there
from tests.tui.screens.writing import app_of, at_rest, at_the_counter, said, shows, store_of, told, type_in


@pytest.fixture(autouse=True)
def _files(data: Path) -> None:
    tasking.files(data)


NOT_KEPT = {
    SignInScreen: "passwords",
    LockScreen: "passwords",
    KeysScreen: "searches keys, and nothing is written",
    PaletteBox: "searches what there is, and nothing is written",
    SearchBar: "kept with the list that it searches",
}


def takers() -> Iterator[type[object]]:
    """Every class of the screens that makes a line or an area to type into."""
    root = Path(sellmode_tui.screens.__path__[0])
    for path in sorted(root.rglob("*.py")):
        module = importlib.import_module(
            ".".join(("sellmode_tui.screens", *path.relative_to(root).with_suffix("").parts))
        )
        for made in (each for each in ast.parse(path.read_text()).body if isinstance(each, ast.ClassDef)):
            calls = (each.func for each in ast.walk(made) if isinstance(each, ast.Call))
            called = [getattr(module, each.id, None) for each in calls if isinstance(each, ast.Name)]
            if any(isinstance(each, type) and issubclass(each, Input | TextArea) for each in called):
                yield getattr(module, made.name)


def test_everything_that_takes_text_keeps_it_or_says_why_not() -> None:
    found = set(takers())
    assert PickBox in found
    keeps = FormScreen | FormField | PickBox | TalkScreen
    assert not [each for each in found - NOT_KEPT.keys() if not issubclass(each, keeps)]
    assert found >= NOT_KEPT.keys()


DRAFT = LookDetails(
    line=LookLine(OPERA, "draft", "draft"), products=(), sent=(), bought={}, given_name="", email="", phone="",
    language="", unwanted=frozenset(), sender="", rule="", unsent=False, refused=False,
)  # fmt: skip


def variants(desk: Desk, style: str = "coat") -> VariantBox:
    product = Product(id=f"{style}-M", sku="M", title=style, style=style, currency="EUR")
    return VariantBox(desk, ProductDetails(product, variants=(), stores=(), options={}, currency="EUR"))


MAKE: dict[str, Callable[[Desk], PickBox]] = {
    "snooze": lambda desk: SnoozeBox(desk, "it", ["1", "2"]),
    "dismiss": lambda desk: DismissBox(desk, "it", ["1"]),
    "take_back": lambda desk: TakeBackBox(desk, "it", ["1"]),
    "hand_over": lambda desk: HandOverBox(desk, "it", ["1"], ()),
    "assign": lambda desk: AssignBox(desk, "it", ["1"], ()),
    "trigger": TriggerBox,
    "theme": lambda desk: ThemeBox(desk, "dark"),
    "share_way": lambda desk: WayBox(desk, DRAFT),
    "renew_link": lambda desk: RenewBox(desk, "1"),
    "save_look": lambda desk: SaveBox(desk, "Winter", "1"),
    "add-to-lookbook": lambda desk: LookbookBox(desk, "Coat", "1", ()),
    "variant": variants,
    "dispute": lambda desk: DisputeBox(desk, "it", ["1"]),
    "uphold": lambda desk: UpholdBox(desk, "it", ["1"]),
    "decline": lambda desk: DeclineBox(desk, "it", ["1"]),
    "undelegate": lambda desk: UndelegateBox(desk, (), "1"),
    "results_period": lambda desk: PeriodBox(desk, desk.words.today),
    "results_whose": lambda desk: WhoseBox(desk, ()),
    "close_request": lambda desk: CloseBox(desk, "it", "1"),
    "pass_on": lambda desk: PassOnBox(desk, "it", "1", ()),
    "request_customer": lambda desk: WhoBox(desk, "it", "1", ()),
    "answer_text": lambda desk: TextsBox(desk, "1", ()),
    "answer_lookbook": lambda desk: LooksBox(desk, "1", ()),
    "results_export": lambda desk: ExportBox(desk, "Anna"),
}


def line(pilot: Pilot[None]) -> TextField:
    return pilot.app.screen.query_one(TextField)


async def opened(pilot: Pilot[None], box: Callable[[Desk], PickBox]) -> None:
    desk = app_of(pilot).current.desk
    assert desk is not None
    made = box(desk)
    pilot.app.call_next(lambda: app_of(pilot).open(made))
    await wait_until(pilot, lambda: pilot.app.screen is made and made.focused is not None)
    await at_rest(pilot)


async def test_what_was_typed_in_a_box_is_there_when_it_opens_again() -> None:
    assert not PickBox.kinds.keys() & FormScreen.kinds.keys()
    async with at_the_counter() as pilot:
        for kind in PickBox.kinds:
            await opened(pilot, MAKE[kind])
            await type_in(pilot, f"my {kind}")
        await is_kept(pilot, f"my {kind}")
        await pilot.press("f10")
        await unlock(pilot)
        assert len(pilot.app.screen_stack) == 2
        for kind in PickBox.kinds:
            await opened(pilot, MAKE[kind])
            assert line(pilot).value == f"my {kind}"


async def test_what_was_typed_in_a_box_is_discarded_on_demand() -> None:
    async with at_the_counter() as pilot:
        await opened(pilot, MAKE["dismiss"])
        await type_in(pilot, "canary")
        await is_kept(pilot, "canary")
        await pilot.press("escape")
        await shows(pilot, ConfirmBox)
        assert said(pilot, ".box-title") == "Discard changes?"
        await pilot.press("escape")
        await shows(pilot, DismissBox)
        assert line(pilot).value == "canary"
        await pilot.press("escape")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await wait_until(pilot, lambda: stored(pilot) == [])
        await opened(pilot, MAKE["dismiss"])
        assert line(pilot).value == ""


async def test_every_kind_of_box_has_a_name() -> None:
    unnamed, kinds = [], [PickBox]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if not kind.__subclasses__() and not kind.__dict__.get("KIND"):
            unnamed.append(kind)
    assert unnamed == []


async def test_it_is_there_only_for_the_same_records() -> None:
    async with at_the_counter() as pilot:
        await opened(pilot, MAKE["snooze"])
        await type_in(pilot, "fri")
        await pilot.press("f10")
        await unlock(pilot)
        for about, text in ((["1"], ""), (["1", "2", "3"], ""), (["2", "1"], "fri")):
            await opened(pilot, lambda desk, about=about: SnoozeBox(desk, "it", about))  # type: ignore[misc]  # mypy does not infer it
            assert line(pilot).value == text
            pilot.app.pop_screen()


async def test_sizes_typed_for_one_style_are_not_there_for_another() -> None:
    async with at_the_counter() as pilot:
        await opened(pilot, variants)
        await type_in(pilot, "38")
        await pilot.press("f10")
        await unlock(pilot)
        for style, text in (("skirt", ""), ("coat", "38")):
            await opened(pilot, lambda desk, style=style: variants(desk, style))  # type: ignore[misc]  # mypy does not infer it
            assert line(pilot).value == text
            pilot.app.pop_screen()


async def test_switching_and_the_next_start_keep_it_and_quitting_asks() -> None:
    async with at_the_counter() as pilot:
        await opened(pilot, MAKE["dismiss"])
        await type_in(pilot, "moved away")
        await pilot.press("f9")
        await shows(pilot, SignInScreen)
    async with at_the_counter() as pilot:
        await opened(pilot, MAKE["dismiss"])
        assert line(pilot).value == "moved away"
        await pilot.press("f10")
        await unlock(pilot)
        await pilot.press("ctrl+q")
        await shows(pilot, ConfirmBox)
        assert "Typed and not done: Dismiss it. Why?" in [str(each.render()) for each in pilot.app.screen.query(Static)]
        await pilot.press("y")
        await wait_until(pilot, lambda: pilot.app._exit)
    async with at_the_counter() as pilot:
        assert stored(pilot) == []


async def test_it_goes_with_what_it_led_to_and_stays_if_that_is_refused() -> None:
    async with at_the_tasks() as pilot:
        tasks, key = store_of(pilot).tasks, tasking.state(pilot, CALL).line.key
        await pilot.press("d")
        await shows(pilot, DismissBox)
        await type_in(pilot, "moved away")
        await is_kept(pilot, "moved away")
        kept = stored(pilot)
        tasks.finish([key])  # another window was quicker
        await pilot.press("enter")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: bool(told(pilot)))
        assert tasking.state(pilot, CALL).line.state == "done"
        await at_rest(pilot)
        assert stored(pilot) == kept
        tasks.reopen(*key)
        writing.look_again(pilot)
        await list_is_there(pilot)
        await wait_until(pilot, lambda: at_cursor(pilot).id == CALL.id)
        await pilot.press("d")
        await shows(pilot, DismissBox)
        await wait_until(pilot, lambda: line(pilot).value == "moved away")
        await pilot.press("enter")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: stored(pilot) == [])
        assert tasking.state(pilot, CALL).line.state == "dismissed"
