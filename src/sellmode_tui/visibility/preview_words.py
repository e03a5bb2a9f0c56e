"""Words about a rule's preview that screens and commands share."""

from __future__ import annotations

from sellmode_contract.wire import PREVIEW_STEP, PreviewOthers


def others_words(others: PreviewOthers) -> str:
    """What is told of customers whom one does not see: ``about 15 tasks, fewer than 5 held back``."""
    due, held = (f"about {count:,}" if count else f"fewer than {PREVIEW_STEP}" for count in (others.due, others.held))
    return f"For colleagues' customers {due} tasks, {held} held back"
