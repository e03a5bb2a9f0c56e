"""Who earned an online sale: one pure function of what was done with its customer before, and of the retailer's rules.

What counts is the last touch within its window, unless the rules say otherwise. In Associate Mode a person is credited,
in Team Mode their store; who acted is kept for those who check. A sale keeps the rules and the mode that judged it
first: a late touch or a return is judged by these again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.records import Instant
from sellmode_contract.translatable import Translatable, marked

What: TypeAlias = Literal[
    "shared", "open", "click", "liked", "refused", "reply", "message", "call", "visit", "chat", "request"
]
Method: TypeAlias = Literal["last_touch", "highest_engagement", "split"]
Verdict: TypeAlias = Literal["won", "part", "later_won", "stronger_won", "same_person", "too_early", "after", "refused"]

METHODS: Final[dict[Method, str]] = {
    "last_touch": marked("the last touch"),
    "highest_engagement": marked("the touch that the customer took most part in, of these the last"),
    "split": marked("everybody with a touch, in equal parts"),
}
"""Whom each method credits, in words."""
ENGAGEMENT: Final[dict[What, int]] = {
    "refused": 0, "shared": 1, "message": 1, "open": 2, "click": 3, "liked": 3, "reply": 4, "call": 4, "chat": 4,
    "visit": 4, "request": 4,
}  # fmt: skip
"""How much a customer took part; nothing is no reason for credit."""
WORDS: Final[dict[What, str]] = {
    "shared": marked("shared"),
    "open": marked("opened"),
    "click": marked("product clicked"),
    "liked": marked("product liked"),
    "refused": marked("product refused"),
    "reply": marked("answered"),
    "message": marked("written to the customer"),
}
"""What was done, of a touch whose way does not say it."""
WAYS: Final = {
    "lookbook": marked("lookbook"),
    "pick_list": marked("picks"),
    "storefront": marked("storefront page"),
    "email": marked("e-mail"),
    "sms": marked("SMS"),
    "call": marked("call"),
    "chat": marked("chat"),
    "visit": marked("visit"),
    "request": marked("request"),
}
"""The ways to touch a customer that may have a window of their own, in words."""
_CAME: Final[dict[Verdict, str]] = {
    "won": marked("earned the sale"),
    "part": marked("earned a part of the sale"),
    "later_won": marked("a later touch earned it"),
    "stronger_won": marked("a touch in which the customer took more part, or a later one, earned it"),
    "same_person": marked("another touch of the same person earned it"),
    "after": marked("after the sale"),
    "refused": marked("the customer did not want the product"),
}
DEFAULT_DAYS: Final = 14
LONGEST_DAYS: Final = 365
LISTED: Final = 30
"""So many touches are told of with a sale; of how many more there were, the number."""
_DAY: Final = dt.timedelta(days=1)


class Rules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A retailer's rules for credit. They are never changed: others take their place under the next version."""

    version: int = 1
    method: Method = "last_touch"
    days: int = DEFAULT_DAYS
    """The window of every way that has none of its own."""
    windows: dict[str, int] = {}
    """Days by way (``WAYS``)."""
    engaged_windows: dict[str, int] = {}
    """Days by way, of touches in which the customer took part, where they are others."""
    since: Instant | None = None
    """When they came into force; None: from the beginning."""

    def window(self, touch: Touch) -> int:
        """How many days before a sale a touch may lie."""
        plain = self.windows.get(touch.way, self.days)
        return self.engaged_windows.get(touch.way, plain) if ENGAGEMENT[touch.what] > 1 else plain


class Touch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that was done with a customer, or that the customer did with what was shared."""

    id: str
    at: Instant
    what: What
    way: str
    store: str
    """Where whoever touched worked."""
    person: str | None = None
    """Staff id; None: the store itself, such as its picks."""
    about: str = ""
    """Id of what was shared."""


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """An online order, as far as it decides on credit."""

    id: str
    placed_at: Instant


class Considered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A touch that was looked at, and what came of it."""

    touch: Touch
    verdict: Verdict
    days: int
    """Its window."""


class Credit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An equal part of a sale."""

    store: str
    person: str | None = None
    """Who is credited; None: the store."""
    actor: str | None = None
    """Who touched; in Team Mode for those who check only."""
    at: Instant
    """When the touch was that earned it."""


class Correction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A decision about a sale's credit: what the people of a store are credited with is one person's."""

    store: str
    person: str
    dispute: str
    """Id of the dispute that was upheld."""
    by: str
    """Staff id of who decided it."""
    at: Instant


class Judgement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is credited for a sale, by which rules, and why nobody else is."""

    rules: Rules
    mode: Mode
    credits: tuple[Credit, ...] = ()
    """Whoever gets the odd cents comes first."""
    considered: tuple[Considered, ...] = ()
    """The latest touch first."""
    more: int = 0
    """Touches that were looked at besides."""
    corrections: tuple[Correction, ...] = ()

    def amounts(self, net: int) -> list[int]:
        """What each credit is worth of a sale's net value; the sum of them is all of it."""
        return parted(net, len(self.credits))


