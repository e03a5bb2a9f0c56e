"""Giving customers to somebody: what would come of it, told before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations.assigning import can_own
from sellmode_tui.cache.store import Reading
from sellmode_tui.records.context import Context
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
    """``has left`` or ``works elsewhere`` of who sees them no more as it is; else empty."""
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
            return ("Nothing would change.",)
        if self.team:
            return (self._in_team(),)
        return tuple(filter(None, (self._gains(), *map(self._gone, self.losses), self._leaves())))

    def _in_team(self) -> str:
        stays = "Everyone in the store still sees them: in Team Mode, customers belong to the store."
        if self.to is None:
            return f"{stays} They will have no owner."
        who = "you" if self.to_me else self.to_name
        return f"{stays} Their automatic tasks will be assigned to {who}."

    def _gains(self) -> str:
        """Who sees more, then who sees fewer."""
        number = len(self.customers)
        nobodys = sum(loss.customers for loss in self.losses if loss.person is None)
        if self.to is None:
            told = [f"The store's managers will see {_more(number)}"]
        elif self.gained:
            told = [f"{'You' if self.to_me else self.to_name} will see {_more(self.gained)}"]
        else:
            told = ["You see them already"]
        told += [f"{loss.name} {loss.customers:,} fewer" for loss in self.losses if loss.person and not loss.standing]
        if self.to is None:
            return f"{', '.join(told)}."
        managers = f"{nobodys:,} fewer, and keep their cards" if nobodys else "see them as before"
        return f"{', '.join(told)}; the store's managers {managers}."

    def _gone(self, loss: Loss) -> str:
        whose = f"{loss.customers:,} of them {'is' if loss.customers == 1 else 'are'} {loss.name}'s"
        return f"{whose}, who {loss.standing}." if loss.standing else ""

    def _leaves(self) -> str:
        if not self.leaving:
            return ""
        more = len(self.leaving) - _NAMED
        names = ", ".join(self.leaving[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        return f"You yourself will no longer see {names}, only name, owner, tier and last contact."


def _more(number: int) -> str:
    return f"{number:,} more {'customer' if number == 1 else 'customers'}"


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
