"""A page with fields to fill in and save. What is typed and not saved yet is a draft, which the app keeps."""

from __future__ import annotations

import datetime as dt
import uuid
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.records import FieldEdit
from sellmode_contract.text import visible
from sellmode_tui.journal.drafts import Draft, DraftField
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import RecordStore, Written
from sellmode_tui.records.values import as_text
from sellmode_tui.screens.forms.form_field import Changes, FormField, Unreadable, cursor_in, put_cursor
from sellmode_tui.screens.kit.confirm import ConfirmBox, discarding
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.trouble import Trouble
from sellmode_tui.widgets.scrollbar import PlainBar
from sellmode_tui.widgets.text_field import TextField

Write = Callable[[RecordStore], Written]
"""Writes what was typed; called in a thread."""

REPLACES: Final = marked("Saving replaces theirs; the history keeps both.")
"""Said where somebody else has changed what is being edited."""
_LONGEST: Final = 60
"""Characters of a value that a notice says."""
_PAGE = 8
"""Fields that a page key passes."""


class Theirs(NamedTuple):
    """A field that somebody else has changed meanwhile."""

    title: str
    value: str
    """What stands there now, for people."""
    edit: FieldEdit | None = None
    """By whom and when, if that is known."""

    def told(self, own: FormField | None, who: str) -> str:
        """Their value, and what is typed in the form's `own` field if that is another."""
        theirs = _quoted(self.value)
        if own is None or not own.changed:
            return tr("{field}: {theirs} ({who})", field=self.title, theirs=theirs, who=who)
        yours = _quoted(own.typed_words)
        return tr("{field}: {theirs} ({who}), yours {yours}", field=self.title, theirs=theirs, who=who, yours=yours)


def _quoted(value: str) -> str:
    text = " ".join(value.split())
    return f'"{text[:_LONGEST]}{"..." if len(text) > _LONGEST else ""}"' if text else tr("nothing")


