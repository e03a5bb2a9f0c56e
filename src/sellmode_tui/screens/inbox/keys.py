"""A page about requests: what can be done for the one it is about."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence

from textual.binding import Binding, BindingType

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.lookbook import LOOKBOOK
from sellmode_contract.kinds.message_template import MESSAGE_TEMPLATE
from sellmode_contract.kinds.request import OUTCOMES, Outcome
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.store_time import read_due
from sellmode_tui.language import tr, trd
from sellmode_tui.records import Match, RecordStore, RequestLine, TalkDetails, Written
from sellmode_tui.records.requests import words as request_words
from sellmode_tui.screens.customers.customer_page import NO_LONGER_VISIBLE
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.inbox.boxes import CloseBox, PassOnBox
from sellmode_tui.screens.inbox.customer_forms import NEW, OTHER, LinkForm, RequestCustomerForm, WhoBox
from sellmode_tui.screens.inbox.of_request import GONE
from sellmode_tui.screens.inbox.task_form import RequestTaskForm, task_parts
from sellmode_tui.screens.kinds.list_page import KindListScreen
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.why import open_why
from sellmode_tui.screens.lookbooks.form import LookForm
from sellmode_tui.screens.tasks.boxes import SnoozeBox


def request_keys(*, shown: bool) -> list[BindingType]:
    """The keys for what can be done for a request; `shown`: also those in the last line that others would crowd out."""
    return [
        Binding("t", "take", "Take", tooltip="Take the request, or give it back", id="request.take"),
        Binding("c", "close_request", "Close", tooltip="Close it, with what came of it", id="request.close"),
        Binding("h", "pass_on", "Pass on", tooltip="Pass it on to a colleague", id="request.pass-on"),
        Binding("s", "snooze", "Snooze", show=shown, tooltip="Snooze: until tomorrow, a time", id="request.snooze"),
        Binding("r", "reopen", "Reopen", tooltip="Open a closed request again", id="request.reopen"),
        Binding(
            "o",
            "customer",
            "Customer",
            show=shown,
            tooltip="Open the customer, or say who it is",
            id="request.customer",
        ),
        Binding("n", "add_task", "Task", show=False, tooltip="Add a task or appointment", id="request.task"),
        Binding("L", "new_look", "Lookbook", show=False, tooltip="Start a lookbook for them", id="request.lookbook"),
        Binding("T", "texts", "Texts", show=False, tooltip="Texts to answer with: list and edit", id="request.texts"),
        Binding("w", "why", "Why", show=False, tooltip="Why you see this request", id="request.why"),
    ]


class RequestPage(DeskScreen[Result]):
    """Does it. Whatever is refused is said, and changes nothing."""

    @property
    @abstractmethod
    def one(self) -> RequestLine | None:
        """The request that the page is about just now."""

    def offers(self, action: str) -> bool:
        """What can be done with it."""
        line = self.one
        match action:
            case "take":
                return line is not None and line.may_be_taken
            case "close_request" | "snooze" | "pass_on":
                return line is not None and line.may_be_handled and line.request.state == "open"
            case "customer":
                return line is not None and bool(line.customer_name or line.may_be_handled)
            case "reopen":
                return line is not None and line.may_be_handled and line.request.state == "closed"
        return super().offers(action)

    def action_take(self) -> None:
        """Take it, or give back what was taken."""
        if (line := self.one) is None:
            return
        id = line.request.id
        if line.is_mine:
            self.write_request(lambda records: records.requests.release(id))
        else:
            self.write_request(lambda records: records.requests.claim(id))

    def action_pass_on(self) -> None:
        """Ask to whom, and pass it on."""
        if (line := self.one) is None:
            return
        id = line.request.id

        def ask(staff: Sequence[Staff]) -> None:
            if not self.is_active:
                return
            box = PassOnBox(self._desk, request_words.called(line), id, staff)
            if box.nobody:
                self.tell(tr("No one else can take it."))
            else:
                self.open(box, lambda person: self._passed_on(box, id, person) if person else None)

        self.ask(lambda records: records.requests.takers(id), ask, group="takers", refused=self.refused, opens=True)

    def _passed_on(self, box: PassOnBox, id: str, person: str) -> None:
        self.write_request(box.doing(lambda records: records.requests.pass_on(id, person)))

    def action_snooze(self) -> None:
        """Ask until when, and put it off."""
        if (line := self.one) is None:
            return
        id = line.request.id
        box = SnoozeBox(self._desk, request_words.called(line), [id])

        def snoozed(due: str | None) -> None:
            if due:
                self.write_request(box.doing(lambda records: records.requests.snooze(id, read_due(due))))

        self.open(box, snoozed)

    def action_close_request(self) -> None:
        """Ask what came of it, and close it."""
        if (line := self.one) is None:
            return
        id = line.request.id
        box = CloseBox(self._desk, request_words.called(line), id)

        def closed(picked: str | None) -> None:
            outcome: Outcome | None = next((each for each in OUTCOMES if each == picked), None)
            if outcome:
                self.write_request(box.doing(lambda records: records.requests.close(id, outcome)))

        self.open(box, closed)

    def action_reopen(self) -> None:
        """Open it again."""
        if line := self.one:
            id = line.request.id
            self.write_request(lambda records: records.requests.reopen(id))

    def action_texts(self) -> None:
        """List the texts to answer with."""
        self.open(KindListScreen(self._desk, MESSAGE_TEMPLATE))

    # --- the customer

    def action_customer(self) -> None:
        """Open the customer; where it is not known who it is, ask."""
        if (line := self.one) is None:
            return
        if line.customer_name and line.request.customer:
            self.open(ProfileScreen(self._desk, line.request.customer), self._customer_closed)
        elif not line.may_be_handled:
            self.tell(tr("Take the request first: t."))
        else:
            self._with_details(self._ask_who)

    def _customer_closed(self, gone: bool | None) -> None:
        if gone:
            self.tell(trd(NO_LONGER_VISIBLE))

    def _ask_who(self, details: TalkDetails) -> None:
        email, phone, line = details.email, details.phone, details.line

        def found(matches: Sequence[Match]) -> None:
            if self.is_active:
                box = WhoBox(self._desk, request_words.called(line), line.request.id, matches)
                self.open(box, lambda who: self._is_who(details, who))

        def read(records: RecordStore) -> Sequence[Match]:
            return records.customers.matches(email, phone) if email or phone else ()

        self.ask(read, found, group="matches", opens=True)

    def _is_who(self, details: TalkDetails, who: str | None) -> None:
        if who == NEW:
            form = RequestCustomerForm(self._desk, details)
            self.open(form, lambda _: self._link(details, form.existing) if form.existing else None)
        elif who == OTHER:
            self.open(LinkForm(self._desk, details))
        elif who:
            self._link(details, who)

    def _link(self, details: TalkDetails, customer: str) -> None:
        id = details.line.request.id
        self.write_request(lambda records: records.requests.link(id, customer))

    def action_add_task(self) -> None:
        """Add a task with what the request says."""

        def add(details: TalkDetails) -> None:
            def opened(parts: tuple[Sequence[Staff], Customer | None, TalkDetails]) -> None:
                if self.is_active:
                    self.open(RequestTaskForm(self._desk, *parts))

            self.ask(lambda records: task_parts(records, details), opened, group="task", opens=True)

        self._with_details(add)

    def action_new_look(self) -> None:
        """Start a lookbook: for the customer, if it is known who it is."""
        if line := self.one:
            whose = (line.request.customer or "", line.customer_name) if line.customer_name else ("", "")
            self.open(LookForm(self._desk, LOOKBOOK, customer=whose))

    def _with_details(self, take: Callable[[TalkDetails], None]) -> None:
        if (line := self.one) is None:
            return
        id = line.request.id

        def read(details: TalkDetails | None) -> None:
            if details is None:
                self.tell(trd(GONE))
            elif self.is_active:
                take(details)

        self.ask(lambda records: records.requests.get(id), read, group="details", opens=True)

    def action_why(self) -> None:
        """Tell why it is seen."""
        if line := self.one:
            open_why(self, self._desk, "request", line.request.id)

    # --- telling

    def write_request(self, write: Callable[[RecordStore], Written]) -> None:
        """Have something written, and say so."""
        self.write(write, self.wrote, refused=self.refused)

    def tell_gone(self, gone: bool | None) -> None:
        """Say that a request which was open over this page is not visible any more."""
        if gone:
            self.tell(trd(GONE))
