"""What the door's writing half answers, and the changes that people make, as operations.

Each function reads what is visible and gives the operation that was meant, or None where nothing would change. What
its author saw (``was``) comes from the same reading as the check whether it would be refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from sellmode_contract.mutations import Rejected


@dataclass(frozen=True)
class Written:
    """A change that is kept for good on this machine and on its way to the backend."""

    mid: str
    """Names it: for the Sync screen, *Needs attention* and undo. Empty if nothing was written."""
    id: str
    """Of the record: a new one's, too."""
    words: str
    """What was changed and of whom, for people: ``phone number of Anna Muster``. Hostile text is as it came."""
    nothing: bool = False
    """Everything was like this already, so nothing was written."""
    shown: bool = True
    """Whether lists and profiles show it already. If not, the local copy is broken or the disk is full: the change is
    kept all the same, is sent, and shows once the copy is whole again."""


class NotVisible(Rejected):
    """There is no such record for this account: whether it does not exist or is not visible cannot be told apart."""

    def __init__(self, kind: str) -> None:
        """``kind`` is the record's."""
        super().__init__("not_found", f"There is no such {kind.replace('_', ' ')} for you.")


class CannotWrite(Exception):
    """Nothing can be written here: these files are only read. The text says why."""
