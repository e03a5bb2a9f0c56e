"""One figure as a page: its chart, its parts, and how it is worked out."""

from __future__ import annotations

from itertools import zip_longest
from typing import Final

from textual.content import Content

from sellmode_contract.kinds.contact import CONTACTS
from sellmode_contract.results.kpis import DAYS
from sellmode_contract.results.measures import MONEY, sales_in
from sellmode_contract.text import visible
from sellmode_tui import figures, language
from sellmode_tui.dates.names import short_day, short_month, weekday
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records.results.detail import FigureDetail, PartOf, Stretch
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.results.words import (
    axis_text,
    better_text,
    change,
    least_step,
    period_text,
)
from sellmode_tui.widgets import chart
from sellmode_tui.widgets.cells import fit

_BESIDE: Final = 30
"""Cells of the parts where they stand beside the chart."""
_ROOM_BESIDE: Final = 74
"""Cells of a page from which on they do."""
_CHANNEL: Final = 15
"""Cells of a channel's name."""
_WEEK: Final = 7
_OTHERS: Final = {
    "manual": marked("manual"),
    "rule": marked("automatic"),
    "corporate": marked("corporate"),
    "site": marked("website"),
    "social": marked("social media"),
}
"""Channels that are no contacts, inside a sentence: sorts of tasks, and where people rate."""


def detail_text(found: FigureDetail, words: Words, width: int) -> Page:
    """The whole figure, for a width in cells."""
    page, kpi = Page(width, words), found.figure.now.kpi
    page.title(trd(kpi.name), figures.value_text(found.figure.now, found.currency))
    page.on_top(*_compared(found))
    if towards := _towards(found):
        page.on_top(*towards)
    beside = page.width >= _ROOM_BESIDE
    left = page.width - _BESIDE - 2 if beside else page.width
    drawn = _chart(found, left, height=6 if page.width < 100 else 10)
    parts = _parts(found, _BESIDE if beside else page.width)
    if beside:
        page.lines += [
            Content("  ").join([line.pad_right(max(0, left - line.cell_length)), part])
            for line, part in zip_longest(drawn, parts, fillvalue=Content(""))
        ]
    else:
        page.lines += [*drawn, Content(""), *parts]
    page.heading(tr("How it is worked out"))
    page.text(f"{trd(kpi.formula)}. {better_text(kpi)}")
    page.text(tr("Comes from: {sources}.", sources=", ".join(map(trd, kpi.sources))))
    page.text(
        tr(
            "Before: {before}. A year before: {year_before}.",
            before=period_text(found.before),
            year_before=period_text(found.year_before),
        ),
        style=MUTED,
    )
    return page


def _compared(found: FigureDetail) -> list[str]:
    """Beside the figure those of before and of a year before, each with how it has changed."""
    now, before, year_before = found.figure
    said = []
    for text, then in ((tr("before"), before), (tr("a year before"), year_before)):
        changed = change(now, then)
        value = figures.value_text(then, found.currency)
        if changed.better or changed.worse:
            way = tr("better") if changed.better else tr("worse")
            said.append(f"{text} {value}, {changed.text} {way}")
        else:
            said.append(f"{text} {value}")
    return said


def _towards(found: FigureDetail) -> list[str]:
    """The target, how far the figure is on its way, and what is missing each day that is left."""
    progress, currency = found.progress, found.currency
    if progress is None:
        return []
    target = tr("target {target}", target=figures.value_text(progress.goal, currency))
    if not progress.is_way:
        return [target, tr("met") if progress.met else tr("not met")]
    said = [target, figures.share_text(progress)]
    if progress.met or not found.days_left:
        return [*said, tr("met") if progress.met else tr("not met")]
    missing = figures.value_text(progress.missing, currency)
    each = figures.value_text(progress.each_day(found.days_left), currency)
    left = trn(
        "{missing} to go, {each} a day for {number:,} day",
        "{missing} to go, {each} a day for {number:,} days",
        found.days_left,
        missing=missing,
        each=each,
    )
    return [*said, left]


def _chart(found: FigureDetail, width: int, height: int) -> list[Content]:
    """Columns for the parts of the period; where there is no value at all, why not."""
    kpi, currency = found.figure.now.kpi, found.currency
    bars = [
        chart.Bar(_label(stretch, found), stretch.now.value, stretch.before.value if stretch.before else None)
        for stretch in found.stretches
    ]
    if not any(value for bar in bars for value in (bar.now, bar.before)):
        nothing = tr("Nothing in these days yet.") if kpi.comes_later else tr("Nothing in these days.")
        return Content.assemble((nothing, MUTED)).wrap(width)
    by = {"day": tr("By day"), "week": tr("By week"), "month": tr("By month"), "year": tr("By year")}[found.step]
    lines, both = chart.columns(
        bars,
        height,
        width,
        lambda value: axis_text(kpi.unit, value, currency),
        least_step=least_step(kpi.unit, currency),
    )
    before = f"  {chart.BEFORE} {tr('before')}" if both else ""
    return [Content.assemble((by, "bold"), f"  {chart.NOW} {tr('now')}{before}"), *lines]


def _label(stretch: Stretch, found: FigureDetail) -> str:
    first = stretch.period.first
    match found.step:
        case "day":
            return weekday(first) if found.period.days <= _WEEK else str(first.day)
        case "week":
            return short_day(first)
        case "month":
            return short_month(first.month)
    return str(first.year)


def _parts(found: FigureDetail, width: int) -> list[Content]:
    """What it is a sum of, and what that is divided by; by channel where there are several."""
    lines = [Content.assemble((tr("Parts"), "bold"))]
    above = [part for part in found.parts if not part.below]
    below = [part for part in found.parts if part.below]
    top = max((abs(part.value) for part in found.parts), default=0)
    for part in above:
        lines += _part(part, found.currency, width, top)
    if below:
        lines.append(Content.assemble((tr("divided by"), MUTED)))
    for part in below:
        lines += _part(part, found.currency, width, top)
    return lines


def _part(part: PartOf, currency: str, width: int, top: int) -> list[Content]:
    lines = _line(trd(part.part.words), _amount(part, part.value, currency), width)
    for channel, value in part.channels:
        said = _amount(part, value, currency)
        name = f"  {_channel(channel)}"
        bar = chart.bar(abs(value), abs(part.value) or top, max(0, width - _CHANNEL - len(said) - 2))
        lines.append(Content.assemble((fit(name, _CHANNEL), MUTED), _ended(bar, said, width - _CHANNEL)))
    return lines


def _line(name: str, value: str, width: int) -> list[Content]:
    """A name with its value at the right edge, which has a line of its own where both have no room."""
    words = Content(name).wrap(width)
    if words[-1].cell_length + len(value) >= width:
        words.append(Content(""))
    return [*words[:-1], _ended(words[-1], value, width)]


def _ended(left: Content, right: str, width: int) -> Content:
    return Content.assemble(left, " " * max(1, width - left.cell_length - len(right)), right)


def _amount(part: PartOf, value: int, currency: str) -> str:
    """As it was measured, without its factor; what is taken off keeps its sign."""
    if part.part.measure == DAYS:
        return figures.decimal(round(value / part.part.factor / _WEEK, 1))
    value //= abs(part.part.factor)
    return figures.priced(value, currency) if part.part.measure in MONEY else language.number(value)


def _channel(channel: str) -> str:
    ways: dict[str, str] = {**CONTACTS, **_OTHERS}
    return visible(trd(ways.get(channel) or sales_in(channel))) or tr("other")
