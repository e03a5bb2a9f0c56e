"""A rule that makes tasks, to be made or changed: only the fields that go with what it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, get_args

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sellmode_contract.documents import as_document
from sellmode_contract.kinds.rule_task import RuleTrigger
from sellmode_contract.kinds.task_rule import NOT_OF_CUSTOMERS, TASK_RULE, TaskRule, task_rule_id
from sellmode_contract.rules import checking
from sellmode_contract.rules.templates import PLACES
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import RecordStore, RuleLine
from sellmode_tui.screens.forms.filter_entry import FilterEntry
from sellmode_tui.screens.forms.form_field import FormField, Unreadable
from sellmode_tui.screens.forms.form_screen import Write
from sellmode_tui.screens.forms.text_entries import ChoiceEntry
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.rules.preview import PreviewScreen
from sellmode_tui.widgets.choice import Option

_CONSENTS: Final = {
    "": marked("not needed"),
    "email": marked("e-mail"),
    "sms": "SMS",
    "phone": marked("phone"),
    "any": marked("any of them"),
}
_EXAMPLE: Final = "tag:vip spend>500"
_DATES: Final = "birthday, anniversary, pet.birthday"
_EVENTS: Final = "back_in_stock, abandoned_cart"
_GOES_TO: Final = {"owner": marked("the customer's owner"), "seller": marked("the seller")}
_DAYS_OF: Final[dict[RuleTrigger, str]] = {
    "lapsed": marked("days without a purchase"),
    "replenishment": marked("days until it is used up"),
    "stay_in_touch": marked("days without contact"),
}


class _RuleForm(KindForm):
    """The entries of both."""

    BINDING_GROUP_TITLE = "Rule"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before a text's own F6, which marks its line.
        Binding(
            "f6",
            "preview",
            "Preview",
            priority=True,
            tooltip="What it would do tomorrow, as entered",
            id="rule.preview",
        ),
    ]

    DEFAULT_CSS = """
    _RuleForm AreaEntry { height: 8; }
    """

    def __init__(self, desk: Desk, title: str, rule: TaskRule, record: TaskRule | None = None) -> None:
        """`rule` gives the fields what they begin with."""
        super().__init__(desk, TASK_RULE, record, title=title)
        self._rule = rule
        self._held = as_document(rule)

    def compose_fields(self) -> ComposeResult:
        """Name; what it waits for; whose; what it makes."""
        rule, entry = self._rule, self.entry
        yield entry("name")
        yield entry("enabled", tr("Enabled"))
        yield _section(tr("When"))
        yield from self._trigger()
        yield entry("offset_days", tr("Due"), rule.offset_days or None, hint=tr("days after that; -3: 3 days before"))
        yield entry(
            "offset_hours", tr("Or"), rule.offset_hours or None, hint=tr("hours after that; then due at that hour")
        )
        yield entry("due_time", tr("Due at"), hint=tr("the end of the day; or {example}", example="09:00"))
        about_customers = rule.trigger not in NOT_OF_CUSTOMERS
        if about_customers:
            yield entry("expires_days", tr("Expires"), hint=tr("days after the due day; empty: never"))
            yield from self._audience()
        yield _section(tr("The task"))
        yield entry("title", tr("Title"))
        if about_customers:
            yield entry("action", tr("Action"))
        yield entry("details")
        if about_customers:
            yield entry("message", _message_label())

    def _audience(self) -> Iterator[Widget]:
        """Which customers, and who of the store."""
        desk, rule, entry = self._desk, self._rule, self.entry
        yield _section(tr("Audience"))
        yield FilterEntry(
            "audience",
            tr("Customers"),
            desk,
            rule.audience,
            placeholder=tr("everybody; or a filter: {example}", example=_EXAMPLE),
        )
        gap = rule.contact_gap_days or None
        yield entry("contact_gap_days", tr("Not contacted for"), gap, hint=tr("days; empty: any time"))
        yield ChoiceEntry("consent", tr("Consent"), desk, _options(_CONSENTS), rule.consent or None)
        yield ChoiceEntry("goes_to", tr("Assigned to"), desk, _options(_GOES_TO), rule.goes_to)
        yield entry("unowned", tr("Without an owner"))
        yield entry("daily_cap", tr("At most"), hint=tr("a day per associate; empty: no limit"))

    def _trigger(self) -> Iterator[FormField]:
        """What only some triggers have."""
        trigger, entry = self._rule.trigger, self.entry
        days = entry("after_days", tr("After"), hint=trd(_DAYS_OF.get(trigger, marked("days"))))
        products = entry("products", hint=tr("types, or {example}, with commas", example="sku:1234"))
        match trigger:
            case "purchase":
                yield products
            case "date":
                yield entry("dates", hint=_DATES)
            case "lapsed":
                yield days
                yield entry("times_average", tr("Or after"), hint=tr("times the usual days between purchases"))
            case "replenishment":
                yield products
                yield days
                yield entry("per_unit", tr("Per unit"))
            case "stay_in_touch":
                yield days
            case "event":
                yield entry("event", hint=_EVENTS)
            case "new_customer" | "stale_picks" | "late_request":
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
            at = f" {tr('At character {number:,}.', number=problem.start + 1)}" if problem.start is not None else ""
            raise Unreadable(where or self.fields[0], f"{trd(problem.detail)}{at}")
        return rule

    def action_preview(self) -> None:
        """Ask what the rule would do as it is typed."""
        self._clear()
        try:
            rule = self.as_typed()
        except Unreadable as unreadable:
            self._point(unreadable.where, trd(unreadable))
        else:
            self.open(PreviewScreen(self._desk, rule))


def _options(named: Mapping[str, str]) -> list[Option]:
    return [Option(value, trd(name)) for value, name in named.items()]


def _message_label() -> str:
    """What may stand in the text."""
    places = ", ".join(f"{{{place}}}" for place in PLACES)
    return tr("Suggested text, with {places}; {default}: if it is empty", places=places, default="{name|friend}")


def _section(title: str) -> Static:
    return Static(Content(title), classes="form-section")


class NewRuleForm(_RuleForm):
    """A rule that is not there yet."""

    KIND: ClassVar = "new_rule"

    def __init__(self, desk: Desk, trigger: RuleTrigger) -> None:
        rule = TaskRule(id="", slug="", name="", title="", trigger=trigger)
        super().__init__(desk, tr("New rule"), rule)

    @property
    def subject(self) -> dict[str, str]:
        """What it waits for."""
        return {"trigger": self._rule.trigger}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:  # noqa: ARG003  # nothing to look up
        """What it waits for."""
        return [each for each in get_args(RuleTrigger) if each == subject["trigger"]] or None

    def compose_fields(self) -> ComposeResult:
        """The slug first."""
        yield self.entry("slug", hint=tr("cannot be changed: {example}", example="thank-you"))
        yield from super().compose_fields()

    def prepare(self) -> Write:
        """The rule."""
        rule = self.as_typed()
        fields: dict[str, Any] = msgspec.to_builtins(rule)
        del fields["id"]
        fields.pop("store", None)
        return lambda records: records.rules.create(fields)

    def as_typed(self) -> TaskRule:
        """The rule as it would be, of the person's store."""
        rule = super().as_typed()
        account = self._desk.facts.account
        store = account.stores[0] if account and len(account.stores) == 1 else None
        return msgspec.structs.replace(rule, id=task_rule_id(store, rule.slug), store=store)


