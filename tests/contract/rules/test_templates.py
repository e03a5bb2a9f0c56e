"""Suggested texts: what is known stands in their places, and nobody is greeted by a comma."""

from __future__ import annotations

import re

import pytest

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.rules import default_rules
from sellmode_contract.rules.checking import problems
from sellmode_contract.rules.templates import examples, fill, unknown_places
from tests.contract.rules.making import PET, rule


@pytest.mark.parametrize(
    ("template", "known", "text"),
    [
        ("Dear {given_name}, thanks.", {"given_name": "Anna"}, "Dear Anna, thanks."),
        ("Dear {given_name}, thanks.", {"given_name": "Anna "}, "Dear Anna, thanks."),
        ("Dear {given_name}, thanks.", {"given_name": " "}, "Dear customer, thanks."),
        ("Dear {given_name}, thanks.", {"family_name": "Ruiz"}, "Dear customer, thanks."),
        ("Hi {given_name|there}, thanks.", {}, "Hi there, thanks."),
        ("Hi {given_name|there}, thanks.", {"given_name": "Anna"}, "Hi Anna, thanks."),
        ("Hi {given_name|}, thanks.", {}, "Hi customer, thanks."),
        ("Dear {given_name} {family_name}, thanks.", {"family_name": "Ruiz"}, "Dear Ruiz, thanks."),
        ("Dear {given_name} {family_name}, thanks.", {"given_name": "Anna"}, "Dear Anna, thanks."),
        ("Dear {given_name} {family_name}, thanks.", {}, "Dear customer, thanks."),
        ("Dear {given_name}, yes, {name}.", {"name": "Ruiz"}, "Dear customer, yes, Ruiz."),
        ("Your {about|order} is here, {day}.", {}, "Your order is here,."),
        ("{nothing|here} {given_name}", {"given_name": "{name}"}, "{nothing|here} {name}"),
    ],
)
def test_a_place_says_what_is_known_or_what_stands_behind_its_bar(
    template: str, known: dict[str, str], text: str
) -> None:
    assert fill(template, known) == text


def test_a_place_that_nothing_stands_for_is_told_without_its_bar() -> None:
    assert unknown_places("{given_name|there} {shoe|9}") == ["shoe"]
    (problem,) = problems(rule("purchase", message="Hi {given_name|there}, {shoe|9}"), ())
    assert problem.detail == "Unknown placeholder {shoe}."


def test_the_first_rules_greet_everybody() -> None:
    for each in default_rules((PET,)):
        whole, nameless = examples(each.message)
        for text in (whole, nameless, fill(each.message, {"associate": "Ada", "store": "Alpha"})):
            assert not re.search(r"\s[,.!?]|\{|\}|  |^,", text), text
        assert ("Dear [given name]," in whole, "Dear customer," in nameless) == (bool(each.message),) * 2


def test_a_full_name_is_no_address_and_no_number() -> None:
    assert (Customer(id="c", email="a@b.cd").full_name, Customer(id="c", email="a@b.cd").name) == ("", "a@b.cd")
