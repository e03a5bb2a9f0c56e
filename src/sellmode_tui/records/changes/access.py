"""What one has written: on its way, refused, handed over; taken back, sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sellmode_tui.records.changes import attention, resolving, sending, undo
from sellmode_tui.records.changes.attention import Attention
from sellmode_tui.records.changes.pending import Pending
from sellmode_tui.records.changes.sending import Unsent
from sellmode_tui.records.changes.undo import Undone
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.writing import Written


class Counts(NamedTuple):
    """How much is on its way, and how much needs attention."""

    unsent: int = 0
    attention: int = 0


class Changes(Facet):
    """What one has written: on its way, refused, handed over; taken back, sent again."""

    def undo(self) -> Undone:
        """Take back one's last change that still stands; of several made at once, all.

        Raises NothingToUndo and CannotUndo.
        """
        return undo.undo(self._writer)

    def counts(self) -> Counts:
        """How many changes the backend has not answered for, and how much needs attention."""
        outbox = self._writer.outbox
        return Counts(outbox.unsent(), self._writer.read(lambda seen: attention.needing_attention(seen, outbox)))

    def pending(self) -> Pending:
        """By customer, what of one's own is not with the server yet or was refused; cheap enough for every page."""
        return self._writer.pending()

    def unsent(self) -> list[Unsent]:
        """The changes that the backend has not answered for, in the order in which they were made."""
        return self._writer.read(lambda seen: sending.unsent(seen, self._writer.outbox))

    def attention(self) -> list[Attention]:
        """What is lost, what was refused or handed over to whoever this is, and, for managers, duplicates."""
        return self._writer.read(lambda seen: attention.attention(seen, self._writer.outbox))

    def waiting_with_owners(self) -> int:
        """For a manager: how many changes wait to be judged by those who look after the customers."""
        return self._writer.read(attention.waiting_with_owners)

    def acknowledge_loss(self, id: int) -> None:
        """Somebody has seen what is lost. Raises NotInTray if somebody had already."""
        self._writer.outbox.tray.acknowledge_loss(id)

    def resend(self, mid: str, values: Mapping[str, Any] | None = None) -> Written:
        """Send what was refused once more, with other values by the fields of ``Refused.values``. Raises NotInTray."""
        return resolving.resend(self._writer, mid, values or {})

    def hand_over(self, mid: str) -> Written:
        """Give what was refused to whoever looks after the customer. Raises NotInTray."""
        return resolving.hand_over(self._writer, mid)

    def discard(self, mid: str) -> None:
        """Give up what was refused; the journal keeps it. Raises NotInTray."""
        resolving.discard(self._writer, mid)

    def copy_text(self, mid: str) -> str:
        """What was refused, as text to be used elsewhere. Hostile text is as it came. Raises NotInTray."""
        return self._writer.read(lambda seen: resolving.copied(seen, self._writer.outbox, mid))

    def accept_parked(self, id: str) -> Written:
        """Make a change that was handed over one's own."""
        return self._writer.write(lambda seen: resolving.accept(seen, id))

    def discard_parked(self, id: str) -> Written:
        """Drop a change that was handed over."""
        return self._writer.write(lambda seen: resolving.discard_parked(seen, id))
