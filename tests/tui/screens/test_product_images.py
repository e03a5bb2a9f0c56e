"""Pictures of products on the screen: in cells, as a card, or not at all; and pictures of that in `snapshots/`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from textual.pilot import Pilot

from sellmode_tui.account import folders
from sellmode_tui.terminal.graphics import Graphics
from sellmode_tui.terminal.placing import placed
from sellmode_tui.widgets.picture import stand_ins
from tests.tui.pictures.drawn import png
from tests.tui.screens import counter, picturing, writing
from tests.tui.screens.briefing import COAT
from tests.tui.screens.counter import wait_until
from tests.tui.screens.picturing import SAID, box, is_there
from tests.tui.screens.writing import at_rest

SCENES: dict[str, tuple[Callable[[Pilot[None]], Awaitable[None]], tuple[int, int]]] = {
    "product-80x24": (picturing.product, (80, 24)),
    "product-60x20": (picturing.product, (60, 20)),
    "products-120x40": (picturing.beside, (120, 40)),
    "look-80x24": (picturing.look, (80, 24)),
}


@pytest.mark.parametrize("name", SCENES)
def test_scene(name: str, snap_compare: Any, data: Path) -> None:
    picturing.files(data)
    go, size = SCENES[name]

    async def act(pilot: Pilot[None]) -> None:
        await go(pilot)
        await is_there(pilot)

    assert snap_compare(counter.counter(), terminal_size=size, run_before=act)


def test_a_card_scene(snap_compare: Any, data: Path) -> None:
    picturing.files(data)

    async def act(pilot: Pilot[None]) -> None:
        pilot.app.theme = "16-colours"
        await picturing.product(pilot)
        await is_there(pilot)

    assert snap_compare(counter.counter(), terminal_size=(80, 24), run_before=act)


def drawn(pilot: Pilot[None]) -> str:
    """What is on the screen, as text."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


async def test_few_colours_get_words_and_ascii_gets_neither(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picturing.files(data)
    async with counter.running(counter.counter()) as pilot:
        await picturing.product(pilot)
        await is_there(pilot)
        assert "▀▀▀" in drawn(pilot)
        pilot.app.theme = "16-colours"
        await wait_until(pilot, lambda: "a hanger," in drawn(pilot))
        assert "▀" not in drawn(pilot)
        pilot.app.theme = "light"
        await wait_until(pilot, lambda: "▀▀▀" in drawn(pilot))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM")
    async with counter.running(counter.counter()) as pilot:
        await picturing.product(pilot)
        await is_there(pilot)
        assert SAID.split()[-1] in drawn(pilot)
    async with counter.running(counter.counter(ascii_only=True)) as pilot:
        await picturing.product(pilot)
        assert not box(pilot).display


async def test_they_can_be_hidden_and_that_is_remembered(data: Path) -> None:
    picturing.files(data)
    async with counter.running(counter.counter()) as pilot:
        await picturing.product(pilot)
        await is_there(pilot)
        width = pilot.app.screen.query_one("#text").size.width
        await pilot.press("ctrl+p")
        await writing.type_in(pilot, "hide pic")
        await at_rest(pilot)
        await pilot.press("enter")
        await wait_until(pilot, lambda: not pilot.app.screen.query("PaletteBox") and not box(pilot).display)
        await at_rest(pilot)
        assert pilot.app.screen.query_one("#text").size.width > width
    assert folders.known_accounts()[0].hides_pictures
    async with counter.running(counter.counter()) as pilot:
        await picturing.product(pilot)
        assert not box(pilot).display
        await pilot.press("ctrl+p")
        await writing.type_in(pilot, "show pic")
        await at_rest(pilot)
        await pilot.press("enter")
        await is_there(pilot)
    assert not folders.known_accounts()[0].hides_pictures


async def test_the_page_is_set_beside_it_whatever_the_size(data: Path) -> None:
    picturing.files(data)
    async with counter.running(counter.counter()) as pilot:
        await picturing.product(pilot)
        await is_there(pilot)
        for columns, beside in ((80, True), (62, False), (100, True)):
            await pilot.resize_terminal(columns, 24)
            await wait_until(pilot, lambda beside=beside: box(pilot).is_beside == beside)  # type: ignore[misc]  # bound
            await at_rest(pilot)
            text, picture = pilot.app.screen.query_one("#text"), box(pilot)
            assert not text.region.overlaps(picture.region)
            assert max(map(len, drawn(pilot).splitlines())) == columns


async def test_a_slow_line_hides_them_until_they_are_wanted_all_the_same(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picturing.files(data)
    app = counter.counter()
    sent: list[str] = []
    monkeypatch.setattr(app, "write_to_terminal", sent.append)
    async with counter.running(app) as pilot:
        await picturing.product(pilot)
        await is_there(pilot)
        await wait_until(pilot, lambda: sent == ["\x1b[?2026$p"])
        assert app.pictures._asked_at is not None
        app.pictures._asked_at -= 2
        app.pictures.answered()
        await wait_until(pilot, lambda: not box(pilot).display)
        assert not folders.known_accounts()[0].hides_pictures  # another line may be faster
        app.pictures.choose(hidden=False)
        await is_there(pilot)
        assert sent == ["\x1b[?2026$p"]


async def test_late_ones_are_not_shown(data: Path) -> None:
    picturing.files(data)
    app = counter.counter()
    async with counter.running(app) as pilot:
        await picturing.product(pilot)
        await is_there(pilot)
        view = box(pilot)
        view.show(None, beside=True)
        view.read_again(COAT.id)
        await at_rest(pilot)
        assert not view.display


async def test_none_comes_to_the_terminal_once_the_account_is_closed(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picturing.files(data)
    app = counter.counter()
    sent: list[str] = []
    app.graphics = Graphics(sent.append)
    async with counter.running(app) as pilot:
        await picturing.product(pilot)
        await is_there(pilot)
        assert "a=T" in sent[0]
        view, workspace = box(pilot), app.sign_out.let_go(typed=None)
        assert workspace is not None
        assert "a=d" in sent[-1]
        before = len(sent)
        view.read_again()  # the page has not gone yet
        await at_rest(pilot)
        assert sent[before:] == []
        workspace.close()


async def test_a_picture_takes_so_many_bytes(data: Path) -> None:
    """A page of text takes some 4 kB."""
    picturing.files(data)
    async with counter.running(counter.counter()) as pilot:
        await picturing.product(pilot)
        await is_there(pilot)
        strips = box(pilot)._strips
        assert (strips[0].cell_length, len(strips)) == (24, 15)
    assert len(png()) < 3_000  # over the network
    for colours, most in (("truecolor", 9_500), ("256", 7_500)):
        console = Console(color_system=colours, force_terminal=True)  # type: ignore[arg-type]  # literals
        assert 2_000 < sum(len(placed(strip.render(console)).encode()) for strip in strips) < most
    sent: list[str] = []
    number = Graphics(sent.append).place(png(), 24, 15)
    strips = stand_ins(number, 24, 15)
    console = Console(color_system="truecolor", force_terminal=True)
    assert len("".join(sent)) < 4_500  # once
    assert sum(len(placed(strip.render(console)).encode()) for strip in strips) < 12_000
