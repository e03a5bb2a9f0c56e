"""Orders of several rows, put together: what an order is stands on its first row only, and its items on all of them."""

from __future__ import annotations

from collections.abc import Iterator

from sellmode_backend.importers.context import Seen
from sellmode_backend.importers.reading import Row, Table, UnusableRow
from sellmode_backend.importers.rows import MAX_ORDER, OrderRows
from sellmode_backend.importers.sources.source import Orders


class OrderReader:
    """Reads the rows of one file after the other; an order may begin in one and end in the next.

    A line that cannot be used is rejected and the order goes in without it, for its total counts; without its first row
    nothing of it can be used. Either way all rows of the order are among the rejects, to be corrected together. An
    order that comes again in the same words counts once.
    """

    def __init__(self, orders: Orders, seen: Seen) -> None:
        self._orders = orders
        self._seen = seen
        self._order: OrderRows | None = None
        self._rows: list[tuple[Row, UnusableRow | None]] = []
        """The rows of the order that is being read, and why some cannot be used."""
        self._key, self._number, self._size = "", "", 0

    def read(self, table: Table) -> Iterator[OrderRows]:
        """The orders that end in a file.

        A row may name its order again, but not the first of a file: that is an order's beginning, which files that
        overlap repeat.
        """
        for row in table:
            try:
                key = self._orders.key(row)
                begins = bool(key) and (key != self._key or table.rows == 1)
                if not begins and (not self._rows or row["number"] != self._number):
                    raise row.unusable("id", "is empty, and the row above is of another order")
            except UnusableRow as wrong:
                # Its own rows follow: they are not the order's above.
                yield from self.finished()
                self._key, self._number = "", row["number"]
                self._rows, self._size = [(row, wrong)], len(row.raw)
                continue
            error: UnusableRow | None = None
            if begins:
                yield from self.finished()
                self._key, self._number, self._size = key, row["number"], 0
                error = self._begin(row)
            self._size += len(row.raw)
            if self._size > MAX_ORDER and not begins:
                row.reject(UnusableRow("", f"makes its order longer than {MAX_ORDER:,} characters"))
            else:
                self._rows.append((row, error or self._add_line(row)))

    def finished(self) -> Iterator[OrderRows]:
        """The order that no more rows are added to, if there is one that can be used."""
        order, rows, key = self._order, self._rows, self._key
        self._order, self._rows, self._key = None, [], ""
        if order and key:
            try:
                if not self._seen.take(key, rows[0][0], "id", [row for row, _ in rows]):
                    return
            except UnusableRow as wrong:
                order, rows = None, [(rows[0][0], wrong), *((row, None) for row, _ in rows[1:])]
        if order is None or any(error for _, error in rows):
            for row, error in rows:
                if error:
                    row.reject(error)
                elif order is None:
                    row.reject(row.unusable("number", f"is of the order on {rows[0][0].place}, which was rejected"))
                else:
                    row.keep()
        if order:
            yield order

    def _begin(self, row: Row) -> UnusableRow | None:
        try:
            self._order = self._orders.begin(row)
        except UnusableRow as error:
            return error
        return None

    def _add_line(self, row: Row) -> UnusableRow | None:
        if self._order is None:
            return None
        try:
            line = self._orders.line(row, self._order.currency)
        except UnusableRow as error:
            return error
        if line:
            self._order.lines.append(line)
        return None