class _Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The fields, which the focus scrolls: keys move from field to field."""


class FormScreen(DeskScreen[Written]):
    """Ends with what was written, None if nothing was."""

    BINDING_GROUP_TITLE = "Form"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+s", "save", "Save", key_display="F2", tooltip="Save", id="form.save"),
        Binding("escape", "leave", "Back", key_display="Esc", tooltip="Back without saving", id="form.leave"),
        Binding("down", "app.focus_next", "Next field", show=False, id="form.next"),
        Binding("up", "app.focus_previous", "Previous field", show=False, id="form.before"),
        Binding("pagedown", "page(1)", "Scroll down", show=False, id="form.page-down"),
        Binding("pageup", "page(-1)", "Scroll up", show=False, id="form.page-up"),
    ]

    DEFAULT_CSS = """
    FormScreen {
        background: $background;
        .form-head { height: 1; padding: 0 1; background: $panel; text-style: bold; }
        .form-quiet { height: auto; padding: 0 1; color: $text-muted; }
        #fields { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
        .form-section { height: 1; margin-top: 1; text-style: bold; }
        Trouble { margin: 0; padding: 0 1; }
    }
    """

    GONE: ClassVar = ""
    """What to say once what it is about is not there any more; empty for a form that need not know."""
    SAVED: ClassVar = ""
    """What to say afterwards, if not what was written and that it can be taken back."""
    KIND: ClassVar = ""
    """Names the form in drafts: never another one."""
    kinds: ClassVar[dict[str, type[FormScreen]]] = {}
    """All forms by their names."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "KIND" in cls.__dict__:
            cls.kinds[cls.KIND] = cls

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__(desk)
        self._title = title
        self._draft = uuid.uuid4().hex
        """The draft's id."""
        self._busy = False
        self._wrong: FormField | None = None
        """The field because of which it was not saved, until that is mended."""
        self._refused = False
        """Whether the record store has said so, which is not asked again before saving."""
        self._name_of: Callable[[str], str] = str
        """A colleague's name."""
        self._heard: dt.datetime | None = None
        """When it was first seen that somebody else has changed what is being edited."""

    def compose(self) -> ComposeResult:
        """Title, fields, what is to be known, what is wrong, status, keys."""
        yield Static(Content(visible(self._title)), classes="form-head")
        with _Fields(id="fields"):
            yield from self.compose_fields()
        yield Static(classes="form-quiet")
        yield Trouble()
        yield from self.compose_foot()

    @abstractmethod
    def compose_fields(self) -> ComposeResult:
        """The fields."""

    def on_mount(self) -> None:
        """Begin with the first field."""
        scroll = self.query_one(_Fields)
        scroll.vertical_scrollbar.renderer = PlainBar  # type: ignore[misc]  # the way its documentation shows
        self.say_quietly(self.hint)
        first = self.begins_with
        if first is not None:
            first.focus_first()

    @property
    def fields(self) -> list[FormField]:
        """The fields, but those that are a part of another."""
        return [
            each for each in self.query(FormField) if not any(isinstance(above, FormField) for above in each.ancestors)
        ]

    @property
    def begins_with(self) -> FormField | None:
        """The field that has the keys at first."""
        return next(iter(self.fields), None)

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that would be lost."""
        return not self.ended and any(each.changed for each in self.fields)

    @property
    def hint(self) -> str:
        """What is to be known from the beginning."""
        return ""

    def say_quietly(self, text: str) -> None:
        """Say something that is to be known and does no harm."""
        quiet = self.query_one(".form-quiet", Static)
        quiet.display = bool(text)
        quiet.update(Content(visible(text)))

    # --- what others change meanwhile

    def records_changed(self) -> None:
        """Look whether what it is about has become another."""
        if self.GONE and not self.ended:
            find, subject = self.find, self.subject
            self.ask(
                lambda records: (find(records, subject), records.context().name_of), self._look_at, group="compare"
            )

    def _look_at(self, found: tuple[Sequence[Any] | None, Callable[[str], str]]) -> None:
        parts, self._name_of = found
        if not self.ended and (said := trd(self.GONE) if parts is None else self.meanwhile(*parts)):
            self.say_quietly(said)

    def meanwhile(self, *parts: Any) -> str:  # noqa: ARG002  # of nothing, here
        """What to say of what `find` finds by now; empty if nothing has changed."""
        return ""

    def told_changed(self, theirs: Mapping[str, Theirs]) -> str:
        """What to say of fields, by path, that somebody else has changed: who, when, and what stands where."""
        self._heard = self._heard or self._desk.words.now
        own = {each.path: each for each in self.fields}
        told = "; ".join(each.told(own.get(path), self._who(each.edit)) for path, each in theirs.items())
        return tr("Changed in the meantime. {what}. {replaces}", what=told, replaces=trd(REPLACES)) if told else ""

    def _who(self, edit: FieldEdit | None) -> str:
        """Who has changed a field, and when; when it was first seen where that is not known."""
        words = self._desk.words
        if edit is None:
            return tr("someone else, seen at {time}", time=words.time(self._heard or words.now))
        return f"{self._name_of(edit.by)}, {words.time(edit.at)}"

    def edit_of(self, path: str) -> FieldEdit | None:  # noqa: ARG002  # nothing is edited here
        """Who has written what the form found in a field."""
        return None

    def _say_changed(self, theirs: Mapping[str, Theirs], name_of: Callable[[str], str]) -> None:
        self._name_of = name_of
        self.say_quietly(self.told_changed(theirs))

    # --- what was typed, kept until it is saved or discarded

    @property
    def subject(self) -> dict[str, str]:
        """Ids of what the form is about, from which `find` finds it again."""
        return {}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:  # noqa: ARG003  # of nothing, here
        """What a form about a subject is made with, besides the desk; None if it is not there any more. In a thread."""
        return ()

    @property
    def draft(self) -> Draft | None:
        """What was typed and is not saved; None if there is nothing."""
        if not self.unsaved:
            return None
        fields = [
            DraftField(path=each.path, label=each.label, typed=_plain(each.typed), before=_plain(each.before))
            for each in self.fields
            if each.changed
        ]
        chain = self.focus_chain
        focus = chain.index(self.focused) if self.focused in chain else 0
        return Draft(
            id=self._draft,
            kind=self.KIND,
            subject=self.subject,
            title=self._title,
            fields=tuple(fields),
            focus=focus,
            cursor=cursor_in(self.focused),
        )

    async def resume(self, draft: Draft) -> Draft | None:
        """Go on with a draft, in a form about the same. What no field takes any more is returned as a draft of none."""
        self._draft = draft.id
        fields = {each.path: each for each in self.fields}
        changed, left = dict[str, Theirs](), []
        for held in draft.fields:
            field = fields.get(held.path)
            if field is None or type(_plain(field.typed)) is not type(held.typed):
                left.append(held)
                continue
            if _plain(field.before) != held.before:
                # What was added and taken out is reckoned from what the person saw then.
                before = as_text(_plain(field.before))
                changed[field.path] = Theirs(field.label or tr("Text"), before, self.edit_of(field.path))
                field.before = held.before
            await field.retype(held.typed)
            if isinstance(held.typed, str) and field.typed != held.typed:
                left.append(held)  # a choice that there is no more
        if changed:
            take = partial(self._say_changed, changed)
            self.ask(lambda records: records.context().name_of, take, group="compare")
        if draft.focus < len(self.focus_chain):
            place = self.focus_chain[draft.focus]
            place.focus()
            put_cursor(place, draft.cursor)
        return Draft(id=uuid.uuid4().hex, kind="", title=draft.title, fields=tuple(left)) if left else None

    # --- saving

    def action_save(self) -> None:
        """Save what was typed; what cannot be read is said at its field."""
        if self._busy or self.ended:
            return
        self._clear()
        try:
            write = self.prepare()
        except Unreadable as unreadable:
            self._point(unreadable.where, unreadable.told)
        else:
            if (question := self.question) is None:
                self.save(write)
            else:
                self.open(question, lambda yes: self.save(write) if yes else None)

    @property
    def question(self) -> ConfirmBox | None:
        """What is asked before it is saved: for what cannot be undone."""
        return None

    @abstractmethod
    def prepare(self) -> Write:
        """What is to be written, from what was typed. Raises Unreadable."""

    def save(self, write: Write) -> None:
        """Write it. Until the answer is there, nothing else is written."""
        self._busy = True
        self.query_one(Trouble).say(tr("Saving"), wrong=False)
        self.write(partial(self._write, write), self._saved, refused=self.refuse, closes=True)

    def _write(self, write: Write, records: RecordStore) -> Written:
        with self._desk.journal.drafts.saving(self._draft):
            return write(records)

    def _saved(self, written: Written) -> None:
        self._busy = False
        self.wrote(written, trd(self.SAVED))
        self.end(written)

    def refuse(self, field: str, why: str) -> None:
        """It was not written: say why, at its field if it is one's fault. What was typed stays."""
        self._busy = False
        self._clear()
        owner = next((each for each in self.fields if field and each.owns(field)), None)
        if owner is None:
            self.query_one(Trouble).say(why)
        else:
            self._point(owner, why)
            self._refused = True

    def _point(self, field: FormField, why: str) -> None:
        self._tell_wrong(field, why)
        field.focus_first()

    def _tell_wrong(self, field: FormField, why: str) -> None:
        self._wrong = field
        field.say(why, wrong=True)
        top = next((each for each in self.fields if each is field or each in field.ancestors), field)
        self.query_one(Trouble).say(tr("Not saved: check {field}.", field=top.label or tr("the text")))

    @on(FormField.Edited)
    def _look_again(self, event: FormField.Edited) -> None:
        """What was wrong may be right now, or something else is wrong."""
        wrong = self._wrong
        if wrong is None or self._busy:
            return
        if self._refused:
            if wrong is event.field or wrong in event.field.ancestors:
                self._clear()
            return
        try:
            self.prepare()
        except Unreadable as unreadable:
            if unreadable.where is not wrong:
                self._clear()
            self._tell_wrong(unreadable.where, unreadable.told)
        else:
            self._clear()

    def _clear(self) -> None:
        self._wrong, self._refused = None, False
        self.query_one(Trouble).say("")
        for said in self.query(".field-said.-wrong").results(Static):
            said.remove_class("-wrong")
            said.display = False

    def changes(self, fields: Iterable[FormField] | None = None) -> Changes:
        """What was changed in the fields. Raises Unreadable."""
        found = Changes()
        for each in self.fields if fields is None else fields:
            each.collect(found)
        return found

    def settled(self, fields: Iterable[FormField]) -> Callable[[RecordStore], dict[str, Any]]:
        """Finds in a thread what is meant in fields, by their paths. Raises Unreadable."""
        found = {each.path: each.settled for each in fields}
        return lambda records: {path: settle(records) for path, settle in found.items()}

    # --- moving about, leaving

    @on(TextField.Submitted)
    def _submitted(self) -> None:
        self.focus_next()

    def action_page(self, by: int) -> None:
        """Pass several fields."""
        for _ in range(_PAGE):
            chain = self.focus_chain
            if self.focused is None or self.focused is chain[-1 if by > 0 else 0]:
                return
            if by > 0:
                self.focus_next()
            else:
                self.focus_previous()

    def action_leave(self) -> None:
        """Back; what was typed is discarded only if the person says so."""
        if self._busy:
            return
        if self.unsaved:
            self.open(discarding(), self._discarded)
        else:
            self.end()

    def _discarded(self, wanted: bool | None) -> None:
        if wanted:
            self.end()


def _plain(value: Any) -> Any:
    """A value as it comes back from JSON; what JSON does not know, as text."""
    return msgspec.json.decode(msgspec.json.encode(value, enc_hook=str))
