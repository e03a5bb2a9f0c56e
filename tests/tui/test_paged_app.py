"""What the app has to say, whatever page is open."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Footer

from sellmode_tui.account.settings import Settings
from sellmode_tui.shell.paged_app import PagedApp
from tests.tui.screens.counter import wait_until


class _Page(Screen[None]):
    def compose(self) -> ComposeResult:
        yield Vertical(id="body")
        yield Footer(compact=True)


def heights(pilot: Pilot[None]) -> tuple[int, list[int]]:
    """Of the page, and of what is said under it."""
    page = pilot.app.screen
    return page.query_one("#body").size.height, [each.region.height for each in page.query("Toast")]


async def test_what_is_said_covers_nothing_and_leaves_nothing_behind() -> None:
    app = PagedApp(Settings())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.push_screen(_Page())
        await wait_until(pilot, lambda: heights(pilot) == (23, []))
        for _ in range(3):
            app.clear_notifications()
            app.say("Saved.")
            await wait_until(pilot, lambda: heights(pilot) == (22, [1]))
            app.say("Something that takes two lines to be said " * 3)
            await wait_until(pilot, lambda: heights(pilot) == (20, [1, 2]))
        app.clear_notifications()
        await wait_until(pilot, lambda: heights(pilot) == (23, []))


async def test_what_has_no_encoding_is_copied_without_ending_the_app() -> None:
    app = PagedApp(Settings())
    async with app.run_test():
        app.copy_to_clipboard("a\ud800")
        assert app.clipboard == "a?"
