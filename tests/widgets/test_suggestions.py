"""A short list of what could be chosen: what is said beside each has the room that there is."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.containers import Vertical

from sellmode_tui.widgets.suggestions import Suggestion, Suggestions

LONG = "back in stock, an abandoned cart, an unsubscribed newsletter"


class OfferApp(App[None]):
    """A list as wide as its box."""

    CSS = "Suggestions { overlay: none; width: 1fr; } Vertical { padding: 0 2; }"

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Suggestions()


@pytest.mark.parametrize(("width", "shown"), [(80, LONG), (60, "back in stock, an abandoned cart, an unsub…")])
async def test_what_is_said_beside_one_is_cut_only_where_there_is_no_room(width: int, shown: str) -> None:
    app = OfferApp()
    async with app.run_test(size=(width, 5)) as pilot:
        offers = app.query_one(Suggestions)
        offers.open([Suggestion("An event", LONG)])
        await pilot.pause()
        assert offers.render_line(0).text.rstrip() == f"> An event  {shown}"
