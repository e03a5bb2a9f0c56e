from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_backend.demo.retailer import CUSTOM_FIELDS
from sellmode_contract import filters, own_fields
from sellmode_contract.kinds.retailer import CustomField


def field(name: str, type: Any = "text", *fields: CustomField) -> CustomField:
    return CustomField(name=name, label="Label", type=type, fields=fields)


def test_a_group_calls_its_fields_by_their_own_names_however_they_are_defined() -> None:
    group = field("pet", "group", field("pet.species"), field("birthday", "date"))
    assert list(group.parts) == ["species", "birthday"]
    own_fields.check([group])
    own_fields.check(CUSTOM_FIELDS)


@pytest.mark.parametrize(
    ("defined", "why"),
    [
        ([field("Skin Type")], "'Skin Type' cannot be the name of a field"),
        ([field("has")], "'has' cannot be the name of a field"),
        ([field("")], "'' cannot be the name of a field"),
        ([field("skin-type")], "'skin-type' cannot be the name of a field"),
        ([field("skin.type")], "'skin.type' cannot be the name of a field"),
        ([field("x" * 41)], "cannot be the name of a field"),
        ([field("esc\x1b")], "cannot be the name of a field"),
        ([field("tier")], "every customer has a field 'tier' already"),
        ([field("consent", "group", field("sms"))], "every customer has a field 'consent' already"),
        ([field("skin"), field("skin", "number")], "the retailer has 2 fields with the name 'skin'"),
        ([field("pet", "group", field("Species"))], "'Species' cannot be the name of a field"),
        ([field("pet", "group", field("pet.has"))], "'pet.has' cannot be the name of a field"),
        ([field("pet", "group", field("age"), field("pet.age"))], "the group 'pet' has 2 fields with the name 'age'"),
        ([field("pet", "group", field("toys", "group"))], "a group has no groups"),
    ],
)
def test_a_name_that_could_not_be_used_is_refused_and_why(defined: list[CustomField], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        own_fields.check(defined)


_NAMES = st.text(max_size=12) | st.sampled_from(
    ["tier", "has", "consent.sms", "Skin Type", "skin", "pet.age", "x" * 50]
)
_TYPES = st.sampled_from(["text", "number", "date", "choice", "group"])
_INNER = st.builds(CustomField, name=_NAMES, label=st.text(max_size=5), type=_TYPES)
_DEFINED = st.lists(
    st.builds(CustomField, name=_NAMES, label=st.text(max_size=5), type=_TYPES, fields=st.lists(_INNER).map(tuple)),
    max_size=5,
)


@given(_DEFINED)
def test_whatever_is_defined_filters_can_be_read(defined: list[CustomField]) -> None:
    fields = filters.fields_of(defined)
    names = [each.name for each in fields]
    assert len(names) == len(set(names))
    filters.parse(" ".join(f"has:{name}" for name in names[:20]), fields)


@given(_DEFINED)
def test_all_that_settings_take_can_be_filtered_by(defined: list[CustomField]) -> None:
    try:
        own_fields.check(defined)
    except ValueError:
        return
    groups = [own for own in defined if own.type == "group"]
    expected = {own.name for own in defined} | {f"{own.name}.{key}" for own in groups for key in own.parts}
    assert {each.name for each in filters.custom_fields(defined)} == expected
