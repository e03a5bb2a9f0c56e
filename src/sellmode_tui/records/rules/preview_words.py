"""Words about a rule's preview that screens and commands share."""

from __future__ import annotations

from sellmode_contract.kinds.rule_task import RuleTrigger
from sellmode_contract.wire import UNSEEN_STEP
from sellmode_tui.language import tr


def unseen_words(unseen: int, trigger: RuleTrigger) -> str:
    """What a preview leaves out: ``Not counted: about 120 customers of the store whom you do not see``."""
    if trigger == "stale_picks":
        if not unseen:
            return tr("Not counted: fewer than {number:,} lists of picks that you do not see", number=UNSEEN_STEP)
        return tr("Not counted: about {number:,} lists of picks that you do not see", number=unseen)
    if trigger == "late_request":
        if not unseen:
            return tr("Not counted: fewer than {number:,} requests that you do not see", number=UNSEEN_STEP)
        return tr("Not counted: about {number:,} requests that you do not see", number=unseen)
    if not unseen:
        return tr("Not counted: fewer than {number:,} customers of the store whom you do not see", number=UNSEEN_STEP)
    return tr("Not counted: about {number:,} customers of the store whom you do not see", number=unseen)
