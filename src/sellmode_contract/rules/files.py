"""Rules and corporate tasks as TOML: ``[[rule]]`` and ``[[corporate_task]]`` tables with a record's fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from sellmode_contract import table_files
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations.rules import check_brief
from sellmode_contract.refusals import Rejected
from sellmode_contract.rules import checking
from sellmode_contract.table_files import Table, TableFile

RULE, CORPORATE_TASK = "rule", "corporate_task"
"""Names of the tables."""

_NOT_IN_FILES = {
    TaskRule: frozenset({"id", "edited"}),
    CorporateBrief: frozenset({"id", "created_at", "created_by", "withdrawn"}),
}
_R = TypeVar("_R", TaskRule, CorporateBrief)


def read_rules(text: str, custom: Iterable[CustomField]) -> list[TaskRule]:
    """The rules of a file, all of which make sense. Raises TableFileError."""
    file = TableFile(text, RULE)
    custom = tuple(custom)
    rules: dict[str, TaskRule] = {}
    for table in file.tables:
        rule = _record(file, table, TaskRule)
        rule = msgspec.structs.replace(rule, id=task_rule_id(rule.store, rule.slug))
        for problem in checking.problems(rule, custom):
            raise file.error(problem.detail, table, problem.field, problem.start)
        if rule.id in rules:
            raise file.error("There is another rule with this slug above.", table, "slug")
        rules[rule.id] = rule
    return list(rules.values())


def read_briefs(text: str, stores: Sequence[str]) -> list[CorporateBrief]:
    """The corporate tasks of a file, without ids: whoever adds them makes these. Raises TableFileError.

    ``stores`` are the ids of those that there are.
    """
    file = TableFile(text, CORPORATE_TASK)
    briefs: list[CorporateBrief] = []
    for table in file.tables:
        brief = _record(file, table, CorporateBrief)
        try:
            check_brief(brief, list(stores))
        except Rejected as error:
            raise file.error(error.detail, table, error.field) from None
        briefs.append(brief)
    return briefs


def write_rules(rules: Iterable[TaskRule]) -> str:
    """A file of rules that ``read_rules`` reads as they are. What is as usual is left out."""
    names = _names(TaskRule)
    documents = (msgspec.to_builtins(rule) for rule in rules)
    return table_files.as_text(
        RULE, ({name: document[name] for name in names if name in document} for document in documents)
    )


def _record(file: TableFile, table: Table, type: type[_R]) -> _R:
    """A table as a record, whose id is empty."""
    return table_files.struct(file, table, type, _names(type), id="")


def _names(type: type[_R]) -> list[str]:
    return [name for name in type.__struct_fields__ if name not in _NOT_IN_FILES[type]]
