"""Rules that make tasks: data (``kinds.task_rule``) and pure functions from facts about customers to tasks.

``facts`` is what is known of a customer, ``occurrences`` what a rule finds in it, ``judging`` what becomes of that on
a day. ``checking`` says what is wrong with a rule, ``files`` reads and writes rules as TOML, ``defaults`` those that a
retailer begins with.
"""

from __future__ import annotations

from sellmode_contract.rules.defaults import DEFAULT_RULES, default_rules
from sellmode_contract.translatable import marked

__all__ = ["DEFAULT_RULES", "HELD", "LATE_DAYS", "MAX_LATE_DAYS", "default_rules"]

LATE_DAYS = 7
"""Days after the due day within which a task that could not be made in time is made, if it never expires."""

MAX_LATE_DAYS = 31
"""As ``LATE_DAYS`` of a task that expires, at most: one that is good for years is made no later than that."""

HELD = {
    "contacted": marked("contacted recently"),
    "no_consent": marked("has unsubscribed"),
    "open_already": marked("has an open task of this rule"),
    "cap": marked("the associate has enough for today"),
}
"""Why a task is held back: codes, and their words."""
