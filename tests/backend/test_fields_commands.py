"""The operator's commands on the retailer's own fields, and what then forms, filters and rules have of them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sellmode_contract import filters
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations.customers import own_value
from sellmode_contract.refusals import Rejected
from tests.backend.test_rules_commands import Retailer as Operator
from tests.support.backend import retailer_database


@pytest.fixture
def operator(sqlite_url: str) -> Iterator[Operator]:
    with retailer_database(sqlite_url) as database:
        yield Operator(sqlite_url, database)


def stored(operator: Operator) -> Retailer:
    (found,) = operator.all("retailer")
    assert isinstance(found, Retailer)
    return found


def test_fields_are_defined_with_groups_and_used_at_once(operator: Operator) -> None:
    assert operator.said("fields", "list") == "There are no fields yet: `fields add` defines one.\n"
    operator.run("fields", "add", "skin_type", "--type", "choice", "--choice", "dry", "--choice", "oily",
                 "--metafield", "facts.skin_type")  # fmt: skip
    operator.run("fields", "add", "pet", "--type", "group", "--label", "Pets")
    operator.run("fields", "add", "pet.birthday", "--type", "date")
    assert operator.run("fields", "list").splitlines() == [
        "name          label      type    choices    metafield",
        "skin_type     Skin type  choice  dry, oily  facts.skin_type",
        "pet           Pets       group",
        "pet.birthday  Birthday   date",
    ]
    assert [field["name"] for field in json.loads(operator.run("fields", "list", "--json"))] == ["skin_type", "pet"]
    retailer = stored(operator)
    assert isinstance(filters.parse("skin_type:dry has:pet", filters.fields_of(retailer.custom_fields)), filters.And)
    assert own_value("pet", [{"birthday": "2020-05-02"}], retailer) == [{"birthday": "2020-05-02"}]
    with pytest.raises(Rejected, match="one of dry, oily"):
        own_value("skin_type", "wet", retailer)
    assert "pet-birthday: new" in operator.said("rules", "defaults")


def test_what_would_not_fit_is_refused_and_why(operator: Operator) -> None:
    operator.run("fields", "add", "skin", "--type", "choice", "--choice", "dry", "--choice", "oily")
    operator.run("fields", "add", "pet", "--type", "group")
    operator.run("fields", "add", "pet.kind")
    operator.run("fields", "add", "since", "--type", "date", "--metafield", "facts.since")
    operator.run("fields", "add", "joined", "--type", "date")
    operator.write(Customer(id="a", store="Alpha", custom={"skin": "dry", "pet": [{"kind": "dog"}]}))
    operator.write(
        TaskRule(id=task_rule_id(None, "r"), slug="r", name="R", title="R", trigger="date", dates=("joined",)),
        TaskRule(id=task_rule_id(None, "s"), slug="s", name="S", title="S", trigger="purchase", audience="since<9d"),
    )
    before = stored(operator)
    for says, *arguments in (
        (
            "1 customer would have a value in 'skin' that does not fit: There is no such custom field.",
            "remove",
            "skin",
        ),
        ("value in 'skin' that does not fit: Skin has to be one of oily.", "edit", "skin", "--choice", "oily"),
        ("value in 'skin' that does not fit: Skin has to be a number.", "edit", "skin", "--type", "number"),
        ("value in 'pet' that does not fit: Pet has no such field.", "remove", "pet.kind"),
        ("The rule 'r' waits for the date 'joined'.", "remove", "joined"),
        ("The rule 's' needs it: ", "remove", "since"),
        ("The rule 's' needs it: ", "edit", "since", "--type", "text"),
        ("There is no field 'hat'. Fields: skin, pet, since, joined.", "remove", "hat"),
        ("The group 'pet' has no field 'hat'. It has: kind.", "edit", "pet.hat", "--label", "Hat"),
        ("Error: The retailer has 2 fields with the name 'skin'", "add", "skin"),
        ("Every customer has a field 'tier' already", "add", "tier"),
        ("'Skin' cannot be the name of a field", "add", "Skin"),
        ("is a choice and needs its choices", "add", "hue", "--type", "choice"),
        ("is no choice and has none", "add", "hue", "--choice", "red"),
        ("have to be different, and none empty", "add", "hue", "--type", "choice", "--choice", "a", "--choice", "a"),
        ("2 fields are the metafield 'facts.since'", "add", "hue", "--metafield", "facts.since"),
        ("is written facts.skin_type", "add", "hue", "--metafield", "since"),
        ("needs a label", "edit", "skin", "--label", " "),
    ):
        operator.refused(1, says, "fields", *arguments)
    operator.refused(2, "Say what to change.", "fields", "edit", "skin")
    assert stored(operator) == before
    operator.run("fields", "edit", "skin", "--choice", "dry", "--choice", "sensitive", "--label", "Skin type")
    operator.run("fields", "edit", "since", "--metafield", "")
    assert [(field.label, field.choices, field.metafield) for field in stored(operator).custom_fields] == [
        ("Skin type", ("dry", "sensitive"), ""), ("Pet", (), ""), ("Since", (), ""), ("Joined", (), "")
    ]  # fmt: skip
    operator.write(Customer(id="a", store="Alpha"))
    operator.run("fields", "remove", "pet")
    assert [field.name for field in stored(operator).custom_fields] == ["skin", "since", "joined"]
    assert CustomField(name="since", label="Since", type="date") in stored(operator).custom_fields
