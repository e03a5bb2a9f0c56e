"""What tasks of every kind have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sellmode_contract.kinds.contact import CONTACTS, ContactChannel
from sellmode_contract.kinds.fields import Due, Field, OneOf, Write
from sellmode_contract.kinds.kind import text_in
from sellmode_contract.records import EditedRecord, Instant

TaskState = Literal["open", "done", "dismissed", "expired"]
"""``expired``: its time ran out, or what it was for has been overtaken, without anybody having done it."""


class Task(EditedRecord, frozen=True, kw_only=True):
    """What tasks of every kind have.

    A due time is local to the task's store and written ``2026-12-24`` (by the end of that day) or ``2026-12-24T15:00``
    (``store_time``).
    """

    store: str
    title: str = ""
    details: str = ""
    action: ContactChannel | None = None
    """The contact that the task asks for."""
    due: str = ""
    """Empty: at any time."""
    snoozed_to: str = ""
    """Put off until then, which counts in place of ``due``."""
    due_at: Instant | None = None
    """The instant that ``snoozed_to`` or else ``due`` comes to in the store's time zone; from then on it is overdue."""
    state: TaskState = "open"
    done_by: str | None = None
    """Staff id of who did or dismissed it."""
    done_at: Instant | None = None
    """When it was done, dismissed or expired."""
    reason: str = ""
    """Why it was dismissed or has expired."""
    claimed_by: str | None = None
    created_at: Instant | None = None


def action(write: Write = "always") -> Field:
    """The contact that something asks for."""
    return OneOf(name="action", choices=CONTACTS, write=write)


def titled(task: Mapping[str, Any], _: str) -> str:
    title = text_in(task, "title")
    return f'task "{title}"' if title else "task"


SNOOZED_TO = Due(name="snoozed_to", label="snoozed until", write="later")
