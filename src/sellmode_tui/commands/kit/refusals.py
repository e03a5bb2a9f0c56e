"""Refusals of what two people may do at once: who was faster, and which of several it was about."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from sellmode_contract.refusals import Rejected
from sellmode_contract.text import visible
from sellmode_tui.commands.kit.exit_codes import Exit, Failure, failure
from sellmode_tui.records import RecordStore, RefusedAmong


@contextlib.contextmanager
def refusals(records: RecordStore, named: Sequence[str] = ()) -> Iterator[None]:
    """Tell which of several was at fault, of those that were ``named``, and who was faster. Raises Failure."""
    try:
        yield
    except Rejected as error:
        told = failure(error)
        if told is None:
            raise
        winner = next(
            (f" It was {visible(staff.name)}." for staff in records.colleagues() if staff.id == error.winner), ""
        )
        at_fault = f" ({visible(named[error.number])})" if isinstance(error, RefusedAmong) else ""
        raise Failure(f"{told.message}{winner}{at_fault}", Exit(told.exit_code)) from None
