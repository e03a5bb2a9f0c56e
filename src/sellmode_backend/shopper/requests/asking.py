"""Asking: what a customer says of a request is checked, and becomes a request, a talk and its first line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, get_args

from sqlalchemy.engine import Connection

from sellmode_backend import phones
from sellmode_backend.accounts import limits
from sellmode_backend.shopper import touches
from sellmode_backend.shopper.requests import sessions
from sellmode_backend.shopper.touches import Shared
from sellmode_backend.store import catalogue, records, settings
from sellmode_contract import store_hours
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.chat_line import CUSTOMER, LONGEST, ChatLine
from sellmode_contract.kinds.consent import Channel
from sellmode_contract.kinds.request import Agreed, Request, Talk, talk_id
from sellmode_contract.kinds.retailer import Retailer, hours_of, zone_of
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations.customers import EMAIL
from sellmode_contract.mutations.requests import with_line
from sellmode_contract.service_rules import Way

LONGEST_FIELDS: Final = {"text": LONGEST, "name": 100, "email": 200, "phone": 50, "wish": 500}
"""Characters of what a customer writes, by field."""
RATES: Final = (limits.Rate(20, dt.timedelta(hours=1)), limits.Rate(60, dt.timedelta(days=1)))
"""How often is asked from one address."""
REACHED_BY: Final[Mapping[Way, tuple[str, ...]]] = {
    "chat": (),
    "email": ("email",),
    "sms": ("phone",),
    "appointment": ("email", "phone"),
    "personal_shopper": ("email", "phone"),
}
"""The fields of which one at least is needed to answer."""
_LONGEST_PAGE: Final = 500


class Unfit(Exception):
    """What somebody has written does not do."""

    def __init__(self, problem: str, field: str) -> None:
        """``problem`` is one of those for which pages have words."""
        self.problem, self.field = problem, field
        super().__init__(problem)


class Origin(NamedTuple):
    """What a customer asks from."""

    store: str
    person: str | None = None
    """Whose page it is, or whom the customer has picked."""
    sku: str = ""
    lookbook: str = ""
    customer: str | None = None
    """Whom the lookbook was made for."""
    page: str = ""
    """The address of a page that anybody may open."""
    is_tracked: bool = True
    """Whether it is noted what is done there."""


class Asked(NamedTuple):
    """What a customer has said, checked."""

    way: Way
    text: str
    name: str = ""
    email: str = ""
    phone: str = ""
    wish: str = ""
    agreed: str = ""
    """The words that they agreed to; empty: to none."""
    language: str = ""


def read(fields: Mapping[str, str], offered: tuple[Way, ...], consent: str, language: str) -> Asked:
    """What a customer has said in a form. Raises Unfit.

    ``consent`` are the words that they agree to by it.
    """
    written = {name: fields.get(name, "").replace("\r\n", "\n").strip() for name in LONGEST_FIELDS}
    for name, most in LONGEST_FIELDS.items():
        if len(written[name]) > most:
            raise Unfit("too_long", name)
    way = next((each for each in get_args(Way) if each == fields.get("way")), None)
    if way is None or way not in offered:
        raise Unfit("way", "way")
    if not written["text"]:
        raise Unfit("empty", "text")
    if written["email"] and not EMAIL.fullmatch(written["email"]):
        raise Unfit("email", "email")
    phone = phones.e164(written["phone"], "") if written["phone"] else ""
    if written["phone"] and not phone:
        raise Unfit("phone", "phone")
    reached_by = REACHED_BY[way]
    if reached_by and not any(written[name] for name in reached_by):
        raise Unfit(reached_by[0] if len(reached_by) == 1 else "reach", reached_by[0])
    agrees = fields.get("agreed") == "yes"
    if reached_by and not agrees:
        raise Unfit("agree", "agreed")
    return Asked(way, **{**written, "phone": phone}, agreed=consent if agrees else "", language=language)


def admit(connection: Connection, address: str, now: dt.datetime) -> None:
    """Count that somebody asks from an address. Raises TooManyAttempts."""
    for rate in RATES:
        limits.allow(connection, ("ask", str(rate.within), limits.network(address)), rate, now)


def ask(connection: Connection, guard: str, token: str, origin: Origin, asked: Asked, now: dt.datetime) -> str:
    """Make a request of what a customer has said; gives its id. With one guard there is one, however often it is sent.

    In Associate Mode it is reserved for whom the customer has picked, or whose page it is, if they work in the store;
    else, and in Team Mode, it is the store's.
    """
    id = source_id("request", "sellmode", guard)
    sessions.start(connection, token, id, now)
    if records.read(connection, "request", id, lock=True) is not None:
        return id
    retailer = settings.retailer(connection)
    assert retailer is not None  # noqa: S101 -- nothing is offered without one
    hours, zone, rules = hours_of(retailer, origin.store), zone_of(retailer, origin.store), retailer.service
    wanted = _wanted(connection, retailer, origin)
    reserved = wanted is not None and rules.reserved_minutes > 0
    line = ChatLine(
        id=line_id(id, guard),
        store=origin.store,
        request=id,
        n=1,
        at=now,
        by=CUSTOMER,
        text=asked.text,
        sku=origin.sku if origin.sku in catalogue.products(connection, [origin.sku]) else "",
        lookbook=origin.lookbook,
    )
    request = Request(
        id=id,
        store=origin.store,
        way=asked.way,
        wanted=wanted,
        reserved=reserved,
        reserved_until=store_hours.due_after(hours, zone, now, rules.reserved_minutes) if reserved else None,
        asked_at=now,
        name=asked.name,
        language=asked.language,
        sku=line.sku,
        page=origin.page.partition("?")[0].partition("#")[0][:_LONGEST_PAGE],
        answer_due=store_hours.due_after(hours, zone, now, rules.aim(asked.way)),
    )
    talk = Talk(
        id=talk_id(id),
        store=origin.store,
        request=id,
        email=asked.email,
        phone=asked.phone,
        wish=asked.wish,
        agreed=tuple(Agreed(channel=each, at=now, words=asked.agreed) for each in _channels(asked)),
    )
    records.write(connection, [with_line(request, line), talk, line], now=now)
    if origin.is_tracked:
        shared = Shared("request", id, origin.store, wanted, origin.customer)
        touches.note(connection, shared, "request", now, sku=line.sku, id=id)
    return id


def line_id(request: str, key: str) -> str:
    """The id of a customer's line, from what their page calls it: sent twice it is there once."""
    return source_id("chat_line", request, key)


def _wanted(connection: Connection, retailer: Retailer, origin: Origin) -> str | None:
    if retailer.mode == "team" or origin.person is None:
        return None
    staff = records.read(connection, "staff", origin.person)
    works_there = isinstance(staff, Staff) and staff.active and staff.store == origin.store
    return origin.person if works_there else None


def _channels(asked: Asked) -> Iterator[Channel]:
    """By which the customer has agreed to be written to or called."""
    if asked.agreed and asked.email:
        yield "email"
    if asked.agreed and asked.phone:
        yield from ("sms", "phone")
