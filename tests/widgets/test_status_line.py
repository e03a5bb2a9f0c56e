"""The status line: words, what goes first where it is narrow, and when it repaints."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from sellmode_contract.text import visible
from sellmode_tui.terminal.ascii import in_ascii
from sellmode_tui.widgets.meanings import OVERDUE, UNTHEMED
from sellmode_tui.widgets.status_line import Status, StatusLine, status_text
from tests.support.hostile import HOSTILE

ONLINE = Status("ONLINE", synced="14:02", person="Jamie Lee", mode="Team Mode")
OFFLINE = Status("OFFLINE", since="14:02", unsent=3, person="Jamie Lee", mode="Team Mode")
BUSY = replace(OFFLINE, attention=1, synced="13:58", notice="server wants a newer app")
PENDING = "OFFLINE since 14:02 · 1 needs attention: F3 · ^ 3 not sent: F4"
EVERYTHING = f"{PENDING} · server wants a newer app · synced 13:58 · Jamie Lee · Team Mode"


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (ONLINE, "ONLINE · synced 14:02 · Jamie Lee · Team Mode"),
        (OFFLINE, "OFFLINE since 14:02 · ^ 3 not sent: F4 · Jamie Lee · Team Mode"),
        (Status(), "OFFLINE"),
        (Status("SIGNED OUT"), "SIGNED OUT"),
        (replace(OFFLINE, alarm=True), "~ OFFLINE since 14:02 · ^ 3 not sent: F4 · Jamie Lee · Team Mode"),
        (BUSY, EVERYTHING),
        (
            replace(ONLINE, tasks="3 overdue, 5 today", tasks_mean=OVERDUE),
            "ONLINE · ! 3 overdue, 5 today · synced 14:02 · Jamie Lee · Team Mode",
        ),
    ],
)
def test_says_in_words_how_things_stand(status: Status, text: str) -> None:
    assert status_text(status, 200) == text
    assert in_ascii(text, letters=False) == text.replace("·", "|")


def test_the_least_important_goes_first_where_it_is_narrow() -> None:
    seen: list[str] = []
    for width in range(140, 0, -1):
        text = status_text(BUSY, width)
        assert cell_len(text) <= width
        if not seen or seen[-1] != text:
            seen.append(text)
    assert seen[:7] == [
        EVERYTHING,
        f"{PENDING} · server wants a newer app · synced 13:58 · Team Mode",
        f"{PENDING} · server wants a newer app · synced 13:58",
        f"{PENDING} · server wants a newer app",
        PENDING,
        "OFFLINE since 14:02 · 1 needs attention: F3",
        "OFFLINE since 14:02",
    ]
    assert seen[7] == "OFFLINE since 14:0" or seen[7].endswith("…")


def test_tasks_stay_longer_than_who_and_where() -> None:
    status = replace(ONLINE, tasks="3 overdue, 5 today", tasks_mean=OVERDUE)
    assert status_text(status, 46) == "ONLINE · ! 3 overdue, 5 today · synced 14:02"
    assert status_text(status, 40) == "ONLINE · synced 14:02"


@pytest.mark.parametrize("width", [3, 20, 80])
def test_hostile_names_obey_nothing(width: int) -> None:
    for text in HOSTILE:
        line = status_text(replace(ONLINE, person=text, notice=text), width)
        assert visible(line) == line
        assert cell_len(line) <= width


class LineApp(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return UNTHEMED

    def compose(self) -> ComposeResult:
        yield StatusLine(ONLINE)


async def test_the_widget_shows_what_fits_and_never_takes_a_name_for_markup() -> None:
    app = LineApp()
    async with app.run_test(size=(80, 5)) as pilot:
        line = app.query_one(StatusLine)
        line.status = replace(ONLINE, person="[@click=app.exit]Ann [/VIP]")
        await pilot.pause()
        assert line.render_line(0).text.strip() == "ONLINE · synced 14:02 · [@click=app.exit]Ann [/VIP] · Team Mode"
        await pilot.resize_terminal(30, 5)
        await pilot.pause()
        assert line.render_line(0).text.strip() == "ONLINE · synced 14:02"


async def test_a_connection_that_is_down_has_a_colour_of_its_own() -> None:
    app = LineApp()
    async with app.run_test(size=(80, 5)) as pilot:
        line = app.query_one(StatusLine)
        line.status = replace(OFFLINE, alarm=True)
        await pilot.pause()
        down = next(segment for segment in line.render_line(0) if "OFFLINE" in segment.text)
        rest = next(segment for segment in line.render_line(0) if "Jamie" in segment.text)
        assert down.text == "~ OFFLINE since 14:02"
        assert down.style
        assert rest.style
        assert down.style.bold
        assert down.style.color != rest.style.color


async def test_repaints_only_when_other_words_are_to_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    app = LineApp()
    async with app.run_test(size=(24, 5)) as pilot:
        line = app.query_one(StatusLine)
        await pilot.pause()
        repaints: list[str] = []
        monkeypatch.setattr(line, "refresh", lambda: repaints.append(line.text))
        line.status = replace(ONLINE)
        line.status = replace(ONLINE, person="Somebody whose name is not shown here")
        assert repaints == []
        line.status = replace(ONLINE, synced="14:03")
        assert repaints == ["ONLINE · synced 14:03"]
