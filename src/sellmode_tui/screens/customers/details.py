"""A customer's details over the profile."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_tui.records import Profile
from sellmode_tui.screens.customers.details_page import details_page
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView


class DetailsScreen(RecordScreen[Profile]):
    """Contact data, consent, dates, sizes, figures."""

    BINDING_GROUP_TITLE = "Details"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left,i", "back", "Back", key_display="Esc", tooltip="Back", id="customer-details.back"),
    ]

    def __init__(self, desk: Desk, profile: Profile) -> None:
        view = RecordView(desk, lambda records, customer: records.customers.profile(customer), details_page)
        super().__init__(desk, view, profile.customer.id)
