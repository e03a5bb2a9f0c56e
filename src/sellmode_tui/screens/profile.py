"""A customer's profile: beside the list where there is room, over it where there is not."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.screens.app_page import OpenPage
from sellmode_tui.screens.asking import Asking
from sellmode_tui.screens.customer_page import CustomerPage, customer_keys
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.page import Page
from sellmode_tui.screens.profile_page import profile_page
from sellmode_tui.screens.why import WhyScreen
from sellmode_tui.visibility import Profile, WhySeen
from sellmode_tui.widgets.scrollbar import PlainBar


class ProfileView(Asking, VerticalScroll, inherit_bindings=False):
    """Shows one customer after another. Reads in a thread; what it shows stays until the next is there."""

    BINDING_GROUP_TITLE = "Profile"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "c", "copy_email", "Copy e-mail", show=False, tooltip="Copy the e-mail address", id="profile.copy-email"
        ),
        Binding("p", "copy_phone", "Copy phone", show=False, tooltip="Copy the phone number", id="profile.copy-phone"),
        Binding("w", "why", "Why", tooltip="Why you see this customer", id="profile.why"),
        Binding(
            "right_square_bracket", "section(1)", "Next section", key_display="]", show=False, id="profile.next-section"
        ),
        Binding(
            "left_square_bracket",
            "section(-1)",
            "Section before",
            key_display="[",
            show=False,
            id="profile.section-before",
        ),
        Binding("up,k", "scroll_up", "Up", show=False, id="profile.up"),
        Binding("down,j", "scroll_down", "Down", show=False, id="profile.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="profile.page-up"),
        Binding("pagedown,space", "page_down", "Page down", show=False, id="profile.page-down"),
        Binding("home", "scroll_home", "Top", show=False, id="profile.top"),
        Binding("end", "scroll_end", "End", show=False, id="profile.end"),
    ]

    DEFAULT_CSS = """
    ProfileView {
        background: $background;
        padding: 0 1;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > Static { width: 1fr; height: auto; }
    }
    """

    class Gone(Message):
        """The customer is not visible any more."""

    def __init__(self, desk: Desk, *, hint: str = "", id: str | None = None) -> None:
        """`hint` is said while nobody is shown."""
        super().__init__(id=id)
        self._desk = desk
        self._hint = hint
        self._wanted: str | None = None
        self._profile: Profile | None = None
        self._page: Page | None = None

    def compose(self) -> ComposeResult:
        """The page."""
        yield Static(Content(self._hint))

    def on_mount(self) -> None:
        """Draw a scrollbar that every terminal can."""
        self.vertical_scrollbar.renderer = PlainBar  # type: ignore[misc]  # the way its documentation shows

    @property
    def customer(self) -> str | None:
        """Whose profile is shown or on its way."""
        return self._wanted

    @property
    def settled(self) -> bool:
        """Whether what is wanted is shown."""
        return self._wanted == (self._profile.customer.id if self._profile else None)

    def show(self, id: str | None) -> None:
        """Show a customer from the top; None for nobody."""
        if id is None:
            self.forget_asked("profile")
            self._wanted = self._profile = self._page = None
            self.query_one(Static).update(Content(self._hint))
            return
        self._wanted = id
        self._read(id)

    def reload(self) -> None:
        """Read the customer again; the view stays where it is."""
        if self._wanted is not None:
            self._read(self._wanted)

    def _read(self, id: str) -> None:
        self.ask(lambda door: door.profile(id), lambda profile: self._take(id, profile), group="profile")

    def _take(self, id: str, profile: Profile | None) -> None:
        if profile is None:
            self.show(None)
            self.post_message(self.Gone())
            return
        another = self._profile is None or self._profile.customer.id != id
        if not another and self._profile == profile:
            return
        self._profile = profile
        self._draw()
        if another:
            self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Set the page for the new width."""
        if self._profile is not None and (self._page is None or self._page.width != self._room):
            self._draw()

    @property
    def _room(self) -> int:
        return max(40, self.scrollable_content_region.width)

    def _draw(self) -> None:
        if self._profile is None:
            return
        self._page = profile_page(self._profile, self._desk.words, self._room)
        self.query_one(Static).update(Content("\n").join(self._page.lines))

    # --- keys

    def action_section(self, by: int) -> None:
        """Move the next section, or the one before, to the top."""
        if self._page is None:
            return
        here = self.scroll_offset.y
        places = [0, *self._page.headings]
        if by > 0:
            target = next((place for place in places if place > here), None)
        else:
            target = next((place for place in reversed(places) if place < here), None)
        if target is not None:
            self.scroll_to(y=target, animate=False)

    def action_copy_email(self) -> None:
        """Copy the e-mail address."""
        self._copy("e-mail address", self._profile.customer.email if self._profile else "")

    def action_copy_phone(self) -> None:
        """Copy the phone number."""
        customer = self._profile.customer if self._profile else None
        self._copy("phone number", (customer.phone_e164 or customer.phone) if customer else "")

    def _copy(self, what: str, text: str) -> None:
        if not text:
            self.notify(f"There is no {what} to copy.", markup=False)
            return
        safe = visible(text)  # what is pasted into a shell must not press Enter there
        self.app.copy_to_clipboard(safe)
        self.notify(f"Copied: {safe}", markup=False)

    def action_why(self) -> None:
        """Tell why this customer is seen."""
        if self._wanted is not None:
            id = self._wanted
            self.ask(lambda door: door.why("customer", id), self._tell_why, group="why", opens=True)

    def _tell_why(self, why: WhySeen | None) -> None:
        if why is not None:
            self.app.post_message(OpenPage(WhyScreen(why, self._desk), self.screen))


class ProfileScreen(CustomerPage[bool]):
    """The profile over the list. Ends with whether the customer left the view meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the list", id="profile.back"),
        *customer_keys(shown=True),
    ]

    def __init__(self, desk: Desk, customer: str) -> None:
        super().__init__(desk)
        self._customer = customer

    @property
    def customer(self) -> str:
        """Whose profile it is."""
        return self._customer

    def compose(self) -> ComposeResult:
        """The profile over the status line."""
        yield ProfileView(self._desk)
        yield from self.compose_foot()

    def on_mount(self) -> None:
        """Read the customer."""
        view = self.query_one(ProfileView)
        view.focus()
        view.show(self._customer)

    def records_changed(self) -> None:
        """Read the customer again."""
        self.query_one(ProfileView).reload()

    def action_back(self) -> None:
        """Go back to the list."""
        self.end(False)

    @on(ProfileView.Gone)
    def _gone(self) -> None:
        self.end(True)
