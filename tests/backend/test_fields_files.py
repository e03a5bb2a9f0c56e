"""The retailer's own fields in a file, and fields that get another name with all that is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_backend.importers import bases
from sellmode_contract import own_fields
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from tests.backend.test_rules_commands import Retailer as Operator
from tests.support.backend import retailer_database

SKIN = CustomField(name="skin", label="Skin type", type="choice", choices=("dry", "oily"), metafield="facts.skin_type")
PET = CustomField(
    name="pet",
    label="Pets",
    type="group",
    fields=(CustomField(name="kind", label="Kind", type="text"), CustomField(name="born", label="Born", type="date")),
)
FILE = own_fields.write_fields([SKIN, PET])


@pytest.fixture
def operator(prepared_url: str) -> Iterator[Operator]:
    with retailer_database(prepared_url) as database:
        yield Operator(prepared_url, database)


def fields(operator: Operator) -> list[CustomField]:
    (found,) = operator.all("retailer")
    assert isinstance(found, Retailer)
    return list(found.custom_fields)


def test_a_file_of_fields_is_applied_and_exported_as_it_is(operator: Operator, tmp_path: Path) -> None:
    file, again = tmp_path / "fields.toml", tmp_path / "again.toml"
    file.write_text(FILE)
    new = "skin: new\npet: new\npet.kind: new\npet.born: new\n"
    assert operator.said("fields", "apply", str(file), "--dry-run") == f"{new}Nothing was changed.\n"
    assert fields(operator) == []
    assert operator.said("fields", "apply", str(file)) == new
    assert fields(operator) == [SKIN, PET]
    assert operator.said("fields", "export", str(again)) == f"4 fields are in {again}.\n"
    assert again.read_text() == operator.run("fields", "export") == FILE
    operator.refused(1, "already exists", "fields", "export", str(again))
    assert operator.said("fields", "apply", str(again)) == "All of them are as they were.\n"


def test_a_file_changes_what_it_names_and_says_how(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "fields.toml"
    file.write_text(FILE)
    operator.run("fields", "apply", str(file))
    file.write_text(
        '[[field]]\nname = "skin"\nlabel = "Skin"\ntype = "choice"\nchoices = ["dry", "wet"]\n'
        '[[field]]\nname = "pet.born"\nlabel = "Birthday"\ntype = "date"\n'
    )
    assert operator.said("fields", "apply", str(file)).splitlines() == [
        "skin: label Skin type -> Skin; choices dry, oily -> dry, wet; metafield facts.skin_type -> none",
        "pet.born: label Born -> Birthday",
    ]
    assert [field.label for field in fields(operator)] == ["Skin", "Pets"]
    assert [field.label for field in fields(operator)[1].fields] == ["Kind", "Birthday"]
    operator.write(Customer(id="a", store="Alpha", custom={"skin": "wet"}))
    file.write_text(FILE)
    for more in ((), ("--dry-run",)):
        operator.refused(1, "1 customer would have a value in 'skin' that does not fit", "fields", "apply",
                         str(file), *more)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[[field]]\nname = "a"\nlabel = "A"\ntype = "day"\n', "line 4, column 8: a: type: it is one of text, number"),
        ('[[field]]\nname = "a"\ntype = "text"\n', "line 1, column 1: a: label: it is missing"),
        ('[[field]]\nname = "tier"\nlabel = "A"\ntype = "text"\n', "line 2, column 8: tier: name: every customer has"),
        ('[[field]]\nname = "a"\nlabel = "A"\ntype = "choice"\n', "line 4, column 8: a: type: 'a' is a choice and"),
        ('[[field]]\nname = "a"\nlabel = "A"\ntype = "text"\nchoices = ["x"]\n', "line 5, column 11: a: choices: "),
        ('[[field]]\nname = "a"\nlabel = "A"\ntype = "text"\nmetafield = "x"\n', "line 5, column 13: a: metafield: "),
        ('[[field]]\nname = "a.b"\nlabel = "A"\ntype = "text"\n', "line 2, column 8: a.b: name: there is no group 'a'"),
        ('[[field]]\nname = "a"\nlabel = "A"\ntype = "text"\nfields = []\n', "line 5, column 1: a: fields: no such"),
        (f'{FILE}\n[[field]]\nname = "skin"\nlabel = "A"\ntype = "text"\n', "skin: name: There is another field"),
        (f'{FILE}\n[[field]]\nname = "b"\nlabel = "A"\ntype = "text"\nmetafield = "facts.skin_type"\n',
         "b: metafield: 2 fields are the metafield"),
        ('[[rule]]\nslug = "a"\n', "line 1, column 1: rule: the file can only have tables [[field]]"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_pointed_at_and_changes_nothing(
    sqlite_operator: Operator, tmp_path: Path, content: str, says: str
) -> None:
    file = tmp_path / "fields.toml"
    file.write_text(content)
    sqlite_operator.refused(1, says, "fields", "apply", str(file))
    assert fields(sqlite_operator) == []


@pytest.fixture
def sqlite_operator(sqlite_url: str) -> Iterator[Operator]:
    with retailer_database(sqlite_url) as database:
        yield Operator(sqlite_url, database)


_LABELS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9).filter(str.strip)
_NAMES = st.from_regex(r"[a-z]x[a-z0-9_]{0,9}", fullmatch=True)


def _made(names: list[str], type: str, label: str, inner: bool) -> CustomField:
    own: Any = {"type": type, "choices": (label,) if type == "choice" else ()}
    group: Any = {"type": "group", "fields": tuple(CustomField(name=name, label=label, **own) for name in names)}
    return CustomField(name=names[0], label=label, **(group if inner else own))


@given(
    st.lists(
        st.builds(
            _made,
            st.lists(_NAMES, min_size=1, max_size=3, unique=True),
            st.sampled_from(["text", "number", "date", "choice"]),
            _LABELS,
            st.booleans(),
        ),
        max_size=4,
        unique_by=lambda field: field.name,
    )
)
def test_whatever_is_defined_comes_back_from_its_file(defined: list[CustomField]) -> None:
    assert own_fields.read_fields(own_fields.write_fields(defined), []) == defined
    assert own_fields.read_fields(own_fields.write_fields(defined), defined) == defined


def test_a_name_takes_values_imports_and_filters_with_it(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "fields.toml"
    file.write_text(FILE)
    operator.run("fields", "apply", str(file))
    operator.write(
        Customer(id="a", store="Alpha", custom={"skin": "dry", "pet": [{"kind": "cat"}, {"born": "2020-05-02"}]},
                 sources={"custom.skin": "shopify", "email": "shopify"}),
        Customer(id="b", store="Alpha"),
        TaskRule(id=task_rule_id(None, "r"), slug="r", name="R", title="R", trigger="purchase",
                 audience='skin:dry or (-has:pet and pet.kind="big cat" city:skin)'.replace(" and ", " ")),
    )  # fmt: skip
    with operator.database.transaction() as connection:
        bases.write(connection, "customer", {"a": {"custom.skin": "dry", "email": "a@b.c"}, "b": {"email": ""}})
    said = operator.said("fields", "rename", "skin", "skin_type")
    assert "skin is skin_type now, with the values of 1 customer." in said
    assert "The rule 'r' has the filter skin_type:dry or -has:pet pet.kind=\"big cat\" city:skin" in said
    assert "still say skin: they are told" in said
    operator.run("fields", "rename", "pet.kind", "pet.species")
    operator.run("fields", "rename", "pet", "animal")
    (a, b) = sorted((one for one in operator.all("customer") if isinstance(one, Customer)), key=lambda one: one.id)
    assert a.custom == {"skin_type": "dry", "animal": [{"species": "cat"}, {"born": "2020-05-02"}]}
    assert (a.sources, b.custom) == ({"custom.skin_type": "shopify", "email": "shopify"}, {})
    assert [field.name for field in fields(operator)] == ["skin_type", "animal"]
    (rule,) = operator.all("task_rule")
    assert isinstance(rule, TaskRule)
    assert rule.audience == 'skin_type:dry or -has:animal animal.species="big cat" city:skin'
    with operator.database.snapshot() as connection:
        assert bases.read(connection, "customer", "ab") == {
            "a": {"custom.skin_type": "dry", "email": "a@b.c"}, "b": {"email": ""}
        }  # fmt: skip


def test_a_name_that_cannot_be_given_changes_nothing(sqlite_operator: Operator, tmp_path: Path) -> None:
    operator = sqlite_operator
    file = tmp_path / "fields.toml"
    file.write_text(FILE)
    operator.run("fields", "apply", str(file))
    operator.write(
        Customer(id="a", number="4711", store="Alpha", custom={"skin": "dry", "gone": "x"}),
        TaskRule(id=task_rule_id(None, "r"), slug="r", name="R", title="R", trigger="date", dates=("pet.born",)),
    )
    before = [*operator.all("customer"), *operator.all("task_rule"), *operator.all("retailer")]
    for says, *arguments in (
        ("There is no field 'hat'", "hat", "cap"),
        ("The group 'pet' has no field 'hat'", "pet.hat", "pet.cap"),
        ("'skin' and 'pet.skin' are not of the same group", "skin", "pet.skin"),
        ("The retailer has 2 fields with the name 'pet'", "skin", "pet"),
        ("Every customer has a field 'tier' already", "skin", "tier"),
        ("A customer (4711) has a value in 'gone' from before", "skin", "gone"),
        ("The rule 'r' waits for the date 'pet.born'", "pet", "animal"),
        ("The rule 'r' waits for the date 'pet.born'", "pet.born", "pet.birthday"),
    ):
        operator.refused(1, says, "fields", "rename", *arguments)
    assert [*operator.all("customer"), *operator.all("task_rule"), *operator.all("retailer")] == before
