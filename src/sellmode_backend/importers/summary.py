"""What an import did, and what it leaves open for people to settle."""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from sellmode_backend.importers.files import Unread

_EXAMPLES = 5


_SEVERAL: Final = {
    "staff": "staff",
    "stock": "stock",
    "history": "history",
    "wish": "wishes",
    "customer's figures": "customers' figures",
    "order without customer": "orders without customer",
}
"""What more than one of a kind are called, where that is not the kind with an s."""


def _called(kind: str, count: int) -> str:
    return kind if count == 1 else _SEVERAL.get(kind, f"{kind}s")


class Open(msgspec.Struct):
    """A question that the files leave open: how often, with a few examples by number."""

    count: int = 0
    examples: list[str] = []


class Summary(msgspec.Struct):
    """Counts of an import. Holds numbers and ids of customers and orders, never names or addresses."""

    read: dict[str, int] = {}
    """Rows of each file that was there, rejected ones too."""
    rejected: dict[str, int] = {}
    """Rows of each file that could not be used."""
    left_out: dict[str, int] = {}
    """Single fields of each file's rows that could not be used."""
    repeated: Counter[str] = msgspec.field(default_factory=Counter)
    """Rows of each file that say what others said before."""
    unread: list[Unread] = []
    """Files that could not be read, or not to their end."""
    written: Counter[str] = msgspec.field(default_factory=Counter)
    """Records of each kind that were new or changed; `order without customer` stands for what only counts in totals."""
    missing: list[str] = []
    """What no file was there for."""
    unknown: dict[str, list[str]] = {}
    """Columns of each file that mean nothing here."""
    open: dict[str, Open] = {}
    """What is to be settled, by a sentence that says what it is."""

    @property
    def complete(self) -> bool:
        """Whether all that the files say is in."""
        return not (self.rejected or self.left_out or self.unread)

    def ask(self, question: str, example: str) -> None:
        """Note one more case of an open question."""
        case = self.open.setdefault(question, Open())
        case.count += 1
        if len(case.examples) < _EXAMPLES:
            case.examples.append(example)

    def add(self, other: Summary) -> None:
        """Add what a part of the import did."""
        self.written.update(other.written)
        for question, case in other.open.items():
            mine = self.open.setdefault(question, Open())
            mine.count += case.count
            mine.examples = (mine.examples + case.examples)[:_EXAMPLES]

    def lines(self) -> list[str]:
        """The summary for people."""
        told = []
        for file, rows in self.read.items():
            counts = (
                (rows, "rows read"),
                (self.repeated[file], "that others had said"),
                (self.rejected.get(file, 0), "rejected"),
                (self.left_out.get(file, 0), "fields left out of others"),
            )
            told.append(
                f"{file}: " + ", ".join(f"{count:,} {what}" for count, what in counts if count or count is rows)
            )
        told += [f"{file}: not there, nothing changed by it" for file in self.missing]
        told += [f"{file.name}: NOT READ: it {file.reason}" for file in self.unread]
        for file, headers in self.unknown.items():
            named = ", ".join(repr(header) for header in headers[:_EXAMPLES])
            more = f" and {len(headers) - _EXAMPLES:,} more" if len(headers) > _EXAMPLES else ""
            told.append(f"{file}: these columns mean nothing here and were left out: {named}{more}")
        kinds = [f"{count:,} {_called(kind, count)}" for kind, count in sorted(self.written.items()) if count]
        told.append(f"Written: {', '.join(kinds)}" if kinds else "Nothing had changed.")
        for question, case in self.open.items():
            rest = f" and {case.count - len(case.examples):,} more" if case.count > len(case.examples) else ""
            examples = f": {', '.join(case.examples)}{rest}" if case.examples else ""
            told.append(f"Open ({case.count:,}): {question}{examples}")
        return told
