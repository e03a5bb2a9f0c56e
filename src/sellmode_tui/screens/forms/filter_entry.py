"""A field of a form for a filter."""

from __future__ import annotations

from collections.abc import Sequence

from sellmode_contract import filters
from sellmode_contract.product_search import PRODUCT_FIELDS
from sellmode_tui.language import tr, trd
from sellmode_tui.screens.forms.text_entries import TextEntry


class FilterEntry(TextEntry):
    """A filter of customers. What is wrong with it is said while it is typed."""

    @property
    def known(self) -> Sequence[filters.Field]:
        """The fields that it may name."""
        retailer = self._desk.facts.retailer
        return filters.fields_of(retailer.custom_fields if retailer else ())

    @property
    def problem(self) -> str:
        """What is wrong with it, as a sentence; empty if nothing is."""
        try:
            filters.parse(self.text, self.known)
        except filters.FilterError as error:
            return tr("{error}, at character {place}.", error=trd(error), place=error.start + 1)
        return ""

    def edited(self) -> None:
        """Read it."""
        self.say(self.problem)


class ProductFilterEntry(FilterEntry):
    """A filter of products."""

    @property
    def known(self) -> Sequence[filters.Field]:
        """The fields that it may name."""
        return PRODUCT_FIELDS
