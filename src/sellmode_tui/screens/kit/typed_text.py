"""What is typed about something and has come to nothing yet: a draft like a form's, kept while its place is closed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import ClassVar, Final, TypeVar

from sellmode_tui.journal.drafts import Draft, DraftField
from sellmode_tui.records import RecordStore
from sellmode_tui.screens.kit.desk import Desk

Answer = TypeVar("Answer")
_ABOUT: Final = uuid.UUID("0b6f3a52-6a0c-4a86-9f0e-52f3f5b7c6d1")


class TypedText:
    """One such text. It comes back when the same is typed about again, and goes when what it said has been done."""

    kinds: ClassVar[set[str]] = set()
    """Names of the places where it is typed: never another one's."""

    @classmethod
    def place(cls, kind: str) -> str:
        """Name a place, as soon as its code is loaded: what was typed there may be from before the app started."""
        cls.kinds.add(kind)
        return kind

    def __init__(self, desk: Desk | None, kind: str, about: Iterable[str], title: str) -> None:
        """`kind`: a named place; `about`: the ids of what it is about.

        Without a desk nobody is signed in, for whom it could be kept.
        """
        self._desk = desk
        self._about = str(uuid.uuid5(_ABOUT, " ".join(sorted(about))))
        self._kind = kind
        self._title = title

    @property
    def _key(self) -> tuple[str, str]:
        return self._kind, self._about

    @property
    def _draft(self) -> Draft | None:
        return self._desk.in_boxes.get(self._key) if self._desk is not None else None

    @property
    def text(self) -> str:
        """What was typed."""
        return "".join(str(each.typed) for each in self._draft.fields) if self._draft else ""

    def keep(self, text: str) -> None:
        """This is typed now."""
        if self._desk is None:
            return
        if not text.strip():
            self._desk.in_boxes.pop(self._key, None)
            return
        draft = self._draft
        self._desk.in_boxes[self._key] = Draft(
            id=draft.id if draft else uuid.uuid4().hex,
            kind=self._kind,
            subject={"about": self._about},
            title=self._title,
            fields=(DraftField(path="text", label="", typed=text),),
        )

    def doing(self, write: Callable[[RecordStore], Answer]) -> Callable[[RecordStore], Answer]:
        """`write`, with which what was typed is done: in its transaction the draft goes. Refused, it stays."""
        desk, draft = self._desk, self._draft
        if desk is None or draft is None:
            return write

        def write_and_drop(records: RecordStore) -> Answer:
            with desk.journal.drafts.saving(draft.id):
                answer = write(records)
            desk.in_boxes.pop(self._key, None)
            return answer

        return write_and_drop
