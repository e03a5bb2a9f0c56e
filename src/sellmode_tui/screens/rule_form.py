"""A rule that makes tasks, to be made or changed: only the fields that go with what it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, get_args

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from sellmode_contract import filters
from sellmode_contract.kinds.rule_task import RuleTrigger
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.rules import checking
from sellmode_contract.rules.templates import PLACES
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.form_fields import (
    AreaEntry,
    ChoiceEntry,
    FormField,
    NumberEntry,
    SetEntry,
    TextEntry,
    Unreadable,
)
from sellmode_tui.screens.form_screen import REPLACES, FormScreen, Write
from sellmode_tui.screens.profile_page import CONTACTS
from sellmode_tui.screens.rule_preview import PreviewScreen
from sellmode_tui.visibility import Door, RuleLine
from sellmode_tui.widgets.choice import Option

_CONSENTS: Final = (
    Option("", "not needed"),
    Option("email", "e-mail"),
    Option("sms", "SMS"),
    Option("phone", "phone"),
    Option("any", "any of them"),
)
_GOES_TO: Final = (Option("owner", "the customer's owner"), Option("seller", "who sold"))
_ACTIONS: Final = (Option("", "none"), *(Option(channel, name) for channel, name in CONTACTS.items()))
_DAYS_OF: Final[dict[RuleTrigger, str]] = {
    "lapsed": "days without a purchase",
    "replenishment": "days, in which it is used up",
    "stay_in_touch": "days without contact",
}


class WholeEntry(NumberEntry):
    """A number without a fraction."""

    @property
    def value(self) -> Any:
        """The number."""
        text = self.text.strip()
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            raise Unreadable(self, f"{self.label} is a whole number.") from None


class YesEntry(ChoiceEntry):
    """Yes or no."""

    def __init__(self, path: str, label: str, desk: Desk, value: bool) -> None:
        super().__init__(path, label, desk, (Option("yes", "yes"), Option("no", "no")), "yes" if value else "no")

    @property
    def value(self) -> Any:
        """Which of them."""
        return super().value == "yes"


class AudienceEntry(TextEntry):
    """A filter of customers. What is wrong with it is said while it is typed."""

    def __init__(self, path: str, label: str, desk: Desk, value: str) -> None:
        super().__init__(path, label, desk, value, placeholder="everybody; or a filter: tag:vip spend>500")

    def edited(self) -> None:
        """Read it."""
        retailer = self._desk.facts.retailer
        try:
            filters.parse(self.text, filters.fields_of(retailer.custom_fields if retailer else ()))
        except filters.FilterError as error:
            self.say(f"{error}, at character {error.start + 1}.")
        else:
            self.say("")


class _RuleForm(FormScreen):
    """The fields of both."""

    BINDING_GROUP_TITLE = "Rule"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before a text's own F6, which marks its line.
        Binding(
            "f6",
            "preview",
            "Preview",
            priority=True,
            tooltip="What it would do tomorrow, as it is typed",
            id="rule.preview",
        ),
    ]

    DEFAULT_CSS = """
    _RuleForm AreaEntry { height: 8; }
    """

    def __init__(self, desk: Desk, title: str, rule: TaskRule) -> None:
        """`rule` gives the fields what they begin with."""
        super().__init__(desk, title)
        self._rule = rule

    def compose_fields(self) -> ComposeResult:
        """Name; what it waits for; whose; what it makes."""
        desk, rule = self._desk, self._rule
        yield TextEntry("name", "Name", desk, rule.name or None)
        yield YesEntry("enabled", "Switched on", desk, rule.enabled)
        yield self._section("When")
        yield from self._trigger()
        yield WholeEntry(
            "offset_days", "Due", desk, rule.offset_days or None, unit="days after that; -3: 3 days before"
        )
        yield WholeEntry(
            "offset_hours", "Or", desk, rule.offset_hours or None, unit="hours after that; then due at that hour"
        )
        yield TextEntry("due_time", "Due at", desk, rule.due_time or None, placeholder="the end of the day; or 09:00")
        yield WholeEntry(
            "expires_days", "Expires", desk, rule.expires_days, unit="days after the due day; empty: never"
        )
        yield self._section("For whom")
        yield AudienceEntry("audience", "Customers", desk, rule.audience)
        yield WholeEntry(
            "contact_gap_days",
            "Not contacted for",
            desk,
            rule.contact_gap_days or None,
            unit="days; empty: whenever that was",
        )
        yield ChoiceEntry("consent", "Consent", desk, _CONSENTS, rule.consent or None)
        yield ChoiceEntry("goes_to", "Falls to", desk, _GOES_TO, rule.goes_to)
        yield YesEntry("unowned", "Without an owner", desk, rule.unowned)
        yield WholeEntry(
            "daily_cap", "At most", desk, rule.daily_cap, unit="a day for each associate; empty: any number"
        )
        yield self._section("The task")
        yield TextEntry("title", "What", desk, rule.title or None)
        yield ChoiceEntry("action", "Asks for", desk, _ACTIONS, rule.action)
        yield AreaEntry("details", "Details", desk, rule.details or None)
        yield AreaEntry("message", f"Suggested text, with {{{'}, {'.join(PLACES)}}}", desk, rule.message or None)

    def _section(self, title: str) -> Static:
        return Static(Content(title), classes="form-section")

    def _trigger(self) -> Iterator[FormField]:
        """What only some triggers have."""
        desk, rule = self._desk, self._rule
        days = WholeEntry("after_days", "After", desk, rule.after_days, unit=_DAYS_OF.get(rule.trigger, "days"))
        products = SetEntry("products", "Products", desk, rule.products, placeholder="types, or sku:1234, with commas")
        match rule.trigger:
            case "purchase":
                yield products
            case "date":
                yield SetEntry("dates", "Dates", desk, rule.dates, placeholder="birthday, anniversary, pet.birthday")
            case "lapsed":
                yield days
                yield NumberEntry(
                    "times_average", "Or after", desk, rule.times_average, unit="times the usual days between purchases"
                )
            case "replenishment":
                yield products
                yield days
                yield YesEntry("per_unit", "For each piece", desk, rule.per_unit)
            case "stay_in_touch":
                yield days
            case "event":
                yield TextEntry("event", "Event", desk, rule.event or None, placeholder="back_in_stock, abandoned_cart")
            case "new_customer":
                return

    def changed_fields(self) -> dict[str, Any]:
        """What was changed, as JSON has it; what was emptied says nothing. Raises Unreadable."""
        empty = dict(zip(reversed(TaskRule.__struct_fields__), reversed(TaskRule.__struct_defaults__), strict=False))
        return {
            each.path: empty.get(each.path, "") if value is None else value
            for each in self.fields
            if each.changed and (value := each.value, True)[1]
        }

    def as_typed(self) -> TaskRule:
        """The rule as it would be. Raises Unreadable for the first thing that is wrong with it."""
        held: dict[str, Any] = msgspec.to_builtins(self._rule)
        rule = msgspec.convert({**held, **self.changed_fields()}, TaskRule)
        retailer = self._desk.facts.retailer
        for problem in checking.problems(rule, retailer.custom_fields if retailer else ()):
            where = next((each for each in self.fields if each.owns(problem.field)), None)
            at = f" It is at character {problem.start + 1}." if problem.start is not None else ""
            raise Unreadable(where or self.fields[0], f"{problem.detail}{at}")
        return rule

    def action_preview(self) -> None:
        """Ask what the rule would do as it is typed."""
        self._clear()
        try:
            rule = self.as_typed()
        except Unreadable as unreadable:
            self._point(unreadable.where, str(unreadable))
        else:
            self.open(PreviewScreen(self._desk, rule))


class NewRuleForm(_RuleForm):
    """A rule that is not there yet."""

    KIND: ClassVar = "new_rule"

    def __init__(self, desk: Desk, trigger: RuleTrigger) -> None:
        rule = TaskRule(id="", slug="", name="", title="", trigger=trigger)
        super().__init__(desk, "New rule", rule)

    @property
    def subject(self) -> dict[str, str]:
        """What it waits for."""
        return {"trigger": self._rule.trigger}

    @classmethod
    def find(cls, door: Door, subject: Mapping[str, str]) -> Sequence[Any] | None:  # noqa: ARG003  # nothing to look up
        """What it waits for."""
        return [each for each in get_args(RuleTrigger) if each == subject["trigger"]] or None

    def compose_fields(self) -> ComposeResult:
        """The slug first."""
        yield TextEntry("slug", "Slug", self._desk, placeholder="names it for good: thank-you")
        yield from super().compose_fields()

    def prepare(self) -> Write:
        """The rule."""
        rule = self.as_typed()
        fields: dict[str, Any] = msgspec.to_builtins(rule)
        del fields["id"]
        fields.pop("store", None)
        return lambda door: door.create_rule(fields)

    def as_typed(self) -> TaskRule:
        """The rule as it would be, of the person's store."""
        rule = super().as_typed()
        account = self._desk.facts.account
        store = account.stores[0] if account and len(account.stores) == 1 else None
        return msgspec.structs.replace(rule, id=task_rule_id(store, rule.slug), store=store)


