"""A task as a page of text."""

from __future__ import annotations

from typing import Final

from sellmode_tui.dates.words import expiry_words, full_words
from sellmode_tui.records.tasks.details import TaskDetails
from sellmode_tui.records.tasks.lines import Section, read
from sellmode_tui.records.tasks.repeating import repeat_words
from sellmode_tui.screens.customers.profile_words import CONTACTS
from sellmode_tui.screens.kit.page import Page
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.tasks.rows import ENDED, MEANT
from sellmode_tui.screens.tasks.work import add_work

_MADE = {"manual_task": "Created by", "rule_task": "Created by rule", "corporate_task": "From"}
_STANDS: Final[dict[Section, str]] = {"overdue": "overdue", "today": "due today"}


def task_text(details: TaskDetails, words: Words, width: int) -> Page:
    """The whole task, for a width in cells."""
    page, line, record = Page(width, words), details.line, details.record
    meaning = MEANT.get(line.section)
    page.title(line.title, _STANDS.get(line.section) or ENDED[line.state], meaning)
    if line.because:
        page.text(f"{line.because[0].upper()}{line.because[1:]}.", indent=0)
    page.gap()
    _times(page, details)
    if line.customer_name:
        page.field("Customer", line.customer_name)
    if line.whose_name:
        page.field("For", line.whose_name, f"given by {line.giver}" if line.giver else "")
    if line.claimed_name:
        page.field("Taken by", line.claimed_name)
    if line.action:
        page.field("Action", CONTACTS.get(line.action, line.action))
    made = "head office" if line.kind == "corporate_task" else details.rule_name or details.creator_name
    page.field(_MADE[line.kind], made or words.nothing, words.day(record.created_at))
    add_work(page, details.details, details.subject, details.message, details.products)
    return page


def _times(page: Page, details: TaskDetails) -> None:
    line, record, words = details.line, details.record, page.words
    if line.due is None:
        page.field("Due", "any time")
    elif line.snoozed:
        page.field("Snoozed until", full_words(line.due))
        was = read(record.due)
        page.field("Was due", full_words(was) if was else "any time")
    else:
        page.field("Due", full_words(line.due))
    if repeat := getattr(record, "repeat", ""):
        page.field("Repeats", repeat_words(repeat))
    if details.expires_at and line.state == "open":
        page.field("Expires", expiry_words(details.expires_at, words.zone))
    if line.state != "open":
        when = words.time(line.ended_at) if line.ended_at else ""
        page.field(ENDED[line.state].capitalize(), when, f"by {line.done_by_name}" if line.done_by_name else "")
        if line.reason:
            page.field("Reason", line.reason)
