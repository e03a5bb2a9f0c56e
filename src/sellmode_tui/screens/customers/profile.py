"""A customer's profile: beside the list where there is room, over it where there is not."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_contract.text import visible
from sellmode_tui.language import tr
from sellmode_tui.records import Profile, WhySeen
from sellmode_tui.screens.customers.customer_page import CustomerPage, customer_keys
from sellmode_tui.screens.customers.profile_page import profile_page
from sellmode_tui.screens.kit.app_page import OpenPage
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.kit.why import WhyScreen


class ProfileView(RecordView[Profile]):
    """Shows one customer after another."""

    BINDING_GROUP_TITLE = "Profile"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "c", "copy_email", "Copy e-mail", show=False, tooltip="Copy the e-mail address", id="profile.copy-email"
        ),
        Binding("p", "copy_phone", "Copy phone", show=False, tooltip="Copy the phone number", id="profile.copy-phone"),
        Binding("w", "why", "Why", show=False, tooltip="Why you see this customer", id="profile.why"),
    ]

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(desk, lambda records, customer: records.customers.profile(customer), profile_page, id=id)

    @property
    def customer(self) -> str | None:
        """Whose profile is shown or on its way."""
        return None if self.key is None else str(self.key)

    def action_copy_email(self) -> None:
        """Copy the e-mail address."""
        email = self.found.customer.email if self.found else ""
        self._copy(email, tr("No e-mail address to copy."))

    def action_copy_phone(self) -> None:
        """Copy the phone number."""
        customer = self.found.customer if self.found else None
        phone = (customer.phone_e164 or customer.phone) if customer else ""
        self._copy(phone, tr("No phone number to copy."))

    def _copy(self, text: str, nothing: str) -> None:
        """Copy a text; if it is empty, say that there is `nothing`."""
        if not text:
            self.notify(nothing, markup=False)
            return
        safe = visible(text)  # what is pasted into a shell must not press Enter there
        self.app.copy_to_clipboard(safe)
        self.notify(tr("Copied: {text}", text=safe), markup=False)

    def action_why(self) -> None:
        """Tell why this customer is seen."""
        if self.customer is not None:
            id = self.customer
            self.ask(lambda records: records.why("customer", id), self._tell_why, group="why", opens=True)

    def _tell_why(self, why: WhySeen | None) -> None:
        if why is not None:
            self.app.post_message(OpenPage(WhyScreen(why, self._desk), self.screen))


class ProfileScreen(RecordScreen[Profile], CustomerPage[bool]):
    """The profile over the list."""

    BINDING_GROUP_TITLE = "Profile"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the list", id="profile.back"),
        *customer_keys(shown=True),
        Binding(
            "slash",
            "search_timeline",
            "Search",
            key_display="/",
            tooltip="Search the timeline",
            id="profile.search",
        ),
    ]

    def __init__(self, desk: Desk, customer: str) -> None:
        super().__init__(desk, ProfileView(desk), customer)
        self._customer = customer

    @property
    def customer(self) -> str:
        """Whose profile it is."""
        return self._customer
