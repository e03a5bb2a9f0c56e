"""Mutations as the journal keeps them: what goes in, and the rows that come out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from sellmode_contract import mutations
from sellmode_contract.mutations import Operation, Rejected
from sellmode_contract.wire import Result

Left: TypeAlias = Literal["resent", "handed_over", "discarded"]
"""How an item left the tray."""


class Leaving(NamedTuple):
    """A tray item that a mutation replaces."""

    mid: str
    how: Left


class Kept(NamedTuple):
    """A mutation to store. Its fields are as in ``Entry``."""

    operation: Operation
    mid: str
    before: Mapping[str, str | None]
    undoes: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A mutation written on this terminal."""

    mid: str
    body: bytes
    """The operation as JSON, as it was written and will be sent."""
    made_at: dt.datetime
    """UTC, by the terminal's clock; ``boot`` and ``since_boot`` as in ``ClockReading``."""
    boot: str
    since_boot: float
    cid: str | None
    """The client that ``seq`` counts for."""
    seq: int | None
    """None before it is put into a request of that client."""
    sent: bool
    """Whether it was ever put into a request, under whichever client's name."""
    state: Literal["waiting", "settled"]
    result: Result | None
    """Of what is settled."""
    said: str
    """The backend's message at its last failure; empty if it never failed."""
    tries: int
    """The number of failures."""
    held: bool
    """Whether the backend is too old for it, so that it waits until that knows more."""
    undoes: str | None
    """The mutation that this one undoes."""
    bulk: str | None
    """The first of the mutations that were written at once; None for one alone."""
    before: dict[str, str | None]
    """The documents (JSON) of the records that it touched as they were shown before it, by ``kind/id``; None: there
    was none."""

    @property
    def operation(self) -> Operation:
        """The operation. Raises Rejected if this version of the app cannot read it."""
        return mutations.decode(self.body)

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Entry:
        """From its row, by ``ENTRY_COLUMNS``."""
        mid, body, made_at, boot, since_boot, cid, seq, sent, state, result, said, tries, held, undoes, bulk, before = (
            row
        )
        return cls(
            mid=mid,
            body=body,
            made_at=dt.datetime.fromisoformat(made_at),
            boot=boot,
            since_boot=since_boot,
            cid=cid,
            seq=seq,
            sent=bool(sent),
            state="waiting" if state == "waiting" else "settled",
            result=read_result(result),
            said=said,
            tries=tries,
            held=bool(held),
            undoes=undoes,
            bulk=bulk,
            before=read_documents(before),
        )


@dataclass(frozen=True, kw_only=True)
class TrayItem:
    """A refused mutation that needs attention. Its fields are as in ``Entry``."""

    mid: str
    body: bytes
    result: Result
    made_at: dt.datetime
    at: dt.datetime
    """When the answer came, UTC."""
    state: Literal["open", "resent", "handed_over", "discarded"]
    before: dict[str, str | None]

    @property
    def operation(self) -> Operation:
        """The operation. Raises Rejected if this version of the app cannot read it."""
        return mutations.decode(self.body)

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> TrayItem:
        """From its row, by ``TRAY_COLUMNS``."""
        mid, body, result, made_at, at, state, before = row
        return cls(
            mid=mid,
            body=body,
            result=msgspec.json.decode(result, type=Result),
            made_at=dt.datetime.fromisoformat(made_at),
            at=dt.datetime.fromisoformat(at),
            state=state,
            before=read_documents(before),
        )


class Pending(NamedTuple):
    """What the cache's fold needs of a mutation."""

    number: int
    """Rises in the order in which they were written."""
    mid: str
    body: bytes
    made_at: dt.datetime
    folds: bool
    """Whether what it does is to be shown although the server's rows may not have it."""
    result: Result | None


class News(NamedTuple):
    """What happened to mutations since a change."""

    journal: str
    """Which journal this is; another one knows nothing of what was folded."""
    change: int
    mutations: list[Pending]
    """In their order."""


ENTRY_COLUMNS: Final = (
    "mid, body, made_at, boot, since_boot, cid, seq, sent, state, result, said, tries, held, undoes, bulk, before"
)
TRAY_COLUMNS: Final = "mid, body, result, made_at, at, state, before"
read_documents = msgspec.json.Decoder(dict[str, str | None]).decode
"""The column ``before``."""


def read_result(text: str | None) -> Result | None:
    """The column ``result``."""
    return None if text is None else msgspec.json.decode(text, type=Result)


def written_records(body: bytes, before: Mapping[str, str | None]) -> set[str]:
    """The records (``kind/id``) that later operations may build on: an operation's own, and those that it makes."""
    made = {name for name, document in before.items() if document is None}
    try:
        return {*made, "/".join(mutations.target(mutations.decode(body)))}
    except Rejected:
        return made


def is_about(body: bytes, records: set[str]) -> bool:
    """Whether an operation is about one of some records, or about somebody who is."""
    try:
        operation = mutations.decode(body)
    except Rejected:
        return False
    return (
        "/".join(mutations.target(operation)) in records or f"customer/{mutations.customers_of(operation)}" in records
    )
