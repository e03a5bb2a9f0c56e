"""What an account may read and write of the rules that make tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sellmode_tui.records.facet import Facet
from sellmode_tui.records.rules import lines as rules
from sellmode_tui.records.rules.lines import RuleLine
from sellmode_tui.records.tasks import changes as task_changes
from sellmode_tui.records.writing import Written


class Rules(Facet):
    """What an account may read and write of the rules that make tasks."""

    def lines(self) -> list[RuleLine]:
        """The rules that make tasks, of one's store and of the retailer, by name."""
        return self._read(rules.rules)

    def get(self, id: str) -> RuleLine | None:
        """A rule; None for one that is not visible or unknown, alike."""
        return next((line for line in self.lines() if line.rule.id == id), None)

    def create(self, fields: Mapping[str, Any]) -> Written:
        """Make a rule: the fields of ``TaskRule``. Without ``store`` it is of one's own; None is the retailer."""
        return self._writer.write(lambda seen: task_changes.create_rule(seen, fields))

    def edit(self, id: str, set: Mapping[str, Any], saw: Mapping[str, Any] | None = None) -> Written:
        """Change fields of a rule. A manager's change of a retailer's rule makes a rule of the store in its place."""
        return self._writer.write(lambda seen: task_changes.edit_rule(seen, id, set, saw or {}))
