"""Giving customers to somebody: what would come of it, told before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations.assigning import can_own
from sellmode_tui.cache.store import Reading
from sellmode_tui.language import tr, trn
from sellmode_tui.records.context import HAS_LEFT, Context
from sellmode_tui.records.people.owned import OwnedCustomer, known
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.tasks.lines import column_of

_NAMED: Final = 3
"""So many customers are named in a sentence; of more, how many more there are."""


@dataclass(frozen=True)
class Loss:
    """Whose some of the customers were."""

    person: str | None
    """Staff id; None is nobody."""
    name: str
    standing: str
    """As ``Context.standing_of`` has it: of who sees them no more as it is."""
    customers: int


@dataclass(frozen=True)
class AssignPreview:
    """What it would change to give some customers to somebody."""

    to: str | None
    """Staff id; None is nobody."""
    to_name: str
    customers: tuple[OwnedCustomer, ...]
    """Those who would have another owner."""
    same: int
    """How many more are theirs already."""
    losses: tuple[Loss, ...]
    """Whose they were, the most first."""
    team: bool
    """Whether the whole store sees them in any case."""
    gained: int
    """How many of them their new owner does not see by now."""
    leaving: tuple[str, ...]
    """Names of those whom the asker would see no more; the cards stay."""
    to_me: bool

    @property
    def sentences(self) -> tuple[str, ...]:
        """Who gains and who loses sight, for people."""
        if not self.customers:
            return (tr("Nothing would change."),)
        if self.team:
            return (self._in_team(),)
        return tuple(filter(None, (self._gains(), *map(self._gone, self.losses), self._leaves())))

    def _in_team(self) -> str:
        stays = tr("Everyone in the store still sees them: in Team Mode, customers belong to the store.")
        if self.to is None:
            return f"{stays} {tr('They will have no owner.')}"
        if self.to_me:
            return f"{stays} {tr('Their automatic tasks will be assigned to you.')}"
        return f"{stays} {tr('Their automatic tasks will be assigned to {person}.', person=self.to_name)}"

    def _gains(self) -> str:
        """Who sees more, then who sees fewer."""
        nobodys = sum(loss.customers for loss in self.losses if loss.person is None)
        fewer = [
            tr("{person} {number:,} fewer", person=loss.name, number=loss.customers)
            for loss in self.losses
            if loss.person and not loss.standing
        ]
        told = ", ".join([self._gain(), *fewer])
        if self.to is None:
            return f"{told}."
        if nobodys:
            return tr("{told}; the store's managers {number:,} fewer, and keep their cards.", told=told, number=nobodys)
        return tr("{told}; the store's managers see them as before.", told=told)

    def _gain(self) -> str:
        if self.to is None:
            return trn(
                "The store's managers will see {number:,} more customer",
                "The store's managers will see {number:,} more customers",
                len(self.customers),
            )
        if not self.gained:
            return tr("You see them already")
        if self.to_me:
            return trn("You will see {number:,} more customer", "You will see {number:,} more customers", self.gained)
        return trn(
            "{person} will see {number:,} more customer",
            "{person} will see {number:,} more customers",
            self.gained,
            person=self.to_name,
        )

    def _gone(self, loss: Loss) -> str:
        if not loss.standing:
            return ""
        if loss.standing == HAS_LEFT:
            return trn(
                "{number:,} of them is {person}'s, who has left.",
                "{number:,} of them are {person}'s, who has left.",
                loss.customers,
                person=loss.name,
            )
        return trn(
            "{number:,} of them is {person}'s, who works elsewhere.",
            "{number:,} of them are {person}'s, who works elsewhere.",
            loss.customers,
            person=loss.name,
        )

    def _leaves(self) -> str:
        if not self.leaving:
            return ""
        names, more = ", ".join(self.leaving[:_NAMED]), len(self.leaving) - _NAMED
        if more > 0:
            names = tr("{names} and {number:,} more", names=names, number=more)
        return tr("You yourself will no longer see {names}, only name, owner, tier and last contact.", names=names)


def preview(reading: Reading, around: Context, ids: Sequence[str], to: str | None) -> AssignPreview:
    """What it would change to give customers, as far as they are known, to somebody."""
    found = known(reading, around, ids)
    changing = tuple(each for each in found if each.owner != to)
    team, sees_all = around.mode == "team", column_of(reading) == "team"
    me = around.account.id if around.account else None
    counts = Counter(each.owner for each in changing)
    losses = tuple(
        Loss(owner, around.name_of(owner), around.standing_of(owner) if owner else "", number)
        for owner, number in counts.most_common()
    )
    mine = [each for each in changing if each.owner in (None, me)]  # as a manager sees them in Associate Mode
    to_me = to is not None and to == me
    return AssignPreview(
        to=to,
        to_name=around.name_of(to),
        customers=changing,
        same=len(found) - len(changing),
        losses=losses,
        team=team,
        gained=0 if team or (sees_all and to_me) else len(changing) - (len(mine) if to_me else 0),
        leaving=() if sees_all or to_me or to is None else tuple(each.name for each in mine),
        to_me=to_me,
    )


def owners(seen: Seen) -> list[Staff]:
    """The colleagues, oneself too, to whom customers may be given, by name."""
    stores = seen.account.stores if seen.account else ()
    return [staff for staff in seen.around.colleagues if any(can_own(staff, store) for store in stores)]
