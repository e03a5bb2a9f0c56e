"""What a customer allows on a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.kinds.consent import Channel, Consent, ConsentState
from sellmode_contract.mutations import Rejected
from sellmode_contract.mutations.consent import STRICTNESS, UNSAID, check_step
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import Profile, RecordStore
from sellmode_tui.screens.customers.details_page import consent_lines
from sellmode_tui.screens.customers.profile_words import CHANNELS, CONSENT
from sellmode_tui.screens.forms.form_screen import FormScreen, Write
from sellmode_tui.screens.forms.text_entries import ChoiceEntry, TextEntry
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.page import Page
from sellmode_tui.widgets.choice import Choice, Option


def _options(named: Mapping[Any, str]) -> list[Option]:
    return [Option(value, trd(name)) for value, name in named.items()]


class ConsentForm(FormScreen):
    """One channel at a time. What is not allowed is said while it is chosen, with the reason."""

    BINDING_GROUP_TITLE = "Consent"
    KIND: ClassVar = "consent"
    GONE = marked("This customer is no longer visible to you.")

    DEFAULT_CSS = """
    ConsentForm .consent-now { height: auto; margin-bottom: 1; }
    """

    def __init__(self, desk: Desk, profile: Profile) -> None:
        super().__init__(desk, tr("Consent of {customer}", customer=profile.customer.name))
        self._profile = profile
        self._customer = profile.customer.id
        self._known = _by_channel(profile)

    @property
    def subject(self) -> dict[str, str]:
        """The customer."""
        return {"customer": self._customer}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The customer with what holds now."""
        profile = records.customers.profile(subject["customer"])
        return (profile,) if profile else None

    def compose_fields(self) -> ComposeResult:
        """What holds now; channel, what is allowed from now on, and what shows it."""
        yield Static(classes="consent-now")
        yield ChoiceEntry("channel", marked("Channel"), self._desk, _options(CHANNELS))
        yield ChoiceEntry("state", marked("New status"), self._desk, _options(CONSENT), self._state("email"))
        hint = tr("such as: signed the card at the till")
        yield TextEntry("evidence", marked("Evidence"), self._desk, placeholder=hint)

    def on_mount(self) -> None:
        """Say what holds."""
        self._show_now()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  # as all pages take it
        """Set the lines for the new width."""
        self._show_now()

    def _show_now(self) -> None:
        page = Page(max(40, self.size.width - 4), self._desk.words)
        consent_lines(page, self._profile)
        self.query_one(".consent-now", Static).update(Content("\n").join(page.lines))

    def _state(self, channel: str) -> ConsentState:
        known = self._known.get(channel)
        return known.state if known else UNSAID

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        channel, state = self.query(Choice)
        if event.choice is channel:
            state.value = self._state(channel.value)
        self._say_step()

    def _say_step(self) -> None:
        """Say what it takes to go from what holds to what is chosen."""
        channel, state = self._channel, self._wanted
        now = self._state(channel)
        field = self.fields[1]
        try:
            check_step(now, now, state, "said")
        except Rejected as rejected:
            field.say(trd(rejected.detail), wrong=True)
        else:
            field.say(_told(now, state))

    @property
    def _channel(self) -> Channel:
        return next(channel for channel in CHANNELS if channel == self.fields[0].value)

    @property
    def _wanted(self) -> ConsentState:
        return next(state for state in CONSENT if state == self.fields[1].value)

    def prepare(self) -> Write:
        """The channel's new state."""
        customer, channel, state = self._customer, self._channel, self._wanted
        evidence = self.fields[2].value or ""
        return lambda records: records.customers.set_consent(customer, channel, state, evidence)

    @property
    def question(self) -> ConfirmBox | None:
        """Nobody here can undo an opt-out."""
        if self._wanted != "unsubscribed" or self._state(self._channel) == "unsubscribed":
            return None
        return ConfirmBox(
            tr(
                "Unsubscribe {customer} from {channel}? Once sent, only the customer can undo this.",
                customer=self._profile.customer.name,
                channel=trd(CHANNELS[self._channel]),
            ),
            tr("Unsubscribe"),
            tr("Keep editing"),
        )

    def meanwhile(self, *parts: Any) -> str:
        """Show what holds now, if that has become another."""
        profile: Profile = parts[0]
        if profile.consents == self._profile.consents:
            return ""
        before = self._profile.consents
        changed = [each for each in profile.consents if each not in before]
        whose = {profile.names.get(each.actor, "") for each in changed}
        by = next(iter(whose)) if len(whose) == 1 else ""
        at = max((each.changed_at for each in changed if each.changed_at), default=self._desk.words.now)
        self._profile, self._known = profile, _by_channel(profile)
        self._show_now()
        self._say_step()
        if by:
            return tr(
                "{person} has changed the consent in the meantime ({time}); the current one is shown above.",
                person=by,
                time=self._desk.words.time(at),
            )
        return tr("The consent has changed in the meantime; the current one is shown above.")


def _told(now: ConsentState, state: ConsentState) -> str:
    """What a step takes, or what comes of it."""
    if STRICTNESS[state] < STRICTNESS[now]:
        return tr("This allows more than before: enter how the customer agreed.")
    if state == "unsubscribed" != now:
        return tr("Once sent, only the customer can undo this.")
    return ""


def _by_channel(profile: Profile) -> dict[str, Consent]:
    """For each channel the strictest, should several sources have said."""
    found: dict[str, Consent] = {}
    for consent in profile.consents:
        known = found.get(consent.channel)
        if known is None or STRICTNESS[consent.state] > STRICTNESS[known.state]:
            found[consent.channel] = consent
    return found
