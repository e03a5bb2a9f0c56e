"""What customers ask for over HTTP: the page of a link, the shop's page of a product, and answers by forms."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from functools import partial
from typing import Final, TypeGuard
from urllib.parse import urlencode, urlsplit

from anyio import CapacityLimiter, to_thread
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_backend import faults
from sellmode_backend.accounts import limits
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.http import Bodies
from sellmode_backend.shopper import answers, doing, guards, pages, results, shared, storefronts, visitors
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.shopper.pictures import kept
from sellmode_backend.shopper.shared import Found, Seen
from sellmode_backend.store.database import Database, is_unavailable

FORM_BYTES: Final = 32 * 1024
"""A reply of the longest, in a script whose letters take three bytes, each written as a form writes them."""
PICTURES_AT_ONCE: Final = 4
"""So many are read, fetched or made anew at the same time by a worker."""
_log = logging.getLogger(__name__)

Answer = Callable[[Connection, Found, dict[str, str], dt.datetime], pages.Done]


class ShopperEndpoints:
    """Pages for whoever has a link: no sign-in, no cookie. The link's token is in the path, in capitals or not."""

    def __init__(self, database: Database, clock: Clock, bodies: Bodies) -> None:
        self._database, self._clock, self._bodies = database, clock, bodies
        self._fetching = CapacityLimiter(PICTURES_AT_ONCE)
        forms: dict[str, Answer] = {"reply": doing.reply, "verdict": doing.verdict, "tracking": doing.choose_tracking}
        self.routes = []
        for page, click, picture in (("/l", "/c", "/p"), ("/L", "/C", "/P")):  # a QR code is shorter in capitals
            self.routes += [
                Route(f"{page}/{{token}}", answers.or_later(self._page)),
                Route(f"{page}/{{token}}/seen", answers.or_later(self._seen), methods=["POST"]),
                Route(f"{picture}/{{token}}/{{product}}", answers.or_later(self._picture)),
                Route(f"{page}/{{token}}/delete", answers.or_later(self._delete), methods=["POST"]),
                Route(f"{click}/{{token}}/{{product}}", answers.or_later(self._click)),
                *(
                    Route(f"{page}/{{token}}/{name}", answers.or_later(partial(self._form, answer)), methods=["POST"])
                    for name, answer in forms.items()
                ),
            ]

    # ------------------------------------------------------------------ looking

    async def _page(self, request: Request) -> Response:
        seen = await self._look(request)
        if not isinstance(seen, Found):
            return answers.nothing(seen)
        done: pages.Done = next((each for each in pages.DONE if each == request.query_params.get("done")), "")
        now = self._clock()
        secret = seen.secret or await to_thread.run_sync(self._make_secret)
        counts = seen.is_tracked and not visitors.refuses_tracking(request.headers)
        held = pages.Guards(
            guards.make(secret, "form", seen.token, now),
            guards.make(secret, "visit", seen.token, now) if counts and not done else "",
        )
        if counts and not done:
            reason = visitors.reason(request.method, request.headers) or "not seen"
            await to_thread.run_sync(self._note_sent, seen, reason)
        return answers.of_page(
            pages.shared(seen.page, seen.words, seen.brand, seen.retailer, held, logo=seen.logo, done=done)
        )

    async def _seen(self, request: Request) -> Response:
        """A page has been visible for a second."""
        seen = await self._look(request)
        if not isinstance(seen, Found):
            return answers.nothing(seen)
        visit = (await self._fields(request)).get("visit", "")
        now = self._clock()
        is_person = not visitors.reason(request.method, request.headers)
        if is_person and seen.is_tracked and guards.is_good(seen.secret, visit, "visit", seen.token, now):
            await to_thread.run_sync(self._database.write, partial(doing.opened, found=seen, visit=visit, now=now))
        return answers.no_words()

    async def _picture(self, request: Request) -> Response:
        """A picture of a page; the first who asks waits until it is fetched."""
        brand, url = await to_thread.run_sync(
            self._find_picture, shared.token_of(request), request.path_params["product"]
        )
        if url:
            have = partial(kept.picture_of, self._database, url, brand.picture_hosts, self._clock())
            if (data := await to_thread.run_sync(have, limiter=self._fetching)) is not None:
                is_photo = request.path_params["product"] == storefronts.PHOTO  # the connector shows it, too
                return answers.of_picture(data, for_shops=is_photo)
        return answers.nothing(await self._look(request))

    async def _click(self, request: Request) -> Response:
        seen = await self._look(request)
        link = seen.goods.links.get(request.path_params["product"]) if isinstance(seen, Found) else None
        if not isinstance(seen, Found) or not link:
            return answers.nothing(seen)
        parameters = {"utm_source": "sellmode", "utm_medium": seen.shared.kind}
        if seen.is_tracked and not visitors.refuses_tracking(request.headers):
            sku = seen.goods.skus[request.path_params["product"]]
            clicked = partial(
                doing.clicked,
                found=seen,
                sku=sku,
                reason=visitors.of_click(request.method, request.headers),
                silent=visitors.is_silent(request.headers),
                now=self._clock(),
            )
            try:
                if touch := await to_thread.run_sync(self._database.write, clicked):
                    parameters["utm_content"] = touch
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _log.warning("a click was not noted: the database is busy or cannot be reached")
        return answers.elsewhere(f"{link}{'&' if urlsplit(link).query else '?'}{urlencode(parameters)}")

    # ------------------------------------------------------------------ answering

    async def _form(self, answer: Answer, request: Request) -> Response:
        seen = await self._look(request)
        if not _is_answered(seen):
            return answers.nothing(seen)
        fields = await self._fields(request)
        now = self._clock()
        done: pages.Done = "again"
        if guards.is_good(seen.secret, fields.get("guard", ""), "form", seen.token, now):
            try:
                done = await to_thread.run_sync(
                    self._database.write, lambda connection: answer(connection, seen, fields, now)
                )
            except limits.TooManyAttempts:
                done = "too_many"
        anchor = f"#p-{fields['product']}" if done == "saved" and fields.get("product") in seen.goods.skus else ""
        return answers.elsewhere(f"/l/{seen.token}?done={done}{anchor}")

    async def _delete(self, request: Request) -> Response:
        seen = await self._look(request)
        if not _is_answered(seen):
            return answers.nothing(seen)
        fields, now = await self._fields(request), self._clock()
        if not guards.is_good(seen.secret, fields.get("guard", ""), "form", seen.token, now):
            return answers.elsewhere(f"/l/{seen.token}?done=again")
        await to_thread.run_sync(self._database.write, partial(results.delete_page, shared=seen.shared, now=now))
        return answers.of_page(pages.deleted(seen.words, seen.brand, seen.retailer))

    async def _fields(self, request: Request) -> dict[str, str]:
        return await guards.own_form(self._bodies, request, FORM_BYTES)

    # ------------------------------------------------------------------ the database

    async def _look(self, request: Request) -> Found | Seen:
        accepted = request.headers.get("accept-language", "")
        return await to_thread.run_sync(self._find, shared.token_of(request), accepted, self._clock())

    def _find(self, token: str, accepted: str, now: dt.datetime) -> Found | Seen:
        with self._database.snapshot() as connection:
            return shared.find(connection, token, accepted, now)

    def _find_picture(self, token: str, key: str) -> tuple[Brand, str]:
        with self._database.snapshot() as connection:
            return shared.find_picture(connection, token, key, self._clock())

    def _make_secret(self) -> bytes:
        with self._database.transaction() as connection:
            return guards.make_secret(connection)

    def _note_sent(self, found: Found, reason: visitors.Reason) -> None:
        """Note that a page was sent; if that cannot be done, it is sent all the same."""
        try:
            self._database.write(partial(doing.sent, found=found, reason=reason, now=self._clock()))
        except Exception as error:  # noqa: BLE001  # the customer has nothing to do with it
            _log.warning("a visit was not noted\n%s", faults.traced(error))


def _is_answered(seen: Found | Seen) -> TypeGuard[Found]:
    """Whether customers write back on a page: on a lookbook's, not on that of a storefront."""
    return isinstance(seen, Found) and isinstance(seen.page, pages.Lookbook)
