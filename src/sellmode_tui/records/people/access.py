"""What an account may read of a store's people and do with what is theirs: for who may assign."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from sellmode_contract.kinds.staff import Staff
from sellmode_tui.records import operations as editing
from sellmode_tui.records.customers import lists
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.people import assigning, owned, workload
from sellmode_tui.records.people.assigning import AssignPreview
from sellmode_tui.records.people.owned import OwnedList, OwnedQuery
from sellmode_tui.records.people.workload import Workload
from sellmode_tui.records.readings import clean
from sellmode_tui.records.writing import Written

_ALL = OwnedQuery()


class People(Facet):
    """What an account may read of a store's people, and assign."""

    def workload(self) -> Workload:
        """How much everybody of the store has and has done, as far as it is seen."""
        return self._read(lambda reading, around: workload.workload(reading, around, self._readings.clock()))

    def customers(self, query: OwnedQuery = _ALL) -> OwnedList:
        """The customers of a query who are known well enough to be assigned: the cards, or the whole store's.

        Raises FilterError if its text cannot be read as a filter.
        """
        return OwnedList(self._readings, query._replace(text=clean(query.text)))

    def named(self, text: str, limit: int) -> list[str]:
        """The ids of the customers, in order and no more than ``limit``, whom a text names, as ``Customers.named`` has
        it; those of whom only the card is seen by id.
        """
        with self._readings.open() as reading:
            found = {*lists.named(reading, clean(text), limit), *owned.carded(reading, clean(text), limit)}
        return sorted(found)[:limit]

    def owners(self) -> list[Staff]:
        """The colleagues, oneself too, to whom customers may be given, by name."""
        return self._writer.read(assigning.owners)

    def preview(self, customers: Sequence[str], to: str | None) -> AssignPreview:
        """What it would change to give customers (ids) to somebody (staff id), or with None to nobody."""
        return self._read(lambda reading, around: assigning.preview(reading, around, customers, to))

    def assign(self, customers: Iterable[str], to: str | None) -> list[Written]:
        """Give customers to somebody, or to nobody: all of them or, if one would be refused, none (RefusedAmong)."""
        wanted = list(dict.fromkeys(customers))
        return self._writer.write_all(
            [functools.partial(lambda each, seen: editing.assign_customer(seen, each, to), each) for each in wanted]
        )
