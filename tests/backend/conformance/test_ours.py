"""Our own backend keeps every promise, on both engines and in both modes, and all it says is as OpenAPI has it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sellmode_backend.conformance import world as worlds
from sellmode_backend.conformance.http import Asked, Line
from sellmode_backend.conformance.run import every_check, run
from sellmode_contract import wire
from sellmode_contract.kinds.retailer import Mode
from tests.backend.conformance.conftest import CUSTOMERS, serving
from tests.docs.reading import DOCS, anchors
from tests.support.openapi import Judge


def test_ours_keeps_every_promise(prepared_url: str) -> None:
    hold(prepared_url, "associate")


def test_ours_keeps_every_promise_in_team_mode(sqlite_url: str) -> None:
    hold(sqlite_url, "team")


def hold(url: str, mode: Mode) -> None:
    """Hold a backend over an empty database to every promise, and all that is said to the document."""
    judge = Judge()
    world = worlds.standard(mode, CUSTOMERS)
    with serving(url, world) as address:
        outcomes = list(run(world, Line(address, listener=judge.listen)))
    assert [outcome for outcome in outcomes if outcome.result == "fail"] == []
    assert [outcome.name for outcome in outcomes if outcome.result == "skip"] == [
        check.name for check in every_check() if check.modes and mode not in check.modes
    ]
    assert judge.problems == []
    assert {"h", "m", "p", "r", "sweep", "c", "e"} <= judge.judged.keys()
    assert {wire.SIGN_IN_PATH, wire.SYNC_PATH, wire.SALVAGE_PATH, "Problem"} <= judge.judged.keys()


def test_the_judge_sees_what_is_not_as_the_document_says() -> None:
    judge = Judge()
    for body, answer in (
        ({"device": 7}, b'{"t":"e"}\n'),
        ({"device": "d"}, b'{"t":"p","k":"note","id":"n","v":1,"s":"own/all","d":{"id":"n"}}\n'),
    ):
        judge.listen(Asked(wire.SYNC_PATH, body, judge.answer(200, answer)))
    assert [problem.split()[0] for problem in judge.problems] == [f"{wire.SYNC_PATH}:", *["p:"] * 3]


def test_every_check_names_a_section_that_there_is() -> None:
    sections = anchors(DOCS / "sync.md")
    assert {check.section for check in every_check()} <= sections
    assert len({check.name for check in every_check()}) == len(every_check())


def test_the_standard_world_is_read_as_it_was_written(tmp_path: Path) -> None:
    world = worlds.standard("team", 10)
    assert worlds.read(msgspec.json.encode(world)) == world
    for wrong, why in (
        (b"nothing", "this is no world"),
        (msgspec.json.encode(msgspec.structs.replace(world, format=2)), "format 2"),
        (msgspec.json.encode(msgspec.structs.replace(world, people=world.people[1:])), "missing: ada"),
        (msgspec.json.encode(world).replace(b'"k":"note"', b'"k":"memo"', 1), "no world"),
    ):
        with pytest.raises(ValueError, match=why):
            worlds.read(wrong)