class EditRuleForm(_RuleForm):
    """One that is there."""

    KIND: ClassVar = "rule"

    def __init__(self, desk: Desk, line: RuleLine) -> None:
        super().__init__(desk, f"Rule {line.rule.slug}: {line.words}", line.rule)
        self._line = line

    @property
    def subject(self) -> dict[str, str]:
        """The rule."""
        return {"rule": self._rule.id}

    @classmethod
    def find(cls, door: Door, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The rule, while it is the person's to change."""
        line = door.rule(subject["rule"])
        return (line,) if line and line.editable else None

    @property
    def hint(self) -> str:
        """What a change of the retailer's rule comes to."""
        account = self._desk.facts.account
        if self._rule.store is None and account is not None and len(account.stores) == 1:
            return "This rule is the retailer's. What you save is your store's own, in its place."
        return ""

    def prepare(self) -> Write:
        """What was changed."""
        self.as_typed()
        wanted, rule = self.changed_fields(), self._rule
        held: dict[str, Any] = {name: getattr(rule, name) for name in wanted}
        return lambda door: door.edit_rule(rule.id, wanted, held)

    def records_changed(self) -> None:
        """Look whether the rule has become another."""
        id = self._rule.id
        if not self.ended:
            self.ask(lambda door: door.rule(id), self._compare, group="compare")

    def _compare(self, now: RuleLine | None) -> None:
        if self.ended:
            return
        if now is None:
            self.say_quietly("This rule has been removed meanwhile: it cannot be saved any more.")
        elif now.rule != self._rule:
            self.say_quietly(f"Changed by somebody else meanwhile. {REPLACES}")
