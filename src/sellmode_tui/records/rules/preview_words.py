"""Words about a rule's preview that screens and commands share."""

from __future__ import annotations

from sellmode_contract.wire import UNSEEN_STEP
from sellmode_tui.language import tr


def unseen_words(unseen: int) -> str:
    """Whom a preview leaves out: ``Not counted: about 120 customers of the store whom you do not see``."""
    if not unseen:
        return tr("Not counted: fewer than {number:,} customers of the store whom you do not see", number=UNSEEN_STEP)
    return tr("Not counted: about {number:,} customers of the store whom you do not see", number=unseen)
