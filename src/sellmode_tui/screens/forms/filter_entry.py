"""A field of a form for a filter of customers."""

from __future__ import annotations

from sellmode_contract import filters
from sellmode_tui.language import tr, trd
from sellmode_tui.screens.forms.text_entries import TextEntry


class FilterEntry(TextEntry):
    """What is wrong with the filter is said while it is typed."""

    @property
    def problem(self) -> str:
        """What is wrong with it, as a sentence; empty if nothing is."""
        retailer = self._desk.facts.retailer
        try:
            filters.parse(self.text, filters.fields_of(retailer.custom_fields if retailer else ()))
        except filters.FilterError as error:
            return tr("{error}, at character {place}.", error=trd(error), place=error.start + 1)
        return ""

    def edited(self) -> None:
        """Read it."""
        self.say(self.problem)
