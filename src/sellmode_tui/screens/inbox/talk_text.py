"""A request with what was written of it as a page of text."""

from __future__ import annotations

from textual.content import Content

from sellmode_contract.text import visible, visible_lines
from sellmode_tui.language import tr
from sellmode_tui.records import Said, TalkDetails
from sellmode_tui.records.requests import words as request_words
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.widgets.meanings import OVERDUE, UNSENT


class TalkText(Page):
    """The page, and on which of its lines each line of the talk ends."""

    def __init__(self, width: int, words: Words) -> None:
        super().__init__(width, words)
        self.ends: list[tuple[int, int]] = []
        """How many lines of text there are up to the end of one, with its number in the talk."""


def talk_text(details: TalkDetails, words: Words, width: int) -> TalkText:
    """All that may be known, for a width in cells."""
    page, line = TalkText(width, words), details.line
    request, now = line.request, words.now
    state = request_words.waits(line, now)
    name = line.name or tr("A customer")
    page.title(name, state, OVERDUE if line.is_late(now) else None)
    about = tr("about {what}", what=line.about) if line.about else ""
    ways = tuple(filter(None, (details.email, details.phone)))
    page.on_top(*filter(None, (request_words.way(request.way), about, *ways)))
    may = "" if line.is_mine and not line.unsent else request_words.may(line, now)
    page.on_top(*filter(None, (may, _wanted(details))))
    if details.talk and details.talk.wish:
        page.field(tr("Wish"), details.talk.wish)
    if details.talk and details.talk.transcript_to:
        page.field(tr("Copy to"), details.talk.transcript_to, tr("they want the talk by e-mail"))
    if not details.lines:
        _before(page, details)
    for said in details.lines:
        _said(page, said, details)
    if request.rating:
        page.field(tr("Rating"), tr("{number} of 5", number=request.rating), request.comment)
    return page


def _wanted(details: TalkDetails) -> str:
    name = request_words.wanted(details.line)
    return tr("asked for {name}", name=name) if name else ""


def _before(page: Page, details: TalkDetails) -> None:
    """What everybody of the store may know: the beginning of what the customer wrote."""
    request = details.line.request
    if request.preview:
        at = page.words.time(request.asked_at) if request.asked_at else ""
        page.entry(at, Content(visible(request.preview)))
    if details.line.is_mine:
        page.text(tr("The rest comes with the next sync."), style=MUTED)
    elif not request.claimed_by:
        page.text(tr("Whoever takes it reads all of it. t takes it."), style=MUTED)


def _said(page: TalkText, said: Said, details: TalkDetails) -> None:
    line, words = said.line, page.words
    me = details.line.around.account
    who = tr("you") if me and line.by == me.id else said.who or details.line.name or tr("Customer")
    state = request_words.state(said, details)
    parts = [*(visible_lines(line.text) if line.text else ()), *map(visible, request_words.card(said))]
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        beside = f"  {UNSENT.sign} {state}" if said.unsent else f"  {state}" if state else ""
        content = Content.assemble(
            (part, "" if said.is_customers else "bold"),
            (beside if last else "", UNSENT.style if said.unsent else MUTED),
        )
        page.entry(f"{words.time(line.at)} {who}" if not place else "", content)
    page.ends.append((len(page.lines), line.n))
