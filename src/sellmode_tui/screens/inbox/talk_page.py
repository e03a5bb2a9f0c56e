"""A request over the inbox: who asks, what was written, and, for who has taken it, an entry to answer in.

Several talks go on at once: the first line names one's own, with what is unread in each, and a key goes to the next.
What is typed stays with its talk until it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static, TextArea

from sellmode_contract import wire
from sellmode_contract.kinds.chat_line import Via
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.text import visible, visible_lines
from sellmode_tui.figures import priced
from sellmode_tui.language import tr
from sellmode_tui.records import RecordStore, RequestLine, TalkDetails, Written, mailing
from sellmode_tui.records.looks.lines import LookLine, LooksQuery
from sellmode_tui.records.looks.page_text import link_of
from sellmode_tui.records.looks.products import Offered
from sellmode_tui.records.requests.texts import FilledText
from sellmode_tui.screens.inbox.answer_area import AnswerArea
from sellmode_tui.screens.inbox.boxes import AnsweredBox, LooksBox, TextsBox
from sellmode_tui.screens.inbox.keys import RequestPage, request_keys
from sellmode_tui.screens.inbox.talk_view import TalkView
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.record_view import RecordView
from sellmode_tui.screens.kit.typed_text import TypedText
from sellmode_tui.screens.lookbooks.product_picks import ProductPicksScreen
from sellmode_tui.widgets.tab_line import Tab, TabLine

_LOOK: Final = 5.0
"""Seconds between two looks at whether times are others now."""
_NAME: Final = 16
"""Characters of a name in the first line."""
_ANSWER: Final = TypedText.place("answer")
"""Where an answer is typed."""
_WRITES: Final = "..."
"""Behind the name of a customer who is writing."""


class TalkScreen(RequestPage[bool]):
    """One request. Ends with whether it has gone meanwhile."""

    BINDING_GROUP_TITLE = "Request"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", key_display="Esc", tooltip="To the lines; back to the inbox", id="talk.back"),
        Binding("ctrl+t", "text", "Text", key_display="^T", tooltip="Insert a text", id="talk.text"),
        Binding("ctrl+g", "product", "Product", key_display="^G", tooltip="Show a product", id="talk.product"),
        Binding("ctrl+l", "lookbook", "Lookbook", key_display="^L", tooltip="Show a lookbook", id="talk.lookbook"),
        Binding("ctrl+n,alt+right", "talk(1)", "Next", key_display="^N", tooltip="Your next talk", id="talk.next"),
        Binding(
            "ctrl+r,alt+left", "talk(-1)", "Previous", show=False, tooltip="Your previous talk", id="talk.previous"
        ),
        Binding("a", "answer", "Answer", tooltip="Type an answer", id="talk.answer"),
        *request_keys(shown=True),
    ]

    DEFAULT_CSS = """
    TalkScreen {
        background: $background;
        #talks { background: $panel; }
        TalkView { height: 1fr; }
        #writing {
            height: 1;
            padding: 0 1;
            color: $text-muted;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
    }
    """

    def __init__(self, desk: Desk, request: str) -> None:
        super().__init__(desk)
        self.request = request
        """The id of the one that is shown."""
        self._own: Sequence[RequestLine] = ()
        """One's open requests."""
        self._seen: dict[str, int] = {}
        """By request how far its lines have been on the screen, as far as that is written."""
        self._writing: dict[str, Timer] = {}
        """By request whose customer is writing: the timer that ends it unless it is told again."""
        self._heard = ("", 0)
        """How many lines the customer of the request that is shown had written, as last read."""
        self._typed = self._typed_about(None)

    def compose(self) -> ComposeResult:
        """One's talks, the lines, the entry, status, keys."""
        yield TabLine((), self.request, id="talks")
        yield TalkView(self._desk)
        writing = Static(id="writing")
        writing.display = False
        yield writing
        area = AnswerArea(placeholder=tr("your answer; Enter sends it, Ctrl+J begins a new line"), id="answer")
        area.display = False
        yield area
        yield from self.compose_foot()

    def on_mount(self) -> None:
        """Read it."""
        self.view.focus()
        self._show(self.request)
        self.set_interval(_LOOK, self.view.look_at_clock)

    @property
    def view(self) -> TalkView:
        """The lines."""
        return self.query_one(TalkView)

    @property
    def area(self) -> AnswerArea:
        """The entry."""
        return self.query_one(AnswerArea)

    @property
    def details(self) -> TalkDetails | None:
        """What is shown."""
        found = self.view.found
        return found if found and found.line.request.id == self.request else None

    @property
    def one(self) -> RequestLine | None:
        """The request."""
        return self.details.line if self.details else None

    @property
    def settled(self) -> bool:
        """Whether all that was asked for is on the screen."""
        return self.view.settled and self.details is not None

    def offers(self, action: str) -> bool:
        """What is put into an answer needs one; another talk, that there is one."""
        match action:
            case "text" | "product" | "lookbook" | "answer":
                return self.area.display
            case "talk(1)":
                return bool(self._others)
        return super().offers(action)

    @property
    def _others(self) -> list[str]:
        return [each.request.id for each in self._own if each.request.id != self.request]

    # --- which one

    def _show(self, request: str) -> None:
        self.request = request
        self._typed = self._typed_about(None)
        self.query_one("#talks", TabLine).current = request
        self.area.text = self._typed.text
        self.area.move_cursor(self.area.document.end)
        self.view.show(request)
        self._show_writing()
        self._read_own()

    def _typed_about(self, name: str | None) -> TypedText:
        title = tr("Answer to {name}", name=name) if name else tr("Answer to a customer")
        return TypedText(self._desk, _ANSWER, [self.request], title)

    def _read_own(self) -> None:
        self.ask(lambda records: records.requests.own(), self._show_own, group="own")

    def _show_own(self, own: Sequence[RequestLine]) -> None:
        before, self._own = {each.request.id: each.unread for each in self._own}, own
        for each in own:
            if each.unread > before.get(each.request.id, each.unread):
                self._writes_no_more(each.request.id)
        self._show_talks()
        self.query_one("#talks", TabLine).display = bool(own)
        self.refresh_bindings()

    def _show_talks(self) -> None:
        self.query_one("#talks", TabLine).tabs = [
            Tab(each.request.id, "", _short(each, writes=each.request.id in self._writing), each.unread)
            for each in self._own
        ]

    @on(TabLine.Picked, "#talks")
    def _talk_picked(self, event: TabLine.Picked) -> None:
        self._show(event.name)

    def action_talk(self, by: int) -> None:
        """Go to the next of one's talks."""
        if not self._others:
            self.tell(tr("You have no other talk."))
            return
        ids = [each.request.id for each in self._own]
        place = ids.index(self.request) + by if self.request in ids else 0
        self._show(ids[place % len(ids)])

    def records_changed(self) -> None:
        """Read it again."""
        if not self.ended:
            self.view.reload()
            self._read_own()

    @on(RecordView.Gone)
    def _gone(self) -> None:
        self.end(True)

    # --- who is writing

    def customer_writes(self, request: str) -> None:
        """Say so, until it is over or the line comes."""
        if request in self._writing:
            self._writing[request].reset()
        elif self.is_mounted and not self.ended:
            self._writing[request] = self.set_timer(wire.TYPING_SECONDS, partial(self._writes_no_more, request))
            self._show_writing()

    def _writes_no_more(self, request: str) -> None:
        if timer := self._writing.pop(request, None):
            timer.stop()
            self._show_writing()

    def _show_writing(self) -> None:
        line, one = self.query_one("#writing", Static), self.one
        line.display = one is not None and self.request in self._writing
        if line.display and one is not None:
            line.update(Content(tr("{name} is writing", name=visible(one.name or tr("A customer")))))
        self._show_talks()

    def _hear(self, details: TalkDetails) -> None:
        """What they were writing may have come."""
        before, self._heard = self._heard, (self.request, sum(said.is_customers for said in details.lines))
        if self._heard[0] == before[0] and self._heard[1] > before[1]:
            self._writes_no_more(self.request)

    # --- what is on the screen

    @on(TalkView.Looked)
    def _looked(self) -> None:
        if (details := self.details) is None:
            return
        self._typed = self._typed_about(details.line.name)
        self._show_entry(details)
        self._hear(details)
        self._show_writing()
        self.refresh_bindings()
        self._mark_seen(details)

    def on_screen_resume(self) -> None:
        """What came meanwhile is seen now."""
        if self.details is not None:
            self._mark_seen(self.details)

    def _show_entry(self, details: TalkDetails) -> None:
        """Who has taken it may type; the keys go there at once."""
        area, may = self.area, details.may_be_answered
        if may == area.display:
            return
        area.display = may
        if may:
            area.focus()
        else:
            self.view.focus()

    def _mark_seen(self, details: TalkDetails) -> None:
        """Note how far the lines have been on the screen of somebody who looks at it."""
        id, talk, seen = self.request, details.talk, self.view.seen
        if talk is None or not details.may_be_answered or not (self.is_active and self.app.app_focus):
            return
        if seen > max(talk.seen, self._seen.get(id, 0)):
            self._seen[id] = seen
            self.write(lambda records: records.requests.mark_seen(id, seen), self._wrote, refused=lambda _, __: None)

    def _wrote(self, _: Written) -> None:
        """It shows; there is nothing to say of it."""
        self.wrote(None)

    # --- answering

    @on(TextArea.Changed)
    def _typing(self) -> None:
        self.area.fit()
        text = self.area.text
        if not self.area.display:
            return
        if self.details and self.via == "chat" and text.strip() and text != self._typed.text:
            self._desk.typed(self.request)
        self._typed.keep(text)

    def action_answer(self) -> None:
        """Go to the entry."""
        if self.area.display:
            self.area.focus()
        else:
            self.tell(tr("Take the request first: t."))

    @property
    def via(self) -> Via:
        """By which way the customer is answered."""
        details = self.details
        way = details.line.request.way if details else "chat"
        if way in ("email", "sms", "chat"):
            return "email" if way == "email" else "sms" if way == "sms" else "chat"
        return "sms" if details and details.phone and not details.email else "email"

    @on(AnswerArea.Sent)
    def _send(self) -> None:
        text = self.area.text.strip()
        if not text or self.details is None:  # of the next talk it is not known yet how it is answered
            return
        if self.via == "chat":
            self._say(text=text)
        else:
            self._ask_how(text)

    def _say(self, *, text: str = "", sku: str = "", lookbook: str = "", via: Via = "chat") -> None:
        """Write a line. What is typed on waits until the one that was typed is kept."""
        id = self.request

        def write(records: RecordStore) -> Written:
            return records.requests.say(id, text, sku=sku, lookbook=lookbook, via=via)

        def said(written: Written) -> None:
            if text and id == self.request:
                self.area.text = ""
            self._wrote(written)

        self.write(self._typed.doing(write) if text else write, said, refused=self.refused, closes=bool(text))

    def _ask_how(self, text: str) -> None:
        """An answer that does not go by chat is sent by another program, and logged."""
        details, via = self.details, self.via
        if details is None:
            return
        to = details.email if via == "email" else details.phone
        question = (
            tr("Answer by e-mail to {to}. The talk keeps it.", to=to or tr("an address you know"))
            if via == "email"
            else tr("Answer by SMS to {to}. The talk keeps it.", to=to or tr("a number you know"))
        )
        opens = tr("Open mail program") if via == "email" else tr("Open SMS app")

        def answered(how: str | None) -> None:
            if how == "open":
                subject = details.line.about or details.line.around.store_name(details.line.request.store)
                self.app.open_url(
                    mailing.mail_link(to, subject, text) if via == "email" else mailing.sms_link(to, text)
                )
            elif how == "copy":
                self.app.copy_to_clipboard("\n".join(visible_lines(text)))  # safe to be pasted into a shell
            if how:
                self._say(text=text, via="phone" if how == "phone" else via)

        self.open(AnsweredBox(question, opens), answered)

    # --- what can be put in

    def _if_answering(self) -> bool:
        if not self.area.display:
            self.tell(tr("Take the request first: t."))
        return self.area.display

    def action_text(self) -> None:
        """Insert a text, with what is known filled in."""
        id = self.request
        if self._if_answering():
            self.ask(lambda records: records.requests.texts(id), self._pick_text, group="texts", opens=True)

    def _pick_text(self, texts: Sequence[FilledText]) -> None:
        if not texts:
            self.tell(tr("There are no texts yet: T in the inbox adds some."))
            return
        by_id = {each.id: each.text for each in texts}

        def picked(id: str | None) -> None:
            if id in by_id:
                self._put_in(by_id[id])

        self.open(TextsBox(self._desk, self.request, texts), picked)

    def _put_in(self, text: str) -> None:
        self.area.put_in(text)
        self.area.focus()

    def action_product(self) -> None:
        """Show the customer products; in an e-mail or SMS they stand as text."""
        if not self._if_answering():
            return
        customer = self.one.request.customer if self.one else None
        self.open(ProductPicksScreen(self._desk, customer), lambda picked: self._products_picked(picked or ()))

    def _products_picked(self, picked: Sequence[Offered]) -> None:
        for each in picked:
            line = each.line
            if self.via == "chat":
                self._say(sku=line.sku)
            else:
                price = priced(line.price, line.currency) if line.price is not None else ""
                self._put_in(", ".join(filter(None, (line.name or line.sku, price))))

    def action_lookbook(self) -> None:
        """Show the customer a lookbook that is shared, of theirs where it is known who they are.

        In an e-mail or SMS its link stands as text.
        """
        if self._if_answering():
            shared = LooksQuery(view="shared")
            self.ask(lambda records: records.looks.lines(shared), self._pick_look, group="looks", opens=True)

    def _pick_look(self, lines: Sequence[LookLine]) -> None:
        shared = [each for each in lines if each.state in ("shared", "opened", "unsent")]
        if customer := self.one.request.customer if self.one else None:
            shared = [each for each in shared if isinstance(each.look, Lookbook) and each.look.customer == customer]
        if not shared:
            self.tell(
                tr("No lookbook of this customer is shared. Share one first: 3 lists them.")
                if customer
                else tr("No lookbook is shared. Share one first: 3 lists them.")
            )
            return
        by_id = {each.look.id: each.look for each in shared}

        def picked(id: str | None) -> None:
            look = by_id.get(id or "")
            if not isinstance(look, Lookbook):
                return
            if self.via == "chat":
                self._say(lookbook=look.id)
            else:
                self._put_in(link_of(self._desk.facts.retailer, self._desk.server, look.token))

        self.open(LooksBox(self._desk, self.request, shared), picked)

    # --- leaving

    def action_back(self) -> None:
        """From the entry to the lines, from there to the inbox; what is typed stays."""
        if self.area.has_focus:
            self.view.focus()
        else:
            self.end(False)


def _short(line: RequestLine, *, writes: bool) -> str:
    name = line.name or tr("a customer")
    short = name if len(name) <= _NAME else f"{name[:_NAME]}…"
    return f"{short} {_WRITES}" if writes else short
