"""The picture of the packages in docs/architecture.md shows what they import."""

from __future__ import annotations

from tests.docs.packages import PICTURE, Imports, condensed, essential, picture, rows


def _named(**found: str) -> Imports:
    return {name: frozenset(imported) for name, imported in found.items()}


def test_the_picture_is_that_of_the_code() -> None:
    assert PICTURE.read_text("utf-8") == picture(), "draw it anew: ./dev run python -m tests.docs.packages"


def test_an_import_to_which_others_lead_has_no_arrow() -> None:
    assert essential(_named(a="bcd", b="c", c="d", d="")) == _named(a="b", b="c", c="d", d="")


def test_each_package_stands_above_all_that_it_imports() -> None:
    assert rows(_named(a="bd", b="c", c="", d="")) == [["c", "d"], ["b"], ["a"]]


def test_packages_in_a_circle_stand_together() -> None:
    found = condensed(_named(a="b", b="c", c="bd", d=""))
    assert found == {"a": frozenset({"b + c"}), "b + c": frozenset("d"), "d": frozenset()}
    assert rows(found) == [["d"], ["b + c"], ["a"]]
