"""Lists of picks with their products as they are now, and who may change them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from sellmode_contract import visibility
from sellmode_contract.kinds.pick_list import Delegation, PickList
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.mutations import World
from sellmode_contract.mutations.picks import refusal
from sellmode_tui.records.changes.pending import Pending
from sellmode_tui.records.looks import products
from sellmode_tui.records.looks.products import LookProduct
from sellmode_tui.records.seen import Seen


class PicksLine(NamedTuple):
    """A list of picks in the list of all. Texts are as they came."""

    picks: PickList
    products: tuple[LookProduct, ...]
    whose: str
    """Whose page shows it: an associate's name, or the store's."""
    changed_by: str
    """The name of who changed it last."""

    @property
    def stale(self) -> tuple[LookProduct, ...]:
        """The products that are gone, out of stock, or have another price by now."""
        return tuple(each for each in self.products if each.changed)


@dataclass(frozen=True)
class PicksDetails:
    """All that is to be known of a list of picks."""

    line: PicksLine
    names: dict[str, str]
    """Of whoever is named in its delegations, by id."""
    refusal: str
    """Why the account may not change it, naming the rule; empty if it may."""
    rule: str
    """The rule by which it is seen, in words."""
    unsent: bool
    refused: bool

    @property
    def delegations(self) -> tuple[Delegation, ...]:
        """Newest first."""
        return tuple(reversed(self.line.picks.delegations))


def lines(seen: Seen) -> list[PicksLine]:
    """All that are visible, by title."""
    found = [line(seen, each) for each in seen.each("pick_list")]
    return sorted(found, key=lambda each: (each.picks.title.casefold(), each.picks.id))


def line(seen: Seen, picks: PickList) -> PicksLine:
    """A list of picks with its products."""
    whose = seen.around.name_of(picks.owner) if picks.owner else seen.around.store_name(picks.store)
    return PicksLine(
        picks, products.of_items(seen, picks.items, picks.store), whose, seen.around.name_of(picks.changed_by)
    )


def read(seen: Seen, id: str, pending: Pending, now: dt.datetime) -> PicksDetails | None:
    """A visible list of picks; None for one that is not visible or unknown, alike."""
    picks, account = seen.get("pick_list", id), seen.account
    if account is None or not isinstance(picks, PickList):
        return None
    mode: Mode = "team" if seen.mode == "team" else "associate"
    people = {name for each in picks.delegations for name in (each.taker, each.giver, each.revoked_by) if name}
    return PicksDetails(
        line=line(seen, picks),
        names={each: seen.around.name_of(each) for each in people},
        refusal=refusal(picks, World(seen, account, seen.retailer, "", now)),
        rule=visibility.why(mode, account, picks, None).rule,
        unsent=id in pending.unsent_of("").records,
        refused=id in pending.refused_of("").records,
    )
