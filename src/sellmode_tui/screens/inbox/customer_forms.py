"""Whose request it is: a customer who is there already, or a new one with what the request says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult

from sellmode_contract.kinds.consent import CHANNELS
from sellmode_tui.language import tr, trd
from sellmode_tui.records import Match, RecordStore, TalkDetails, Written
from sellmode_tui.records.customers.duplicates import same_words
from sellmode_tui.records.requests import words as request_words
from sellmode_tui.screens.customers.customer_form import AddCustomerScreen
from sellmode_tui.screens.forms.form_field import Unreadable
from sellmode_tui.screens.forms.form_screen import Write
from sellmode_tui.screens.forms.pickers import CustomerEntry
from sellmode_tui.screens.inbox.of_request import OfRequest
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import OneOfBox, Pick

NEW: Final = "new"
OTHER: Final = "other"
"""Picked in place of a customer."""


class WhoBox(OneOfBox):
    """Whose request it is; ends with the customer's id, ``NEW`` or ``OTHER``."""

    BINDING_GROUP_TITLE = "Customer"
    KIND: ClassVar = "request_customer"
    WRITES = False

    def __init__(self, desk: Desk, what: str, request: str, matches: Sequence[Match]) -> None:
        """`what`: the request, in words; `request`: its id; `matches`: who is known with the same e-mail or phone."""
        same = (Pick(each.id, each.name, tr("the same {what}", what=same_words(each.matched))) for each in matches)
        picks = [*same, Pick(NEW, tr("A new customer")), Pick(OTHER, tr("Someone else you know"))]
        title = tr("Who wrote {request}?", request=what)
        super().__init__(desk, title, picks, about=[request], placeholder=tr("a name"), does=tr("Choose"))


class LinkForm(OfRequest):
    """Which of the customers whom one sees it is."""

    BINDING_GROUP_TITLE = "Customer of a request"
    KIND: ClassVar = "request_link"

    def __init__(self, desk: Desk, details: TalkDetails) -> None:
        super().__init__(desk, tr("Who wrote {request}?", request=request_words.called(details.line)))
        self.details = details

    def compose_fields(self) -> ComposeResult:
        """The customer."""
        yield CustomerEntry("customer", tr("Customer"), self._desk, placeholder=tr("a name, number"))

    def prepare(self) -> Write:
        """The link."""
        (entry,) = self.fields
        if not entry.changed:
            raise Unreadable(entry, tr("Type a name or number."))
        settle, id = entry.settled, self.details.line.request.id
        return lambda records: records.requests.link(id, settle(records))


class RequestCustomerForm(OfRequest, AddCustomerScreen):
    """A new customer with what the request says; what they agreed to becomes their consent, in their words."""

    KIND: ClassVar = "request_new_customer"

    def __init__(self, desk: Desk, details: TalkDetails) -> None:
        given, _, family = details.line.request.name.strip().rpartition(" ")
        known = {
            "given_name": given or family,
            "family_name": family if given else "",
            "email": details.email,
            "phone": details.phone,
            "language": details.line.request.language,
        }
        super().__init__(desk, {field: value for field, value in known.items() if value})
        self.details = details

    @property
    def hint(self) -> str:
        """What they agreed to."""
        agreed = self.details.talk.agreed if self.details.talk else ()
        channels = ", ".join(dict.fromkeys(trd(CHANNELS[each.channel]) for each in agreed))
        return tr("Consent comes along, in the customer's words: {channels}.", channels=channels) if channels else ""

    def make(self, records: RecordStore, fields: Mapping[str, Any]) -> Written:
        """Write the customer, whose request it is."""
        agreed = self.details.talk.agreed if self.details.talk else ()
        return records.requests.make_customer(self.details.line.request.id, fields, agreed)