class _Judged(NamedTuple):
    verdict: Verdict
    wins: bool = False


def judge(touches: Iterable[Touch], sale: Sale, rules: Rules, mode: Mode) -> Judgement:
    """Who is credited for a sale. In which order the touches are given makes no difference."""
    latest_first = sorted({touch.id: touch for touch in touches}.values(), key=_age, reverse=True)
    valid = [touch for touch in latest_first if _outside(touch, sale, rules) is None]
    winners = _winners(valid, rules.method)
    considered = [
        Considered(touch=touch, verdict=_verdict(touch, sale, rules, winners), days=rules.window(touch))
        for touch in latest_first
    ]
    told = [item for item in considered if item.verdict in ("won", "part")]
    told += [item for item in considered if item.verdict not in ("won", "part")][: max(LISTED - len(told), 0)]
    return Judgement(
        rules=rules,
        mode=mode,
        credits=tuple(
            Credit(
                store=touch.store,
                person=touch.person if mode == "associate" else None,
                actor=touch.person,
                at=touch.at,
            )
            for touch in winners
        ),
        considered=tuple(sorted(told, key=lambda item: _age(item.touch), reverse=True)),
        more=len(considered) - len(told),
    )


def corrected(judgement: Judgement, corrections: Iterable[Correction]) -> Judgement:
    """A judgement with these corrections and no others; of several of one store the last one counts.

    Each store is credited with as much as before: a correction says only which of its people that is.
    """
    made = tuple(sorted(corrections, key=lambda each: (each.at, each.dispute)))
    if judgement.mode == "team":
        return msgspec.structs.replace(judgement, corrections=made)
    people = {each.store: each.person for each in made}
    credits = tuple(
        msgspec.structs.replace(credit, person=people.get(credit.store, credit.actor)) for credit in judgement.credits
    )
    return msgspec.structs.replace(judgement, credits=credits, corrections=made)


def parted(amount: int, parts: int) -> list[int]:
    """An amount in equal parts, whole minor units; the first ones get what is left over."""
    if not parts:
        return []
    each, over = divmod(abs(amount), parts)
    sign = 1 if amount >= 0 else -1
    return [sign * (each + (place < over)) for place in range(parts)]


def _age(touch: Touch) -> tuple[dt.datetime, int, str]:
    """What touches are in order by: of those at one moment, the one that the customer took more part in is later."""
    return touch.at, ENGAGEMENT[touch.what], touch.id


def _whose(touch: Touch) -> tuple[str, str | None]:
    return touch.store, touch.person


def _outside(touch: Touch, sale: Sale, rules: Rules) -> Verdict | None:
    """Why a touch cannot earn the sale, whatever others there are."""
    if touch.at > sale.placed_at:
        return "after"
    if not ENGAGEMENT[touch.what]:
        return "refused"
    return "too_early" if sale.placed_at - touch.at > rules.window(touch) * _DAY else None


def _winners(valid: Sequence[Touch], method: Method) -> list[Touch]:
    """The touches that earn a sale, of those that can, the latest first."""
    if method == "split":
        latest: dict[tuple[str, str | None], Touch] = {}
        for touch in valid:
            latest.setdefault(_whose(touch), touch)
        return list(latest.values())
    if method == "highest_engagement":
        return sorted(valid, key=lambda touch: ENGAGEMENT[touch.what], reverse=True)[:1]
    return list(valid[:1])


def _verdict(touch: Touch, sale: Sale, rules: Rules, winners: Sequence[Touch]) -> Verdict:
    if outside := _outside(touch, sale, rules):
        return outside
    if touch in winners:
        return "won" if len(winners) == 1 else "part"
    if any(_whose(touch) == _whose(winner) for winner in winners):
        return "same_person"
    return "stronger_won" if rules.method == "highest_engagement" else "later_won"


def why(item: Considered) -> str:
    """In words what came of a touch."""
    if item.verdict == "too_early":
        return Translatable.counted(
            "more than {number:,} day before the sale", "more than {number:,} days before the sale", item.days
        )
    return _CAME[item.verdict]


def checked(rules: Rules) -> Rules:
    """The rules, if they can be gone by. Raises ValueError with what is wrong with them."""
    for way, days in (*rules.windows.items(), *rules.engaged_windows.items(), ("", rules.days)):
        if way and way not in WAYS:
            raise ValueError(f"no way to touch a customer: {way} (there are {', '.join(WAYS)})")
        if not 0 <= days <= LONGEST_DAYS:
            raise ValueError(f"a window{f' of {way}' if way else ''} is 0 to {LONGEST_DAYS} days")
    return rules
