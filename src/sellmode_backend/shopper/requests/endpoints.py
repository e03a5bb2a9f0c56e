"""What customers ask for over HTTP: the page on which they ask, and that of their talk, which works without script.

Pages of web shops that the retailer allows have the same of a talk, by script (``connecting.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias

from anyio import to_thread
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sellmode_backend.accounts import limits
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.http import Bodies, Refused, address_of, mark_known
from sellmode_backend.shopper import answers, guards, shared, visitors
from sellmode_backend.shopper import brand as brands
from sellmode_backend.shopper.languages import words_for
from sellmode_backend.shopper.requests import asking, live, origins, pages, sessions, showing, talking
from sellmode_backend.shopper.requests.asking import LONGEST_FIELDS, Origin, Unfit
from sellmode_backend.shopper.requests.live import Chats
from sellmode_backend.shopper.requests.showing import Shown
from sellmode_backend.shopper.requests.talking import Session
from sellmode_backend.shopper.shared import Found, Seen
from sellmode_backend.store import settings, typing
from sellmode_backend.store.database import Database
from sellmode_contract import store_hours
from sellmode_contract.kinds.retailer import Retailer, hours_of, zone_of

FORM_BYTES: Final = 64 * 1024
"""A message of the longest, in a script whose letters take four bytes, each written as a form writes them."""
QUICKEST: Final = dt.timedelta(seconds=3)
"""Nobody reads a form and fills it in sooner."""
_MOST_LINES: Final = 30
"""In one answer: who asks for those behind the last one has the rest."""
_RETRY_SECONDS: Final = 30
_UNBUFFERED: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_MOST: Final = {**LONGEST_FIELDS, "comment": talking.LONGEST_COMMENT}

Does: TypeAlias = Callable[[Connection, Session, Mapping[str, str], dt.datetime], int | None]
IsNothingNew: TypeAlias = Callable[[Connection, Session, Mapping[str, str], dt.datetime], bool]
"""Does something with a talk; gives the number of a line, if it wrote one."""


class RequestEndpoints:
    """For whoever has a link to a page or to their talk: no sign-in, no cookie."""

    def __init__(self, database: Database, clock: Clock, bodies: Bodies, chats: Chats) -> None:
        self._database, self._clock, self._bodies, self._chats = database, clock, bodies, chats
        self.routes = []
        for page in ("/l", "/L"):
            self.routes += [
                Route(f"{page}/{{token}}/ask", answers.or_later(self._form)),
                Route(f"{page}/{{token}}/ask", answers.or_later(self._ask), methods=["POST"]),
            ]
        does: dict[str, tuple[Does, str, IsNothingNew]] = {
            "lines": (_write, "", _is_new),
            "rating": (_rate, "rated", _is_new),
            "transcript": (_wish, "transcript", _is_new),
            "read": (_came, "", _has_come),
            "typing": (_type, "", _is_said),
        }
        self.routes += [
            Route("/t/{token}", answers.or_later(self._talk)),
            Route("/t/{token}/transcript", answers.or_later(self._transcript)),
            Route("/t/{token}/events", origins.shared(database, self._events)),
            Route("/t/{token}/lines", origins.shared(database, self._lines)),
            *(
                Route(
                    f"/t/{{token}}/{name}",
                    answers.or_later(origins.shared(database, partial(self._do, *do))),
                    methods=["POST"],
                )
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
        secret = seen.secret or self._database.write(guards.make_secret)
        return answers.of_page(pages.asking(page, seen, guards.make(secret, "ask", token, now), logo=seen.logo))

    def _take(self, asked_for: tuple[str, str], fields: Mapping[str, str], address: str) -> Response:
        token, accepted = asked_for
        now, guard = self._clock(), fields.get("guard", "")
        with self._database.snapshot() as connection:
            found = shared.find(connection, token, accepted, now)
            seen, page = _asking(connection, found, fields.get("product", ""), now)
        if page is None or not isinstance(seen, Found):
            return answers.nothing(seen)
        try:
            check_guard(seen.secret, guard, "ask", token, now)
            asked = asking.read(fields, tuple(page.ways), page.consent, seen.words.tag)
            talk = sessions.token_for(seen.secret, guard)
            if not fields.get("website"):  # nobody sees that field: who fills it in is told nothing
                origin = _origin_of(seen, page.key)
                self._database.write(partial(asking.admit, address=address, now=now))
                self._database.write(partial(asking.ask, guard=guard, token=talk, origin=origin, asked=asked, now=now))
        except (Unfit, limits.TooManyAttempts) as error:
            problem, field, status = problem_of(error)
            if problem == "again":
                guard = guards.make(seen.secret or self._database.write(guards.make_secret), "ask", token, now)
            said = pages.told(seen.words, problem, _MOST.get(field, 0))
            again = replace(
                page, values={name: fields.get(name, "") for name in page.values}, problem=said, wrong=field
            )
            return answers.of_page(pages.asking(again, seen, guard, logo=seen.logo), status)
        return answers.elsewhere(f"/t/{talk}")

    # ------------------------------------------------------------------ a talk

    async def _talk(self, request: Request) -> Response:
        is_person = not visitors.reason(request.method, request.headers)
        show = partial(self._show_talk, _asked_for(request), request.query_params.get("done", ""), is_person=is_person)
        return await to_thread.run_sync(show)

    def _show_talk(
        self,
        asked_for: tuple[str, str],
        done: str,
        error: Exception | None = None,
        text: str = "",
        *,
        is_person: bool = True,
    ) -> Response:
        token, accepted = asked_for
        now = self._clock()
        with self._database.snapshot() as connection:
            shown = showing.show(connection, token, accepted, now)
            secret = guards.secret_of(connection)
            seen = shown or _seen(connection, accepted)
        if not isinstance(shown, Shown):
            return answers.nothing(seen)
        session = shown.session
        if is_person and session.talk.read < session.request.lines:
            came = partial(_read_all, token=token, n=session.request.lines, now=now)
            self._database.write(came)
        problem, field, status = problem_of(error) if error else ("", "", 200)
        page = pages.Talk(
            token=token,
            email=session.talk.transcript_to or session.talk.email,
            expires=session.expires_at.astimezone(shown.zone).date(),
            done=done,
            problem=pages.told(shown.words, problem, _MOST.get(field, 0)) if problem else "",
            text=text,
        )
        return answers.of_page(pages.talk(page, shown, guards.make(secret, "talk", token, now)), status)

    async def _transcript(self, request: Request) -> Response:
        return await to_thread.run_sync(self._download, _asked_for(request))

    def _download(self, asked_for: tuple[str, str]) -> Response:
        with self._database.snapshot() as connection:
            shown = showing.show(connection, *asked_for, self._clock())
            seen = shown or _seen(connection, asked_for[1])
        return answers.of_text(pages.as_text(shown)) if isinstance(shown, Shown) else answers.nothing(seen)

    async def _events(self, request: Request) -> Response:
        after = max(_number(request.headers.get("last-event-id")), _number(request.query_params.get("after")))
        try:
            stream = await self._chats.open(shared.token_of(request), after)
        except live.TooManyChats:
            raise Refused(
                "unavailable", "Too many talks are open: ask for the lines.", retry_after=_RETRY_SECONDS
            ) from None
        if stream is None:
            raise Refused("not_found")
        mark_known(request)
        return _EventsResponse(self._chats, stream)

    async def _lines(self, request: Request) -> Response:
        after = _number(request.query_params.get("after"))
        news = await to_thread.run_sync(self._read_news, shared.token_of(request), after)
        if news is None:
            raise Refused("not_found")
        return answers.of_data({"lines": news.lines[:_MOST_LINES], "state": news.state})

    def _read_news(self, token: str, after: int) -> showing.News | None:
        with self._database.snapshot() as connection:
            return showing.news(connection, token, after, self._clock())

    async def _do(self, does: Does, done: str, nothing_new: IsNothingNew, request: Request) -> Response:
        fields = await self._bodies.read_form(request, FORM_BYTES)
        by_script = bool(origins.of(request)) or "application/json" in request.headers.get("accept", "")
        return await to_thread.run_sync(
            self._done, does, done, nothing_new, _asked_for(request), fields, bool(origins.of(request)), by_script
        )

    def _done(
        self,
        does: Does,
        done: str,
        nothing_new: IsNothingNew,
        asked_for: tuple[str, str],
        fields: Mapping[str, str],
        is_connector: bool,  # called by a thread
        by_script: bool,
    ) -> Response:
        token, _ = asked_for
        now = self._clock()
        # Who says the same again and again holds up nobody who writes.
        with self._database.snapshot() as connection:
            before = talking.find(connection, token, now)
            if before is not None and nothing_new(connection, before, fields, now):
                return answers.of_data({})

        def do(connection: Connection) -> tuple[bool, int | None]:
            """Whether there is such a talk, and the number of a line that was written."""
            session = talking.find(connection, token, now, lock=True)
            if session is None:
                return False, None
            if not is_connector and not guards.is_good(
                guards.secret_of(connection), fields.get("guard", ""), "talk", token, now
            ):
                raise Unfit("again", "")
            return True, does(connection, session, fields, now)

        try:
            is_there, n = self._database.write(do)
        except (Unfit, limits.TooManyAttempts) as error:
            if by_script:
                return self._tell(asked_for, error)
            return self._show_talk(asked_for, "", error, fields.get("text", ""))
        if by_script:
            return answers.of_data({"n": n} if is_there else {}, 200 if is_there else 404)
        if not is_there:
            return self._show_talk(asked_for, "")
        return answers.elsewhere(f"/t/{token}" + (f"?done={done}" if done else "#text"))

    def _tell(self, asked_for: tuple[str, str], error: Exception) -> Response:
        with self._database.snapshot() as connection:
            shown = showing.show(connection, *asked_for, self._clock())
            seen = shown or _seen(connection, asked_for[1])
        return told_by_script(seen.words, error)


class _EventsResponse(StreamingResponse):
    """A stream of a talk that is left when it ends or its browser has gone."""

    def __init__(self, chats: Chats, stream: live.Stream) -> None:
        super().__init__(stream, headers=_UNBUFFERED, media_type="text/event-stream")
        self._chats, self._stream = chats, stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._chats.leave(self._stream)


def check_guard(secret: bytes, guard: str, purpose: str, token: str, now: dt.datetime) -> None:
    """Raises Unfit for a guard that was not made here for this, and for who has been too quick."""
    if not guards.is_good(secret, guard, purpose, token, now):
        raise Unfit("again", "")
    if guards.age(guard, now) < QUICKEST:
        raise Unfit("quick", "")


def problem_of(error: Exception) -> tuple[str, str, int]:
    """What is wrong, with which field, and the status of the answer."""
    return (error.problem, error.field, 422) if isinstance(error, Unfit) else ("too_many", "", 429)


def told_by_script(words: Any, error: Exception, **more: str) -> Response:
    """What is wrong, for a script to show."""
    problem, field, status = problem_of(error)
    return answers.of_data({"problem": pages.told(words, problem, _MOST.get(field, 0)), "field": field, **more}, status)


def _asked_for(request: Request) -> tuple[str, str]:
    """The token of a request, and the languages that its browser speaks."""
    return shared.token_of(request), request.headers.get("accept-language", "")


def _number(written: str | None) -> int:
    return int(written) if written and written.isascii() and written.isdecimal() and len(written) < 10 else 0


def _seen(connection: Connection, accepted: str) -> Seen:
    brand, retailer = brands.read(connection), settings.retailer(connection)
    return Seen(words_for("", accepted, brand.language), brand, retailer.name if retailer else "")


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
        ways={name: pages.way(seen.words, name) for name in retailer.service.ways},
        consent=pages.consent(seen.words, retailer.name),
        opens=opens(retailer, seen.shared.store, now),
        product=seen.goods.products[sku].title if sku in seen.goods.products else "",
        key=key if sku else "",
    )
    return seen, page


def _origin_of(seen: Found, key: str) -> Origin:
    is_lookbook = seen.shared.kind == "lookbook"
    return Origin(
        store=seen.shared.store,
        person=seen.shared.person,
        sku=seen.goods.skus.get(key, ""),
        lookbook=seen.shared.id if is_lookbook else "",
        customer=seen.shared.customer,
        page="" if is_lookbook else f"{seen.pages_at}/l/{seen.token}",
        is_tracked=seen.is_tracked,
    )


def opens(retailer: Retailer, store: str, now: dt.datetime) -> dt.datetime | None:
    """When a store that is closed opens next, by its own clock."""
    zone = zone_of(retailer, store)
    next_time = store_hours.opens(hours_of(retailer, store), zone, now)
    return next_time.astimezone(zone) if next_time and next_time > now else None


# ------------------------------------------------------------------ what is done with a talk


def _read_all(connection: Connection, *, token: str, n: int, now: dt.datetime) -> None:
    if session := talking.find(connection, token, now, lock=True):
        talking.came(connection, session, n, now, is_read=True)


def _write(connection: Connection, session: Session, fields: Mapping[str, str], now: dt.datetime) -> int:
    key = fields.get("key") or talking.form_key(fields.get("guard", ""))
    return talking.write(connection, session, fields.get("text", ""), key, now)


def _rate(connection: Connection, session: Session, fields: Mapping[str, str], now: dt.datetime) -> None:
    talking.rate(connection, session, fields.get("rating", ""), fields.get("comment", ""), now)


def _wish(connection: Connection, session: Session, fields: Mapping[str, str], now: dt.datetime) -> None:
    talking.wish_transcript(connection, session, fields.get("email", ""), now)


def _came(connection: Connection, session: Session, fields: Mapping[str, str], now: dt.datetime) -> None:
    talking.came(connection, session, _number(fields.get("n")), now, is_read=fields.get("seen") == "1")


def _is_new(_: Connection, __: Session, ___: Mapping[str, str], ____: dt.datetime) -> bool:
    return False


def _has_come(_: Connection, session: Session, fields: Mapping[str, str], __: dt.datetime) -> bool:
    n = min(_number(fields.get("n")), session.request.lines)
    return n <= (session.talk.read if fields.get("seen") == "1" else session.talk.delivered)


def _is_said(connection: Connection, session: Session, _: Mapping[str, str], now: dt.datetime) -> bool:
    return typing.is_said(connection, session.request.id, "customer", now)


def _type(connection: Connection, session: Session, _: Mapping[str, str], now: dt.datetime) -> None:
    typing.note(connection, session.request.id, session.request.store, "customer", now)
