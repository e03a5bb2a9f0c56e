"""What facts add up: each measure once, with what it is called and where its numbers come from.

A fact is a whole number of one measure, of one store or one of its people, on one day of the store, by channel. Money
is in minor units of the retailer's currency. A channel is ``store`` or ``online`` of what was sold, else the way of a
contact, the sort of a task, where people rate, or empty.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sellmode_contract.translatable import marked

ORDERS: Final = marked("orders")
CREDIT: Final = marked("credit for online sales")
TASKS: Final = marked("tasks")
CONTACTS: Final = marked("contacts that were logged")
LOOKBOOKS: Final = marked("lookbooks and their pages")
CUSTOMERS: Final = marked("customers added by hand")
CONSENT: Final = marked("consent")
DEALINGS: Final = marked("contacts that were logged, lookbooks shared")
OUTREACH: Final = marked("messages, which come later")
REQUESTS: Final = marked("requests")
REQUEST_SALES: Final = marked("sales after requests, which come later")
PRESENCE: Final = marked("who was available for chat")
STOREFRONT: Final = marked("storefront pages")
PICKS: Final = marked("picks")
VISITORS: Final = marked("nothing: pages know nobody again")
GIVEN: Final = marked("other systems")
FEEDBACK_CHANNELS: Final = ("site", "email", "sms", "chat", "social")
"""Where people rate."""


class Measure(NamedTuple):
    """What is added up."""

    words: str
    """Inside a sentence."""
    source: str
    channels: tuple[str, ...] = ()
    """Of what other systems tell: which they may tell apart."""


MEASURES: Final[dict[str, Measure]] = {
    "net_sales": Measure("net sales", ORDERS),
    "transactions": Measure("transactions", ORDERS),
    "units": Measure("units less returned units", ORDERS),
    "identified": Measure("transactions with a known customer", ORDERS),
    "refunds": Measure("refunds", ORDERS),
    "other_currency": Measure("transactions in another currency", ORDERS),
    "credited_sales": Measure("credited online sales", CREDIT),
    "credited_elsewhere": Measure("online sales of no or another store, credited to the store in Team Mode", CREDIT),
    "credited_orders": Measure("credited orders", CREDIT),
    "convert_minutes": Measure("minutes from the touch to the order", CREDIT),
    "tasks_done": Measure("tasks done", TASKS),
    "tasks_on_time": Measure("tasks done in time", TASKS),
    "tasks_open": Measure("open tasks", TASKS),
    "tasks_expired": Measure("tasks expired", TASKS),
    "tasks_dismissed": Measure("tasks dismissed", TASKS),
    "contacts_made": Measure("calls, visits and messages to customers", CONTACTS),
    "contacts_received": Measure("calls, visits and messages from customers", CONTACTS),
    "looks_shared": Measure("lookbooks shared", LOOKBOOKS),
    "looks_opened": Measure("lookbooks opened", LOOKBOOKS),
    "looks_clicked": Measure("lookbooks with a product clicked", LOOKBOOKS),
    "looks_answered": Measure("lookbooks answered", LOOKBOOKS),
    "contacts_added": Measure("customers added", CUSTOMERS),
    "contacts_consented": Measure("added customers who consent to marketing by now", CONSENT),
    "customers_reached": Measure("customers reached, each once a day", DEALINGS),
    "customers_bought": Measure("customers reached who have a credited order", OUTREACH),
    "opted_out": Measure("opt-outs", OUTREACH),
    "activity": Measure("customers added or contacted, each once a day", DEALINGS),
    "requests": Measure("requests", REQUESTS),
    "requests_handled": Measure("requests handled", REQUESTS),
    "requests_bought": Measure("requests handled with a sale in the window", REQUEST_SALES),
    "requests_answered": Measure("requests answered", REQUESTS),
    "reply_minutes": Measure("minutes to the first answer, in service hours", REQUESTS),
    "chats_answered": Measure("chats answered", REQUESTS),
    "minutes_available": Measure("minutes with somebody available for chat", PRESENCE),
    "visits": Measure("storefront visits", STOREFRONT),
    "visitors": Measure("first-time visitors", VISITORS),
    "referred": Measure("clicks that led on to the shop", STOREFRONT),
    "content_updates": Measure("changes of picks", PICKS),
    "footfall": Measure("people who came in", GIVEN),
    "sessions": Measure("sessions of the shop", GIVEN),
    "shop_visitors": Measure("unique visitors of the shop", GIVEN),
    "carts": Measure("sessions with something in the cart", GIVEN),
    "carts_bought": Measure("sessions with something in the cart and an order", GIVEN),
    "checkouts": Measure("checkouts begun", GIVEN),
    "checkouts_bought": Measure("checkouts with an order", GIVEN),
    "csat_responses": Measure("answers on satisfaction", GIVEN),
    "csat_positive": Measure("answers of 4 or 5", GIVEN),
    "csat_points": Measure("points of all answers on satisfaction", GIVEN),
    "nps_responses": Measure("answers on recommending", GIVEN),
    "nps_promoters": Measure("answers of 9 or 10", GIVEN),
    "nps_detractors": Measure("answers of 0 to 6", GIVEN),
    "feedback": Measure("ratings online", GIVEN, FEEDBACK_CHANNELS),
    "feedback_points": Measure("points of all ratings online", GIVEN, FEEDBACK_CHANNELS),
    "feedback_comments": Measure("ratings with a comment", GIVEN, FEEDBACK_CHANNELS),
    "orders_fulfilled": Measure("orders fulfilled", GIVEN),
    "orders_right": Measure("orders without a wrong, missing or damaged line", GIVEN),
    "stock_counted": Measure("products counted", GIVEN),
    "stock_right": Measure("counted products of which there were as many as the system says", GIVEN),
}
"""By name."""

MONEY: Final = frozenset({"net_sales", "refunds", "credited_sales", "credited_elsewhere"})
"""Measures that are amounts of money."""
LATER: Final = frozenset({OUTREACH, REQUEST_SALES, VISITORS})
"""Sources of which nothing comes in yet: what is made of them shows a dash, or nothing."""


def sales_in(channel: str) -> str:
    """What a channel of sales is called inside a sentence."""
    return {"store": marked("in the store"), "online": marked("online")}.get(channel, channel)
