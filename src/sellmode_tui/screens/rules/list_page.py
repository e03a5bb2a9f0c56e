"""The rules that make tasks: listed, switched, changed, previewed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from sellmode_contract.kinds.rule_task import RuleTrigger
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import RecordStore, RuleLine
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import Pick, PickBox
from sellmode_tui.screens.lists.main_page import MainPage
from sellmode_tui.screens.rules.form import EditRuleForm, NewRuleForm
from sellmode_tui.screens.rules.preview import PreviewScreen
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Row

TRIGGERS: Final[dict[RuleTrigger, tuple[str, str]]] = {
    "purchase": (marked("A purchase"), marked("say thank you, ask how it fits")),
    "date": (marked("A date"), marked("a birthday, an anniversary, a pet's birthday")),
    "lapsed": (marked("No recent purchase"), marked("by days, or by the customer's own average")),
    "new_customer": (marked("A new customer"), marked("welcome them")),
    "replenishment": (marked("A product running out"), marked("a number of days after it was bought")),
    "stay_in_touch": (marked("No recent contact"), marked("not contacted for a number of days")),
    "event": (marked("An event"), marked("back in stock, an abandoned cart, an unanswered request")),
    "stale_picks": (marked("Picks to review"), marked("not sold any more, out of stock, or with another price")),
    "late_request": (marked("A late request"), marked("not answered by the retailer's aim")),
}


class TriggerBox(PickBox):
    """What a new rule waits for; ends with a trigger."""

    BINDING_GROUP_TITLE = "New rule"
    KIND = "trigger"
    WRITES = False

    def __init__(self, desk: Desk) -> None:
        picks = [Pick(trigger, trd(label), trd(about)) for trigger, (label, about) in TRIGGERS.items()]
        super().__init__(
            desk,
            tr("New rule: choose a trigger"),
            picks,
            placeholder=tr("type part of it"),
            does=tr("Continue"),
        )

    def matching(self, text: str) -> Sequence[Pick]:
        """Those that have it."""
        return [each for each in self._picks if text.casefold() in f"{each.label} {each.about}".casefold()]

    def told(self, text: str) -> str:
        """Nothing beside the list."""
        return "" if self.matching(text) else tr("No such trigger.")

    def typed(self, text: str) -> str:  # noqa: ARG002  # nothing is marked, whatever was typed
        """Nothing is marked."""
        raise ValueError(tr("No such trigger."))


class RulesScreen(MainPage[RuleLine]):
    """The list."""

    PAGE: ClassVar = "rules"

    BINDING_GROUP_TITLE = "Rules"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,space", "switch", "On/off", key_display="x", tooltip="Switch the rule on or off", id="rules.switch"),
        Binding("p", "preview", "Preview", tooltip="What it would do tomorrow", id="rules.preview"),
        Binding("a", "add", "Add", tooltip="Add a rule", id="rules.add"),
        Binding("delete,D", "remove", "Remove", key_display="Del", tooltip="Remove the rule", id="rules.remove"),
    ]

    HEAD = marked("Rules that make tasks")
    COLUMNS = (
        Column("", 4, priority=9),
        Column("Rule", 26, priority=10, min_width=16),
        Column("Makes a task", priority=8, min_width=24),
        Column("Store", 14, priority=6, min_width=8),
    )
    EMPTY = marked("No rules yet. a adds one.")

    def read(self, records: RecordStore) -> Sequence[RuleLine]:
        """All that are visible; a store's before the retailer's in whose place it stands."""
        return records.rules.lines()

    def row(self, item: RuleLine) -> Row:
        """Whether it counts, its name, what it waits for, whose it is."""
        state = "--" if item.in_place else tr("on") if item.rule.enabled else tr("off")
        return Row(item.rule.id, (state, item.rule.name, item.words, item.store_name or tr("all stores")))

    def stands_for(self, before: RuleLine, items: Sequence[RuleLine]) -> str | None:
        """The store's rule that has come in the place of the one under the cursor."""
        if before.in_place:
            return None
        if not any(item.in_place and item.rule.id == before.rule.id for item in items):
            return None
        return next((item.rule.id for item in items if item.rule.slug == before.rule.slug and not item.in_place), None)

    def told(self, item: RuleLine) -> str:
        """What it makes, for whom, and how often at most."""
        rule = item.rule
        said = []
        if item.in_place:
            said.append(tr("replaced by your store's own version"))
        if rule.audience:
            said.append(tr("for {customers}", customers=rule.audience))
        if rule.contact_gap_days:
            days = rule.contact_gap_days
            said.append(tr("not if contacted within {number} days", number=days))
        if rule.daily_cap:
            said.append(tr("at most {number} a day per associate", number=rule.daily_cap))
        return self._desk.words.between.join(said)

    # --- what can be done

    def offers(self, action: str) -> bool:
        """Only one's own rules are changed."""
        item = self.current
        match action:
            case "switch" | "remove":
                return item is not None and item.editable
            case "preview":
                return item is not None
        return super().offers(action)

    @property
    def _editable(self) -> RuleLine | None:
        """The rule under the cursor; says so if it may not be changed."""
        item = self.current
        if item is None or item.editable:
            return item
        place = tr("Your store has its own version of this rule: change that one.")
        self.say("below", place if item.in_place else tr("You cannot change this rule."))
        return None

    def chosen_row(self, item: RuleLine) -> None:
        """Change it."""
        if self._editable:
            self.open(EditRuleForm(self._desk, item))

    def action_switch(self) -> None:
        """Switch it on or off; undo switches it back."""
        if item := self._editable:
            id, enabled = item.rule.id, not item.rule.enabled
            self.write_one(lambda records: records.rules.edit(id, {"enabled": enabled}))

    def action_add(self) -> None:
        """Ask what it waits for, then the rest."""
        self.open(TriggerBox(self._desk), self._add)

    def _add(self, trigger: str | None) -> None:
        if trigger is not None:
            self.open(NewRuleForm(self._desk, next(each for each in TRIGGERS if each == trigger)))

    def action_remove(self) -> None:
        """Ask, then remove it."""
        if item := self._editable:
            id = item.rule.id
            question = tr("Remove the rule {rule}? Its open tasks will expire.", rule=item.rule.name)
            box = ConfirmBox(question, tr("Remove"))
            self.open(box, lambda yes: self.write_one(lambda records: records.remove("task_rule", id)) if yes else None)

    def action_preview(self) -> None:
        """Ask what it would do tomorrow."""
        if item := self.current:
            self.open(PreviewScreen(self._desk, item.rule))
