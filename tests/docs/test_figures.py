"""Figures in the documents are those of the code."""

from __future__ import annotations

import pytest

from sellmode_backend import connections, housekeeping
from sellmode_backend.accounts import codes, endpoints, limits, passwords, sessions
from sellmode_backend.importers import lines, rows, run
from sellmode_backend.server import ServerSettings
from sellmode_backend.shopper.requests import asking, live, talking
from sellmode_backend.store import clients, duplicates
from sellmode_backend.sync import events
from sellmode_backend.sync.answer import SyncRules
from sellmode_backend.sync.salvage import SALVAGED_FOR
from sellmode_contract import wire
from sellmode_contract.kinds.retailer import Retailer
from sellmode_tui import crash
from tests.docs.reading import DOCS

_DAY = 86_400
_LEASE = SyncRules().lease
_SOFT, _HARD = _LEASE.soft_s // _DAY, _LEASE.hard_s // _DAY
_LINE, _ANSWER = wire.MAX_LINE_BYTES >> 20, wire.MAX_ANSWER_BYTES >> 20
_RETAILER = Retailer(id="", name="", mode="team", currency="EUR", time_zone="UTC")
_WORDS = {2: "two", 5: "five", 50: "fifty", 100: "a hundred"}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("operations.md", f"ends after {sessions.IDLE.days} days without contact, after {sessions.MAX_AGE.days} days"),
        (
            "operations.md",
            f"warns after {_SOFT} days; after {_HARD} its key is deleted",
        ),
        (
            "requests.md",
            f"A worker has {ServerSettings().max_chats:,} streams of talks at most, {live.MAX_A_TALK} of one talk",
        ),
        ("requests.md", f"{asking.RATES[0].often} requests an hour and {asking.RATES[1].often} a day from one address"),
        (
            "requests.md",
            f"{talking.LINES[0].often} lines in five minutes and {talking.LINES[1].often} a day in one talk",
        ),
        ("operations.md", f"| Activation code | {codes.LIFE.days} days, once |"),
        ("operations.md", f"| {housekeeping.REMOVALS_KEPT.days} days; a terminal away for longer"),
        ("operations.md", f"| {clients.WORDS_KEPT.days} days in full, with the text of what was refused"),
        ("operations.md", f"| {clients.LEDGER_KEPT.days} days after they last sent something"),
        ("operations.md", f"| {clients.SCOPES_KEPT.days} days; {_HARD} of them count"),
        ("operations.md", f"had not sent, for {SALVAGED_FOR.days} days"),
        ("operations.md", f"more than {duplicates.MAX_SHARED} customers share"),
        (
            "operations.md",
            f"takes {ServerSettings().max_streams:,} streams and {_WORDS[events.MAX_A_SESSION]} of one",
        ),
        ("operations.md", f"or every {wire.ALIVE_SECONDS:.0f} in the case of events"),
        ("operations.md", f"counted for {limits.ACCOUNT.remembered.days} days or until a success"),
        ("operations.md", f"the last {crash.KEPT} |"),
        ("operations.md", f"An account's first {_WORDS[limits.ACCOUNT.free]} failures are free"),
        ("operations.md", f"after {_WORDS[limits.ACCOUNT.last or 0]} there is one try a day"),
        ("operations.md", f"An address may fail {_WORDS[limits.ADDRESS.free]} times"),
        ("operations.md", f"keeps {connections.MAX_STRANGERS} connections at most of them"),
        ("operations.md", f"From one address {endpoints.MAX_WAITING} people"),
        ("operations.md", f"that goes nowhere for {connections.UNREAD_SECONDS:.0f} seconds is cut"),
        ("operations.md", f"head has {connections.HEAD_SECONDS:.0f} seconds to come"),
        ("operations.md", f"at least {passwords.MIN_CHARACTERS} characters"),
        ("operations.md", f"locks itself after {_WORDS[_RETAILER.idle_lock_minutes]} minutes"),
        ("operations.md", f"Request bodies are at most {wire.MAX_BODY_BYTES // 1024} kB"),
        (
            "operations.md",
            f"an answer's line {_LINE} MB, an answer {_ANSWER} MB",
        ),
        ("importing.md", f"{lines.MAX_ROW:,} characters"),
        ("importing.md", f"{rows.MAX_ORDER:,} characters"),
        ("importing.md", run.OWNER_TAG.replace("*", "<Employee ID>")),
        ("importing.md", run.STORE_TAG.replace("*", "<name>")),
    ],
)
def test_a_figure_is_the_codes(document: str, sentence: str) -> None:
    assert sentence in " ".join((DOCS / document).read_text("utf-8").split())
