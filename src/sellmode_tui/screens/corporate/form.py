"""What a head office asks of its people, to be made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult

from sellmode_contract.documents import as_document
from sellmode_contract.kinds.corporate_brief import CORPORATE_BRIEF
from sellmode_contract.rules.templates import PLACES
from sellmode_contract.store_time import read_due
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import BriefDetails, RecordStore
from sellmode_tui.screens.forms.form_field import FormField, Unreadable
from sellmode_tui.screens.forms.form_screen import Write
from sellmode_tui.screens.forms.pickers import WORKS
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kit.desk import Desk

_PLACES: Final = ", ".join(f"{{{place}}}" for place in PLACES if place not in ("about", "whose", "day"))


class BriefForm(KindForm):
    """A corporate task that is not there yet."""

    BINDING_GROUP_TITLE = "Corporate task"
    KIND: ClassVar = "corporate_task"

    DEFAULT_CSS = """
    BriefForm AreaEntry { height: 8; }
    """

    def __init__(self, desk: Desk, like: BriefDetails | None = None) -> None:
        """`like`: one that it begins as, but for its times."""
        super().__init__(desk, CORPORATE_BRIEF)
        self._like = like

    @property
    def subject(self) -> dict[str, str]:
        """The one that it began as."""
        return {"like": self._like.line.brief.id} if self._like else {}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """That one."""
        if "like" not in subject:
            return ()
        like = records.briefs.get(subject["like"])
        return (like,) if like else None

    def compose_fields(self) -> ComposeResult:
        """What; whose; until when; how."""
        held = as_document(self._like.line.brief) if self._like else {}
        timeless = {"due": None, "expires": None}

        def entry(name: str, label: str | None = None, hint: str = "") -> FormField:
            return self.entry(name, label, {**held, **timeless}.get(name), hint=hint)

        yield entry("title", marked("Title"))
        yield entry("stores")
        yield entry("works", marked("Kind of work"))
        yield entry("due", marked("Due"))
        yield entry("expires", marked("Expires"), tr("never; or {examples}", examples="fri, in 2 weeks, 12/24"))
        yield entry("action", marked("Action"))
        yield entry("products")
        yield entry("subject")
        yield entry("message", marked("Suggested text"))
        yield entry("details")

    @property
    def hint(self) -> str:
        """Whose time it is, and what may stand in the text."""
        return tr("Times are local to each store. The text can include {places}.", places=_PLACES)

    def prepare(self) -> Write:
        """What is asked, if there is time for it."""
        expires, words = self.entry_at("expires"), self._desk.words
        if expires.value and read_due(expires.value).instant(words.zone) <= words.now:
            raise Unreadable(expires, tr("The expiry date has passed."))
        return super().prepare()


def works_words(works: Iterable[str]) -> str:
    """Kinds of work; empty for all."""
    return ", ".join(trd(WORKS.get(work, work)) for work in works)
