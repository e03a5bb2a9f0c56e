"""What customers ask for over HTTP: the page on which they ask, and that of their talk, all without script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from anyio import to_thread
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_backend.accounts import limits
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.http import Bodies, address_of
from sellmode_backend.shopper import answers, guards, shared
from sellmode_backend.shopper import brand as brands
from sellmode_backend.shopper.goods import store_name
from sellmode_backend.shopper.languages import words_for
from sellmode_backend.shopper.requests import asking, pages, sessions, talking
from sellmode_backend.shopper.requests.asking import Origin, Unfit
from sellmode_backend.shopper.requests.talking import Session
from sellmode_backend.shopper.shared import Found, Seen
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_contract import store_hours
from sellmode_contract.kinds.retailer import Retailer, hours_of, zone_of
from sellmode_contract.kinds.staff import Staff

FORM_BYTES: Final = 64 * 1024
"""A message of the longest, in a script whose letters take four bytes, each written as a form writes them."""
QUICKEST: Final = dt.timedelta(seconds=3)
"""Nobody reads a form and fills it in sooner."""

Does: TypeAlias = Callable[[Connection, Session, Mapping[str, str], dt.datetime], None]


class RequestEndpoints:
    """Pages for whoever has a link to a page or to their talk: no sign-in, no cookie."""

    def __init__(self, database: Database, clock: Clock, bodies: Bodies) -> None:
        self._database, self._clock, self._bodies = database, clock, bodies
        self.routes = []
        for page in ("/l", "/L"):
            self.routes += [
                Route(f"{page}/{{token}}/ask", answers.or_later(self._form)),
                Route(f"{page}/{{token}}/ask", answers.or_later(self._ask), methods=["POST"]),
            ]
        does: dict[str, tuple[Does, str]] = {
            "lines": (_write, ""),
            "rating": (_rate, "rated"),
            "transcript": (_wish, "transcript"),
        }
        self.routes += [
            Route("/t/{token}", answers.or_later(self._talk)),
            Route("/t/{token}/transcript", answers.or_later(self._transcript)),
            *(
                Route(f"/t/{{token}}/{name}", answers.or_later(partial(self._do, *do)), methods=["POST"])
                for name, do in does.items()
            ),
        ]

    # ------------------------------------------------------------------ asking

    async def _form(self, request: Request) -> Response:
        return await to_thread.run_sync(self._show_form, _asked_for(request), request.query_params.get("product", ""))

    async def _ask(self, request: Request) -> Response:
        asked_for = _asked_for(request)
        fields = await guards.own_form(self._bodies, request, FORM_BYTES)
        return await to_thread.run_sync(self._take, asked_for, fields, address_of(request))

    def _show_form(self, asked_for: tuple[str, str], key: str) -> Response:
        token, accepted = asked_for
        now = self._clock()
        with self._database.snapshot() as connection:
            seen, page = _asking(connection, shared.find(connection, token, accepted, now), key, now)
        if page is None or not isinstance(seen, Found):
            return answers.nothing(seen)
        secret = seen.secret or self._make_secret()
        return answers.of_page(pages.asking(page, seen, guards.make(secret, "ask", token, now), logo=seen.logo))

    def _take(self, asked_for: tuple[str, str], fields: Mapping[str, str], address: str) -> Response:
        token, accepted = asked_for
        now, guard = self._clock(), fields.get("guard", "")
        with self._database.snapshot() as connection:
            seen, page = _asking(
                connection, shared.find(connection, token, accepted, now), fields.get("product", ""), now
            )
        if page is None or not isinstance(seen, Found):
            return answers.nothing(seen)
        try:
            talk = self._begin(seen, page, fields, guard, address, now)
        except (Unfit, limits.TooManyAttempts) as error:
            problem, field = (error.problem, error.field) if isinstance(error, Unfit) else ("too_many", "")
            if problem == "again":
                guard = guards.make(seen.secret or self._make_secret(), "ask", token, now)
            values = {name: fields.get(name, "") for name in page.values}
            again = replace(page, values=values, problem=problem, wrong=field)
            status = 429 if problem == "too_many" else 422
            return answers.of_page(pages.asking(again, seen, guard, logo=seen.logo), status)
        return answers.elsewhere(f"/t/{talk}")

    def _begin(
        self, seen: Found, page: pages.Asking, fields: Mapping[str, str], guard: str, address: str, now: dt.datetime
    ) -> str:
        """Make the request; gives what the link of its talk ends in. Raises Unfit or TooManyAttempts."""
        if not guards.is_good(seen.secret, guard, "ask", seen.token, now):
            raise Unfit("again", "")
        if guards.age(guard, now) < QUICKEST:
            raise Unfit("quick", "")
        asked = asking.read(fields, page.ways, page.consent, seen.words.tag)
        talk = sessions.token_for(seen.secret, guard)
        if fields.get("website"):  # nobody sees that field: who fills it in is told nothing
            return talk
        is_lookbook = seen.shared.kind == "lookbook"
        origin = Origin(
            store=seen.shared.store,
            person=seen.shared.person,
            sku=seen.goods.skus.get(page.key, ""),
            lookbook=seen.shared.id if is_lookbook else "",
            customer=seen.shared.customer,
            page="" if is_lookbook else f"{seen.pages_at}/l/{seen.token}",
            is_tracked=seen.is_tracked,
        )

        def take(connection: Connection) -> None:
            for rate in asking.RATES:
                limits.allow(connection, ("ask", str(rate.within), limits.network(address)), rate, now)
            asking.ask(connection, guard, talk, origin, asked, now)

        self._database.write(take)
        return talk

    # ------------------------------------------------------------------ the page of a talk

    async def _talk(self, request: Request) -> Response:
        return await to_thread.run_sync(self._show_talk, _asked_for(request), request.query_params.get("done", ""))

    def _show_talk(self, asked_for: tuple[str, str], done: str, problem: str = "", text: str = "") -> Response:
        now = self._clock()
        with self._database.snapshot() as connection:
            seen, session, page = _talk(connection, *asked_for, now)
            secret = guards.secret_of(connection)
        if page is None or session is None:
            return answers.nothing(seen)
        if session.talk.read < session.request.lines:
            self._database.write(partial(_read, token=session.token, n=session.request.lines, now=now))
        page = replace(page, done=done, problem=problem, text=text)
        status = 429 if problem == "too_many" else 422 if problem else 200
        return answers.of_page(pages.talk(page, seen, guards.make(secret, "talk", session.token, now)), status)

    async def _transcript(self, request: Request) -> Response:
        return await to_thread.run_sync(self._download, _asked_for(request))

    def _download(self, asked_for: tuple[str, str]) -> Response:
        with self._database.snapshot() as connection:
            seen, _, page = _talk(connection, *asked_for, self._clock())
        return answers.nothing(seen) if page is None else answers.of_text(pages.as_text(page, seen.words))

    async def _do(self, does: Does, done: str, request: Request) -> Response:
        asked_for = _asked_for(request)
        fields = await guards.own_form(self._bodies, request, FORM_BYTES)
        return await to_thread.run_sync(self._done, does, done, asked_for, fields)

    def _done(self, does: Does, done: str, asked_for: tuple[str, str], fields: Mapping[str, str]) -> Response:
        token, _ = asked_for
        now = self._clock()

        def do(connection: Connection) -> bool:
            """Do it; False where there is no such talk."""
            session = talking.find(connection, token, now, lock=True)
            if session is None:
                return False
            if not guards.is_good(guards.secret_of(connection), fields.get("guard", ""), "talk", token, now):
                raise Unfit("again", "")
            does(connection, session, fields, now)
            return True

        try:
            is_there = self._database.write(do)
        except Unfit as error:
            return self._show_talk(asked_for, "", error.problem, fields.get("text", ""))
        except limits.TooManyAttempts:
            return self._show_talk(asked_for, "", "too_many", fields.get("text", ""))
        if not is_there:
            return self._show_talk(asked_for, "")
        return answers.elsewhere(f"/t/{token}" + (f"?done={done}" if done else "#text"))

    def _make_secret(self) -> bytes:
        with self._database.transaction() as connection:
            return guards.make_secret(connection)


def _asked_for(request: Request) -> tuple[str, str]:
    """The token of a request, and the languages that its browser speaks."""
    return shared.token_of(request), request.headers.get("accept-language", "")


def _asking(
    connection: Connection, seen: Found | Seen, key: str, now: dt.datetime
) -> tuple[Found | Seen, pages.Asking | None]:
    """What the page of a link was made with, and the page on which one asks from there; None if there is none."""
    retailer = settings.retailer(connection)
    if retailer is None or not isinstance(seen, Found) or not seen.page.may_ask:
        return seen, None
    sku = seen.goods.skus.get(key, "")
    page = pages.Asking(
        token=seen.token,
        sender=seen.page.sender,
        store=seen.page.store,
        ways=retailer.service.ways,
        consent=pages.consent(seen.words, retailer.name),
        opens=_opens(retailer, seen.shared.store, now),
        product=seen.goods.products[sku].title if sku in seen.goods.products else "",
        key=key if sku else "",
    )
    return seen, page


def _opens(retailer: Retailer, store: str, now: dt.datetime) -> dt.datetime | None:
    zone = zone_of(retailer, store)
    opens = store_hours.opens(hours_of(retailer, store), zone, now)
    return opens.astimezone(zone) if opens and opens > now else None


def _talk(
    connection: Connection, token: str, accepted: str, now: dt.datetime
) -> tuple[Seen, Session | None, pages.Talk | None]:
    """What a page is made with, and the talk that a token is for; None for one that is unknown or has ended."""
    brand, retailer = brands.read(connection), settings.retailer(connection)
    session = talking.find(connection, token, now)
    name = retailer.name if retailer else ""
    if retailer is None or session is None:
        return Seen(words_for("", accepted, brand.language), brand, name), None, None
    request, zone = session.request, zone_of(retailer, session.request.store)
    seen = Seen(words_for(request.language, accepted, brand.language), brand, name)
    store = store_name(retailer, request.store) or name
    names = retailer.mode == "associate"
    answers_it = records.read(connection, "staff", request.claimed_by or request.wanted or "") if names else None
    found = talking.lines(connection, request.id)
    page = pages.Talk(
        token=token,
        sender=answers_it.name if isinstance(answers_it, Staff) else store,
        store=store,
        lines=tuple(pages.lines_of(connection, brand, found, zone, store, names=names)),
        seen=session.talk.seen,
        is_closed=request.state == "closed",
        rating=request.rating,
        comment=request.comment,
        email=session.talk.transcript_to or session.talk.email,
        expires=session.expires_at.astimezone(zone).date(),
    )
    return seen, session, page


# ------------------------------------------------------------------ what is done with a talk


def _read(connection: Connection, *, token: str, n: int, now: dt.datetime) -> None:
    if session := talking.find(connection, token, now, lock=True):
        talking.read(connection, session, n, now)


def _write(connection: Connection, session: Session, fields: Mapping[str, str], now: dt.datetime) -> None:
    talking.write(
        connection, session, fields.get("text", ""), fields.get("key") or talking.form_key(fields["guard"]), now
    )


def _rate(connection: Connection, session: Session, fields: Mapping[str, str], now: dt.datetime) -> None:
    talking.rate(connection, session, fields.get("rating", ""), fields.get("comment", ""), now)


def _wish(connection: Connection, session: Session, fields: Mapping[str, str], now: dt.datetime) -> None:
    talking.wish_transcript(connection, session, fields.get("email", ""), now)
