"""Lookbooks and the corporate looks in a list, and what has become of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, Final, Literal, NamedTuple

from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook, LookbookResult
from sellmode_contract.search import words as words_in
from sellmode_tui.language import marked
from sellmode_tui.records.seen import Seen

View = Literal["open", "draft", "shared", "my_look", "archived", "corporate"]
VIEWS: Final[dict[View, str]] = {
    "open": marked("All"),
    "draft": marked("Drafts"),
    "shared": marked("Shared"),
    "my_look": marked("My Looks"),
    "archived": marked("Archived"),
    "corporate": marked("Head office"),
}
"""How lookbooks are listed, by what that is called."""
State = Literal["draft", "unsent", "shared", "opened", "expired", "revoked", "deleted", "archived", "corporate"]
"""``unsent``: its link is not at the server yet. ``deleted``: by its customer."""


class LooksQuery(NamedTuple):
    """Which looks, newest first."""

    view: View = "open"
    mine: bool = False
    text: str = ""
    """Words that title, customer or author have the beginnings of."""


class LookLine(NamedTuple):
    """A look in a list. Texts are as they came."""

    look: Lookbook | CorporateLook
    state: State
    link: State
    """As ``state``, but whether it was archived or not: a link goes on working."""
    customer_name: str = ""
    author_name: str = ""
    result: LookbookResult | None = None

    @property
    def kind(self) -> Literal["lookbook", "corporate_look"]:
        """The record's."""
        return "lookbook" if isinstance(self.look, Lookbook) else "corporate_look"

    @property
    def key(self) -> tuple[str, str]:
        """Kind and id."""
        return self.kind, self.look.id

    @property
    def expires_at(self) -> dt.datetime | None:
        """Until when its link works, while it does."""
        look = self.look
        return look.expires_at if isinstance(look, Lookbook) and self.state in ("unsent", "shared", "opened") else None

    @property
    def replies(self) -> int:
        """What its customer has written back, in pieces."""
        return len(self.result.replies) if self.result else 0


def lines(seen: Seen, query: LooksQuery, unsent: Collection[str], now: dt.datetime) -> list[LookLine]:
    """Those of a view. ``unsent`` are the ids of those whose sharing the server does not have."""
    me, wanted = seen.account.id if seen.account else "", words_in(query.text)
    if query.view == "corporate":
        looks: list[Lookbook | CorporateLook] = seen.each("corporate_look")
    else:
        looks = [look for look in seen.each("lookbook") if _is_in(look, query, me)]
    results = {result.lookbook: result for result in seen.each("lookbook_result")}
    names: dict[str, str] = {}
    found = []
    for look in looks:
        customer = look.customer if isinstance(look, Lookbook) else None
        if customer and customer not in names:
            names[customer] = seen.name_of(customer) or ""
        made = line(seen, look, results.get(look.id), look.id in unsent, now, names.get(customer or "", ""))
        if not wanted or _has(made, wanted):
            found.append(made)
    return sorted(found, key=lambda each: (_when(each.look), each.look.id), reverse=True)


def line(
    seen: Seen,
    look: Lookbook | CorporateLook,
    result: LookbookResult | None,
    unsent: bool,  # whether the server does not have its link
    now: dt.datetime,
    customer_name: str | None = None,
) -> LookLine:
    """A look with what has become of it."""
    if isinstance(look, CorporateLook):
        return LookLine(look, "corporate", "corporate", author_name=seen.around.name_of(look.created_by))
    if customer_name is None:
        customer_name = (seen.name_of(look.customer) if look.customer else "") or ""
    link = _link(look, result, now, unsent=unsent)
    state: State = "archived" if look.state == "archived" else link
    return LookLine(look, state, link, customer_name, seen.around.name_of(look.author), result)


def _link(look: Lookbook, result: LookbookResult | None, now: dt.datetime, *, unsent: bool) -> State:
    if look.shared_at is None:
        return "draft"
    if result is not None and result.deleted_at is not None:
        return "deleted"
    if look.revoked_at is not None:
        return "revoked"
    if look.expires_at is not None and now >= look.expires_at:
        return "expired"
    if unsent:
        return "unsent"
    return "opened" if result is not None and result.opened else "shared"


def _is_in(look: Lookbook, query: LooksQuery, me: str) -> bool:
    if query.mine and look.author != me:
        return False
    match query.view:
        case "open":
            return look.state != "archived"
        case "my_look":
            return look.form == "my_look" and look.state != "archived"
        case "archived":
            return look.state == "archived"
    is_shared = look.shared_at is not None
    return look.state != "archived" and is_shared == (query.view == "shared")


def _when(look: Lookbook | CorporateLook) -> dt.datetime:
    shared = look.shared_at if isinstance(look, Lookbook) else None
    return shared or look.created_at or dt.datetime.min.replace(tzinfo=dt.UTC)


def _has(each: LookLine, wanted: Collection[str]) -> bool:
    held = words_in(f"{each.look.title} {each.customer_name} {each.author_name}")
    return all(any(word.startswith(typed) for word in held) for typed in wanted)


def unsent_links(pending: Any) -> frozenset[str]:
    """Ids of the lookbooks whose sharing is still to be sent."""
    return frozenset().union(*(marks.shares for marks in pending.unsent.values()))
