"""Tasks of a head office, one a person."""

from __future__ import annotations

from sellmode_contract.audiences import PERSON, STORE, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.task import SNOOZED_TO, Task, titled
from sellmode_contract.records import Instant


class CorporateTask(Task, frozen=True, kw_only=True):
    """A head office's task, one record a person."""

    person: str
    brief: str = ""
    """Id of the ``CorporateBrief``."""
    subject: str = ""
    """Suggested subject of a message."""
    message: str = ""
    """Suggested text of a message."""
    products: tuple[str, ...] = ()
    """SKUs, ten at most."""
    expires_at: Instant | None = None


CORPORATE_TASK = Kind(
    name="corporate_task",
    record=CorporateTask,
    row=Row("corporate task, one record a person", STORE, PERSON),
    noun="task",
    fields=(SNOOZED_TO,),
    verbs=frozenset({"edit"}),
    words=titled,
)
