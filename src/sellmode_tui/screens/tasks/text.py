"""A task as a page of text."""

from __future__ import annotations

from typing import Final

from sellmode_tui.dates.words import expiry_words, full_words
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records.tasks.details import TaskDetails
from sellmode_tui.records.tasks.lines import Section, read
from sellmode_tui.records.tasks.repeating import repeat_words
from sellmode_tui.screens.customers.profile_words import CONTACTS
from sellmode_tui.screens.kit.page import Page
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.tasks.rows import MEANT, state_words
from sellmode_tui.screens.tasks.work import add_work

_STANDS: Final[dict[Section, str]] = {"overdue": marked("overdue"), "today": marked("due today")}
_ENDED: Final = {"done": marked("Done"), "dismissed": marked("Dismissed"), "expired": marked("Expired")}


def task_text(details: TaskDetails, words: Words, width: int) -> Page:
    """The whole task, for a width in cells."""
    page, line, record = Page(width, words), details.line, details.record
    meaning = MEANT.get(line.section)
    stands = _STANDS.get(line.section)
    page.title(line.title, trd(stands) if stands else state_words(line.state), meaning)
    if line.because:
        page.text(f"{line.because[0].upper()}{line.because[1:]}.", indent=0)
    page.gap()
    _times(page, details)
    if line.customer_name:
        page.field(tr("Customer"), line.customer_name)
    if line.whose_name:
        page.field(tr("For"), line.whose_name, tr("given by {name}", name=line.giver) if line.giver else "")
    if line.claimed_name:
        page.field(tr("Taken by"), line.claimed_name)
    if line.action:
        page.field(tr("Action"), trd(CONTACTS.get(line.action, line.action)))
    page.field(*_made(details), words.day(record.created_at))
    add_work(page, details.details, details.subject, details.message, details.products)
    return page


def _made(details: TaskDetails) -> tuple[str, str]:
    """What or who has made it: what that is called, and its name."""
    line = details.line
    if line.kind == "corporate_task":
        return tr("From"), tr("head office")
    if line.rule:
        return tr("Created by rule"), details.rule_name
    if getattr(details.record, "lookbook", ""):
        return tr("Created by"), tr("the customer's reply")
    return tr("Created by"), details.creator_name or tr("nobody")


def _times(page: Page, details: TaskDetails) -> None:
    line, record, words = details.line, details.record, page.words
    if line.due is None:
        page.field(tr("Due"), tr("any time"))
    elif line.snoozed:
        page.field(tr("Snoozed until"), full_words(line.due))
        was = read(record.due)
        page.field(tr("Was due"), full_words(was) if was else tr("any time"))
    else:
        page.field(tr("Due"), full_words(line.due))
    if repeat := getattr(record, "repeat", ""):
        page.field(tr("Repeats"), repeat_words(repeat))
    if details.expires_at and line.state == "open":
        page.field(tr("Expires"), expiry_words(details.expires_at, words.zone))
    if line.state != "open":
        when = words.time(line.ended_at) if line.ended_at else ""
        page.field(trd(_ENDED[line.state]), when, tr("by {name}", name=line.done_by_name) if line.done_by_name else "")
        if line.reason:
            page.field(tr("Reason"), trd(line.reason))
