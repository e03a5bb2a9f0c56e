"""Corporate briefs: what a head office asks of its people, and how far each store is with it."""

from __future__ import annotations

from sellmode_contract.audiences import ALL, LEAD, Row
from sellmode_contract.kinds.contact import ContactChannel
from sellmode_contract.kinds.fields import Due, Elements, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.kinds.task import action
from sellmode_contract.records import Instant, Record
from sellmode_contract.translatable import Translatable


class CorporateBrief(Record, frozen=True, kw_only=True):
    """What a head office asks of its people: each gets a corporate task of it, and whoever joins before it expires."""

    title: str
    details: str = ""
    stores: tuple[str, ...] = ()
    """Ids; empty for all."""
    works: tuple[str, ...] = ()
    """Kinds of work (``visibility.Work``); empty for all."""
    due: str = ""
    expires: str = ""
    """Like a due time; open tasks of it expire then. Empty: never."""
    action: ContactChannel | None = None
    subject: str = ""
    message: str = ""
    products: tuple[str, ...] = ()
    created_at: Instant | None = None
    created_by: str = ""
    """Staff id, or empty for the operator."""
    withdrawn: bool = False
    """Taken back: its open tasks expire."""


class BriefCard(Record, frozen=True, kw_only=True):
    """How far a store is with a head office's brief: how many of its people's tasks are in each state, never whose."""

    store: str
    brief: str
    open: int = 0
    done: int = 0
    dismissed: int = 0
    expired: int = 0


CORPORATE_BRIEF = Kind(
    name="corporate_brief",
    record=CorporateBrief,
    row=Row("corporate brief, what its tasks are made from", ALL, ALL),
    noun="corporate task",
    fields=(
        Text(name="title", required="A corporate task needs a title."),
        Text(name="details", longest=5_000, lines=True),
        Elements(name="stores", of="store"),
        Elements(name="works", of="work", label="kinds of work"),
        Due(name="due", label="due time"),
        Due(name="expires", label="expiry"),
        action(),
        Text(name="subject", longest=5_000),
        Text(name="message", longest=5_000, lines=True),
        Elements(name="products", of="product", most=10),
    ),
    verbs=frozenset({"create", "remove"}),
    stamps={"created_by": "author", "created_at": "now"},
    capability="announce",
    columns=("title",),
    words=lambda brief, _: Translatable('corporate task "{title}"', title=text_in(brief, "title")),
)


BRIEF_CARD = Kind(
    name="brief_card",
    record=BriefCard,
    row=Row("card of how far a store is with a corporate brief (counts)", LEAD, LEAD),
    columns=("brief", "open", "done", "dismissed", "expired"),
)
