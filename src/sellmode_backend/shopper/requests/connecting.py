"""The connector: one script for the pages of the retailer's web shop, what it shows, and asking by it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import cache, partial
from importlib import resources
from typing import Final

import msgspec
import sqlalchemy as sa
from anyio import to_thread
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_backend.accounts import limits
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.http import Bodies, Refused, address_of
from sellmode_backend.service.present import present
from sellmode_backend.shopper import answers, guards, storefronts
from sellmode_backend.shopper import brand as brands
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.shopper.languages import Words, words_for
from sellmode_backend.shopper.requests import asking, endpoints, origins, pages, sessions
from sellmode_backend.shopper.requests.asking import REACHED_BY, Origin, Unfit
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_backend.store.schema import record
from sellmode_contract import text
from sellmode_contract.audiences import store_audience
from sellmode_contract.kinds.chat_line import LONGEST
from sellmode_contract.kinds.retailer import Retailer, StoreEntry
from sellmode_contract.kinds.storefront import Storefront

SCRIPT_PATH: Final = "/connect.js"
CONNECT_PATH: Final = "/connect"
_KEPT: Final = dt.timedelta(seconds=5)
"""So long a worker tells what a store offers without asking the database again."""
_MOST_KEPT: Final = 200


class Person(msgspec.Struct, frozen=True):
    """Somebody whom customers may ask for."""

    id: str
    name: str
    more: str
    """What they may be asked about, in their own words."""
    photo: str
    """Path of a picture; empty if there is none."""


class Choice(msgspec.Struct, frozen=True):
    """A way to ask."""

    id: str
    name: str
    needs: bool
    """Whether it needs an e-mail address or a phone number."""


class Offer(msgspec.Struct, frozen=True):
    """What the connector of a store shows."""

    lang: str
    dir: str
    colour: str
    on: str
    title: str
    store: str
    say: str
    """Who is there, or when somebody is."""
    people: tuple[Person, ...]
    ways: tuple[Choice, ...]
    consent: str
    longest: int
    words: Mapping[str, str]


class _Answer(Offer, frozen=True):
    guard: str
    """Proves that who asks has looked before; for one request."""


class ConnectorEndpoints:
    """The script, what it shows, and asking."""

    def __init__(self, database: Database, clock: Clock, bodies: Bodies) -> None:
        self._database, self._clock, self._bodies = database, clock, bodies
        self._kept: dict[tuple[str, str], tuple[dt.datetime, Offer | None]] = {}
        self.routes = [
            Route(SCRIPT_PATH, self._script),
            Route(CONNECT_PATH, origins.shared(database, self._offer)),
            Route(CONNECT_PATH, origins.shared(database, self._ask), methods=["POST"]),
        ]

    async def _script(self, request: Request) -> Response:
        body, tag = _script()
        headers = {
            "Cache-Control": "public, max-age=3600",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "ETag": tag,
        }
        if request.headers.get("if-none-match") == tag:
            return Response(b"", 304, headers)
        return Response(body, headers=headers, media_type="text/javascript; charset=utf-8")

    async def _offer(self, request: Request) -> Response:
        store, words = request.query_params.get("store", ""), _words(request, request.query_params.get("lang", ""))
        return await to_thread.run_sync(self._show, store, words)

    def _show(self, store: str, words: tuple[str, str]) -> Response:
        now = self._clock()
        offer, secret = self._kept_offer(store, words, now)
        if offer is None:
            raise Refused("not_found")
        secret = secret or self._database.write(guards.make_secret)
        answer = _Answer(**msgspec.structs.asdict(offer), guard=guards.make(secret, "connect", store, now))
        return answers.of_data(answer)

    def _kept_offer(self, store: str, words: tuple[str, str], now: dt.datetime) -> tuple[Offer | None, bytes]:
        """What a store offers, and the secret for guards."""
        with self._database.snapshot() as connection:
            brand = brands.read(connection)
            spoken = words_for(*words, brand.language)
            key = (store, spoken.tag)
            at, offer = self._kept.get(key, (now - _KEPT, None))
            if now - at >= _KEPT:
                offer = _offer(connection, store, spoken, brand, now)
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                self._kept[key] = (now, offer)
            return offer, guards.secret_of(connection)

    async def _ask(self, request: Request) -> Response:
        fields = await self._bodies.read_form(request, endpoints.FORM_BYTES)
        if not origins.of(request):
            raise Refused("bad_request", "The connector asks from a page of a web shop.")
        words = _words(request, fields.get("lang", ""))
        return await to_thread.run_sync(self._take, fields, words, origins.of(request), address_of(request))

    def _take(self, fields: Mapping[str, str], words: tuple[str, str], shop: str, address: str) -> Response:
        store, guard, now = fields.get("store", ""), fields.get("guard", ""), self._clock()
        with self._database.snapshot() as connection:
            brand, retailer, secret = (
                brands.read(connection),
                settings.retailer(connection),
                guards.secret_of(connection),
            )
        spoken = words_for(*words, brand.language)
        if retailer is None or _entry(retailer, store) is None or not retailer.service.ways:
            raise Refused("not_found")
        try:
            endpoints.check_guard(secret, guard, "connect", store, now)
            asked = asking.read(fields, retailer.service.ways, pages.consent(spoken, retailer.name), spoken.tag)
            page = fields.get("page", "")
            origin = Origin(
                store=store,
                person=fields.get("person") or None,
                sku=fields.get("sku", ""),
                page=page if page.startswith(f"{shop}/") else "",
                is_tracked=brand.tracking,
            )
            talk = sessions.token_for(secret, guard)
            self._database.write(partial(asking.admit, address=address, now=now))
            self._database.write(partial(asking.ask, guard=guard, token=talk, origin=origin, asked=asked, now=now))
        except (Unfit, limits.TooManyAttempts) as error:
            anew = guards.make(secret or self._database.write(guards.make_secret), "connect", store, now)
            more = {"guard": anew} if isinstance(error, Unfit) and error.problem == "again" else {}
            return endpoints.told_by_script(spoken, error, **more)
        return answers.of_data({"talk": talk})


@cache
def _script() -> tuple[bytes, str]:
    body = resources.files("sellmode_backend.shopper.requests").joinpath("connect.js").read_bytes()
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'


def _words(request: Request, wanted: str) -> tuple[str, str]:
    """The language of the page, and those of its browser."""
    return wanted, request.headers.get("accept-language", "")


def _entry(retailer: Retailer, store: str) -> StoreEntry | None:
    return next((entry for entry in retailer.stores if entry.id == store), None)


def _offer(connection: Connection, store: str, words: Words, brand: Brand, now: dt.datetime) -> Offer | None:
    """What a store offers; None where it is not known, or nothing is."""
    retailer = settings.retailer(connection)
    entry = _entry(retailer, store) if retailer else None
    if retailer is None or entry is None or not retailer.service.ways:
        return None
    name = text.visible(entry.name)
    there = present(connection, store, now)
    photos = _photos(connection, retailer, brand, store, now)
    if there and there.available:
        say = words.say("We are here for you.")
    elif opens := endpoints.opens(retailer, store, now):
        day, time = words.weekday(opens), words.time(opens)
        say = words.say("Nobody is here just now. We are back on {day} at {time}.", day=day, time=time)
    else:
        say = words.say("Nobody is here just now. Leave a message, and we will answer.")
    return Offer(
        lang=words.tag,
        dir=words.direction,
        colour=brand.colour,
        on=brand.on_colour,
        title=name,
        store=name,
        say=say,
        people=tuple(
            Person(each.id, text.visible(each.name), text.visible(each.good_at), photos.get(each.id, ""))
            for each in (there.people if there else ())
        ),
        ways=tuple(Choice(way, pages.way(words, way), needs=bool(REACHED_BY[way])) for way in retailer.service.ways),
        consent=pages.consent(words, retailer.name),
        longest=LONGEST,
        words=_said(words),
    )


def _photos(connection: Connection, retailer: Retailer, brand: Brand, store: str, now: dt.datetime) -> dict[str, str]:
    """Paths of the pictures of a store's people, of those who have one on a storefront page of theirs."""
    query = sa.select(record.c.id).where(record.c.kind == "storefront", record.c.team == store_audience(store))
    fronts = records.read_many(connection, "storefront", connection.scalars(query))
    shown = [
        each
        for each in fronts
        if isinstance(each, Storefront) and each.owner and brands.is_allowed(each.photo, brand.picture_hosts)
    ]
    owners = {each.id: each for each in records.read_many(connection, "staff", {each.owner or "" for each in shown})}
    return {
        each.owner: f"/p/{each.token}/{storefronts.PHOTO}"
        for each in shown
        if each.owner and storefronts.is_open(each, owners.get(each.owner), retailer, now)
    }


def _said(words: Words) -> dict[str, str]:
    """What the script says, by its names."""
    return {
        "open": words.say("Ask us"),
        "close": words.say("Close"),
        "message": words.say("Your message"),
        "send": words.say("Send"),
        "whom": words.say("Whom would you like to ask?"),
        "how": words.say("How can we help you?"),
        "name": words.say("Your name, if you like"),
        "email": words.say("E-mail"),
        "phone": words.say("Phone, with + and the code of the country"),
        "lines": words.say("Messages"),
        "you": words.say("You"),
        "read": words.say("read"),
        "writing": words.say("Somebody is writing…"),
        "closed": words.say("This conversation is closed. Write again to open it."),
        "again": words.say("Connecting again…"),
        "later": words.say("Not sent yet. Trying again…"),
        "page": words.say("Rate or keep the conversation"),
    }
