"""Making one customer of two: who stays, and whose value in each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import Duplicate, RecordStore
from sellmode_tui.records.values import as_text
from sellmode_tui.screens.forms.form_screen import FormScreen, Write
from sellmode_tui.screens.forms.text_entries import ChoiceEntry
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.choice import Option

_WHAT_HAPPENS: Final = marked(
    "Values that only one of them has are kept. Tags, preferences, sizes and custom fields are combined, and so "
    "are orders, notes, contacts and dates. The stricter consent applies. A merge cannot be undone."
)
UNSEEN: Final = marked(
    "You cannot see the details of both: where they differ, the values of the record you keep are used."
)


class MergeForm(FormScreen):
    """Field by field."""

    BINDING_GROUP_TITLE = "Merge"
    KIND: ClassVar = "merge"
    SAVED = marked("Merged. The result appears after the next sync.")

    DEFAULT_CSS = """
    MergeForm .merge-told { height: auto; margin-top: 1; color: $text-muted; }
    """

    def __init__(self, desk: Desk, pair: Duplicate) -> None:
        first, second = pair.names
        super().__init__(desk, tr("Merge {first} and {second}", first=first, second=second))
        self._pair = pair

    @property
    def subject(self) -> dict[str, str]:
        """The pair."""
        return {"pair": self._pair.id}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The pair, while it is there."""
        return next(
            (
                (each,)
                for each in records.changes.attention()
                if isinstance(each, Duplicate) and each.id == subject["pair"]
            ),
            None,
        )

    def compose_fields(self) -> ComposeResult:
        """Who stays; for each difference, whose value."""
        pair, desk = self._pair, self._desk
        names = [
            name if pair.names[0] != pair.names[1] else tr("{name}, of {owner}", name=name, owner=owner or tr("nobody"))
            for name, owner in zip(told_apart(pair), pair.owners, strict=True)
        ]
        keep = [Option(str(place), name) for place, name in enumerate(names)]
        yield ChoiceEntry("keep", marked("Record to keep"), desk, keep, "0")
        for difference in pair.differences:
            options = [Option(str(place), as_text(value)) for place, value in enumerate(difference.values)]
            label = difference.label[:1].upper() + difference.label[1:]
            yield ChoiceEntry(difference.field, label, desk, options, "0")
        told = trd(_WHAT_HAPPENS) if pair.are_seen else f"{trd(UNSEEN)} {trd(_WHAT_HAPPENS)}"
        yield Static(Content(told), classes="merge-told")

    def prepare(self) -> Write:
        """Who stays, and which fields are the other one's."""
        keep, *fields = self.fields
        id, customer = self._pair.id, self._pair.customers[int(keep.value)]
        take = [field.path for field in fields if field.value != keep.value]
        return lambda records: records.customers.merge(id, customer, take)


def told_apart(pair: Duplicate) -> tuple[str, str]:
    """Both names; numbered where they are the same, in the order of everything that is said of the two."""
    one, other = pair.names
    return (one, other) if one != other else (f"{one} (1)", f"{other} (2)")
