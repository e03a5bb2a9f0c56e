"""Every form that there is, with hostile text in every field: shown, edited, kept as it was, and never its end.

Forms, kinds of records and types of fields are found, not listed here: a new one is tried by itself.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
import pytest
from textual.dom import DOMNode
from textual.pilot import Pilot

from sellmode_contract import kinds
from sellmode_contract.documents import as_document
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.customer import Address
from sellmode_contract.kinds.fields import Elements, Field, Rows, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.request import Request, Talk, talk_id
from sellmode_contract.kinds.rule_task import RuleTrigger
from sellmode_contract.kinds.target import TARGET
from sellmode_contract.mutations import Create, Rejected
from sellmode_contract.records import Record
from sellmode_contract.text import visible
from sellmode_tui.journal.clock import read_clock
from sellmode_tui.journal.journal import Finds
from sellmode_tui.screens.forms.completed_entry import CompletedEntry, OfferingEntry
from sellmode_tui.screens.forms.form_field import FormField, Unreadable
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.forms.part_entries import NewSize
from sellmode_tui.screens.forms.pickers import RefEntry, StoreRefEntry
from sellmode_tui.screens.forms.text_entries import AreaEntry, TextEntry
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField
from tests.support.emoji import ONE_OF_EACH_CATEGORY
from tests.support.hostile import HOSTILE, UNSTORABLE
from tests.support.kinds import document
from tests.tui.screens import counter, writing
from tests.tui.screens.test_kind_pages import OUTFIT, Outfit
from tests.tui.screens.writing import CLARA, KLARA, MIRA, PAIR, STORE, app_of, at_the_counter, outbox

TEXTS: Final = [
    *(text for text in HOSTILE if len(text) <= 2_000),  # longer ones: tests/widgets
    *(text for text, _ in UNSTORABLE),
    *(f"An{each}n" for each in ONE_OF_EACH_CATEGORY),
    "a" + "\u0301" * 1000,
]
ALONE: Final = TEXTS[::3]
"""These stand in a field by themselves, too."""
JOINED: Final = [" ".join(TEXTS[at : at + 20]) for at in range(0, len(TEXTS), 20)]
STORED: Final = " ".join(each for each in HOSTILE[::9] if len(each) < 50)
"""What stands in every text of a record from the beginning."""
PLAIN: Final = (TextEntry, AreaEntry)
"""Fields that take what is typed as it is."""
UNUSED: Final = (RefEntry, OfferingEntry, CompletedEntry, StoreRefEntry)
"""What others are made from, and what no form has."""
MORE: Final = ("Add", "Add a size", "Add an address")
"""What has a form show more fields."""


@pytest.fixture(autouse=True)
def _files(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, OUTFIT.name, OUTFIT)
    struct: type[Record] = Outfit
    monkeypatch.setitem(kinds.BY_RECORD, struct, OUTFIT)
    held = [each for each in writing.records() if each.id not in (CLARA.id, KLARA.id)]
    clara = msgspec.structs.replace(
        CLARA,
        given_name=STORED, family_name=STORED, email=STORED, phone=STORED, language=STORED,
        address=Address(company=STORED, lines=(STORED, STORED), city=STORED, country=STORED),
        tags=(STORED, " odd "), preferences=(STORED,), sizes={STORED: STORED},
        custom={"pet": [{"name": STORED, "species": STORED, "birthday": STORED}], "household": STORED},
    )  # fmt: skip
    klara = msgspec.structs.replace(KLARA, given_name=f"{STORED}2", email=f"{STORED}2", phone=f"{STORED}2")
    pair = msgspec.structs.replace(PAIR, names=(STORED, f"{STORED}2"))
    made = [of_kind(each) for each in KINDS.values() if "create" in each.verbs and each.name != "customer"]
    counter.make_account(data, MIRA, "team", [*held, clara, klara, pair, *made, *asked()])


def asked() -> Iterator[Record]:
    """A request with hostile text wherever it has text."""
    id = "hostile-request"
    yield Request(id=id, store=STORE, name=STORED, preview=STORED, language=STORED, sku=STORED, page=STORED)
    yield Talk(id=talk_id(id), store=STORE, request=id, holder=MIRA.id, email=STORED, phone=STORED, wish=STORED)


def of_kind(kind: Kind[Any]) -> Record:
    """A record with hostile text wherever its kind has text."""
    given = as_document(kind.sample("", CLARA.id, MIRA.id))
    place = {"store": STORE} if "store" in kind.record.__struct_fields__ else {}
    doc = {**given, **document(kind, CLARA.id, STORE), **place, **texts_of(kind), "id": f"hostile-{kind.name}"}
    record: Record = msgspec.convert(doc, kind.record)
    return record


def texts_of(kind: Kind[Any]) -> dict[str, Any]:
    return {each.name: hostile(each) for each in kind.fields if is_free(each)}


def is_free(field: Field) -> bool:
    return isinstance(field, Text | Elements | Rows)


def hostile(field: Field) -> Any:
    match field:
        case Elements():
            return [STORED, " odd ", 'a, "b"']
        case Rows():
            return [{each.name: hostile(each) for each in field.fields if is_free(each)}]
        case _:
            return STORED


def subjects(mids: Sequence[str]) -> Iterator[dict[str, str]]:
    """What a form may be about."""
    ids = {name: f"hostile-{name}" for name in KINDS} | {
        "customer": CLARA.id,
        "task": "hostile-manual_task",
        "rule": "hostile-task_rule",
        "like": "hostile-corporate_brief",
        "pair": PAIR.id,
        "text": STORED,
    }
    yield {}
    yield {"customer": CLARA.id}
    for finds in get_args(Finds):
        yield {"finds": finds, "text": STORED}
    for trigger in get_args(RuleTrigger):
        yield ids | {"trigger": trigger}
    for kind in KINDS.values():
        if kind.page or kind is OUTFIT:
            yield {"kind": kind.name}
            yield ids | {"kind": kind.name, "id": f"hostile-{kind.name}"}
    for mid in mids:
        yield ids | {"mid": mid}


def forms(pilot: Pilot[None], mids: Sequence[str]) -> Iterator[FormScreen]:
    """Each form, about so much that each of its fields is there once, of a new record and of one that is there."""
    desk = app_of(pilot).current.desk
    assert desk is not None
    for cls in FormScreen.kinds.values():
        seen: set[tuple[str, type[FormField], bool]] = set()
        for about in subjects(mids):
            if TARGET.name in (cls.KIND, about.get("kind")) and about.get("kind") != cls.KIND:
                continue  # targets have a form of their own, which is for nothing else
            try:
                parts = cls.find(desk.records, about)
            except KeyError:  # it is about something else
                continue
            if parts is None:
                continue
            form = cls(desk, *parts)
            has = {
                (each.path, type(each), each.before is None)
                for each in form.compose_fields()
                if isinstance(each, FormField)
            }
            if has - seen:
                yield cls(desk, *parts)
            seen |= has
        assert seen, f"say in `subjects` what {cls.__name__} is about"


def refused(pilot: Pilot[None]) -> list[str]:
    """Something hostile of every kind that the backend has refused."""
    mids = []
    for kind in KINDS.values():
        if "create" in kind.verbs:
            doc = document(kind, CLARA.id, STORE) | texts_of(kind)
            mids.append(f"mid-{kind.name}")
            create = Create(id=f"r-{kind.name}", kind=kind.name, doc=doc)
            outbox(pilot).add(create, mid=mids[-1], made=read_clock(), before={})
    writing.refuse(pilot, "invalid", STORED, "title")
    return mids


def is_safe(pilot: Pilot[None]) -> None:
    """Nothing on the screen is more than what is drawn."""
    for strip in pilot.app.screen._compositor.render_strips():
        assert visible(strip.text) == strip.text


# ------------------------------------------------------------------ typing

Line = TextField | PlainTextArea


def lines_of(node: DOMNode) -> list[Line]:
    return [*node.query(TextField), *node.query(PlainTextArea)]


def text_in(line: Line) -> str:
    return line.value if isinstance(line, TextField) else line.text


def put(line: Line, text: str) -> None:
    if isinstance(line, TextField):
        line.value = text
    else:
        line.text = text


def edit(line: Line) -> None:
    """Type, delete and move in the middle: what stood there is what stands there."""
    text = text_in(line)
    if isinstance(line, TextField):
        at = middle(line._line.stops)
        line.cursor_position = at
        line.insert_text_at_cursor("x")
        assert line.value == f"{text[:at]}x{text[at:]}"
        line.delete(at, at + 1)
    else:
        row = middle(range(line.document.line_count))
        at = middle(line._drawn(row).stops)
        line.move_cursor((row, at))
        assert line.cursor_location == (row, at)
        line.insert("x", (row, at))
        line.undo()
    assert text_in(line) == text
    for go in (line.action_cursor_left, line.action_cursor_right, line.action_delete_left, line.action_delete_right):
        go()
    put(line, text)


def middle(places: Sequence[int]) -> int:
    return places[len(places) // 2]


def understand(form: FormScreen, field: FormField, text: str) -> None:
    """What is typed is understood, or it is said what is wrong with it; nothing else comes of it."""
    with form.prevent(TextField.Changed, PlainTextArea.Changed):
        for line in lines_of(field):
            put(line, text)
    field.edited()
    with contextlib.suppress(Unreadable, Rejected):
        field.settled(form._desk.records)


async def try_out(pilot: Pilot[None], form: FormScreen, alone: set[type[FormField]], turn: Iterator[str]) -> None:
    """Hostile text in each field of a form; many texts by themselves in fields of types not in `alone` yet."""
    assert not form.unsaved
    for line in lines_of(form):
        edit(line)
    await pilot.pause()
    assert [each.path for each in form.fields if each.changed] == [], "edited, and as it was"
    for press in form.query(Press):
        if press._label in MORE:
            press.post_message(Press.Pressed(press))
    await pilot.pause()
    for line in lines_of(form):
        put(line, next(turn))
        edit(line)
    await pilot.pause()
    is_safe(pilot)
    with contextlib.suppress(Unreadable):
        form.prepare()
    new = [each for each in form.query(FormField) if type(each) not in {*alone, *PLAIN} and lines_of(each)]
    for text in ALONE if new else ():
        for field in new:
            understand(form, field, text)
    alone |= {type(each) for each in new}


async def test_no_text_ends_or_fools_a_form() -> None:
    alone: set[type[FormField]] = set()
    turn = itertools.cycle(JOINED)
    async with at_the_counter("mira") as pilot:
        mids = refused(pilot)
        await writing.at_rest(pilot)
        for form in forms(pilot, mids):
            await pilot.app.push_screen(form)
            await writing.shows(pilot, type(form))
            is_safe(pilot)
            if lines_of(form):
                await try_out(pilot, form, alone, turn)
            form.dismiss(None)
            await pilot.pause()
    typed_into = {each for each in subclasses(FormField) if issubclass(each, TextEntry | NewSize)}
    assert alone >= typed_into - {*PLAIN, *UNUSED}


def subclasses(of: type[Any]) -> Iterator[type[Any]]:
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)
