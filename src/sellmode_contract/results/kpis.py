"""The KPIs, each defined once: a numerator and a denominator that are sums of measures, a unit, and what is better.

What a figure is called, its formula in words and where it comes from are made of this declaration, on screens and in
documents alike. A KPI without a denominator is a plain sum; one whose denominator is zero has no value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from sellmode_contract.results.measures import LATER, MEASURES, sales_in
from sellmode_contract.roles import Work
from sellmode_contract.translatable import Translatable, marked

Unit: TypeAlias = Literal["money", "count", "ratio", "percent", "points", "minutes", "days"]
"""``ratio``: a plain number with decimals; ``percent`` and ``points`` are a hundred times the quotient."""
Better: TypeAlias = Literal["more", "less"]
When: TypeAlias = Literal["any", "past", "ahead"]
"""Which days of a period count: all, those that are over, or today and those to come."""
Of: TypeAlias = Literal["both", "store", "person"]
"""Whose facts a KPI is made of."""

DAYS: Final = "days"
"""Stands for the number of days of the period, which is no fact."""
WEEK_MINUTES: Final = 40 * 60
"""A full week of work, which availability is measured by."""


class Part(NamedTuple):
    """A measure, as it goes into a sum."""

    measure: str
    channel: str = ""
    """Empty: of all channels."""
    factor: int = 1
    when: When = "any"

    @property
    def words(self) -> str:
        """What it is called, without its factor."""
        if self.measure == DAYS:
            return marked("weeks of 40 hours")
        words = MEASURES[self.measure].words
        if self.measure == "tasks_open":
            return {"any": words, "past": marked("tasks overdue"), "ahead": marked("open tasks due today or later")}[
                self.when
            ]
        if not self.channel:
            return words
        return Translatable(
            "{measure} {channel}",
            measure=Translatable.said(words),
            channel=Translatable.said(sales_in(self.channel)),
        )


Sum: TypeAlias = tuple[Part, ...]


class Kpi(NamedTuple):
    """How one figure is worked out."""

    id: str
    name: str
    numerator: Sum
    denominator: Sum = ()
    unit: Unit = "count"
    better: Better | None = "more"
    works: frozenset[Work] = frozenset({"omnichannel", "ecommerce"})
    """The kinds of work that it is a measure of."""
    of: Of = "both"
    share: bool = False
    """Whether the denominator is that of all stores."""

    @property
    def formula(self) -> str:
        """In words."""
        above = _sum(self.numerator)
        if not self.denominator:
            return above
        quotient = {
            "above": _bracketed(above, self.numerator),
            "below": _bracketed(_sum(self.denominator), self.denominator),
        }
        if self.share:
            return Translatable("{above} ÷ {below} of all stores", **quotient)
        return Translatable("{above} ÷ {below}", **quotient)

    @property
    def sources(self) -> list[str]:
        """Where its numbers come from."""
        return list(dict.fromkeys(MEASURES[part.measure].source for part in self.parts if part.measure != DAYS))

    @property
    def parts(self) -> Iterator[Part]:
        """Everything that it is made of."""
        yield from self.numerator
        yield from self.denominator

    @property
    def comes_later(self) -> bool:
        """Whether something that it needs does not come in yet."""
        return any(source in LATER for source in self.sources)


def _sum(parts: Sum) -> Translatable:
    first, *others = parts
    words = Translatable.said(first.words)
    for part in others:
        two = {"first": words, "second": Translatable.said(part.words)}
        if part.factor < 0:
            words = Translatable("{first} − {second}", **two)  # noqa: RUF001 -- a minus sign
        else:
            words = Translatable("{first} + {second}", **two)
    return words


def _bracketed(words: Translatable, parts: Sum) -> Translatable:
    return Translatable("({sum})", sum=words) if len(parts) > 1 else words


_O: Final[frozenset[Work]] = frozenset({"omnichannel"})
_E: Final[frozenset[Work]] = frozenset({"ecommerce"})


def _of(*measures: str) -> Sum:
    return tuple(Part(measure) for measure in measures)


_STORE_SALES, _STORE_COUNT = (Part("net_sales", "store"),), (Part("transactions", "store"),)
_ONLINE_SALES, _ONLINE_COUNT = (Part("net_sales", "online"),), (Part("transactions", "online"),)
_CREDITED = _of("credited_sales")

_ALL: Final = (
    Kpi("individual_sales", "Individual sales", (*_STORE_SALES, *_CREDITED), unit="money", of="person"),
    Kpi("store_sales", "Store sales", _of("net_sales", "credited_elsewhere"), unit="money", works=_O, of="store"),
    Kpi("online_sales", "Online sales", _ONLINE_SALES, unit="money", works=_E),
    Kpi("refunds", "Refunds", _of("refunds"), unit="money", better="less"),
    Kpi("influenced_sales", "Influenced online sales", _CREDITED, unit="money"),
    Kpi("influenced_share", "Influenced share of online sales", _CREDITED, _ONLINE_SALES, "percent", of="store"),
    Kpi("contribution", "Contribution", _CREDITED, _CREDITED, "percent", of="store", share=True),
    Kpi("attributed_orders", "Attributed orders", _of("credited_orders")),
    Kpi(
        "days_to_convert", "Days to convert", _of("convert_minutes"), (Part("credited_orders", factor=24 * 60),),
        "days", "less",
    ),
    Kpi("store_conversion", "Conversion, store", _STORE_COUNT, _of("footfall"), "percent", works=_O, of="store"),
    Kpi("online_conversion", "Conversion, online (by session)", _ONLINE_COUNT, _of("sessions"), "percent", works=_E),
    Kpi(
        "visitor_conversion", "Conversion, online (by visitor)", _ONLINE_COUNT, _of("shop_visitors"), "percent",
        works=_E,
    ),
    Kpi(
        "outreach_conversion", "Conversion, outreach", _of("customers_bought"), _of("customers_reached"), "percent",
        works=_O,
    ),
    Kpi(
        "request_conversion", "Conversion, requests", _of("requests_bought"), _of("requests_handled"), "percent",
        works=_O,
    ),
    Kpi("atv", "Average transaction value", _STORE_SALES, _STORE_COUNT, "money", works=_O),
    Kpi("aov", "Average order value", _ONLINE_SALES, _ONLINE_COUNT, "money", works=_E),
    Kpi("attributed_aov", "Average order value, attributed", _CREDITED, _of("credited_orders"), "money", works=_E),
    Kpi("upt", "Units a transaction", _of("units"), _of("transactions"), "ratio", works=_O),
    Kpi("auv", "Average unit value", _of("net_sales"), _of("units"), "money"),
    Kpi("csat", "Customer satisfaction", _of("csat_positive"), _of("csat_responses"), "percent", works=_O),
    Kpi("csat_mean", "Customer satisfaction, mean rating", _of("csat_points"), _of("csat_responses"), "ratio",
        works=_O),
    Kpi(
        "nps", "Net promoter score", (Part("nps_promoters"), Part("nps_detractors", factor=-1)), _of("nps_responses"),
        "points",
    ),
    Kpi("order_accuracy", "Order accuracy", _of("orders_right"), _of("orders_fulfilled"), "percent", works=_O),
    Kpi("stock_accuracy", "Stock accuracy", _of("stock_right"), _of("stock_counted"), "percent", works=_O, of="store"),
    Kpi(
        "task_completion", "Task completion", _of("tasks_done"),
        (Part("tasks_done"), Part("tasks_open", when="past"), Part("tasks_expired")), "percent",
    ),
    Kpi("task_timeliness", "Tasks done in time", _of("tasks_on_time"), _of("tasks_done"), "percent"),
    Kpi("tasks_completed", "Tasks completed", _of("tasks_done"), works=_O),
    Kpi("tasks_overdue", "Tasks overdue", (Part("tasks_open", when="past"),), better="less", works=_O),
    Kpi("tasks_ahead", "Tasks ahead", (Part("tasks_open", when="ahead"),), better=None, works=_O),
    Kpi("tasks_dismissed", "Tasks dismissed", _of("tasks_dismissed"), better=None),
    Kpi("outreach", "Outreach", _of("contacts_made")),
    Kpi("contacts_received", "Contacts from customers", _of("contacts_received")),
    Kpi("outreach_customers", "Customers reached", _of("customers_reached")),
    Kpi("open_rate", "Open rate", _of("looks_opened"), _of("looks_shared"), "percent", works=_E),
    Kpi("click_rate", "Click rate", _of("looks_clicked"), _of("looks_shared"), "percent"),
    Kpi("reply_rate", "Reply rate", _of("looks_answered"), _of("looks_shared"), "percent"),
    Kpi("unsubscribe_rate", "Unsubscribe rate", _of("opted_out"), _of("customers_reached"), "percent", "less"),
    Kpi("reply_time", "Request reply time", _of("reply_minutes"), _of("requests_answered"), "minutes", "less"),
    Kpi("chat_answer_rate", "Chat answer rate", _of("chats_answered"), (Part("requests", "chat"),), "percent",
        works=_E),
    Kpi("availability", "Chat availability", _of("minutes_available"), unit="minutes", works=_E),
    Kpi(
        "availability_rate", "Chat availability rate", (Part("minutes_available", factor=7),),
        (Part(DAYS, factor=WEEK_MINUTES),), "percent", works=_E,
    ),
    Kpi("requests", "Requests", _of("requests"), better=None),
    Kpi("chat_requests", "Requests by chat", (Part("requests", "chat"),), better=None),
    Kpi("appointment_requests", "Requests for appointments", (Part("requests", "appointment"),), better=None),
    Kpi("email_requests", "Requests by e-mail", (Part("requests", "email"),), better=None),
    Kpi("shopper_requests", "Requests for a personal shopper", (Part("requests", "personal_shopper"),), better=None),
    Kpi("traffic", "Web traffic", _of("visits"), works=_E),
    Kpi("visitors", "Unique visitors", _of("visitors"), works=_E),
    Kpi("referred", "Referred shoppers", _of("referred"), works=_E),
    Kpi(
        "cart_abandonment", "Cart abandonment", (Part("carts"), Part("carts_bought", factor=-1)), _of("carts"),
        "percent", "less", works=_E,
    ),
    Kpi(
        "checkout_abandonment", "Checkout abandonment", (Part("checkouts"), Part("checkouts_bought", factor=-1)),
        _of("checkouts"), "percent", "less", works=_E,
    ),
    Kpi("feedback", "Digital feedback", _of("feedback"), works=_E),
    Kpi("feedback_rating", "Digital feedback, mean rating", _of("feedback_points"), _of("feedback"), "ratio", works=_E),
    Kpi(
        "feedback_comments", "Digital feedback with a comment", _of("feedback_comments"), _of("feedback"), "percent",
        works=_E,
    ),
    Kpi("contact_capture", "Contacts added", _of("contacts_added"), works=_O),
    Kpi("capture_rate", "Contact capture rate", _of("identified"), _of("transactions"), "percent", works=_O),
    Kpi("consent_rate", "Consent rate", _of("contacts_consented"), _of("contacts_added"), "percent", works=_O),
    Kpi("content_updates", "Content updates", _of("content_updates"), works=_E),
    Kpi("activity", "Activity score", _of("activity"), works=_O),
)  # fmt: skip

KPIS: Final[dict[str, Kpi]] = {kpi.id: kpi for kpi in _ALL}
"""By id."""

AIMS: Final = {kpi.id: kpi.name for kpi in _ALL if kpi.better and not kpi.comes_later}
"""What targets can be set for, and what each is called: that which has a better way to go, and comes in."""

OF_PEOPLE: Final = frozenset(part.measure for kpi in _ALL if kpi.of != "store" for part in kpi.parts)
"""Measures that people have too, and not stores only."""

FIRST: Final[dict[Work, tuple[str, ...]]] = {
    "omnichannel": (
        "individual_sales", "store_sales", "influenced_sales", "store_conversion", "atv", "upt", "csat",
        "order_accuracy", "stock_accuracy", "task_completion", "reply_time", "contact_capture", "capture_rate",
        "outreach",
    ),
    "ecommerce": (
        "individual_sales", "online_sales", "influenced_sales", "aov", "traffic", "online_conversion",
        "cart_abandonment", "click_rate", "feedback_rating", "chat_answer_rate", "availability", "content_updates",
    ),
}  # fmt: skip
"""What each kind of work is measured by first, in this order."""


def in_order(work: Work, of: Literal["store", "person"]) -> list[Kpi]:
    """The KPIs of a store or a person, those of a kind of work first."""
    there = [kpi for kpi in _ALL if kpi.of in ("both", of)]
    first = {id: place for place, id in enumerate(FIRST[work])}
    return sorted(there, key=lambda kpi: (first.get(kpi.id, len(first)), work not in kpi.works))
