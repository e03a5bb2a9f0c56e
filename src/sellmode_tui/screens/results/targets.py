"""Targets of the figures: their list, and the form that sets one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sellmode_contract.kinds.target import TARGET, Target
from sellmode_contract.mutations import Rejected
from sellmode_contract.results.kpis import KPIS
from sellmode_contract.results.targets import as_number, in_steps
from sellmode_contract.translatable import Translatable
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records.kind_lists import KindQuery
from sellmode_tui.records.results.targets import Copied
from sellmode_tui.screens.forms.form_field import FormField
from sellmode_tui.screens.forms.text_entries import NumberEntry
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kinds.list_page import KindListScreen
from sellmode_tui.screens.kinds.page import may_do
from sellmode_tui.screens.kit.desk import Desk


class TargetForm(KindForm):
    """A new target, or another value for one that is there. A value is typed as its figure is written."""

    KIND: ClassVar = "target"

    def compose_fields(self) -> ComposeResult:
        """Whose it is where there are several stores; of one that is there only the value."""
        account = self._desk.facts.account
        if self.record is None:
            if account is not None and len(account.stores) > 1:
                yield self.entry("store")
            yield self.entry("person", hint=tr("the store; or a name"))
            yield self.entry("kpi")
            yield self.entry("month", value=f"{self._desk.words.today:%Y-%m}")
        yield self.entry("value")

    def entry(self, name: str, *more: Any, **given: Any) -> FormField:
        """The entry of a field; of the value a number in whole units."""
        if name != "value":
            return super().entry(name, *more, **given)
        held = self.record
        number = float(as_number(KPIS[held.kpi], held.value, held.currency)) if isinstance(held, Target) else None
        return NumberEntry(name, TARGET.by_name[name].title, self._desk, number)

    def given(self, values: dict[str, Any]) -> dict[str, Any]:
        """With the value in the steps of its figure. Raises Rejected."""
        value, held, retailer = values.get("value"), self.record, self._desk.facts.retailer
        kpi = KPIS.get(held.kpi if isinstance(held, Target) else values.get("kpi") or "")
        if kpi is None or value is None:
            return values
        try:
            steps = in_steps(kpi, Decimal(str(value)), retailer.currency if retailer else "")
        except ValueError as error:
            raise Rejected("invalid", trd(Translatable.said(error)), field="value") from None
        return {**values, "value": steps}


class TargetsScreen(KindListScreen):
    """All targets of the stores that one leads, those of the last month first."""

    FORM = TargetForm
    FOR_ALL = marked("x and c are for all of them")
    OF_A_ROW = KindListScreen.OF_A_ROW | {"copy"}

    BINDING_GROUP_TITLE = "Targets"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", tooltip="Copy it, or all that are marked, to the next month", id="targets.copy"),
        Binding("escape,q", "back", "Back", key_display="Esc", tooltip="Back to the figures", id="targets.back"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, TARGET)
        self._query = KindQuery(sort="month", descending=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who may set some copies them too."""
        if action == "copy":
            return may_do(self._desk, TARGET, "create")
        return super().check_action(action, parameters)

    def action_copy(self) -> None:
        """Copy those that are chosen to the month after theirs."""
        ids = [item.record.id for item in self.chosen]
        if ids:
            self.write(
                lambda records: records.results.copy_targets(ids),
                self._copied,
                refused=lambda _, why: self.say("below", why),
            )

    def _copied(self, copied: Copied) -> None:
        self.unmark()
        left = trn(
            "{number:,} left out: there is one, or its person has left.",
            "{number:,} left out: there is one, or their person has left.",
            copied.left_out,
        )
        if copied.written:
            done = trn("{number:,} copied. u to undo.", "{number:,} copied. u to undo.", len(copied.written))
            self.wrote(copied.written[0], f"{done} {left}" if copied.left_out else done)
        elif copied.left_out:
            self.say("below", left)