class EditRuleForm(_RuleForm):
    """One that is there."""

    KIND: ClassVar = "rule"
    GONE = marked("This rule was removed in the meantime and can no longer be saved.")

    def __init__(self, desk: Desk, line: RuleLine) -> None:
        super().__init__(desk, tr("Rule {rule}: {when}", rule=line.rule.slug, when=line.words), line.rule, line.rule)

    @property
    def subject(self) -> dict[str, str]:
        """The rule."""
        return {"rule": self._rule.id}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The rule, while it is the person's to change."""
        line = records.rules.get(subject["rule"])
        return (line,) if line and line.editable else None

    @property
    def hint(self) -> str:
        """What a change of the retailer's rule comes to."""
        account = self._desk.facts.account
        if self._rule.store is None and account is not None and len(account.stores) == 1:
            return tr("This is the retailer's rule. Saving creates your store's own version of it.")
        return ""

    def prepare(self) -> Write:
        """What was changed."""
        self.as_typed()
        wanted, rule = self.changed_fields(), self._rule
        held: dict[str, Any] = {name: getattr(rule, name) for name in wanted}
        return lambda records: records.rules.edit(rule.id, wanted, held)

    def meanwhile(self, *parts: Any) -> str:
        """What somebody else has changed of it."""
        return super().meanwhile(parts[0].rule)
