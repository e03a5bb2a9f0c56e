"""A page about customers: what can be done for the one it is about."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Final

from textual.binding import Binding, BindingType
from textual.message import Message

from sellmode_contract.kinds.lookbook import LOOKBOOK
from sellmode_contract.visibility import may
from sellmode_tui.language import marked, trd
from sellmode_tui.records import Profile
from sellmode_tui.screens.customers.consent_form import ConsentForm
from sellmode_tui.screens.customers.contact_form import ContactForm
from sellmode_tui.screens.customers.customer_form import EditCustomerScreen
from sellmode_tui.screens.customers.dates import DatesScreen
from sellmode_tui.screens.customers.details import DetailsScreen
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.own_entries import OwnEntriesScreen
from sellmode_tui.screens.customers.timeline import TimelineScreen
from sellmode_tui.screens.customers.wishes import WishesScreen
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.lookbooks.form import LookForm
from sellmode_tui.screens.people.assigning import AssignPage

NO_LONGER_VISIBLE = marked("This customer is no longer visible to you.")
MAY_NOT = marked("You can view customers but not change them: you need the sell permission.")


_WRITING: Final = frozenset({"add", "edit", "note", "log", "consent", "dates", "lookbook", "wishes", "own_entries"})
"""What takes the right to sell."""


def customer_keys(*, shown: bool) -> list[BindingType]:
    """The keys for what can be done for a customer; `shown`: also in the last line."""
    return [
        Binding("e", "edit", "Edit", show=shown, tooltip="Edit the customer", id="customer.edit"),
        Binding("n", "note", "Note", show=shown, tooltip="Write a note", id="customer.note"),
        Binding("l", "log", "Log", show=shown, tooltip="Log a call, visit or message", id="customer.log"),
        Binding("o", "consent", "Consent", show=shown, tooltip="Consent, by channel", id="customer.consent"),
        Binding("d", "dates", "Dates", show=shown, tooltip="Important dates", id="customer.dates"),
        Binding("t", "tasks", "Tasks", show=shown, tooltip="The customer's tasks", id="customer.tasks"),
        Binding("h", "timeline", "Timeline", show=shown, tooltip="Everything that happened", id="customer.timeline"),
        Binding("b", "purchases", "Purchases", show=False, tooltip="All purchases", id="customer.purchases"),
        Binding("i", "details", "Details", show=shown, tooltip="Contact, consent, figures", id="customer.details"),
        Binding("L", "lookbook", "Lookbook", show=False, tooltip="Add a lookbook for them", id="customer.lookbook"),
        Binding("W", "wishes", "Wish list", show=False, tooltip="The customer's wish list", id="customer.wishes"),
        Binding("N", "own_entries", "Mine", show=False, tooltip="Edit my notes and contacts", id="customer.mine"),
        Binding(
            "A", "assign", "Assign", show=False, tooltip="Assign to a colleague, or to no one", id="customer.assign"
        ),
    ]


class CustomerPage(AssignPage[Result]):
    """Opens the forms for a customer."""

    class TasksWanted(Message):
        """A customer's tasks are to be shown."""

        def __init__(self, profile: Profile) -> None:
            self.profile = profile
            super().__init__()

    @property
    @abstractmethod
    def customer(self) -> str | None:
        """Id of the customer whom the page is about just now."""

    def action_edit(self) -> None:
        """Edit the customer."""
        self._open(EditCustomerScreen)

    def action_note(self) -> None:
        """Write a note."""
        self._open(NoteForm)

    def action_log(self) -> None:
        """Log a contact."""
        self._open(ContactForm)

    def action_consent(self) -> None:
        """Note what the customer allows."""
        self._open(ConsentForm)

    def action_dates(self) -> None:
        """List the important dates."""
        self._open(DatesScreen)

    def action_lookbook(self) -> None:
        """Add a lookbook for them."""
        self._open(
            lambda desk, profile: LookForm(desk, LOOKBOOK, customer=(profile.customer.id, profile.customer.name))
        )

    def action_wishes(self) -> None:
        """List what they wish for."""
        self._open(WishesScreen)

    def action_own_entries(self) -> None:
        """List what the person wrote about the customer."""
        self._open(OwnEntriesScreen)

    def action_timeline(self) -> None:
        """List all that happened."""
        self._show_page(TimelineScreen)

    def action_purchases(self) -> None:
        """List the purchases."""
        self._show_page(lambda desk, profile: TimelineScreen(desk, profile, "purchases"))

    def action_search_timeline(self) -> None:
        """Search the timeline."""
        self._show_page(lambda desk, profile: TimelineScreen(desk, profile, search=True))

    def action_details(self) -> None:
        """Show contact data, consent, dates and figures."""
        self._show_page(DetailsScreen)

    def _show_page(self, page: Callable[[Desk, Profile], DeskScreen[Any]]) -> None:
        if (id := self.customer) is not None:
            self._with_profile(id, lambda profile: self.open(page(self._desk, profile)))

    def action_tasks(self) -> None:
        """List the customer's tasks."""
        if (id := self.customer) is not None:
            self._with_profile(id, lambda profile: self.post_message(self.TasksWanted(profile)))

    def action_assign(self) -> None:
        """Assign the customer to a colleague, or to nobody."""
        if (id := self.customer) is not None:
            self._with_profile(id, lambda profile: self.assign([profile.customer]))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only whoever may reassign customers has the key for it."""
        if action == "assign":
            account = self._desk.facts.account
            return account is not None and may(account, "reassign")
        return super().check_action(action, parameters)

    def offers(self, action: str) -> bool:
        """Whoever may not sell changes nothing."""
        if action not in _WRITING:
            return super().offers(action)
        account = self._desk.facts.account
        return account is None or may(account, "sell")

    def may_write(self) -> bool:
        """Whether the person may change anything; says why not."""
        account = self._desk.facts.account
        if account is None or may(account, "sell"):
            return True  # before the first contact the record store says what is missing
        self.notify(trd(MAY_NOT), markup=False)
        return False

    def _open(self, page: Callable[[Desk, Profile], DeskScreen[Any]]) -> None:
        id = self.customer
        if id is not None and self.may_write():
            self._with_profile(id, lambda profile: self.open(page(self._desk, profile)))

    def _with_profile(self, id: str, take: Callable[[Profile], object]) -> None:
        def read(profile: Profile | None) -> None:
            if profile is None:
                self.notify(trd(NO_LONGER_VISIBLE), markup=False)
            elif self.is_active:
                take(profile)

        self.ask(lambda records: records.customers.profile(id), read, group="open", opens=True)
