"""Words about a rule's preview that screens and commands share."""

from __future__ import annotations

from sellmode_contract.wire import UNSEEN_STEP


def unseen_words(unseen: int) -> str:
    """Whom a preview leaves out: ``Not counted: about 120 customers of the store whom you do not see``."""
    count = f"about {unseen:,}" if unseen else f"fewer than {UNSEEN_STEP}"
    return f"Not counted: {count} customers of the store whom you do not see"
