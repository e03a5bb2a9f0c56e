"""The examples of rules and corporate tasks can be imported, and no field of theirs is left out."""

from __future__ import annotations

from typing import get_args

from sellmode_backend.demo.retailer import CUSTOM_FIELDS
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.rule_task import RuleTrigger
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.records import EditedRecord
from sellmode_contract.rules.files import read_briefs, read_rules
from sellmode_contract.rules.templates import PLACES
from tests.docs.reading import DOCS, fences

TASKS = DOCS / "tasks.md"


def test_the_examples_are_files_that_can_be_imported() -> None:
    rules, briefs = fences(TASKS, "toml")
    assert [rule.slug for rule in read_rules(rules, CUSTOM_FIELDS)] == ["thank-you", "pet-birthday"]
    (brief,) = read_briefs(briefs, ["Store 356", "Store 21"])
    assert brief.stores == ("Store 356", "Store 21")


def test_every_field_and_trigger_is_told() -> None:
    text = TASKS.read_text("utf-8")
    rule = set(TaskRule.__struct_fields__) - set(EditedRecord.__struct_fields__)
    assert {name for name in rule | set(get_args(RuleTrigger)) if f"`{name}`" not in text} == set()
    assert {place for place in PLACES if f"`{{{place}}}`" not in text} == set()
    brief = set(CorporateBrief.__struct_fields__) - {"id", "created_at", "created_by", "withdrawn"}
    assert {name for name in brief if f"\n{name} = " not in text} == set()
