"""What happened in a shop, counted once more in plain Python, by what docs/results.md says and nothing of the backend.

Nothing here is kept up to date but who is credited for a sale, which depends on when it was judged; all else is worked
out of what was told, from the beginning, each time that it is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

Place: TypeAlias = tuple[str, str | None, str, str, str]
"""Store, person, day, channel and measure."""
CURRENCY: Final = "EUR"
_WEIGHT: Final = {
    "refused": 0, "shared": 1, "message": 1, "open": 2, "click": 3, "liked": 3, "reply": 4, "call": 4, "chat": 4,
    "visit": 4,
}  # fmt: skip


@dataclass(frozen=True)
class Sale:
    """An order as it was told last, with each refund on its own."""

    id: str
    customer: str | None
    placed: dt.datetime
    channel: str
    store: str
    seller: str | None
    currency: str
    total: int
    refunded: int
    refunds: tuple[tuple[dt.datetime, int], ...]
    cancelled: bool
    lines: tuple[tuple[str, int, int], ...]
    """Kind, pieces and amount."""
    click: str = ""

    @property
    def sells(self) -> bool:
        return any(kind == "sale" for kind, _, _ in self.lines)

    @property
    def counts(self) -> bool:
        return not self.cancelled and self.currency == CURRENCY

    def worth(self, refunded: int) -> int:
        """Without gift cards and tips, after so much was given back: goods first, and not more than were sold."""
        others = sum(amount for kind, _, amount in self.lines if kind in ("gift_card", "tip"))
        goods = self.total - others
        if not others:
            return goods - refunded
        return max(0, goods - refunded) if goods > 0 else max(goods, goods - refunded)

    def steps(self) -> list[tuple[dt.datetime, int]]:
        """When it came to be worth what."""
        given = self.refunded - sum(amount for _, amount in self.refunds)
        found = [(self.placed, self.worth(given))]
        for at, amount in self.refunds:
            given += amount
            found.append((at, self.worth(given)))
        return found


@dataclass(frozen=True)
class Touch:
    """Something that was done with a customer, or that a customer did."""

    id: str
    customer: str | None
    at: dt.datetime
    what: str
    way: str
    store: str
    person: str | None

    @property
    def age(self) -> tuple[dt.datetime, int, str]:
        return self.at, _WEIGHT[self.what], self.id


@dataclass(frozen=True)
class Rules:
    """Who is credited, and within how many days."""

    method: str = "last_touch"
    days: int = 14
    windows: tuple[tuple[str, int], ...] = ()

    def window(self, touch: Touch) -> dt.timedelta:
        return dt.timedelta(days=dict(self.windows).get(touch.way, self.days))


@dataclass(frozen=True)
class Judged:
    """A sale with the rules and the mode that judged it first, and who has earned it by them."""

    rules: Rules
    mode: str
    earned: tuple[Touch, ...] = ()
    """The latest first."""


@dataclass(frozen=True)
class Dealing:
    """A customer was added, or there was a contact or something shared."""

    customer: str
    store: str
    person: str
    day: str
    what: str
    """``added``, ``out`` or ``in``."""


@dataclass
class Recount:
    """What was told, and what it comes to."""

    zones: dict[str, ZoneInfo]
    mode: str
    rules: Rules = Rules()
    sales: dict[str, Sale] = field(default_factory=dict)
    touches: dict[str, Touch] = field(default_factory=dict)
    judged: dict[str, Judged] = field(default_factory=dict)
    works: dict[str, list[Place]] = field(default_factory=dict)
    """Each piece of work with where it counts one, of people and of nobody."""
    dealings: dict[str, Dealing] = field(default_factory=dict)
    """What was done for customers."""
    consents: dict[tuple[str, str], str] = field(default_factory=dict)
    """What customers allow, by channel."""
    told: dict[Place, int] = field(default_factory=dict)

    # ------------------------------------------------------------------ what happens

    def sell(self, sale: Sale, now: dt.datetime) -> None:
        """An order is told, or told otherwise."""
        old = self.sales.get(sale.id)
        if old and not sale.refunds:
            sale = replace(sale, refunds=_noticed(old, sale.refunded - old.refunded, now))
        if sale != old:
            self.sales[sale.id] = sale
            self._judge(sale)

    def touch(self, touch: Touch) -> None:
        """A touch comes, perhaps late."""
        self.touches[touch.id] = touch
        self._judge_after(touch)

    def untouch(self, id: str) -> None:
        """A touch is taken back."""
        self._judge_after(self.touches.pop(id))

    def merge(self, kept: str, gone: str) -> None:
        """Two customers are one. Of what they allow the stricter holds, if who goes has said something."""
        for touch in self.touches.values():
            if touch.customer == gone:
                self.touches[touch.id] = replace(touch, customer=kept)
        for id, dealing in self.dealings.items():
            if dealing.customer == gone:
                self.dealings[id] = replace(dealing, customer=kept)
        for channel in _WAYS:
            theirs, mine = self.consents.pop((gone, channel), None), self.consents.get((kept, channel))
            if theirs and (
                mine or theirs != "subscribed"
            ):  # who has said nothing still has, whatever the other one said
                self.consents[kept, channel] = min(mine or _UNSAID, theirs, key=_STRICTER.index)
        for sale in self.sales.values():
            if sale.customer == gone:
                self.sales[sale.id] = replace(sale, customer=kept)
        for sale in self.sales.values():
            if sale.customer == kept and sale.channel == "online":
                self._judge(sale)

    def _judge_after(self, touch: Touch) -> None:
        for sale in self.sales.values():
            if sale.customer == touch.customer and sale.channel == "online" and sale.placed >= touch.at:
                self._judge(sale)

    def _judge(self, sale: Sale) -> None:
        before = self.judged.get(sale.id)
        if sale.channel != "online":
            mine = []
        elif before and not sale.customer:
            return
        else:
            mine = [
                each
                for each in self.touches.values()
                if (sale.customer and each.customer == sale.customer) or each.id == sale.click
            ]
        near = [each for each in mine if dt.timedelta(0) <= sale.placed - each.at <= dt.timedelta(days=365)]
        if before is None and not near:
            return
        rules, mode = (before.rules, before.mode) if before else (self.rules, self.mode)
        valid = [each for each in near if _WEIGHT[each.what] and sale.placed - each.at <= rules.window(each)]
        valid.sort(key=lambda each: each.age, reverse=True)
        self.judged[sale.id] = Judged(rules, mode, tuple(_earning(valid, rules.method)))

    # ------------------------------------------------------------------ what it comes to

    def facts(self) -> dict[Place, int]:
        """All sums that are not zero."""
        sums: Counter[Place] = Counter()
        for sale in self.sales.values():
            for place, amount in (*self._of_order(sale), *self._of_credit(sale)):
                sums[place] += amount
        for places in self.works.values():
            sums.update(places)
        sums.update(self._of_dealings())
        for (store, person, *rest), amount in self.told.items():
            sums[store, None, *rest] += amount  # type: ignore[index]  # the rest is three texts
            if person:
                sums[store, person, *rest] += amount  # type: ignore[index]
        return {place: amount for place, amount in sums.items() if amount}

    def earned(self, id: str) -> tuple[Touch, ...]:
        """The touches that have earned a sale."""
        return self.judged[id].earned if id in self.judged else ()

    def day(self, at: dt.datetime, store: str) -> str:
        """The day that a store has."""
        return f"{at.astimezone(self.zones.get(store, ZoneInfo('UTC'))):%Y-%m-%d}"

    def _of_order(self, sale: Sale) -> Iterator[tuple[Place, int]]:
        placed = self.day(sale.placed, sale.store)
        for person in {None, sale.seller}:
            if sale.cancelled:
                continue
            if sale.currency != CURRENCY:
                yield (sale.store, person, placed, sale.channel, "other_currency"), int(sale.sells)
                continue
            yield (sale.store, person, placed, sale.channel, "transactions"), int(sale.sells)
            yield (
                (sale.store, person, placed, sale.channel, "identified"),
                int(sale.sells and sale.customer is not None),
            )
            signs = {"sale": 1, "return": -1}
            pieces = sum(
                signs.get(kind, 0) * (abs(count) if kind == "return" else count) for kind, count, _ in sale.lines
            )
            yield (sale.store, person, placed, sale.channel, "units"), pieces
            before = 0
            for at, worth in sale.steps():
                yield (sale.store, person, self.day(at, sale.store), sale.channel, "net_sales"), worth - before
                before = worth
            at_once = sale.refunded - sum(amount for _, amount in sale.refunds)
            for at, amount in ((sale.placed, at_once), *sale.refunds):
                yield (sale.store, person, self.day(at, sale.store), sale.channel, "refunds"), amount

    def _of_credit(self, sale: Sale) -> Iterator[tuple[Place, int]]:
        judged = self.judged.get(sale.id)
        if judged is None or not sale.counts:
            return
        counted = set()
        for place, touch in enumerate(judged.earned):
            person = touch.person if judged.mode == "associate" else None
            elsewhere = judged.mode == "team" and touch.store != sale.store
            for who in {None, person}:
                before = 0
                for at, worth in sale.steps():
                    part = share(worth, len(judged.earned), place)
                    day = self.day(at, touch.store)
                    yield (touch.store, who, day, "online", "credited_sales"), part - before
                    if elsewhere:
                        yield (touch.store, who, day, "online", "credited_elsewhere"), part - before
                    before = part
                if sale.sells and (touch.store, who) not in counted:
                    counted.add((touch.store, who))
                    day = self.day(sale.placed, touch.store)
                    minutes = int((sale.placed - touch.at).total_seconds() // 60)
                    yield (touch.store, who, day, "online", "credited_orders"), 1
                    yield (touch.store, who, day, "online", "convert_minutes"), minutes

    def _of_dealings(self) -> Iterator[Place]:
        """Each customer once for a store, a person and a day."""
        found = set()
        for each in self.dealings.values():
            names = ["activity"] + ["customers_reached"] * (each.what == "out")
            if each.what == "added" and "subscribed" in (self.consents.get((each.customer, way)) for way in _WAYS):
                names.append("contacts_consented")
            found |= {
                (each.customer, (each.store, who, each.day, "", name)) for name in names for who in (None, each.person)
            }
        return (place for _, place in found)

    def notices(self) -> dict[tuple[str, str, str], int]:
        """What people are told that they have earned, by sale, store and person: also in another currency."""
        found: Counter[tuple[str, str, str]] = Counter()
        for id, judged in self.judged.items():
            sale = self.sales[id]
            worth = 0 if sale.cancelled else sale.steps()[-1][1]
            for place, touch in enumerate(judged.earned):
                if judged.mode == "associate" and touch.person:
                    found[id, touch.store, touch.person] += share(worth, len(judged.earned), place)
        return dict(found)


_WAYS: Final = ("email", "sms")
_STRICTER: Final = ("unsubscribed", "one_to_one", "subscribed")
_UNSAID: Final = "one_to_one"


def share(amount: int, parts: int, place: int) -> int:
    """One of some equal parts, in whole cents: the first have one more, until all is given out."""
    whole, odd = divmod(abs(amount), parts)
    mine = whole + (1 if place < odd else 0)
    return mine if amount >= 0 else -mine


def _noticed(old: Sale, more: int, now: dt.datetime) -> tuple[tuple[dt.datetime, int], ...]:
    """Refunds of which nobody says when they were: seen now; what is taken back is taken off the latest."""
    known = [*old.refunds]
    if more > 0:
        known.append((now, more))
    while more < 0 and known:
        at, amount = known.pop()
        more += amount
        if more > 0:
            known.append((at, more))
    return tuple(known)


def _earning(valid: list[Touch], method: str) -> list[Touch]:
    """Of touches that count, the latest first, those that earn a sale."""
    if method == "split":
        latest: dict[tuple[str, str | None], Touch] = {}
        for each in valid:
            latest.setdefault((each.store, each.person), each)
        return [*latest.values()]
    if method == "highest_engagement" and valid:
        most = max(_WEIGHT[each.what] for each in valid)
        return [next(each for each in valid if _WEIGHT[each.what] == most)]
    return valid[:1]
