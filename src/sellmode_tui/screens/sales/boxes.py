"""The boxes in which a sale's credit is disputed, and a dispute answered, with a reason in words."""

from __future__ import annotations

from typing import ClassVar

from sellmode_tui.language import marked
from sellmode_tui.screens.kit.reason_box import ReasonBox


class DisputeBox(ReasonBox):
    """Why the credit is not right."""

    BINDING_GROUP_TITLE = "Dispute"
    KIND = "dispute"

    QUESTION: ClassVar = marked("Dispute the credit for {what}. Why?")
    DOES: ClassVar = marked("Dispute")
    REASONS: ClassVar[tuple[str, ...]] = (
        marked("I advised the customer in the store"),
        marked("the customer asked for me"),
        marked("the later touch had nothing to do with it"),
    )


class UpholdBox(ReasonBox):
    """Why the credit goes to whoever disputes it."""

    BINDING_GROUP_TITLE = "Uphold"
    KIND = "uphold"

    QUESTION: ClassVar = marked("The store's credit for {what} goes to them. Why?")
    DOES: ClassVar = marked("Uphold")
    REASONS: ClassVar[tuple[str, ...]] = (
        marked("they advised the customer"),
        marked("the other touch had nothing to do with it"),
    )


class DeclineBox(ReasonBox):
    """Why the credit stays as it is."""

    BINDING_GROUP_TITLE = "Decline"
    KIND = "decline"

    QUESTION: ClassVar = marked("The credit for {what} stays as it is. Why?")
    DOES: ClassVar = marked("Decline")
    REASONS: ClassVar[tuple[str, ...]] = (
        marked("the rule is the same for everyone"),
        marked("the other touch decided it"),
    )
