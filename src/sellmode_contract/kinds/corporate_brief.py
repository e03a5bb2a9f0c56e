"""Corporate briefs: what a head office asks of its people, and how far each store is with it."""

from __future__ import annotations

from sellmode_contract.audiences import ALL, LEAD, Row
from sellmode_contract.kinds.fields import Due, Elements, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.kinds.task import action
from sellmode_contract.records import BriefCard, CorporateBrief

CORPORATE_BRIEF = Kind(
    record=CorporateBrief,
    row=Row("corporate brief, what its tasks are made from", ALL, ALL),
    noun="corporate task",
    fields=(
        Text(name="title", required="A corporate task needs a title."),
        Text(name="details", longest=5_000, lines=True),
        Elements(name="stores", of="store"),
        Elements(name="works", of="work", label="kinds of work"),
        Due(name="due", label="due time"),
        Due(name="expires", label="time that it expires"),
        action(),
        Text(name="subject", longest=5_000),
        Text(name="message", longest=5_000, lines=True),
        Elements(name="products", of="product", most=10),
    ),
    verbs=frozenset({"create", "remove"}),
    stamps={"created_by": "author", "created_at": "now"},
    capability="announce",
    columns=("title",),
    words=lambda brief, _: f'corporate task "{text_in(brief, "title")}"',
)

BRIEF_CARD = Kind(
    record=BriefCard,
    row=Row("card of how far a store is with a corporate brief (counts)", LEAD, LEAD),
    columns=("brief", "open", "done", "dismissed", "expired"),
)
